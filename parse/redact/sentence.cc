// Values that a blank divides from what they are: `--password x`, `PASSWORD 'x'`, `password is x`, `Bearer x`. Prose has the same words, so
// what follows must look like a secret unless an option or a quote leaves no doubt.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/headers.h"
#include "parse/redact/names.h"
#include "parse/redact/protocol_command.h"
#include "parse/redact/sql_value.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

bool is_option_letter(char c) noexcept { return is_word(c) || c == '-' || c == '.'; }

/// Letters, digits and what joins them, right before `end`.
std::string_view joined_word_before(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && (is_option_letter(text[begin - 1]) || is_wide(text[begin - 1]))) --begin;
  return text.substr(begin, end - begin);
}

bool is_option(std::string_view text, std::string_view word) noexcept {
  const std::size_t begin = static_cast<std::size_t>(word.data() - text.data());
  return word.size() > 2 && word.front() == '-' && (begin == 0 || !is_alnum(text[begin - 1]));
}

// --- options -----------------------------------------------------------------------------------------------------------------------------

/// openssl says where a password comes from: `pass:x` is one, `file:x` and `env:X` are not.
Span mask_password_source(std::string_view text, std::size_t begin) {
  if (!starts_ignoring_case(text.substr(begin), "pass:")) return {};
  const Value value = read_value(text, begin + 5);
  return is_placeholder(beginning_of(text, value)) ? Span{} : mask_value(text, value);
}

Span find_option_value(std::string_view text, std::string_view word, std::size_t at, std::size_t begin) {
  if (text[begin] == '-') return {};
  const bool source = ends_ignoring_case(word, "passin") || ends_ignoring_case(word, "passout") || ends_ignoring_case(word, "-pass");
  if (source)
    if (const Span span = mask_password_source(text, begin); !span.empty()) return span;
  const NameKind kind = ends_ignoring_case(word, "bearer") ? NameKind::secret : name_before(text, at).kind;
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  if (kind == NameKind::none || value.reference || is_placeholder(judged) || is_folder(judged)) return {};
  const bool number = judged.size() < 4 && std::all_of(judged.begin(), judged.end(), is_digit);
  const bool sure = kind == NameKind::secret || (kind == NameKind::likely && ends_ignoring_case(word, "pass") && !number);
  if (sure && !source) return mask_value(text, value);
  return !source && kind == NameKind::likely && looks_like_secret(judged) ? mask_value(text, value) : Span{};
}

// --- sentences ---------------------------------------------------------------------------------------------------------------------------

/// A password may be a word with a digit; tokens and keys are long.
bool names_password(std::string_view name) noexcept {
  return !ends_ignoring_case(name, "token") && !ends_ignoring_case(name, "secret") && !ends_ignoring_case(name, "key") &&
         !ends_ignoring_case(name, "keys");
}

Span mask_told(std::string_view text, const Name& name, std::size_t name_end, std::size_t begin, std::size_t key_length) {
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  if (value.reference || value.called || is_placeholder(judged)) return {};
  const bool told = name.kind == NameKind::code                                      ? looks_like_code(judged)
                    : name.kind != NameKind::secret                                  ? false
                    : names_password(text.substr(name.begin, name_end - name.begin)) ? looks_like_secret(judged)
                                                                                     : looks_like_key(judged, key_length);
  if (!told) return {};
  Span span = mask_value(text, value);
  if (!value.quoted && span.end > span.begin + 1 && text[span.end - 1] == '.') --span.end;  // of the sentence
  return span;
}

/// `password is x`, `password was set to x`; `verb` is where the word before `begin` begins.
Span find_value_after_verb(std::string_view text, std::size_t verb, std::size_t begin) {
  std::size_t end = verb;
  for (std::size_t words = 0; words < 4; ++words) {
    while (end > 0 && verb - end < 40 && is_blank(text[end - 1])) --end;
    if (const Name name = name_before(text, end); name.kind == NameKind::secret || name.kind == NameKind::code)
      return name.whole && words != 0 ? Span{} : mask_told(text, name, end, begin, 16);
    if (words == 0)
      if (const Name name = name_of_whose(text, end); name.kind != NameKind::none && !name.whole)
        return mask_told(text, name, end, begin, 16);
    const std::string_view word = word_before(text, end);
    if (!is_any_of(word, {"set", "changed", "reset", "updated", "was", "is", "has", "been", "now", "to"})) return {};
    end -= word.size();
  }
  return {};
}

/// What people and programs call a method, not a password.
bool is_method(std::string_view word) noexcept {
  return is_any_of(word, {"md5",    "sha1",    "sha224",   "sha256", "sha384", "sha512", "sha256sum", "bcrypt", "scrypt",
                          "argon2", "argon2i", "argon2id", "pbkdf2", "base64", "utf8",   "utf-8",     "oauth2", "ssh2",
                          "aes128", "aes256",  "rs256",    "hs256",  "es256",  "krb5",   "x509"});
}

/// `password hunter2`, `api key 0f9a…`, `password 7 0822455D`.
Span find_value_after_name(std::string_view text, std::size_t at, std::size_t begin) {
  const Name name = name_before(text, at);
  if (name.kind != NameKind::secret && name.kind != NameKind::code) return {};
  if (is_digit(text[begin]) && begin + 2 < text.size() && text[begin + 1] == ' ') begin += 2;  // of a router: how it is encrypted
  if (!find_known_token(text, begin).empty()) return {};                                       // which says more of it
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  if (is_placeholder(judged) || is_method(judged) || is_folder(judged)) return {};
  if (value.quoted && names_password(text.substr(name.begin, at - name.begin)) && name.kind == NameKind::secret)
    return judged.find(' ') == std::string_view::npos ? mask_value(text, value) : Span{};
  const bool digit = std::any_of(judged.begin(), judged.end(), is_digit), letter = std::any_of(judged.begin(), judged.end(), is_alpha);
  if (name.kind == NameKind::secret && (!digit || !letter || judged.size() < 6)) return {};
  if (name.kind == NameKind::code && (letter || judged.size() < 4 || !name.prose)) return {};
  if (value.end < text.size() && (text[value.end] == '=' || text[value.end] == ':')) return {};
  return mask_told(text, name, at, begin, 20);
}

/// `"AUTH" "x"`, `"requirepass" "x"`.
Span find_quoted_argument(std::string_view text, std::size_t at, std::size_t begin) {
  if (const Span span = find_protocol_password(text, at); !span.empty()) return span;
  const std::size_t end = at > 1 && text[at - 2] == '\\' ? at - 2 : at - 1;
  if (name_before(text, end).kind != NameKind::secret) return {};
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  return is_placeholder(judged) || !looks_like_secret(judged) ? Span{} : mask_value(text, value);
}

/// Whether what begins at `begin` is in quotes or has a digit: nothing else can be told from prose.
bool may_be_value(std::string_view text, std::size_t begin) noexcept {
  if (is_quote(text[begin]) || text[begin] == '\\') return true;
  for (std::size_t at = begin; at < text.size() && at - begin<kLookBack&& static_cast<unsigned char>(text[at])> ' '; ++at)
    if (is_digit(text[at])) return true;
  return false;
}

}  // namespace

Span find_value_after_blank(std::string_view text, std::size_t at) {
  if (at == 0) return {};
  std::size_t begin = at;
  while (begin < text.size() && begin - at < 2 && is_blank(text[begin])) ++begin;
  if (begin == text.size() || static_cast<unsigned char>(text[begin]) <= ' ') return {};
  if (is_quote(text[at - 1])) return is_quote(text[begin]) || text[begin] == '\\' ? find_quoted_argument(text, at, begin) : Span{};
  const std::string_view word = joined_word_before(text, at);
  if (word.size() < 2) return {};
  if (is_any_of(word, {"bearer", "basic", "negotiate"})) return find_bare_scheme(text, word, begin);
  if (is_option(text, word)) return find_option_value(text, word, at, begin);
  if (const Span span = find_sql_value(text, word, at, begin); !span.empty()) return span;
  if (const Span span = find_command_password(text, word, at, begin); !span.empty()) return span;
  if (is_any_of(word, {"is", "was", "to", "as", "ist", "lautet", "est", "es"}))
    return find_value_after_verb(text, static_cast<std::size_t>(word.data() - text.data()), begin);
  return may_be_value(text, begin) ? find_value_after_name(text, at, begin) : Span{};
}

}  // namespace loglode::redaction

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
  if (is_quote(text[begin])) ++begin;
  if (!starts_ignoring_case(text.substr(begin), "pass:")) return {};
  const Value value = read_value(text, begin + 5);
  return is_placeholder(beginning_of(text, value)) ? Span{} : mask_value(text, value);
}

Span find_option_value(std::string_view text, std::string_view word, std::size_t at, std::size_t begin) {
  if (text[begin + (is_quote(text[begin]) && begin + 1 < text.size() ? 1 : 0)] == '-') return {};
  const bool source = ends_ignoring_case(word, "passin") || ends_ignoring_case(word, "passout") || ends_ignoring_case(word, "-pass");
  if (source)
    if (const Span span = mask_password_source(text, begin); !span.empty()) return span;
  const NameKind kind = ends_ignoring_case(word, "bearer") ? NameKind::secret : name_before(text, at).kind;
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  if (kind == NameKind::none || value.reference || is_placeholder(judged) || is_folder(judged)) return {};
  const bool number = judged.size() < 4 && std::all_of(judged.begin(), judged.end(), is_digit);
  const bool sure =
      kind == NameKind::secret || (kind == NameKind::likely && (ends_ignoring_case(word, "pass") || word == "-pw") && !number);
  if (sure && !source) return mask_value(text, value);
  return !source && kind == NameKind::likely && looks_like_secret(judged) ? mask_value(text, value) : Span{};
}

// --- sentences ---------------------------------------------------------------------------------------------------------------------------

/// A password may be a word with a digit; tokens and keys are long.
bool names_password(std::string_view name) noexcept {
  return !ends_ignoring_case(name, "token") && !ends_ignoring_case(name, "secret") && !ends_ignoring_case(name, "key") &&
         !ends_ignoring_case(name, "keys");
}

/// What people and programs call a method, not a password.
bool is_method(std::string_view word) noexcept {
  return is_any_of(word, {"md5",    "sha1",    "sha224",   "sha256", "sha384", "sha512", "sha256sum", "bcrypt", "scrypt",
                          "argon2", "argon2i", "argon2id", "pbkdf2", "base64", "utf8",   "utf-8",     "oauth2", "ssh2",
                          "aes128", "aes256",  "rs256",    "hs256",  "es256",  "krb5",   "x509"});
}

/// What a password is said to be, and not the password.
bool is_state(std::string_view word) noexcept {
  return word.size() < 4 || is_method(word) ||
         is_any_of(word, {"default", "custom",  "active", "inactive",  "weak",     "strong", "temporary", "permanent", "plain", "plaintext",
                          "hashed",  "locked",  "random", "encrypted", "unlocked", "valid",  "empty",     "blank",     "never", "always",
                          "scram",   "initial", "manual", "automatic", "expiring", "peer",   "trust",     "rotated",   "stale", "fresh"});
}

/// Named by a `token` or `key`: not one of Kubernetes (`default-token-x7k2p`), nor a number.
bool looks_like_token(std::string_view value) noexcept {
  constexpr std::size_t kTokenMin = 7;
  return value.size() >= kTokenMin && looks_like_secret(value) && !is_method(value) &&
         value.find_first_of(" -/") == std::string_view::npos && std::any_of(value.begin(), value.end(), is_alpha);
}

/// `key_length`: of a key that nothing encloses. `changed`: a sentence has what was before and what is now.
Span mask_told(std::string_view text, const Name& name, std::size_t begin, std::size_t key_length, bool changed = false) {
  Value value = read_value(text, begin);
  if (name.kind == NameKind::code) value = with_groups(text, value, looks_like_code);
  if (name.kind == NameKind::identity) value = with_groups(text, value, looks_like_identity);
  std::string_view judged = beginning_of(text, value);
  while (!value.quoted && judged.size() > 1 && is_one_of(judged.back(), ".,;!")) judged.remove_suffix(1);  // of the sentence
  if (value.reference || value.called || is_placeholder(judged)) return {};
  const bool phrase = value.quoted && names_password(text.substr(name.begin, name.end - name.begin)) && name.kind == NameKind::secret;
  if (phrase && !is_state(judged) && !is_complaint(judged)) return mask_value(text, value);
  const bool told = name.kind == NameKind::code       ? looks_like_code(judged)
                    : name.kind == NameKind::identity ? looks_like_identity(judged)
                    : name.kind != NameKind::secret   ? false
                    : names_password(text.substr(name.begin, name.end - name.begin))
                        ? looks_like_secret(judged) || (changed && !is_state(judged))
                    : changed ? looks_like_token(judged)
                              : looks_like_key(judged, key_length);
  if (!told) return {};
  return judged.size() < value.end - value.begin && !value.quoted && judged.size() < kLookAhead - 1
             ? Span{value.begin, value.begin + judged.size()}
             : mask_value(text, value);
}

/// Where `from x` begins that ends at `end`; `end` when nothing is there of the kind.
std::size_t before_old_value(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end;
  while (begin > 0 && is_blank(text[begin - 1])) --begin;
  const std::size_t value_end = begin, lowest = begin > kLookBack ? begin - kLookBack : 0;
  const char quote = begin > 1 && is_quote(text[begin - 1]) ? text[begin - 1] : '\0';
  if (quote != '\0') --begin;
  while (begin > lowest && (quote != '\0' ? text[begin - 1] != quote : static_cast<unsigned char>(text[begin - 1]) > ' ')) --begin;
  if (quote != '\0' && begin > lowest) --begin;
  const std::string_view word = word_before(text, begin);
  return begin != value_end && equal_ignoring_case(word, "from") ? static_cast<std::size_t>(word.data() - text.data()) : end;
}

/// `password is x`, `password was set to x`, `password changed from x to y`; `verb` is where the word before `begin` begins.
Span find_value_after_verb(std::string_view text, std::string_view verb, std::size_t begin) {
  const std::size_t at = static_cast<std::size_t>(verb.data() - text.data());
  bool changed = equal_ignoring_case(verb, "from");
  if (changed) {  // else it may be where somebody came from
    const Value value = read_value(text, begin);
    if (!starts_ignoring_case(text.substr(std::min(text.size(), value.end + (value.quoted ? 1 : 0))), " to ")) return {};
  }
  const std::size_t told = equal_ignoring_case(verb, "to") ? before_old_value(text, at) : at;
  changed = changed || told != at;
  const Name name = name_told(text, told, 5);
  constexpr std::size_t kToldMax = 40;  // characters between them, as the probes expect
  return name.kind == NameKind::none || told - name.end > kToldMax ? Span{} : mask_told(text, name, begin, 16, changed);
}

/// `123456 is your code`, `use 123456 as your one-time password`: the code that ends at `at`, before the words at `begin`.
Span find_value_before_name(std::string_view text, std::size_t at, std::size_t begin) {
  constexpr std::size_t kWordsMax = 48;
  const bool told = starts_ignoring_case(text.substr(begin), "is your ") || starts_ignoring_case(text.substr(begin), "as your ");
  if (!told) return {};
  std::size_t code = at;
  while (code > 0 && at - code < kLookBack && is_digit(text[code - 1])) --code;
  if (at - code < 4 || at - code > 8 || (code > 0 && is_word(text[code - 1]))) return {};
  const std::size_t limit = std::min(text.size(), begin + kWordsMax);
  for (std::size_t end = begin; end < limit; ++end) {
    if (!is_alpha(text[end - 1]) || is_alpha(text[end])) continue;
    if (const NameKind kind = name_before(text, end).kind; kind == NameKind::code || kind == NameKind::secret) return {code, at};
  }
  const NameKind last = limit == text.size() ? name_before(text, limit).kind : NameKind::none;
  return last == NameKind::code || last == NameKind::secret ? Span{code, at} : Span{};
}

/// `entered x as password`, `tried 'x' as the password`: the word that ends at `at`, where `as` begins at `begin`. Not `md5 as password
/// hash`.
Span find_value_as_password(std::string_view text, std::size_t at, std::size_t begin) {
  constexpr std::size_t kValueMin = 6;
  if (text.substr(begin, 3) != "as ") return {};
  std::size_t end = begin + 3;
  for (const std::string_view whose : {"the ", "a ", "your ", "his ", "her ", "their ", "my ", "new "})
    if (text.substr(end).starts_with(whose)) end += whose.size();
  while (end < text.size() && (is_alpha(text[end]) || is_wide(text[end]))) ++end;
  const std::string_view behind = text.substr(end, 4);
  if (!behind.empty() && !is_one_of(behind.front(), ".,;!)\r\n\"'") && behind != " for" && !behind.starts_with(" of") && behind != " on ")
    return {};
  const Name name = name_before(text, end);
  if (name.kind != NameKind::secret || !names_password(text.substr(name.begin, end - name.begin))) return {};
  const bool quoted = is_quote(text[at - 1]);
  const std::size_t value_end = quoted ? at - 1 : at;
  std::size_t value = value_end;
  while (value > 0 && value_end - value < kLookBack &&
         (quoted ? text[value - 1] != text[at - 1] : is_alnum(text[value - 1]) || is_one_of(text[value - 1], "!#$%&?@^+*_.-")))
    --value;
  const std::string_view judged = text.substr(value, value_end - value);
  const bool digit = std::any_of(judged.begin(), judged.end(), is_digit);
  return judged.size() < kValueMin || !digit || is_method(judged) || !looks_like_secret(judged) ? Span{} : Span{value, value_end};
}

/// `for user bob`, `of client shop`, `from 10.0.0.7` at `at`: what a credential is said of, and no token of a grammar.
bool says_whose(std::string_view text, std::size_t at) noexcept {
  std::string_view rest = text.substr(std::min(at, text.size()), 40);  // a quote may never be closed
  if (rest.starts_with(" from ") && rest.size() > 6) return is_digit(rest[6]);
  if (!rest.starts_with(" for ") && !rest.starts_with(" of ") && !rest.starts_with(" by ")) return false;
  rest.remove_prefix(rest.find(' ', 1) + 1);
  const std::string_view who = rest.substr(0, rest.find(' '));
  return is_any_of(who, {"user", "username", "client", "account", "session", "device", "customer", "tenant", "member", "login"});
}

/// `enter code 482913 to log in`.
bool is_code_to_enter(std::string_view text, std::string_view judged, std::size_t end) noexcept {
  if (judged.size() < 4 || judged.size() > 8 || !std::all_of(judged.begin(), judged.end(), is_digit)) return false;
  if (!text.substr(end).starts_with(" to ")) return false;
  for (const std::string_view done :
       {"log", "sign", "verif", "confirm", "continu", "complet", "finish", "reset", "unlock", "access", "auth"})
    if (starts_ignoring_case(text.substr(end + 4), done)) return true;
  return false;
}

/// A few digits behind the name of a code: `OTP 482913`, `cvv 123`, `PIN 4829`; not `pin 12` of a board, nor `otp 3000 ms`.
bool is_code_behind(std::string_view text, const Name& name, std::string_view judged, std::size_t end) noexcept {
  if (!std::all_of(judged.begin(), judged.end(), is_digit)) return false;
  const std::string_view word = text.substr(name.begin, name.end - name.begin);
  const bool card = ends_ignoring_case(word.substr(0, word.find_last_not_of("0123456789") + 1), "cvv") ||
                    ends_ignoring_case(word.substr(0, word.find_last_not_of("0123456789") + 1), "cvc") ||
                    ends_ignoring_case(text.substr(0, name.end), "security code");
  if (judged.size() < (card ? 3 : 4) || (card && judged.size() > 4)) return false;
  const bool board = name.kind == NameKind::code && !name.prose && !card &&  // may be: pins have numbers of their own
                     (ends_ignoring_case(word, "pin") || ends_ignoring_case(word, "csc") || word.find('_') != std::string_view::npos);
  if (board && word != "PIN" && !ends_ignoring_case(word, "otp") && !ends_ignoring_case(word, "tan")) return false;
  while (end < text.size() && is_blank(text[end])) ++end;
  std::size_t next = end;
  while (next < text.size() && is_alpha(text[next])) ++next;
  return !is_any_of(text.substr(end, next - end), {"ms", "s", "sec", "secs", "seconds", "min", "minutes", "bytes", "times", "attempts",
                                                   "requests", "users", "digits", "characters", "chars", "entries", "of"});
}

/// `password hunter2`, `api key 0f9a…`, `password 7 0822455D`, `token [x] expired`, `apiKey "x" is invalid`.
Span find_value_after_name(std::string_view text, std::size_t at, std::size_t begin) {
  const Name name = name_before(text, at);
  if (name.kind == NameKind::cookie && is_quote(text[begin]))
    return beginning_of(text, read_value(text, begin)).find("[masked") == std::string_view::npos ? mask_cookie(text, begin) : Span{};
  if (name.kind == NameKind::identity) return mask_told(text, name, begin, 0);
  if (name.kind == NameKind::query && ends_ignoring_case(text.substr(0, at), "code")) {
    const Value code = read_value(text, begin);
    return is_code_to_enter(text, beginning_of(text, code), code.end) ? Span{code.begin, code.end} : Span{};
  }
  const bool likely = name.kind == NameKind::likely && !name.whole;
  if (name.kind != NameKind::secret && name.kind != NameKind::code && !likely) return {};
  if (is_digit(text[begin]) && begin + 2 < text.size() && text[begin + 1] == ' ') begin += 2;  // of a router: how it is encrypted
  if (!find_known_token(text, begin).empty()) return {};                                       // which says more of it
  const std::string_view word = text.substr(name.begin, at - name.begin);
  if (const Span span = enclosed(text, begin); !span.empty() && name.kind != NameKind::code) {
    const std::string_view inside = text.substr(span.begin, span.end - span.begin);
    if (is_placeholder(inside) || is_method(inside) || is_folder(inside)) return {};
    if (names_password(word) && !likely) return looks_like_secret(inside) && inside.size() > 5 ? span : Span{};
    const bool remark = text[begin] == '(';  // "private keys (SSL_FILETYPE_ASN1)"
    return looks_like_token(inside) && (!remark || looks_like_key(inside, 8)) ? span : Span{};
  }
  const Value value = read_value(text, begin);
  std::string_view judged = beginning_of(text, value);
  if (is_placeholder(judged) || is_method(judged) || is_folder(judged)) return {};
  if (value.quoted && name.kind != NameKind::code) {
    const bool word_alone = std::all_of(judged.begin(), judged.end(), is_alpha) && !is_state(judged) && !is_complaint(judged);
    if (!likely && says_whose(text, value.end + 1) && (word_alone || (looks_like_secret(judged)))) return mask_value(text, value);
    if (names_password(word) && !likely) return judged.find(' ') == std::string_view::npos ? mask_value(text, value) : Span{};
    if (looks_like_token(judged)) return mask_value(text, value);
  }
  if (likely) return {};
  while (!value.quoted && judged.size() > 1 && is_one_of(judged.back(), ".,;!")) judged.remove_suffix(1);
  const bool digit = std::any_of(judged.begin(), judged.end(), is_digit), letter = std::any_of(judged.begin(), judged.end(), is_alpha);
  const bool of_digits = ends_ignoring_case(word, "code") || ends_ignoring_case(text.substr(0, at), "time password");  // passcode
  if (name.kind == NameKind::code || (of_digits && digit && !letter))
    return is_code_behind(text, name, judged, value.end) ? Span{value.begin, value.begin + judged.size()} : Span{};
  if (!digit || !letter || judged.size() < 6 || starts_ignoring_case(judged, "0x")) return {};
  if (says_whose(text, value.end) && looks_like_secret(judged)) return mask_value(text, value);
  if (value.end < text.size() && (text[value.end] == '=' || text[value.end] == ':')) return {};
  return mask_told(text, name, begin, name.vague ? 16 : 12);
}

/// `a2=` of `a1="--password" a2="x"`, as the audit log writes arguments.
std::size_t skip_argument_name(std::string_view text, std::size_t begin) noexcept {
  std::size_t end = begin + 1;
  while (end < text.size() && end - begin < 5 && is_digit(text[end])) ++end;
  const bool numbered = text[begin] == 'a' && end > begin + 1 && end + 1 < text.size() && text[end] == '=';
  return numbered ? end + 1 : begin;
}

/// "user bob and password x": what ends the sentence, or its part, and says nothing of a password.
Span find_password_with_user(std::string_view text, std::size_t at, std::size_t begin) {
  std::string_view before = text_before(text, at - 8, 80);
  if (ends_ignoring_case(before, " the ")) before.remove_suffix(4);
  const bool joined = ends_ignoring_case(before, " and ") || ends_ignoring_case(before, " with ");
  if (!joined) return {};
  before.remove_suffix(ends_ignoring_case(before, " and ") ? 5 : 6);
  const std::size_t blank = before.find_last_of(" =:");
  if (blank == std::string_view::npos || blank + 1 == before.size()) return {};
  if (!is_any_of(word_before(before, blank), {"user", "username", "login", "account"})) return {};
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  const std::size_t behind = std::min(text.size(), value.end + (value.quoted ? 1 : 0));
  const bool ends = behind == text.size() || is_one_of(text[behind], ",;)\r\n\"\\") || (judged.ends_with('.') && judged.size() > 1);
  if (!ends || value.reference || is_placeholder(judged) || judged.size() < 4) return {};
  if (is_any_of(judged.substr(0, judged.find_last_not_of('.') + 1),
                {"wrong",    "incorrect",    "invalid",        "failed",    "denied",   "required", "mismatch", "missing",
                 "expired",  "provided",     "given",          "login",     "pair",     "fields",   "field",    "change",
                 "reset",    "hash",         "auth",           "based",     "prompt",   "file",     "store",    "manager",
                 "policy",   "only",         "grant",          "flow",      "enabled",  "check",    "less",     "combination",
                 "disabled", "verification", "authentication", "protected", "accepted", "rejected", "matched",  "correct"}))
    return {};
  Span span = mask_value(text, value);
  if (!value.quoted && text[span.end - 1] == '.') --span.end;
  return span;
}

/// `"AUTH" "x"`, `"requirepass" "x"`, `"--password" "x"`.
Span find_quoted_argument(std::string_view text, std::size_t at, std::size_t begin) {
  if (const Span span = find_protocol_password(text, at); !span.empty()) return span;
  const std::size_t end = at > 1 && text[at - 2] == '\\' ? at - 2 : at - 1;
  const std::string_view word = joined_word_before(text, end);
  if (is_option(text, word)) return find_option_value(text, word, end, begin);
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
  if (is_quote(text[at - 1])) {
    if (const Span span = find_value_as_password(text, at, begin); !span.empty()) return span;
    const std::size_t argument = skip_argument_name(text, begin);
    const bool follows = argument != begin || is_quote(text[begin]) || text[begin] == '\\';
    return follows ? find_quoted_argument(text, at, argument) : Span{};
  }
  const std::string_view word = joined_word_before(text, at);
  if (word.size() < 2) return {};
  if (is_any_of(word, {"bearer", "basic", "negotiate"})) return find_bare_scheme(text, word, begin);
  if (is_option(text, word)) return find_option_value(text, word, at, begin);
  if (const Span span = find_sql_value(text, word, at, begin); !span.empty()) return span;
  if (const Span span = find_command_password(text, word, at, begin); !span.empty()) return span;
  if (const Span span = find_positional_password(text, word, begin); !span.empty()) return span;
  if (const Span span = find_router_secret(text, word, begin); !span.empty()) return span;
  if (equal_ignoring_case(word, "password"))
    if (const Span span = find_password_with_user(text, at, begin); !span.empty()) return span;
  if (const Span span = find_value_before_name(text, at, begin); !span.empty()) return span;
  if (const Span span = find_value_as_password(text, at, begin); !span.empty()) return span;
  if (const Span span = find_spoken_pair(text, word, begin); !span.empty()) return span;
  if (is_any_of(word, {"is", "was", "to", "as", "ist", "lautet", "est", "es", "from"})) return find_value_after_verb(text, word, begin);
  return may_be_value(text, begin) ? find_value_after_name(text, at, begin) : Span{};
}

}  // namespace loglode::redaction

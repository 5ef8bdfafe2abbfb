// Secrets that a name gives away: `password=x`, `"token": "x"`, `--api-key x`, `Authorization: Bearer x`, `scheme://user:x@host`.
// Prose says the same names ("token expired", "Password: incorrect"), so what a blank follows must look like a secret itself.
#include <algorithm>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) { return lowered(a) == b; });
}

namespace {

bool is_name(char c) noexcept { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
bool ends_line(char c) noexcept { return c == '\n' || c == '\r'; }

constexpr std::string_view kEscapedAnd = "u0026";  // behind a backslash: how Go and Java write `&` in JSON

// --- names -------------------------------------------------------------------------------------------------------------------

enum class Name : unsigned char { none, secret, pass, signature, authorization, cookie };

/// Whether `name` ends in `first` + `second` with at most one of `_ - .` between them.
bool ends_in_words(std::string_view name, std::string_view first, std::string_view second) noexcept {
  if (!ends_ignoring_case(name, second)) return false;
  name.remove_suffix(second.size());
  if (!name.empty() && !is_alnum(name.back())) name.remove_suffix(1);
  return ends_ignoring_case(name, first);
}

/// Cursors of paged interfaces and names of a mechanism, not of a secret.
bool names_cursor(std::string_view name) noexcept {
  for (const std::string_view first :
       {"next", "page", "continuation", "continue", "sync", "resume", "cancellation", "cancel", "unexpected"})
    if (ends_in_words(name, first, "token")) return true;
  return false;
}

Name classify(std::string_view name) noexcept {
  if (name.size() < 3) return Name::none;
  for (const std::string_view word : {"password", "passwd", "passwrd", "passphrase", "passcode", "passkey", "pwd", "secret", "cvv", "cvc"})
    if (ends_ignoring_case(name, word)) return Name::secret;
  if (ends_ignoring_case(name, "token")) return names_cursor(name) ? Name::none : Name::secret;
  if (ends_ignoring_case(name, "key"))
    for (const std::string_view first : {"api", "secret", "access", "private", "auth", "encryption", "decryption", "signing", "account",
                                         "master", "shared", "subscription"})
      if (ends_in_words(name, first, "key")) return Name::secret;
  for (const std::string_view second : {"hash", "digest"})
    if (ends_in_words(name, "password", second) || ends_in_words(name, "passwd", second)) return Name::secret;
  if (ends_ignoring_case(name, "authorization")) return Name::authorization;
  if (ends_ignoring_case(name, "cookie")) return Name::cookie;
  if (ends_ignoring_case(name, "signature") || equal_ignoring_case(name, "sig")) return Name::signature;
  if (equal_ignoring_case(name, "pass") || ends_ignoring_case(name, "_pass") || ends_ignoring_case(name, "-pass")) return Name::pass;
  return Name::none;
}

/// The name that ends right before `end`, if it is one that matters.
std::string_view name_before(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && is_name(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin, end - begin);
  return begin > 0 && text[begin - 1] == '\\' && name.starts_with(kEscapedAnd) ? name.substr(kEscapedAnd.size()) : name;
}

// --- values ------------------------------------------------------------------------------------------------------------------

/// Between quotes, or up to what ends a bare value.
struct Value {
  std::size_t begin = 0, end = 0;  // quotes not included; `end` of a bare value looks at most kLookAhead characters ahead
  bool quoted = false;
};

bool ends_value(std::string_view text, std::size_t at) noexcept {
  const char c = text[at];
  if (static_cast<unsigned char>(c) <= ' ') return true;
  if (c == '\\')
    return at + 1 < text.size() &&
           (is_quote(text[at + 1]) || text[at + 1] == 'n' || text[at + 1] == 'r' || text.substr(at + 1, 5) == kEscapedAnd);
  return std::string_view{",;&\"'`<>)]}|"}.find(c) != std::string_view::npos;
}

std::size_t bare_end(std::string_view text, std::size_t at, std::size_t limit) noexcept {
  while (at < text.size() && at < limit && !ends_value(text, at)) ++at;
  return at;
}

/// `at` is behind the opening quote, which was escaped itself (JSON within JSON) or not.
std::size_t quoted_end(std::string_view text, std::size_t at, char quote, bool escaped) noexcept {
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (escaped && at + 1 < text.size() && text[at + 1] == quote) return at;
      ++at;
    } else if (text[at] == quote) {
      return at;
    }
  }
  return text.size();
}

Value read_value(std::string_view text, std::size_t at) noexcept {
  if (at + 1 < text.size() && text[at] == '[' && (is_quote(text[at + 1]) || text[at + 1] == '\\')) ++at;         // ["x"]
  const bool prefixed = at + 1 < text.size() && (text[at] == 'u' || text[at] == 'b') && is_quote(text[at + 1]);  // Python's u'x'
  if (prefixed) ++at;
  const bool escaped = at + 1 < text.size() && text[at] == '\\' && is_quote(text[at + 1]);
  if (escaped) ++at;
  if (at < text.size() && is_quote(text[at])) return {at + 1, quoted_end(text, at + 1, text[at], escaped), true};
  return {at, bare_end(text, at, at + kLookAhead), false};
}

/// Values that stand where a secret would, and are none.
bool is_placeholder(std::string_view value) noexcept {
  if (value.empty() || value.starts_with("[masked") || value.starts_with("${") || value.starts_with("{{") || value.starts_with("%("))
    return true;
  if (value.size() > 16) return false;
  for (const std::string_view word :
       {"null", "none", "nil", "undefined", "true",      "false",    "yes",       "no",       "?",       "{}",     "[]",    "%s",
        "%v",   "%d",   "%q",  "-",         "[redacted", "redacted", "[filtered", "filtered", "[hidden", "hidden", "(null", "n/a"})
    if (equal_ignoring_case(value, word)) return true;
  if (value.front() == '$') return std::all_of(value.begin() + 1, value.end(), is_digit);  // $1
  return std::all_of(value.begin(), value.end(), [](char c) { return c == '*' || c == 'x' || c == 'X' || c == '.' || c == '#'; });
}

/// PWD=/root is where a shell stands, not what opens a door.
bool is_folder(std::string_view value) noexcept {
  return value.starts_with('/') || value.starts_with('~') || (value.size() > 2 && value[1] == ':' && (value[2] == '\\' || value[2] == '/'));
}

bool joins_words(char c) noexcept { return std::string_view{"-._:/\\'()[]{}<>*,"}.find(c) != std::string_view::npos; }

/// Nothing that a sentence would have there: a piece of letters and digits, signs, case that no word has, or a long number.
bool looks_like_secret(std::string_view value) noexcept {
  if (value.size() < 4 || is_folder(value)) return false;
  std::size_t digits = 0, letters = 0, all_letters = 0, digits_longest = 0, signs = 0, case_changes = 0;
  bool mixed_piece = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_digit(c)) {
      digits_longest = std::max(digits_longest, ++digits);
    } else if (is_alpha(c)) {
      ++letters, ++all_letters;
      if (i > 0 && is_lower(value[i - 1]) && is_upper(c)) ++case_changes;
    } else if (joins_words(c)) {
      digits = letters = 0;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      ++signs;
    }
    mixed_piece = mixed_piece || (digits > 0 && letters > 0);
  }
  if (signs == 1 && std::string_view{"!?%=@"}.find(value.back()) != std::string_view::npos) --signs;  // punctuation
  if (all_letters == 0 && signs == 0) return digits_longest >= 6;
  return mixed_piece || signs > 0 || case_changes > 2;
}

Span mask_value(std::string_view text, const Value& value) noexcept {
  return {value.begin, value.quoted ? value.end : bare_end(text, value.end, text.size()), SecretKind::credential};
}

// --- headers -----------------------------------------------------------------------------------------------------------------

enum class Scheme : unsigned char { none, one_word, parameters };

Scheme scheme_of(std::string_view word) noexcept {
  for (const std::string_view one : {"bearer", "basic", "token", "negotiate", "ntlm", "apikey", "key", "bot", "sso-key", "splunk"})
    if (equal_ignoring_case(word, one)) return Scheme::one_word;
  for (const std::string_view many : {"digest", "aws4-hmac-sha256", "aws", "hawk", "oauth", "signature", "hmac", "sharedkey", "mac"})
    if (equal_ignoring_case(word, many)) return Scheme::parameters;
  return Scheme::none;
}

std::size_t line_end(std::string_view text, std::size_t at, char quote) noexcept {
  while (at < text.size() && !ends_line(text[at]) && (quote == 0 || text[at] != quote)) ++at;
  return at;
}

/// `[scheme] credentials`; the scheme stays readable. `quote` is what the whole header stands in, if anything.
Span mask_authorization(std::string_view text, std::size_t name_begin, std::size_t at) {
  Value value = read_value(text, at);
  const char around = name_begin > 0 && is_quote(text[name_begin - 1]) && !value.quoted ? text[name_begin - 1] : '\0';
  const std::size_t limit = value.quoted ? value.end : std::min(text.size(), value.begin + kLookAhead);
  std::size_t word_end = value.begin;
  while (word_end < limit && is_name(text[word_end])) ++word_end;
  const Scheme scheme = scheme_of(text.substr(value.begin, word_end - value.begin));
  std::size_t begin = word_end;
  while (begin < limit && (is_blank(text[begin]) || text[begin] == '+')) ++begin;
  if (scheme == Scheme::none || begin == word_end) {
    const std::string_view judged = text.substr(value.begin, std::min(value.end - value.begin, kLookAhead));
    return looks_like_secret(judged) && !is_placeholder(judged) ? mask_value(text, value) : Span{};
  }
  if (begin >= limit || is_placeholder(text.substr(begin, std::min(limit - begin, std::size_t{8})))) return {};
  if (value.quoted) return {begin, value.end, SecretKind::credential};
  const std::size_t end = scheme == Scheme::one_word ? bare_end(text, begin, text.size()) : line_end(text, begin, around);
  return {begin, end, SecretKind::credential};
}

bool is_cookie_value(char c) noexcept {
  return static_cast<unsigned char>(c) > ' ' && c != ';' && c != ',' && c != '"' && c != '\'' && c != '\\' && c != '}' && c != ']';
}

/// `name=value; name=value; Secure`. The names go as well: what is left of a cookie is of no use.
Span mask_cookie(std::string_view text, std::size_t at) {
  const Value value = read_value(text, at);
  std::size_t end = value.begin, pairs = 0;
  while (end < text.size()) {
    const std::size_t begin = end;
    std::size_t equals = std::string_view::npos;
    for (; end < text.size() && is_cookie_value(text[end]) && (equals != std::string_view::npos || end - begin < kLookAhead); ++end)
      if (text[end] == '=' && equals == std::string_view::npos && end > begin) equals = end;
    if (equals != std::string_view::npos) ++pairs;
    if (pairs == 0 || end == begin || end >= text.size() || text[end] != ';') break;
    ++end;
    while (end < text.size() && is_blank(text[end])) ++end;
  }
  while (end > value.begin && (is_blank(text[end - 1]) || text[end - 1] == ';')) --end;
  return pairs == 0 ? Span{} : Span{value.begin, end, SecretKind::credential};
}

// --- what stands between name and value --------------------------------------------------------------------------------------

struct Separator {
  std::size_t name_end = 0, value_begin = 0;
  bool colon = false;  // `:`, which prose has as well
  bool name_quoted = false;
};

/// `=`, `=>`, `:` with quotes, brackets and blanks around them; not `==`, `!=`, `::`.
bool read_separator(std::string_view text, std::size_t at, Separator& out) noexcept {
  const char sign = text[at];
  const char before = at > 0 ? text[at - 1] : '\0', after = at + 1 < text.size() ? text[at + 1] : '\0';
  if (sign == '=' && (after == '=' || before == '=' || before == '!' || before == '<' || before == '>')) return false;
  if (sign == ':' && (after == ':' || before == ':')) return false;
  if (sign == '>') return false;
  std::size_t end = at;
  while (end > 0 && at - end < 2 && is_blank(text[end - 1])) --end;
  const bool blank_before = end != at;
  const std::size_t closers = end;
  while (end > 0 && closers - end < 4 && (is_quote(text[end - 1]) || text[end - 1] == '\\' || text[end - 1] == ']')) --end;
  std::size_t value = at + 1;
  if (sign == '=' && after == '>') ++value;
  if (sign == ':' && after == '=') ++value;
  const bool blanks_allowed = sign == ':' || after == '>' || blank_before;
  while (blanks_allowed && value < text.size() && value - at < 4 && is_blank(text[value])) ++value;
  out = {end, value, sign == ':', end != closers && text[end] != ']'};
  return true;
}

constexpr std::size_t kSignatureMin = 20, kSignatureMinInQuery = 8;

/// `?sig=` and `&signature=` of a presigned URL; anywhere else `sig=` may be anything short.
std::size_t signature_min(std::string_view text, std::string_view name, const Separator& separator) noexcept {
  const std::size_t begin = separator.name_end - name.size();
  const bool whole = equal_ignoring_case(name, "sig") || equal_ignoring_case(name, "signature");
  const bool query = begin > 0 && std::string_view{"?&;6"}.find(text[begin - 1]) != std::string_view::npos;  // `&amp;` and kEscapedAnd too
  return whole && query && text[separator.name_end] == '=' ? kSignatureMinInQuery : kSignatureMin;
}

Span judge(std::string_view text, Name name, std::string_view word, const Separator& separator) {
  const Value value = read_value(text, separator.value_begin);
  const std::string_view judged = text.substr(value.begin, std::min(value.end - value.begin, kLookAhead));
  if (is_placeholder(judged) || (!value.quoted && is_folder(judged))) return {};
  if (name == Name::signature) {
    const std::size_t least = signature_min(text, word, separator);
    if (bare_end(text, value.begin, value.begin + least) - value.begin < least) return {};
  }
  const bool sure = name == Name::secret && (!separator.colon || (separator.name_quoted && value.quoted));
  if (!sure && !looks_like_secret(judged)) return {};
  return mask_value(text, value);
}

/// `<password>x</password>`
Span find_element(std::string_view text, std::size_t at) {
  const std::string_view name = name_before(text, at);
  if (name.empty() || name.size() == at) return {};
  const char opener = text[at - name.size() - 1];
  if ((opener != '<' && opener != ':') || classify(name) != Name::secret) return {};
  const std::size_t close = text.substr(0, at + 4 * kLookAhead).find("</", at + 1);
  if (close == std::string_view::npos || is_placeholder(text.substr(at + 1, close - at - 1))) return {};
  return {at + 1, close, SecretKind::credential};
}

}  // namespace

Span find_named_value(std::string_view text, std::size_t at) {
  if (text[at] == '>') return find_element(text, at);
  Separator separator;
  if (!read_separator(text, at, separator)) return {};
  const std::string_view word = name_before(text, separator.name_end);
  const Name name = classify(word);
  switch (name) {
    case Name::none:
      return {};
    case Name::authorization:
      return mask_authorization(text, separator.name_end - word.size(), separator.value_begin);
    case Name::cookie:
      return mask_cookie(text, separator.value_begin);
    default:
      return judge(text, name, word, separator);
  }
}

namespace {

/// `Bearer x` and `Basic x` without the header's name.
Span find_bare_scheme(std::string_view text, std::string_view word, std::size_t begin) {
  const bool bearer = equal_ignoring_case(word, "bearer");
  if (!bearer && !equal_ignoring_case(word, "basic")) return {};
  const auto is_token = [](char c) { return is_alnum(c) || std::string_view{"-._~+/="}.find(c) != std::string_view::npos; };
  std::size_t end = begin;
  while (end < text.size() && is_token(text[end])) ++end;
  while (end > begin && text[end - 1] == '.') --end;
  const std::string_view token = text.substr(begin, std::min(end - begin, kLookAhead));
  const bool padded =
      token.size() % 4 == 0 && std::any_of(token.begin(), token.end(), is_upper) && std::any_of(token.begin(), token.end(), is_lower);
  const bool secret = bearer ? token.size() >= 16 && looks_like_secret(token) : token.size() >= 8 && padded && looks_like_secret(token);
  return secret ? Span{begin, end, SecretKind::credential} : Span{};
}

/// `password is x`: a sentence, so x must look like a secret, quoted or not.
Span find_value_after_is(std::string_view text, std::size_t verb, std::size_t begin) {
  std::size_t end = verb;
  while (end > 0 && verb - end < 2 && is_blank(text[end - 1])) --end;
  const std::string_view name = name_before(text, end);
  bool named = false;
  for (const std::string_view word : {"password", "passwd", "passphrase", "passcode", "pwd"})
    named = named || ends_ignoring_case(name, word);
  if (!named || end == verb) return {};
  const Value value = read_value(text, begin);
  const std::string_view judged = text.substr(value.begin, std::min(value.end - value.begin, kLookAhead));
  if (is_placeholder(judged) || !looks_like_secret(judged)) return {};
  Span span = mask_value(text, value);
  if (!value.quoted && text[span.end - 1] == '.') --span.end;  // of the sentence
  return span;
}

bool is_option(std::string_view text, std::size_t name_begin) noexcept {
  return name_begin < text.size() && text[name_begin] == '-' && (name_begin == 0 || !is_alnum(text[name_begin - 1]));
}

}  // namespace

Span find_value_after_blank(std::string_view text, std::size_t at) {
  if (at == 0 || !is_alpha(text[at - 1])) return {};
  std::size_t begin = at;
  while (begin < text.size() && begin - at < 2 && is_blank(text[begin])) ++begin;
  if (begin == text.size() || is_blank(text[begin])) return {};
  const char last = lowered(text[at - 1]);
  if (last == 'r' || last == 'c') return find_bare_scheme(text, name_before(text, at), begin);
  if (std::string_view{"dentysy"}.find(last) == std::string_view::npos) return {};
  const std::string_view word = name_before(text, at);
  if (equal_ignoring_case(word, "is") || equal_ignoring_case(word, "was")) return find_value_after_is(text, at - word.size(), begin);
  const bool quoted = is_quote(text[begin]);
  const bool sql = quoted && (equal_ignoring_case(word, "password") ||
                              (equal_ignoring_case(word, "by") && at > 13 && equal_ignoring_case(text.substr(at - 13, 10), "identified")));
  const Name name = sql ? Name::secret : classify(word);
  if (name != Name::secret && name != Name::pass) return {};
  if (!sql && (!is_option(text, at - word.size()) || text[begin] == '-')) return {};
  const Value value = read_value(text, begin);
  const std::string_view judged = text.substr(value.begin, std::min(value.end - value.begin, kLookAhead));
  if (is_placeholder(judged) || (!value.quoted && is_folder(judged))) return {};
  return mask_value(text, value);
}

Span find_url_password(std::string_view text, std::size_t at) {
  constexpr std::size_t kAuthorityMax = 1024;
  const std::size_t begin = at + 3;
  std::size_t colon = std::string_view::npos, sign = std::string_view::npos, end = begin;
  for (; end < text.size() && end - begin < kAuthorityMax; ++end) {
    const char c = text[end];
    if (static_cast<unsigned char>(c) <= ' ' || std::string_view{"/?#\"'<>"}.find(c) != std::string_view::npos) break;
    if (c == ':' && colon == std::string_view::npos) colon = end;
    if (c == '@') sign = end;
  }
  if (sign == std::string_view::npos) return {};
  const bool has_password = colon != std::string_view::npos && colon < sign;
  const std::size_t from = has_password ? colon + 1 : begin;
  const std::string_view secret = text.substr(from, sign - from);
  if (is_placeholder(secret) || text.substr(begin, from - begin).ends_with("[masked:") ||
      (!has_password && (secret.size() < 16 || !looks_like_secret(secret))))
    return {};
  return {from, sign, SecretKind::credential};
}

Span find_dsn_password(std::string_view text, std::size_t at, std::size_t floor) {
  const std::string_view after = text.substr(at + 1, 5);
  if (!after.starts_with("tcp(") && !after.starts_with("unix(")) return {};
  const std::size_t lowest = std::max(floor, at > kLookBack ? at - kLookBack : 0);
  std::size_t colon = at;
  while (colon > lowest && text[colon - 1] != ':' && static_cast<unsigned char>(text[colon - 1]) > ' ') --colon;
  if (colon == lowest || text[colon - 1] != ':' || is_placeholder(text.substr(colon, at - colon))) return {};
  if (text.substr(0, colon).ends_with("[masked:")) return {};
  return {colon, at, SecretKind::credential};
}

}  // namespace loglode::redaction

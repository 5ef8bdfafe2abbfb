#include "parse/redact/headers.h"

#include <algorithm>

#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

enum class Scheme : unsigned char { none, one_word, parameters };

Scheme scheme_of(std::string_view word) noexcept {
  for (const std::string_view one :
       {"bearer", "basic", "token", "negotiate", "ntlm", "apikey", "api-key", "key", "bot", "sso-key", "splunk", "kerberos", "jwt", "dpop"})
    if (equal_ignoring_case(word, one)) return Scheme::one_word;
  for (const std::string_view many : {"digest", "aws4-hmac-sha256", "aws", "hawk", "oauth", "signature", "hmac", "sharedkey", "mac",
                                      "hmac-sha256", "scram-sha-256", "scram-sha-1", "vapid", "apikeyauth"})
    if (equal_ignoring_case(word, many)) return Scheme::parameters;
  return Scheme::none;
}

std::size_t line_end(std::string_view text, std::size_t at, char quote) noexcept {
  while (at < text.size() && !ends_line(text[at]) && (quote == 0 || text[at] != quote)) ++at;
  return at;
}

bool is_scheme_letter(char c) noexcept { return is_word(c) || c == '-' || c == '.'; }

/// Of Kerberos and NTLM, base64 in one piece.
Span mask_exchange(std::string_view text, std::string_view scheme, std::size_t begin) noexcept {
  constexpr std::size_t kTokenMin = 16;
  if (!is_any_of(scheme, {"negotiate", "ntlm", "kerberos"})) return {};
  const std::size_t end = bare_end(text, begin, text.size());
  return end - begin < kTokenMin ? Span{} : Span{begin, end, SecretKind::credential};
}

bool is_cookie_value(char c) noexcept { return static_cast<unsigned char>(c) > ' ' && !is_one_of(c, ";,\"'\\}]"); }

}  // namespace

Span mask_authorization(std::string_view text, bool challenge, std::size_t name_begin, std::size_t at) {
  Value value = read_value(text, at);
  const char around = name_begin > 0 && is_quote(text[name_begin - 1]) && !value.quoted ? text[name_begin - 1] : '\0';
  const std::size_t limit = value.quoted ? value.end : std::min(text.size(), value.begin + kLookAhead);
  std::size_t word_end = value.begin;
  while (word_end < limit && is_scheme_letter(text[word_end])) ++word_end;
  const std::string_view word = text.substr(value.begin, word_end - value.begin);
  const Scheme scheme = scheme_of(word);
  std::size_t begin = word_end;
  while (begin < limit && (is_blank(text[begin]) || text[begin] == '+')) ++begin;
  if (challenge) return begin == word_end ? Span{} : mask_exchange(text, word, begin);
  if (scheme == Scheme::none || begin == word_end) {
    const std::string_view judged = beginning_of(text, value);
    return looks_like_secret(judged) && !is_placeholder(judged) ? mask_value(text, value) : Span{};
  }
  if (begin >= limit || is_placeholder(text.substr(begin, std::min(limit - begin, std::size_t{8})))) return {};
  if (value.quoted) return {begin, value.end, SecretKind::credential};
  const std::size_t end = scheme == Scheme::one_word ? bare_end(text, begin, text.size()) : line_end(text, begin, around);
  return {begin, end, SecretKind::credential};
}

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

Span find_bare_scheme(std::string_view text, std::string_view word, std::size_t begin) {
  const bool bearer = is_any_of(word, {"bearer", "negotiate"});
  if (!bearer && !equal_ignoring_case(word, "basic")) return {};
  const auto is_token = [](char c) { return is_alnum(c) || is_one_of(c, "-._~+/="); };
  std::size_t end = begin;
  while (end < text.size() && is_token(text[end])) ++end;
  while (end > begin && text[end - 1] == '.') --end;
  const std::string_view token = text.substr(begin, std::min(end - begin, kLookAhead));
  const bool padded =
      token.size() % 4 == 0 && std::any_of(token.begin(), token.end(), is_upper) && std::any_of(token.begin(), token.end(), is_lower);
  constexpr std::size_t kShort = 16, kShortest = 8;  // a short one must be what no word is, and no number: `bearer 0x1a2b3c4d`
  const bool made = token.size() < kShort ? looks_like_key(token, kShortest) && !token.starts_with("0x") : looks_like_secret(token);
  const bool secret = made && (bearer || (token.size() >= kShortest && padded && looks_like_secret(token)));
  return secret ? Span{begin, end, SecretKind::credential} : Span{};
}

}  // namespace loglode::redaction

// Passwords as systems store them: `$6$salt$hash`, `{SSHA}…`, `*2470C0…`, `SCRAM-SHA-256$…`. They can be guessed offline, so they leave as
// little as the passwords do. Digests of anything else are names of things and stay.
#include <algorithm>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

bool is_hash_letter(char c) noexcept { return is_alnum(c) || is_one_of(c, "./+=$,-_:"); }

/// `$id$`: the schemes of crypt(3) and of frameworks.
bool is_scheme(std::string_view id) noexcept {
  return is_any_of(id, {"1",
                        "2",
                        "2a",
                        "2b",
                        "2x",
                        "2y",
                        "5",
                        "6",
                        "7",
                        "8",
                        "9",
                        "y",
                        "gy",
                        "md5",
                        "sha1",
                        "apr1",
                        "argon2",
                        "argon2i",
                        "argon2d",
                        "argon2id",
                        "scrypt",
                        "s2",
                        "pbkdf2",
                        "pbkdf2-sha1",
                        "pbkdf2-sha256",
                        "pbkdf2-sha512",
                        "bcrypt-sha256",
                        "p",
                        "h",
                        "s"});
}

std::size_t hash_end(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at, colons = 0;
  for (; end < text.size() && is_hash_letter(text[end]); ++end)
    if (text[end] == ':' && (colons++ == 0)) break;  // of a line of /etc/shadow
  while (end > at && is_one_of(text[end - 1], ".,:-")) --end;
  return end;
}

/// `pbkdf2_sha256$260000$salt$hash`, `SCRAM-SHA-256$4096:…`: from the scheme's name on; `at` is on its `$`.
Span find_framework_hash(std::string_view text, std::size_t at) {
  constexpr std::size_t kBodyMin = 30;
  std::size_t begin = at;
  while (begin > 0 && at - begin < 20 && (is_word(text[begin - 1]) || text[begin - 1] == '-')) --begin;
  const std::string_view scheme = text.substr(begin, at - begin);
  if (!is_any_of(scheme, {"pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512", "bcrypt_sha256", "bcrypt", "argon2", "scrypt", "scram-sha-1",
                          "scram-sha-256", "scram-sha-512", "sha1", "md5"}))
    return {};
  std::size_t end = at;
  while (end < text.size() && is_hash_letter(text[end])) ++end;
  return end - at < kBodyMin ? Span{} : Span{begin, end, SecretKind::hash};
}

Span find_crypt(std::string_view text, std::size_t at) {
  constexpr std::size_t kIdMax = 16, kBodyMin = 20;
  if (at > 0 && is_word(text[at - 1])) return find_framework_hash(text, at);
  const std::size_t close = text.substr(0, std::min(text.size(), at + kIdMax)).find('$', at + 1);
  if (close == std::string_view::npos || !is_scheme(text.substr(at + 1, close - at - 1))) return {};
  const std::size_t end = hash_end(text, close + 1);
  return end - close < kBodyMin ? Span{} : Span{at, end, SecretKind::hash};
}

/// `{SSHA}base64` of LDAP.
Span find_ldap(std::string_view text, std::size_t at) {
  const std::size_t close = text.substr(0, std::min(text.size(), at + 20)).find('}', at);
  if (close == std::string_view::npos) return {};
  if (!is_any_of(text.substr(at + 1, close - at - 1), {"ssha", "sha", "smd5", "md5", "crypt", "ssha256", "ssha512", "sha256", "sha512",
                                                       "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512", "bcrypt", "argon2"}))
    return {};
  const std::size_t end = hash_end(text, close + 1);
  return end - close < 16 ? Span{} : Span{at, end, SecretKind::hash};
}

/// MySQL's `*` and forty upper-case hexadecimal digits.
Span find_mysql(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (is_digit(text[end]) || (text[end] >= 'A' && text[end] <= 'F'))) ++end;
  return end - at == 41 && (end >= text.size() || !is_word(text[end])) ? Span{at, end, SecretKind::hash} : Span{};
}

}  // namespace

Span find_password_hash(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '$':
      return find_crypt(text, at);
    case '{':
      return find_ldap(text, at);
    default:
      return find_mysql(text, at);
  }
}

}  // namespace loglode::redaction

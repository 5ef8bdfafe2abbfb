// Secrets in URLs and connection strings: `scheme://user:x@host`, `user:x@tcp(host)`, `jdbc:oracle:thin:user/x@host`, web hooks.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kAuthorityMax = 1024;
constexpr std::size_t kTokenMin = 16;  // of what stands in place of user and password

bool ends_url(char c) noexcept { return static_cast<unsigned char>(c) <= ' ' || is_one_of(c, "\"'<>`"); }
bool is_host_letter(char c) noexcept { return is_alnum(c) || is_one_of(c, ".-_") || is_wide(c); }

bool is_port(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

/// `host`, `host:port`, `[::1]:port`, `//host` begins at `at`, and what a URL has behind a host follows.
bool begins_host(std::string_view text, std::size_t at) noexcept {
  if (text.substr(at, 2) == "//") at += 2;
  if (at < text.size() && text[at] == '[') return true;
  std::size_t end = at;
  while (end < text.size() && end - at < 256 && is_host_letter(text[end])) ++end;
  if (end == at) return end < text.size() && is_one_of(text[end], "/(");  // a socket: `@/db`
  if (end < text.size() && text[end] == ':') {
    std::size_t port = end + 1;
    while (port < text.size() && is_digit(text[port])) ++port;
    if (port - end > 6) return false;
    end = port;
  }
  return end >= text.size() || ends_url(text[end]) || is_one_of(text[end], "/?#,;:)]}(|&\\");
}

/// An address or a name with dots, as hosts have and users seldom.
bool looks_like_host(std::string_view name) noexcept {
  return name == "localhost" || name.find('.') != std::string_view::npos || name.starts_with("[");
}

/// `nginx:1.25@sha256:…`
bool is_image_digest(std::string_view text, std::size_t sign) noexcept {
  const std::string_view after = text.substr(sign + 1, 7);
  return after == "sha256:" || after == "sha512:";
}

struct Authority {
  std::size_t colon = std::string_view::npos, sign = std::string_view::npos;
};

/// Up to the first `/ ? #`, as the grammar of URLs says.
Authority read_authority(std::string_view text, std::size_t begin) noexcept {
  Authority out;
  const std::size_t address = text.substr(begin, 1) == "[" ? text.substr(0, std::min(text.size(), begin + 64)).find(']', begin) : begin;
  for (std::size_t at = std::min(address, text.size()); at < text.size() && at - begin < kAuthorityMax; ++at) {
    const char c = text[at];
    if (ends_url(c) || is_one_of(c, "/?#")) break;
    if (c == ':' && out.colon == std::string_view::npos) out.colon = at;
    if (c == '@') out.sign = at;
    if (c == ',' && out.sign != std::string_view::npos) break;  // another host of the list
  }
  return out;
}

/// `3306` and `3306,other:3306`
bool begins_port(std::string_view text) noexcept { return is_port(text.substr(0, text.find(','))); }

/// People forget to encode `/ ? #` in a password: the grammar then sees no user part, but a port that is no number.
Authority read_loose_authority(std::string_view text, std::size_t begin, std::size_t colon) noexcept {
  const std::size_t stop = text.substr(0, std::min(text.size(), begin + kAuthorityMax)).find_first_of("/?#", colon);
  if (stop == std::string_view::npos || begins_port(text.substr(colon + 1, stop - colon - 1)) || stop == colon + 1) return {};
  Authority out{colon};
  for (std::size_t at = colon + 1; at < text.size() && at - begin < kAuthorityMax && !ends_url(text[at]); ++at) {
    if (text.substr(at, 3) == "://") break;
    if (text[at] == '@' && begins_host(text, at + 1)) out.sign = at;
  }
  return out;
}

/// Words that stand in place of a password where the user is the token.
bool is_no_password(std::string_view word) noexcept {
  return word.empty() || is_any_of(word, {"x-oauth-basic", "x-token-auth", "oauth2", "x", "unused", "api_token", "nopass"});
}

}  // namespace

Span find_url_password(std::string_view text, std::size_t at) {
  const std::size_t begin = at + 3;
  Authority authority = read_authority(text, begin);
  if (authority.sign == std::string_view::npos && authority.colon != std::string_view::npos)
    authority = read_loose_authority(text, begin, authority.colon);
  const std::size_t sign = authority.sign;
  if (sign == std::string_view::npos || is_image_digest(text, sign)) return {};
  const bool has_password = authority.colon != std::string_view::npos && authority.colon < sign;
  const std::string_view user = text.substr(begin, (has_password ? authority.colon : sign) - begin);
  if (user.ends_with("[masked")) return {};
  const std::string_view password = has_password ? text.substr(authority.colon + 1, sign - authority.colon - 1) : std::string_view{};
  if (is_no_password(password) || !has_password)
    return user.size() >= kTokenMin && looks_like_secret(user) && !is_placeholder(user)
               ? Span{begin, begin + user.size(), SecretKind::credential}
               : Span{};
  if (is_placeholder(password) || (is_port(password) && looks_like_host(user))) return {};
  return {authority.colon + 1, sign, SecretKind::credential};
}

namespace {

/// `user:x@tcp(host)`: between the colon and the `@` at `at`.
Span find_driver_password(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  std::size_t colon = at;
  while (colon > lowest && text[colon - 1] != ':' && static_cast<unsigned char>(text[colon - 1]) > ' ') --colon;
  if (colon == lowest || text[colon - 1] != ':' || is_placeholder(text.substr(colon, at - colon))) return {};
  if (text.substr(0, colon).ends_with("[masked:")) return {};
  return {colon, at, SecretKind::credential};
}

/// Where the word that holds the `@` at `at` begins.
std::size_t word_begin(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  std::size_t begin = at;
  while (begin > lowest && !ends_url(text[begin - 1]) && !is_one_of(text[begin - 1], "=([{,;|")) --begin;
  return begin;
}

/// `connecting as bob/x@ORCL`, `userid=bob/x@orcl`; not `connected as nn/host12@EXAMPLE.COM` of Kerberos.
bool connects_as(std::string_view text, std::size_t begin, std::size_t at) noexcept {
  if (begin > 0 && text[begin - 1] == '=') return is_any_of(word_before(text, begin - 1), {"userid", "logon"});
  std::string_view word = word_before(text, begin);
  if (!is_any_of(word, {"as", "connect", "connecting", "logon"})) return false;
  if (equal_ignoring_case(word, "as")) word = word_before(text, static_cast<std::size_t>(word.data() - text.data()));
  if (!is_any_of(word, {"connect", "connecting", "connected", "logon"})) return false;
  std::size_t end = at + 1;
  while (end < text.size() && end - at < kLookBack && is_word(text[end])) ++end;
  const std::string_view login = text.substr(begin, at - begin), secret = login.substr(std::min(login.find('/'), login.size()));
  return text.substr(end, 1) != "." && secret.size() > 1 && looks_like_secret(secret.substr(1));
}

/// `jdbc:oracle:thin:app/x@//host`, `sqlplus app/x@shop`, `expdp system/x@db`.
Span find_oracle_password(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  const std::size_t begin = word_begin(text, at, lowest);
  const std::string_view word = text.substr(begin, at - begin);
  const std::size_t driver = std::max(word.rfind("thin:") + 5, word.rfind("oci:") + 4);
  const bool jdbc = word.find("thin:") != std::string_view::npos || word.find("oci:") != std::string_view::npos;
  const bool tool = is_any_of(word_before(text, begin), {"sqlplus", "expdp", "impdp", "exp", "imp", "sqlldr", "rman", "tnsping", "sql"});
  if (!jdbc && !tool && !connects_as(text, begin, at)) return {};
  const std::size_t from = jdbc && driver < word.size() ? driver : 0;
  const std::size_t slash = word.find('/', from);
  if (slash == std::string_view::npos || slash == from || is_placeholder(word.substr(slash + 1))) return {};
  return {begin + slash + 1, at, SecretKind::credential};
}

/// `lookup bob:x@db`, `dial tcp: address bob:x@db`: what stands there is an address, so that a colon and an `@` divide nothing else.
bool names_address(std::string_view text, std::size_t begin) noexcept {
  std::string_view word = word_before(text, begin);
  if (word.empty() && begin > 1 && text.substr(begin - 2, 2) == ": ") word = word_before(text, begin - 2);
  if (equal_ignoring_case(word, "to")) {
    word = word_before(text, static_cast<std::size_t>(word.data() - text.data()));
    return is_any_of(word, {"connect", "connecting", "connected", "reconnecting", "dial"});
  }
  return is_any_of(word, {"lookup", "dial", "dialing", "resolve", "resolving", "getaddrinfo", "dsn"});
}

/// `bob:x@proxy.example.com:3128` without a scheme. What is no password: `git@host:path`, `image:tag@digest`, `12:30@web1`.
Span find_bare_password(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  constexpr std::size_t kPasswordMin = 4;
  const std::size_t begin = word_begin(text, at, lowest);
  const std::string_view word = text.substr(begin, at - begin);
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0 || word.starts_with("masked:") || !is_alpha(word.front()) || is_image_digest(text, at))
    return {};
  if (!std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(colon),
                   [](char c) { return is_word(c) || is_one_of(c, ".-"); }))
    return {};
  const std::string_view password = word.substr(colon + 1);
  if (names_address(text, begin) && password.find(':') == std::string_view::npos && !is_placeholder(password) && begins_host(text, at + 1))
    return password.empty() || password.starts_with("//") ? Span{} : Span{begin + colon + 1, at, SecretKind::credential};
  if (password.find_first_of("0123456789!#$%^&+?~") == std::string_view::npos) return {};
  if (password.size() < kPasswordMin || password.find("//") != std::string_view::npos || !looks_like_secret(password) ||
      is_placeholder(password))
    return {};
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 256 && (is_alnum(text[end]) || is_one_of(text[end], ".-"))) ++end;
  const std::string_view host = text.substr(at + 1, end - at - 1);
  if (host.empty()) return {};
  const bool named = looks_like_host(host) && (is_alpha(host.back()) || host.back() == '.');
  const bool address = is_digit(host.front()) && std::count(host.begin(), host.end(), '.') == 3;
  std::size_t behind = end;
  while (behind < text.size() && behind - end < 7 && (behind == end ? text[behind] == ':' : is_digit(text[behind]))) ++behind;
  const bool port =
      behind - end >= 3 && behind - end <= 6 && is_alpha(host.front()) && (behind == text.size() || is_one_of(text[behind], "/ \t?#"));
  return named || address || port ? Span{begin + colon + 1, at, SecretKind::credential} : Span{};
}

}  // namespace

Span find_dsn_password(std::string_view text, std::size_t at, std::size_t floor) {
  const std::size_t lowest = std::max(floor, at > kLookBack ? at - kLookBack : 0);
  const std::string_view after = text.substr(at + 1, 5);
  if (after.starts_with("tcp(") || after.starts_with("unix(")) return find_driver_password(text, at, lowest);
  if (const Span span = find_oracle_password(text, at, lowest); !span.empty()) return span;
  const Span password = find_bare_password(text, at, lowest), email = find_email(text, at, floor);
  return email.empty() || (!password.empty() && password.begin < email.begin) ? password : email;
}

namespace {

bool is_path_letter(char c) noexcept { return is_alnum(c) || is_one_of(c, "-_.~%@:"); }

/// `hooks.slack.com`, `discord.com/api/webhooks`, `outlook.office.com/webhook`: a part of host or path that says what the rest is.
bool ends_in_hook(std::string_view before) noexcept {
  for (const std::string_view word : {"/webhooks",
                                      "/webhook",
                                      "/webhookb2",
                                      "/hooks",
                                      "/hook",
                                      "/hooks/catch",
                                      "/with/key",
                                      "/incoming-webhook",
                                      "hooks.slack.com/services",
                                      "hooks.slack.com/workflows",
                                      "hooks.slack.com/triggers",
                                      "/incomingwebhook",
                                      "api.telegram.org",
                                      "/robot/send",
                                      "events.pagerduty.com/integration",
                                      "/password/reset",
                                      "/reset/password",
                                      "/reset-password",
                                      "/password-reset",
                                      "/reset_password",
                                      "/password_reset",
                                      "/resetpassword",
                                      "/forgot-password",
                                      "/set-password",
                                      "/magic-link"})
    if (ends_ignoring_case(before, word)) return true;
  return false;
}

/// A part of a path that nobody typed.
bool is_hook_token(std::string_view part) noexcept {
  if (starts_ignoring_case(part, "bot") && part.find(':') != std::string_view::npos) part.remove_prefix(part.find(':') + 1);
  const auto digits = std::count_if(part.begin(), part.end(), is_digit), upper = std::count_if(part.begin(), part.end(), is_upper);
  if (is_uuid(part)) return true;
  if (part.find('.') != std::string_view::npos || digits < 2) return false;
  return looks_like_key(part, 16) || (part.size() >= 8 && upper >= 3 && std::none_of(part.begin(), part.end(), is_lower));
}

}  // namespace

Span find_hook_secret(std::string_view text, std::size_t at) {
  if (at == 0 || !is_alnum(text[at - 1]) || !ends_in_hook(text_before(text, at))) return {};
  std::size_t begin = at + 1;
  while (begin < text.size() && begin - at < kAuthorityMax) {
    std::size_t end = begin;
    while (end < text.size() && end - begin < kAuthorityMax && is_path_letter(text[end])) ++end;
    const std::string_view part = text.substr(begin, end - begin);
    if (is_hook_token(part)) {
      while (end < text.size() && end - begin < kAuthorityMax && (is_path_letter(text[end]) || text[end] == '/')) ++end;
      while (end > begin && is_one_of(text[end - 1], ".:/")) --end;
      return {begin, end, SecretKind::key};
    }
    if (end >= text.size() || text[end] != '/') return {};
    begin = end + 1;
  }
  return {};
}

}  // namespace loglode::redaction

// User and password in one word, where the words before tell that it is one: `Login incorrect: [bob/x]`, `login ok: bob:x`,
// `credentials bob / x`, `host:5432:shop:bob:x` of .pgpass.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kOutcomeMax = 64;

/// `login ok`, `Login incorrect (pap: no match)`: what a server says of a login stands before `at`.
bool tells_login(std::string_view text, std::size_t at) noexcept {
  const std::string_view before = text_before(text, at, kOutcomeMax);
  std::size_t login = before.size();
  for (std::size_t i = 0; i + 6 < before.size(); ++i)
    if (lowered(before[i]) == 'l' && starts_ignoring_case(before.substr(i), "login ")) login = i + 6;
  for (const std::string_view outcome : {"ok", "incorrect", "attempt", "failed", "invalid", "succeeded"})
    if (login < before.size() && starts_ignoring_case(before.substr(login), outcome)) return true;
  return false;
}

/// The x of `bob:x`, `bob/x`, `bob / x` at `begin`, when it looks like a secret.
Span find_pair(std::string_view text, std::size_t begin) noexcept {
  constexpr std::size_t kSecretMin = 6;
  if (begin >= text.size() || !is_alpha(text[begin])) return {};
  std::size_t end = begin;
  while (end < text.size() && end - begin < kLookBack && (is_word(text[end]) || is_one_of(text[end], ".-\\@"))) ++end;
  const bool apart = text.substr(end, 3) == " / " || text.substr(end, 3) == " : ";
  if (!apart && (end >= text.size() || !is_one_of(text[end], ":/"))) return {};
  const Value value = read_value(text, end + (apart ? 3 : 1));
  std::string_view judged = beginning_of(text, value);
  while (!judged.empty() && is_one_of(judged.back(), ".,;")) judged.remove_suffix(1);
  if (value.reference || value.quoted || is_placeholder(judged) || judged.size() < kSecretMin || !looks_like_secret(judged)) return {};
  return {value.begin, value.begin + judged.size()};
}

}  // namespace

Span find_login_pair(std::string_view text, std::size_t at) {
  if (!tells_login(text, at)) return {};
  if (text[at] == ':') return find_pair(text, at + 2);
  const std::size_t close = text.substr(0, std::min(text.size(), at + kLookAhead)).find(']', at);
  const std::size_t slash = text.find('/', at);
  if (close == std::string_view::npos || slash >= close || slash == at + 1 || slash + 1 == close) return {};
  const std::string_view value = text.substr(slash + 1, close - slash - 1);
  const bool address = value.find('.') != std::string_view::npos && value.find_first_not_of("0123456789.") == std::string_view::npos;
  return address || value.front() == '<' || value.front() == '[' || is_placeholder(value) ||
                 text.substr(at, close - at).find(' ') != std::string_view::npos
             ? Span{}
             : Span{slash + 1, close, SecretKind::credential};
}

Span find_spoken_pair(std::string_view text, std::string_view word, std::size_t begin) {
  const bool basic = is_any_of(word, {"basic_auth", "basic-auth", "basicauth", "userpass", "user-pass"}) ||
                     (equal_ignoring_case(word, "auth") &&
                      equal_ignoring_case(word_before(text, static_cast<std::size_t>(word.data() - text.data())), "basic"));
  return basic || is_any_of(word, {"credentials", "credential", "creds"}) ? find_pair(text, begin) : Span{};
}

Span find_pgpass_password(std::string_view text, std::size_t at) {
  constexpr std::size_t kFieldMax = 64, kPasswordMin = 4;
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 7 && (is_digit(text[end]) || text[end] == '*')) ++end;
  const std::string_view port = text.substr(at + 1, end - at - 1);
  const bool known = port == "*" || port == "6432" || (port.size() == 4 && port.starts_with("543"));
  if (at == 0 || static_cast<unsigned char>(text[at - 1]) <= ' ' || text[at - 1] == ':' || text.substr(end, 1) != ":") return {};
  if (!known && text_before(text, at, kLookAhead).find("pgpass") == std::string_view::npos) return {};
  std::size_t user = 0;
  for (int fields = 0; fields < 2; ++fields) {
    user = ++end;
    while (end < text.size() && end - user < kFieldMax && (is_word(text[end]) || is_one_of(text[end], ".-*@\\$"))) ++end;
    if (end == user || text.substr(end, 1) != ":") return {};
  }
  const std::size_t begin = end + 1;
  while (++end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && !is_quote(text[end])) {}
  return is_alpha(text[user]) && end - begin >= kPasswordMin && !is_placeholder(text.substr(begin, end - begin))
             ? Span{begin, std::min(end, text.size())}
             : Span{};
}

}  // namespace loglode::redaction

#include "parse/redact/protocol_command.h"

#include <algorithm>
#include <array>

#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kArgumentsMax = 3;

struct Arguments {
  std::array<Value, kArgumentsMax> items{};
  std::size_t count = 0;
};

/// Words or quoted words up to the line's end; more than kArgumentsMax are not looked at.
Arguments read_arguments(std::string_view text, std::size_t at) noexcept {
  Arguments out;
  while (out.count < kArgumentsMax && at < text.size() && !ends_line(text[at])) {
    const Value value = read_value(text, at);
    if (value.end <= value.begin) break;
    out.items[out.count++] = value;
    at = value.end;
    if (value.quoted && at < text.size() && text[at] == '\\') ++at;
    if (value.quoted) ++at;
    const std::size_t gap = at;
    while (at < text.size() && at - gap < 4 && (is_blank(text[at]) || text[at] == ',')) ++at;
    if (at == gap) break;
  }
  return out;
}

/// Whether one of `words` stands in the last few words before `at`.
bool speaks_of(std::string_view text, std::size_t at, std::initializer_list<std::string_view> words) noexcept {
  const std::string_view before = text_before(text, at, 96);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char first = lowered(before[i]);
    for (const std::string_view word : words)
      if (word.front() == first && starts_ignoring_case(before.substr(i), word)) return true;
  }
  return false;
}

bool is_base64(std::string_view value) noexcept {
  return value.size() >= 8 && value.size() % 4 == 0 && std::any_of(value.begin(), value.end(), is_upper) &&
         std::any_of(value.begin(), value.end(), is_lower) &&
         std::all_of(value.begin(), value.end(), [](char c) { return is_alnum(c) || is_one_of(c, "+/="); });
}

Span mask_argument(std::string_view text, const Value& value, bool sure) noexcept {
  const std::string_view judged = beginning_of(text, value);
  if (is_placeholder(judged) || is_folder(judged) || (!sure && !looks_like_secret(judged))) return {};
  return mask_value(text, value);
}

/// Test runners say PASS as well: `PASS src/app.test.js`, `PASS 12 tests`.
Span find_pass(std::string_view text, std::size_t command, const Arguments& arguments) {
  if (arguments.count != 1) return {};
  const Value& value = arguments.items[0];
  const std::string_view judged = beginning_of(text, value);
  const bool spoken =
      speaks_of(text, command, {"ftp", "pop3", "pop ", "irc", "command", "cmd", "client", "c:", "> ", "< ", "send", "recv"});
  const bool quoted = command > 0 && is_quote(text[command - 1]) && value.end < text.size() && text[value.end] == text[command - 1];
  const bool begins = command == 0 || ends_line(text[command - 1]);
  if (judged.find_first_of("/\\") != std::string_view::npos && !spoken) return {};
  if (spoken || quoted)
    return mask_argument(text, value, spoken && !is_any_of(judged, {"command", "required", "failed", "ok", "rejected"}));
  const bool alone = begins && judged.find_first_of("_.:-") == std::string_view::npos;
  return alone ? mask_argument(text, value, false) : Span{};
}

/// `AUTH x`, `AUTH bob x`, `AUTH PLAIN dGVzdA==`.
Span find_auth(std::string_view text, std::size_t command, const Arguments& arguments, bool quoted) {
  if (arguments.count == 0) return {};
  const bool redis = speaks_of(text, command, {"redis", "\"hello\"", "hello 3", "cluster", "sentinel"});
  const std::string_view first = beginning_of(text, arguments.items[0]);
  if (is_any_of(first, {"plain", "login", "xoauth2", "oauthbearer", "cram-md5", "ntlm", "external"})) {
    if (arguments.count < 2) return {};
    return mask_argument(text, arguments.items[1], is_base64(beginning_of(text, arguments.items[1])));
  }
  const bool sure = (quoted && arguments.items[0].quoted) || redis;
  if (arguments.count >= 2 && (arguments.items[1].quoted == arguments.items[0].quoted)) {
    const Span second = mask_argument(text, arguments.items[1], sure && (arguments.items[1].quoted || arguments.count == 2));
    if (!second.empty()) return second;
  }
  const bool prose =
      is_any_of(first, {"failed", "failure", "required", "ok", "error", "success", "command", "timeout", "rejected", "denied"});
  return mask_argument(text, arguments.items[0], sure && arguments.count == 1 && !prose);
}

/// `a001 LOGIN`: what IMAP numbers its commands with.
bool is_tagged(std::string_view text, std::size_t command) noexcept {
  constexpr std::size_t kTagMax = 8;
  if (command < 2 || text[command - 1] != ' ') return false;
  std::size_t begin = command - 1;
  while (begin > 0 && command - begin <= kTagMax && is_alnum(text[begin - 1])) --begin;
  const std::string_view tag = text.substr(begin, command - 1 - begin);
  return !tag.empty() && is_digit(tag.back()) && is_alpha(tag.front()) && (begin == 0 || !is_word(text[begin - 1]));
}

/// `LOGIN bob x` of IMAP, `OPER bob x` of IRC.
Span find_login(std::string_view text, std::size_t command, const Arguments& arguments, std::string_view protocol) {
  if (arguments.count < 2) return {};
  const bool quoted = arguments.items[0].quoted && arguments.items[1].quoted;
  if (!quoted && !speaks_of(text, command, {protocol}) && !is_tagged(text, command)) return {};
  return mask_argument(text, arguments.items[1], quoted);
}

}  // namespace

Span find_command_password(std::string_view text, std::string_view word, std::size_t at, std::size_t begin) {
  const bool quoted = at > 0 && is_quote(text[at - 1]);
  const std::size_t command = static_cast<std::size_t>(word.data() - text.data());
  if (word.size() < 4 || (!is_upper(word.front()) && !quoted)) return {};
  if (word == "PASS") return find_pass(text, command, read_arguments(text, begin));
  if (word == "AUTH" || (quoted && word == "auth") || word == "AUTHENTICATE")
    return find_auth(text, command, read_arguments(text, begin), quoted);
  if (word == "LOGIN") return find_login(text, command, read_arguments(text, begin), "imap");
  if (word == "OPER") return find_login(text, command, read_arguments(text, begin), "irc");
  if (word == "IDENTIFY" && speaks_of(text, command, {"nickserv"})) {
    const Arguments arguments = read_arguments(text, begin);
    return arguments.count == 0 ? Span{} : mask_argument(text, arguments.items[arguments.count - 1], true);
  }
  return {};
}

Span find_protocol_password(std::string_view text, std::size_t at) {
  if (at < 4) return {};
  std::size_t end = at;
  if (is_quote(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == '\\') --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < 16 && is_alpha(text[begin - 1])) --begin;
  std::size_t next = at + 1;
  while (next < text.size() && next - at < 4 && is_blank(text[next])) ++next;
  return find_command_password(text, text.substr(begin, end - begin), at, next);
}

}  // namespace loglode::redaction

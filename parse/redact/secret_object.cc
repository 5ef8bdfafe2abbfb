// What stands below a name of secrets: `"secrets":{"db":"x"}`, `credentials: {user: bob, key: x}`, `map[secrets:map[db:x]]`, and the lines
// below `credentials:` of YAML. The names in there may be anything.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/names.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kObjectMax = 64 * 1024;

/// Where the bracket at `at` closes; a line that was cut holds no more than the object.
std::size_t bracket_end(std::string_view text, std::size_t at) noexcept {
  const std::size_t limit = std::min(text.size(), at + kObjectMax);
  std::size_t depth = 0;
  for (std::size_t i = at; i < limit; ++i) {
    const char c = text[i];
    if (c == '"' || (c == '\'' && !is_alnum(text[i - 1]))) {
      const bool escaped = text[i - 1] == '\\';
      i = quoted_end(text.substr(0, limit), i + 1, c, escaped) + (escaped ? 1 : 0);
    } else if (is_one_of(c, "{[")) {
      ++depth;
    } else if (is_one_of(c, "}]") && --depth == 0) {
      return i;
    }
  }
  return limit;
}

/// `"kind":"Secret"` of Kubernetes, whose `data` they are, also in a list, or in its audit log, which names the resource.
bool is_kubernetes_secret(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kManifestMax = 4096;
  const std::string_view around = text.substr(at > kManifestMax ? at - kManifestMax : 0, 2 * kManifestMax);
  const auto says = [&](std::string_view key, std::string_view what) {
    for (std::size_t next = around.find(key); next != std::string_view::npos; next = around.find(key, next + 1)) {
      const std::size_t value = around.find_first_not_of("\"'\\:= ", next + key.size());
      if (value == std::string_view::npos || value == next + key.size() || around.substr(value, what.size()) != what) continue;
      if (value + what.size() >= around.size() || !is_word(around[value + what.size()])) return true;
    }
    return false;
  };
  return says("kind", "Secret") || says("kind", "SecretList") || says("resource", "secrets");
}

bool names_secrets(std::string_view name) noexcept {
  for (const std::string_view word : {"secrets", "secret", "credentials", "credential", "creds", "passwords", "apikeys", "api_keys",
                                      "api-keys", "accesskeys", "access_keys", "access-keys", "stringdata"})
    if (ends_ignoring_case(name, word)) return true;
  return false;
}

bool holds_secrets(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && (is_word(text[begin - 1]) || is_one_of(text[begin - 1], "-."))) --begin;
  const std::string_view name = text.substr(begin, end - begin);
  return names_secrets(name) || (name == "data" && is_kubernetes_secret(text, begin));
}

/// Fields that say whose or where a secret is, not what.
bool says_what_it_is(std::string_view name) noexcept {
  for (const std::string_view word :
       {"name",    "username",   "hostname",    "filename", "namespace", "id",     "type",    "kind", "user",   "login",
        "email",   "path",       "file",        "url",      "uri",       "host",   "port",    "mode", "status", "state",
        "version", "scope",      "scopes",      "source",   "provider",  "region", "date",    "time", "at",     "expiry",
        "expires", "expiration", "description", "engine",   "key_name",  "ref",    "optional"})
    if (ends_in_word(name, word)) return true;
  return false;
}

bool is_plain(std::string_view value) noexcept {  // a number or a time
  return std::all_of(value.begin(), value.end(), [](char c) { return is_digit(c) || is_one_of(c, "+-.:TZ"); }) && value.size() < 40 &&
         (value.size() < 6 || value.find_first_of("-.:") != std::string_view::npos);
}

}  // namespace

std::size_t secrets_end(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  if (text[at] == '[') {
    if (!text_before(text, at).ends_with("map")) return at;
    end -= 3;
  }
  std::size_t open = at;  // of a list of objects
  while (end > 0 && at - end < 12 && (is_blank(text[end - 1]) || is_one_of(text[end - 1], ":=>\"'\\["))) {
    --end;
    if (text[end] == '[') open = end;
  }
  if (end == 0 || (end == at && !begins_pair(text, at + 1))) return at;
  return holds_secrets(text, end) ? bracket_end(text, open) : at;
}

std::size_t secret_lines_end(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 4 && (is_blank(text[end]) || text[end] == '\r')) ++end;
  if (end >= text.size() || text[end] != '\n' || !holds_secrets(text, at)) return at;
  return std::max(at, indented_end(text, end, line_indent(text, at)));
}

Span find_member(std::string_view text, std::size_t at, bool sure) {
  std::size_t end = at;
  while (end > 0 && at - end < 6 && (is_blank(text[end - 1]) || is_one_of(text[end - 1], "\"'\\="))) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && (is_word(text[begin - 1]) || is_one_of(text[begin - 1], "-."))) --begin;
  const std::string_view name = text.substr(begin, end - begin);
  if (name.empty() || says_what_it_is(name) || (name == "masked" && begin > 0 && text[begin - 1] == '[')) return {};
  std::size_t next = at + 1;
  if (next < text.size() && text[next] == '>') ++next;
  while (next < text.size() && next - at < 6 && is_blank(text[next])) ++next;
  if (next >= text.size() || is_one_of(text[next], "{:=/") || text.substr(next, 4) == "map[" || text.substr(next, 2) == "[{") return {};
  const Value value = read_value(text, next);
  const std::string_view judged = beginning_of(text, value);
  if (value.reference || value.begin >= value.end || is_placeholder(judged) || is_folder(judged)) return {};
  if (!value.quoted && (is_plain(judged) || !(sure || looks_like_secret(judged)))) return {};
  return mask_value(text, value);
}

bool is_member_of_secrets(std::string_view path, std::string_view value) noexcept {
  const std::size_t last = path.rfind('.');
  if (last == std::string_view::npos || says_what_it_is(path.substr(last + 1)) || is_plain(value)) return false;
  for (std::size_t begin = 0; begin < last;) {
    const std::size_t end = path.find('.', begin);
    if (names_secrets(path.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace loglode::redaction

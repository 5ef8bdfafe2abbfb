#include "parse/redact/values.h"

#include <algorithm>

namespace loglode::redaction {

bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) { return lowered(a) == b; });
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> lower) noexcept {
  return std::any_of(lower.begin(), lower.end(), [&](std::string_view other) { return equal_ignoring_case(word, other); });
}

std::string_view word_before(std::string_view text, std::size_t end) noexcept {
  std::size_t blanks = 0;
  while (end > 0 && blanks < 4 && is_blank(text[end - 1])) --end, ++blanks;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && is_alpha(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

bool begins_pair(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kNameMax = 40;
  std::size_t end = at;
  while (end < text.size() && end - at < kNameMax && (is_word(text[end]) || is_one_of(text[end], "-.[]") || is_wide(text[end]))) ++end;
  return end > at && end < text.size() && is_one_of(text[end], "=:");
}

namespace {

constexpr std::string_view kEscapedAnd = "u0026";  // behind a backslash: how Go and Java write `&` in JSON

// --- where values end --------------------------------------------------------------------------------------------------------------------

bool is_end(std::string_view text, std::size_t at) noexcept { return at >= text.size() || static_cast<unsigned char>(text[at]) <= ' '; }

/// A comma, semicolon or `&` ends a value where the next field, a quote or nothing follows.
bool ends_at_divider(std::string_view text, std::size_t at) noexcept {
  if (is_end(text, at + 1) || is_one_of(text[at + 1], ",;&\"'`<>()[]{}\\|")) return true;
  return begins_pair(text, at + 1) || text.substr(at, 5) == "&amp;";
}

/// A bracket or quote ends a value where no more of it follows.
bool ends_at_closer(std::string_view text, std::size_t at) noexcept {
  return is_end(text, at + 1) || is_one_of(text[at + 1], ",;:.&\"'`<>()[]{}\\|/=") || (text[at] == '}' && text.substr(at + 1, 1) == "%");
}

bool ends_value(std::string_view text, std::size_t at) noexcept {
  const char c = text[at];
  switch (c) {
    case '\\':
      return at + 1 < text.size() && (is_quote(text[at + 1]) || is_one_of(text[at + 1], "nr") || text.substr(at + 1, 5) == kEscapedAnd);
    case ',':
    case ';':
    case '&':
      return ends_at_divider(text, at);
    case ')':
    case ']':
    case '}':
    case '"':
    case '\'':
      return ends_at_closer(text, at);
    case '`':
    case '<':
    case '>':
    case '|':
      return true;
    default:
      return static_cast<unsigned char>(c) <= ' ';
  }
}

/// Behind `[`, `u`, `N`, `string(7) `: what programs put before a quote. `at` when no quote follows.
std::size_t skip_wrapping(std::string_view text, std::size_t at, Value& value) noexcept {
  constexpr std::size_t kFunctionMax = 48;
  std::size_t begin = at;
  while (begin < text.size() && begin - at < 3 && is_one_of(text[begin], "[(@")) ++begin;
  std::size_t end = begin;
  while (end < text.size() && end - begin < kFunctionMax && (is_word(text[end]) || is_one_of(text[end], ".:"))) ++end;
  const std::string_view word = text.substr(begin, end - begin);
  std::size_t next = end;
  if (next < text.size() && text[next] == '(' && !word.empty()) {
    ++next;
    while (next < text.size() && next - end < 8 && (is_digit(text[next]) || is_blank(text[next]) || text[next] == ')')) ++next;
    value.called = true;
  } else if (word.size() > 2) {
    return at;
  }
  const bool escaped = next + 1 < text.size() && text[next] == '\\';
  if (next >= text.size() || !is_quote(text[next + (escaped ? 1 : 0)])) {
    value.called = false;
    return at;
  }
  for (const std::string_view fetch :
       {"env", "getenv", "get", "var", "ref", "lookup", "resolve", "param", "property", "file", "fetch", "find", "load"})
    value.reference = value.reference || (value.called && ends_ignoring_case(word, fetch));
  return next;
}

/// `end` is on the closing quote of a list's first item: the end of its last one.
std::size_t list_end(std::string_view text, std::size_t end, char quote, bool escaped) noexcept {
  constexpr std::size_t kListMax = 16 * 1024;
  const std::size_t marks = escaped ? 2 : 1;
  const std::size_t limit = end + kListMax;
  while (end + marks < text.size() && end < limit) {
    std::size_t next = end + marks;
    if (text[next] != ',') break;
    ++next;
    while (next < text.size() && (is_blank(text[next]) || ends_line(text[next]))) ++next;
    if (escaped && next < text.size() && text[next] == '\\') ++next;
    if (next >= text.size() || text[next] != quote) break;
    end = quoted_end(text, next + 1, quote, escaped);
  }
  return std::min(end, text.size());
}

/// Behind a `{`: an object, or the name of what is to be put there (`{password}`).
bool opens_structure(std::string_view text, std::size_t at) noexcept {
  if (is_end(text, at) || is_one_of(text[at], "\"'`}{\\")) return true;
  std::size_t end = at;
  while (end < text.size() && end - at < kLookBack && (is_alpha(text[end]) || is_one_of(text[end], "_.-"))) ++end;
  return begins_pair(text, at) || (end < text.size() && text[end] == '}');
}

}  // namespace

std::size_t bare_end(std::string_view text, std::size_t at, std::size_t limit) noexcept {
  while (at < text.size() && at < limit && !ends_value(text, at)) ++at;
  return at;
}

std::size_t quoted_end(std::string_view text, std::size_t at, char quote, bool escaped) noexcept {
  for (const std::size_t begin = at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (escaped && at + 1 < text.size() && text[at + 1] == quote) return at;
      ++at;
    } else if (text[at] == quote) {
      const bool doubled = at > begin && text.substr(at + 1, 1) == text.substr(at, 1);
      if (!doubled || escaped) return at;
      ++at;
    }
  }
  return text.size();
}

Value read_value(std::string_view text, std::size_t at) noexcept {
  Value value;
  if (text.substr(at, 7) == "[masked") {
    value.begin = at;
    value.end = bare_end(text, at, at + kLookAhead);
    return value;
  }
  const bool list = at < text.size() && text[at] == '[';
  at = skip_wrapping(text, at, value);
  const bool escaped = at + 1 < text.size() && text[at] == '\\' && is_quote(text[at + 1]);
  if (escaped) ++at;
  if (at < text.size() && is_quote(text[at])) {
    const std::string_view doubled = text.substr(at, 2);
    if (!escaped && doubled.size() == 2 && doubled[0] == doubled[1] && at + 2 < text.size() && is_alnum(text[at + 2])) {
      value.begin = at + 2;  // of JSON in CSV: ""x""
      value.end = std::min(text.find(doubled, at + 2), text.size());
      value.quoted = true;
      return value;
    }
    value.begin = at + 1;
    value.end = quoted_end(text, at + 1, text[at], escaped);
    value.quoted = true;
    if (list) value.end = list_end(text, value.end, text[at], escaped);
    return value;
  }
  if (at < text.size() && is_one_of(text[at], "[(")) ++at;
  value.begin = at;
  value.reference = at < text.size() && text[at] == '{' && opens_structure(text, at + 1);
  value.end = value.reference ? at : bare_end(text, at, at + kLookAhead);
  return value;
}

Span mask_value(std::string_view text, const Value& value) noexcept {
  return {value.begin, value.quoted ? value.end : bare_end(text, value.end, text.size()), SecretKind::credential};
}

Span enclosed(std::string_view text, std::size_t begin) noexcept {
  constexpr std::string_view kOpeners = "[(<{", kClosers = "])>}";
  const std::size_t which = kOpeners.find(text[begin]);
  if (which == std::string_view::npos) return {};
  const std::size_t end = text.substr(0, std::min(text.size(), begin + kLookAhead)).find(kClosers[which], begin);
  const bool whole =
      end != std::string_view::npos && text.substr(begin + 1, end - begin - 1).find_first_of(" \t\r\n\"'=:,|&<") == std::string_view::npos;
  return whole ? Span{begin + 1, end} : Span{};
}

std::size_t line_indent(std::string_view text, std::size_t at) noexcept {
  const std::string_view before = text_before(text, at, kLookAhead);
  const std::size_t begin = at - before.size() + before.rfind('\n') + 1;  // npos + 1 is 0
  std::size_t end = begin;
  while (end < at && is_blank(text[end])) ++end;
  return end - begin;
}

std::size_t indented_end(std::string_view text, std::size_t at, std::size_t indent) noexcept {
  constexpr std::size_t kBlockMax = 64 * 1024;
  std::size_t end = 0;
  const std::string_view block = text.substr(0, std::min(text.size(), at + kBlockMax));
  while (at < block.size()) {
    const std::size_t begin = at + 1, next = std::min(block.find('\n', begin), block.size());
    std::size_t first = begin;
    while (first < next && is_blank(text[first])) ++first;
    const bool empty = first == next || text[first] == '\r';
    if (!empty && first - begin <= indent) break;
    if (!empty) end = next - (text[next - 1] == '\r' ? 1 : 0);
    at = next;
  }
  return end;
}

// --- what values look like
// -----------------------------------------------------------------------------------------------------------------

bool is_placeholder(std::string_view value) noexcept {
  if (value.empty() || value.starts_with("[masked") || value.starts_with("${") || value.starts_with("$(") || value.starts_with("{{") ||
      value.starts_with("%(") || value.starts_with("#{") || value.starts_with("<%"))
    return true;
  if (value.size() > 24) return false;
  for (const std::string_view word :
       {"null",     "none",      "nil",        "undefined", "true",       "false",    "yes",       "no",       "on",        "off",
        "?",        "{}",        "[]",         "%s",        "%v",         "%d",       "%q",        "-",        "[redacted", "[redacted]",
        "redacted", "<redacted", "<redacted>", "[filtered", "[filtered]", "filtered", "[hidden",   "[hidden]", "hidden",    "<hidden",
        "<hidden>", "(hidden",   "(null",      "(null)",    "(none",      "(none)",   "<nil>",     "<nil",     "n/a",       "unset",
        "enabled",  "disabled",  "required",   "optional",  "missing",    "invalid",  "incorrect", "expired",  "unknown"})
    if (equal_ignoring_case(value, word)) return true;
  if (value.size() > 2 && value.front() == '%' && value.back() == '%') return true;
  if (value.front() == '$')
    return std::all_of(value.begin() + 1, value.end(), [](char c) { return is_digit(c) || is_upper(c) || c == '_'; });
  if (value.size() > 1 && (value.front() == ':' || value.front() == '@')) return std::all_of(value.begin() + 1, value.end(), is_word);
  return std::all_of(value.begin(), value.end(), [](char c) { return is_one_of(c, "*xX.#-_"); });
}

namespace {

/// A piece of a path that no person would write: digits and both cases.
bool is_key_piece(std::string_view piece) noexcept {
  return piece.size() >= 6 && std::any_of(piece.begin(), piece.end(), is_digit) && std::any_of(piece.begin(), piece.end(), is_upper) &&
         std::any_of(piece.begin(), piece.end(), is_lower);
}

/// Base64 may begin with a slash.
bool is_key_with_slashes(std::string_view value) noexcept {
  if (value.size() < 24 || value.find('.') != std::string_view::npos) return false;
  std::size_t random = 0;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find_first_of("/+=", begin), value.size());
    if (is_key_piece(value.substr(begin, end - begin))) random += end - begin;
    begin = end + 1;
  }
  return random * 2 > value.size();
}

}  // namespace

bool is_folder(std::string_view value) noexcept {
  const bool windows = value.size() > 2 && value[1] == ':' && (value[2] == '\\' || value[2] == '/');
  const bool relative = value.starts_with("./") || value.starts_with("../") || value.starts_with("~");
  for (const std::string_view suffix :
       {".pem", ".key", ".crt", ".cer", ".jks", ".p12", ".pfx", ".json", ".yaml", ".yml", ".conf", ".txt", ".env"})
    if (value.size() > suffix.size() && ends_ignoring_case(value, suffix)) return true;
  return windows || relative || (value.starts_with('/') && !is_key_with_slashes(value));
}

namespace {

bool joins_words(char c) noexcept { return is_one_of(c, "-._:/\\'()[]{}<>*,"); }

/// `error2`, `HTTP500`, `step3`: what messages number, and no person would think of as a password.
bool is_numbered_word(std::string_view value) noexcept {
  constexpr std::size_t kDigitsMax = 4;
  std::size_t end = value.size();
  while (end > 0 && (is_digit(value[end - 1]) || is_one_of(value[end - 1], ".,;:!?)]"))) --end;
  if (end == value.size() || value.size() - end > kDigitsMax + 1) return false;
  return is_any_of(
      value.substr(0, end),
      {"error",   "err",     "errno",     "warning",   "exception", "none",    "null",     "nil",     "undefined", "unknown", "invalid",
       "http",    "https",   "status",    "code",      "line",      "step",    "stage",    "phase",   "level",     "module",  "attempt",
       "retry",   "version", "rev",       "release",   "build",     "node",    "host",     "server",  "worker",    "thread",  "task",
       "job",     "queue",   "shard",     "replica",   "zone",      "region",  "port",     "slot",    "index",     "item",    "row",
       "column",  "page",    "part",      "chunk",     "block",     "segment", "field",    "param",   "parameter", "arg",     "option",
       "type",    "class",   "group",     "rule",      "check",     "reason",  "category", "section", "chapter",   "round",   "iteration",
       "timeout", "versuch", "tentative", "tentativa", "tentativo", "intento", "poging",   "попытка"});
}

}  // namespace

namespace {

/// `12345-67890-abcde`: three groups or more of one length, digits in most.
bool is_in_groups(std::string_view value) noexcept {
  constexpr std::size_t kGroupMin = 4, kGroupsMin = 3;
  const std::size_t length = value.find('-');
  if (length == std::string_view::npos || length < kGroupMin || (value.size() + 1) % (length + 1) != 0) return false;
  std::size_t groups = 0, with_digits = 0;
  for (std::size_t at = 0; at < value.size(); at += length + 1, ++groups) {
    const std::string_view group = value.substr(at, length);
    if (!std::all_of(group.begin(), group.end(), is_alnum) || (at + length < value.size() && value[at + length] != '-')) return false;
    if (std::any_of(group.begin(), group.end(), is_digit)) ++with_digits;
  }
  return groups >= kGroupsMin && with_digits + 1 >= groups;
}

}  // namespace

bool looks_like_secret(std::string_view value) noexcept {
  if (value.size() < 4 || is_folder(value) || is_numbered_word(value)) return false;
  std::size_t digits = 0, letters = 0, all_letters = 0, digits_longest = 0, signs = 0, case_changes = 0;
  bool mixed_piece = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_digit(c)) {
      digits_longest = std::max(digits_longest, ++digits);
    } else if (is_alpha(c)) {
      ++letters, ++all_letters;
      if (i > 0 && is_lower(value[i - 1]) && is_upper(c)) ++case_changes;
    } else if (joins_words(c) || c == ' ' || is_wide(c)) {
      digits = letters = 0;
      if (is_wide(c)) ++all_letters;
    } else {
      ++signs;
    }
    mixed_piece = mixed_piece || (digits > 0 && letters > 0);
  }
  if (signs == 1 && is_one_of(value.back(), "!?%=@")) --signs;  // punctuation
  if (all_letters == 0 && signs == 0) return digits_longest >= 6;
  return mixed_piece || signs > 0 || case_changes > 2 || is_in_groups(value);
}

bool is_uuid(std::string_view value) noexcept {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !is_hex(value[i])) return false;
  }
  return true;
}

bool looks_like_key(std::string_view value, std::size_t length) noexcept {
  if (value.size() < length || is_uuid(value) || is_folder(value)) return false;
  const auto of_key = [](char c) { return is_alnum(c) || is_one_of(c, "-_.+/=%:~"); };
  if (!std::all_of(value.begin(), value.end(), of_key)) return false;
  const bool digit = std::any_of(value.begin(), value.end(), is_digit), letter = std::any_of(value.begin(), value.end(), is_alpha);
  std::size_t piece = 0, longest = 0;  // without what joins words
  bool mixed = false, piece_digit = false, piece_letter = false;
  for (const char c : value) {
    if (!is_alnum(c)) piece = 0, piece_digit = piece_letter = false;
    if (is_alnum(c)) ++piece;
    piece_digit = piece_digit || is_digit(c), piece_letter = piece_letter || is_alpha(c);
    longest = std::max(longest, piece);
    mixed = mixed || (piece_digit && piece_letter && piece >= 6);
  }
  return digit && letter && mixed && longest >= 8;
}

bool is_complaint(std::string_view judged) noexcept {
  for (std::size_t begin = 0; begin < judged.size();) {
    const std::size_t end = std::min(judged.find(' ', begin), judged.size());
    if (is_any_of(judged.substr(begin, end - begin),
                  {"wrong", "bad",     "failed",  "denied", "rejected", "blank",    "empty",    "short",     "long",   "weak",
                   "ok",    "success", "changed", "reset",  "must",     "should",   "is",       "not",       "be",     "too",
                   "at",    "least",   "the",     "cannot", "can",      "can't",    "required", "invalid",   "does",   "doesn't",
                   "do",    "has",     "was",     "to",     "field",    "password", "mismatch", "incorrect", "missing"}))
      return true;
    begin = end + 1;
  }
  return false;
}

Value with_groups(std::string_view text, Value value, bool (*fits)(std::string_view) noexcept) noexcept {
  constexpr std::size_t kGroupMax = 6, kGroupsMax = 4;
  std::size_t end = value.end;
  Value whole = value;
  for (std::size_t groups = 0; !value.quoted && groups < kGroupsMax && end > value.begin && is_digit(text[end - 1]); ++groups) {
    std::size_t next = end + 1;
    if (text.substr(end, 1) != " ") break;
    while (next < text.size() && is_digit(text[next])) ++next;
    if (next - end < 3 || next - end > kGroupMax + 1 || (next < text.size() && (is_word(text[next]) || text[next] == ':'))) break;
    end = next;
    if (fits(text.substr(value.begin, end - value.begin))) whole.end = end;
  }
  return whole;
}

bool looks_like_identity(std::string_view value) noexcept {
  constexpr std::size_t kSizeMin = 8, kSizeMax = 22;
  constexpr std::ptrdiff_t kDigitsMin = 5;
  const auto of_identity = [](char c) { return is_digit(c) || is_upper(c) || is_one_of(c, "-./ "); };
  return value.size() >= kSizeMin && value.size() <= kSizeMax && is_alnum(value.front()) &&
         std::all_of(value.begin(), value.end(), of_identity) && std::count_if(value.begin(), value.end(), is_digit) >= kDigitsMin;
}

bool looks_like_code(std::string_view value) noexcept {
  if (const std::size_t dash = value.find_first_of("- "); dash >= 3 && dash <= 4 && value.size() == 2 * dash + 1)
    return std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(dash), is_digit) &&
           std::all_of(value.begin() + static_cast<std::ptrdiff_t>(dash) + 1, value.end(), is_digit);
  if (value.size() < 3 || value.size() > 10 || !std::all_of(value.begin(), value.end(), is_alnum)) return false;
  return std::count_if(value.begin(), value.end(), is_digit) >= 3;
}

}  // namespace loglode::redaction

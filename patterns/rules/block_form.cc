#include "patterns/rules/block_form.h"

#include <algorithm>

namespace loglode {

namespace {

/// Behind the bracket that opens a class: a `]` there is a character, and so is what stands in `[:alpha:]`.
std::size_t end_of_class(std::string_view pattern, std::size_t at) noexcept {
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\') {
      at += 2;
    } else if (const std::size_t close = pattern.substr(at, 2) == "[:" ? pattern.find(":]", at + 2) : std::string_view::npos;
               close != std::string_view::npos) {
      at = close + 2;
    } else {
      ++at;
    }
  }
  return at < pattern.size() ? at + 1 : pattern.size();
}

/// `(?-m`, `(?^`: from there on the ends of a line are none.
bool forgets_lines(std::string_view group) noexcept {
  if (!group.starts_with("(?")) return false;
  bool off = false;
  for (const char c : group.substr(2)) {
    if (c == '^' || (off && c == 'm')) return true;
    if (c == '-') off = true;
    if (c != '-' && (c < 'a' || c > 'z')) return false;
  }
  return false;
}

// What is not one byte: a class without a newline (`\w`), one with it (`\s`), and what is rare.
constexpr int kNoNewline = -1, kNewlineToo = -2, kUnknown = -3;

bool is_letter_or_digit(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The byte at `at`, which may be escaped; `at` comes to stand behind it.
int byte_at(std::string_view pattern, std::size_t& at) noexcept {
  if (pattern[at] != '\\') return static_cast<unsigned char>(pattern[at++]);
  if (at + 1 >= pattern.size()) return ++at, kUnknown;
  const char c = pattern[at + 1];
  at += 2;
  if (c == 'd' || c == 'w' || c == 'S') return kNoNewline;
  if (c == 'D' || c == 'W' || c == 's') return kNewlineToo;
  if (c == 't' || c == 'r' || c == 'n') return c == 't' ? '\t' : c == 'r' ? '\r' : '\n';
  if (c == 'x' && at + 2 <= pattern.size() && hex_digit(pattern[at]) >= 0 && hex_digit(pattern[at + 1]) >= 0) {
    at += 2;
    return hex_digit(pattern[at - 2]) * 16 + hex_digit(pattern[at - 1]);
  }
  return is_letter_or_digit(c) ? kUnknown : static_cast<unsigned char>(c);
}

/// The class that `pattern[at]` opens; `at` comes to stand behind it.
bool class_holds_newline(std::string_view pattern, std::size_t& at) noexcept {
  const std::size_t end = end_of_class(pattern, at + 1);
  const std::string_view inside = pattern.substr(0, end - 1);
  const bool negated = ++at < inside.size() && inside[at] == '^';
  bool holds = false, strange = false;
  for (at += negated ? 1 : 0; at < inside.size();) {
    strange = strange || inside.substr(at, 2) == "[:";
    const int first = byte_at(inside, at);
    int last = first;
    if (at + 1 < inside.size() && inside[at] == '-') last = byte_at(inside, ++at);
    if (negated)
      holds = holds || first == kNewlineToo || (first >= 0 && first <= '\n' && last >= '\n');
    else
      holds = holds || std::min(first, last) < kNoNewline || (first <= '\n' && last >= '\n');
  }
  at = end;
  return strange || holds != negated;
}

/// `(?s`, `(?x`, and whatever else is not known to leave a dot and a blank what they are.
bool changes_reading(std::string_view group) noexcept {
  if (!group.starts_with("(?")) return false;
  for (const char c : group.substr(2)) {
    if (c == ':' || c == ')') return false;
    if (c != 'i') return true;
  }
  return true;
}

}  // namespace

bool stays_in_line(std::string_view pattern) noexcept {
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '[') {
      if (class_holds_newline(pattern, at)) return false;
    } else if (c == '\\' && at + 1 < pattern.size() && std::string_view{"bBAzZ"}.find(pattern[at + 1]) != std::string_view::npos) {
      at += 2;
    } else if (c == '(' && changes_reading(pattern.substr(at))) {
      return false;
    } else {
      const int byte = byte_at(pattern, at);
      if (byte == '\n' || byte < kNoNewline) return false;
    }
  }
  return true;
}

std::optional<std::string> block_form(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    std::size_t end = at + 1;
    if (pattern[at] == '\\') {
      const char c = end < pattern.size() ? pattern[end] : '\0';
      if (c == 'Q' || c == 'E' || c == 'G' || c == 'K') return std::nullopt;
      end = at + 2;
      if (c == 'A' || c == 'Z' || c == 'z') {  // the ends of a text are ends of a line in its block
        out += c == 'A' ? '^' : '$';
        at = end;
        continue;
      }
    } else if (pattern[at] == '[') {
      end = end_of_class(pattern, end);
    } else if (pattern[at] == '(' && forgets_lines(pattern.substr(at))) {
      return std::nullopt;
    }
    out += pattern.substr(at, end - at);
    at = end;
  }
  return out;
}

}  // namespace loglode

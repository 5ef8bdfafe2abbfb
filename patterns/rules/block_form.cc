#include "patterns/rules/block_form.h"

#include <algorithm>

#include "patterns/rules/pattern_syntax.h"

namespace loglode {

namespace {

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

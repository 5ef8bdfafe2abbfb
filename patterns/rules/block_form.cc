#include "patterns/rules/block_form.h"

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

}  // namespace

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

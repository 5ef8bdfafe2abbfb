#include "patterns/rules/pattern_syntax.h"

namespace loglode {

namespace {

bool is_letter_or_digit(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

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

std::size_t end_of_group(std::string_view pattern, std::size_t at) noexcept {
  for (std::size_t depth = 0; at < pattern.size();) {
    const char c = pattern[at++];
    if (c == '\\')
      ++at;
    else if (c == '[')
      at = end_of_class(pattern, at);
    else if (c == '(')
      ++depth;
    else if (c == ')' && --depth == 0)
      return at;
  }
  return pattern.size();
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

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

}  // namespace loglode

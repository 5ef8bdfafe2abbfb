#include "parse/text/ansi.h"

namespace loglode {
namespace {

/// Behind the escape sequence that begins at `at`.
std::size_t end_of_sequence(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at + 1;
  if (end >= text.size()) return end;
  if (text[end] == '[') {  // CSI: parameters, then one letter
    ++end;
    while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40) ++end;
    return end < text.size() && text[end] >= 0x40 && text[end] <= 0x7e ? end + 1 : end;
  }
  if (text[end] == ']') {  // OSC: up to BEL or ESC backslash
    while (end < text.size() && text[end] != '\a' && text[end] != '\x1b') ++end;
    if (end < text.size() && text[end] == '\x1b' && end + 1 < text.size() && text[end + 1] == '\\') return end + 2;
    return end < text.size() ? end + 1 : end;
  }
  return end;
}

}  // namespace

std::string strip_ansi(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b')
      i = end_of_sequence(text, i);
    else
      plain.push_back(text[i++]);
  }
  return plain;
}

}  // namespace loglode

#include "base/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace loglode {

namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
  bool valid = false;
};

CodePoint read_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t size = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xC2 && first < 0xE0 ? 2 : 0;
  if (size == 0 || text.size() < size) return {first, 1, false};
  char32_t value = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {first, 1, false};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {first, 1, false};
  return {value, size, true};
}

// Characters that are not seen or that change how others are: format controls, bidi, zero width, separators, variation and tag marks.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (c < 0x100) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(c));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned>(c));
  }
}

// JSON counts in UTF-16: what is above U+FFFF is two of its units.
void append_json_escape(std::string& out, char32_t c) {
  const auto unit = [&](unsigned value) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", value); };
  if (c < 0x10000) return unit(c);
  unit(0xD800U + ((c - 0x10000U) >> 10U));
  unit(0xDC00U + (c & 0x3FFU));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    if (!c.valid || is_hidden(c.value)) {
      append_escaped(out, c.value);
    } else {
      out.append(text.substr(0, c.size));
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string printable_json(std::string text) {
  const auto may_hide = [](char c) { return static_cast<unsigned char>(c) >= 0x7F; };
  if (std::none_of(text.begin(), text.end(), may_hide)) return text;
  std::string out;
  for (std::string_view left = text; !left.empty();) {
    const CodePoint c = read_code_point(left);
    if (c.valid && is_hidden(c.value)) {
      append_json_escape(out, c.value);
    } else {
      out.append(left.substr(0, c.size));
    }
    left.remove_prefix(c.size);
  }
  return out;
}

void append_utf8_json(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    if (!c.valid)
      out += "\xEF\xBF\xBD";
    else if (is_hidden(c.value))
      append_json_escape(out, c.value);
    else
      out.append(text.substr(0, c.size));
    text.remove_prefix(c.size);
  }
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    columns += is_wide(c.value) ? 2 : 1;
    text.remove_prefix(c.size);
  }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string{text};
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    const std::size_t width = is_wide(c.value) ? 2 : 1;
    if (used + width + 1 > columns) break;
    out.append(text.substr(0, c.size));
    used += width;
    text.remove_prefix(c.size);
  }
  return columns == 0 ? out : out + "…";
}

std::string pad_to(std::string_view text, std::size_t columns) {
  std::string out = cut_to(text, columns);
  out.append(columns - columns_of(out), ' ');
  return out;
}

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view{"\\`*_{}[]<>()#|!~"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  return digits;
}

std::string short_duration(double seconds) {
  const double size = seconds < 0 ? -seconds : seconds;
  if (size < 0.0095) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (size < 0.95) return fmt::format("{:.2f} s", seconds);
  if (size < 9.95) return fmt::format("{:.1f} s", seconds);
  if (size < 120) return fmt::format("{:.0f} s", seconds);
  if (size < 7200) return fmt::format("{:.0f} min", seconds / 60);
  if (size < 172800) return fmt::format("{:.1f} h", seconds / 3600);
  return fmt::format("{:.1f} d", seconds / 86400);
}

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  return on_ && !text.empty() ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string{text};
}

}  // namespace loglode

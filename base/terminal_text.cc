#include "base/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

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

struct Range {
  char32_t first, last;
};

bool is_in(std::span<const Range> sorted, char32_t c) {
  const auto after =
      std::upper_bound(sorted.begin(), sorted.end(), c, [](char32_t value, const Range& range) { return value < range.first; });
  return after != sorted.begin() && c <= std::prev(after)->last;
}

// Characters that are not seen or that change how others are: controls, what Unicode calls Default_Ignorable or a format control (Cf),
// separators of lines, and the letters and the Braille pattern that are blank. A variation selector says only how its emoji is drawn.
constexpr Range kHidden[] = {{0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},     {0x600, 0x605},
                             {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
                             {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
                             {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
                             {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
                             {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
// Marks that stand above, below or through the letter before them, without end.
constexpr Range kMarks[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},   {0x6D6, 0x6DC},
                            {0x6DF, 0x6E4},   {0x730, 0x74A},   {0x7EB, 0x7F3},   {0x816, 0x819},   {0x8D3, 0x8E1},   {0x8E3, 0x902},
                            {0xE31, 0xE31},   {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0xEB1, 0xEB1},   {0xEB4, 0xEBC},   {0xEC8, 0xECD},
                            {0xF71, 0xF84},   {0x135D, 0x135F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0}, {0x2CEF, 0x2CF1},
                            {0x2DE0, 0x2DFF}, {0x302A, 0x302D}, {0x3099, 0x309A}, {0xA66F, 0xA672}, {0xA674, 0xA67D}, {0xFE20, 0xFE2F}};
constexpr unsigned kMarksMax = 4;  // on one letter; languages use up to three

bool is_hidden(char32_t c) { return c < 0x7F ? c < 0x20 : is_in(kHidden, c); }

/// Says of one character after the other what must not be shown as it is.
class Hiding {
 public:
  bool operator()(char32_t c) {
    if (c < 0x300) {
      marks_ = 0;
      return is_hidden(c);
    }
    marks_ = is_in(kMarks, c) ? marks_ + 1 : 0;
    return marks_ > kMarksMax || is_in(kHidden, c);
  }

 private:
  unsigned marks_ = 0;
};

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
  Hiding hides;
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    if (!c.valid || hides(c.value)) {
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
  Hiding hides;
  for (std::string_view left = text; !left.empty();) {
    const CodePoint c = read_code_point(left);
    if (c.valid && hides(c.value)) {
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

std::string cut_at_word(std::string_view text, std::size_t columns) {
  std::string out = cut_to(text, columns);
  if (out == text) return out;
  constexpr std::string_view kCut = "…";
  const std::size_t kept = out.size() - std::min(out.size(), kCut.size());
  if (kept < text.size() && text[kept] == ' ') return out;  // a word ends just there
  const std::size_t blank = out.find_last_of(' ', kept);
  if (blank == std::string::npos || blank * 3 < kept * 2) return out;
  return out.substr(0, blank) + " …";
}

std::string wrapped(std::string_view head, std::string_view text, std::size_t columns) {
  const std::size_t indent = columns_of(head);
  std::string out{head};
  std::size_t used = indent;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t width = columns_of(word);
    if (!first && used + 1 + width > columns) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
      first = true;
    }
    if (!first) out += ' ', ++used;
    out += word;
    used += width;
    first = false;
  }
  return out + "\n";
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

namespace {

/// Words and the signs of sentences, which no kind of Markdown reads as anything else; nothing that could be a link, a mention, an entity.
bool is_plain_sentence(std::string_view text) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (is_word(c) || c == ' ' || std::string_view{"\"'(,/%;"}.find(c) != std::string_view::npos) continue;
    const bool inside = i > 0 && is_word(text[i - 1]);
    if (inside && (c == '.' || c == ':' || c == ')') && (next == ' ' || next == '"' || next == ',')) continue;
    if (inside && (c == '-' || c == '_') && is_word(next)) continue;
    return false;
  }
  return !text.empty() && text.front() != ' ' && !(text.front() >= '0' && text.front() <= '9');
}

std::string code_span(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const bool padded = !text.empty() && (text.front() == '`' || text.back() == '`' || text.front() == ' ');
  return fence + (padded ? " " : "") + std::string{text} + (padded ? " " : "") + fence;
}

}  // namespace

std::string markdown_text(std::string_view text) {
  const std::string shown = printable(text);
  return shown.empty() || is_plain_sentence(shown) ? shown : code_span(shown);
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : markdown_text(text)) {
    if (c == '|') out += '\\';
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

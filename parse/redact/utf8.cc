#include "parse/redact/utf8.h"

#include "parse/text/code_point.h"

#include <algorithm>

namespace loglode::redaction {

namespace {

constexpr bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

constexpr bool in(char32_t value, char32_t first, char32_t last) noexcept { return value >= first && value <= last; }

// Letters of Latin-1 and Latin Extended-A from U+00C0 on without their accents; what is no letter stays a blank.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
// Vietnamese, from U+1EA0 on.
constexpr std::string_view kVietnamese = "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";

char32_t folded_latin(char32_t value) noexcept {
  if (value >= 0xC0 && value - 0xC0 < kLatin.size()) {
    const char base = kLatin[value - 0xC0];
    return base == ' ' ? value : static_cast<char32_t>(base);
  }
  if (in(value, 0x1EA0, 0x1EF9)) return static_cast<char32_t>(kVietnamese[value - 0x1EA0]);
  if (value == 0x1A0 || value == 0x1A1) return 'o';
  if (value == 0x1AF || value == 0x1B0) return 'u';
  return value;
}

char32_t folded_greek(char32_t value) noexcept {
  constexpr char32_t kAccented[][2] = {{0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF},
                                       {0x38E, 0x3C5}, {0x38F, 0x3C9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7},
                                       {0x3AF, 0x3B9}, {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x3C2, 0x3C3}};
  for (const auto& [from, to] : kAccented)
    if (value == from) return to;
  return in(value, 0x391, 0x3A9) ? value + 0x20 : value;
}

char32_t folded_arabic(char32_t value) noexcept {
  constexpr char32_t kVariants[][2] = {{0x622, 0x627}, {0x623, 0x627}, {0x625, 0x627}, {0x629, 0x647}, {0x6CC, 0x64A},
                                       {0x649, 0x64A}, {0x6A9, 0x643}, {0x6C1, 0x647}, {0x6BE, 0x647}, {0x6C3, 0x647}};
  for (const auto& [from, to] : kVariants)
    if (value == from) return to;
  return value;
}

/// Accents of their own (U+0301…), vowel signs that Arabic and Hebrew may leave out, nuktas that have two spellings.
bool is_left_out(char32_t value) noexcept {
  return in(value, 0x300, 0x36F) || in(value, 0x5B0, 0x5C7) || value == 0x640 || in(value, 0x64B, 0x65F) || value == 0x93C ||
         value == 0x9BC;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return {kNotUtf8, 1};
  char32_t value = first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text[at + i])) return {kNotUtf8, 1};
    value = value << 6 | (byte(i) & 0x3F);
  }
  return {value, size};
}

CodePoint code_point_before(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && continues(text[begin])) --begin;
  const CodePoint found = code_point_at(text, begin);
  return begin + found.size == end ? found : CodePoint{kNotUtf8, 1};
}

void append_utf8(std::string& out, char32_t value) { loglode::append_utf8(out, static_cast<std::uint32_t>(value)); }

bool is_wide_letter(char32_t value) noexcept {
  if (value == kNotUtf8 || value < 0xAA) return false;
  if (value < 0xC0) return value == 0xAA || value == 0xB5 || value == 0xBA;
  if (value == 0xD7 || value == 0xF7) return false;
  constexpr char32_t kNoLetters[][2] = {{0x60C, 0x61F},   {0x6D4, 0x6D4},   {0x964, 0x965},   {0x2000, 0x206F},   {0x2100, 0x2BFF},
                                        {0x3000, 0x3004}, {0x3008, 0x3020}, {0x30FB, 0x30FB}, {0xD800, 0xF8FF},   {0xFE00, 0xFE6F},
                                        {0xFEFF, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0x1F000, 0x10FFFF}};
  return std::none_of(std::begin(kNoLetters), std::end(kNoLetters), [&](const auto& range) { return in(value, range[0], range[1]); });
}

char32_t folded(char32_t value) noexcept {
  if (value < 0x80) return value >= 'A' && value <= 'Z' ? value + 32 : value;
  if (is_left_out(value)) return 0;
  if (value < 0x250 || in(value, 0x1EA0, 0x1EF9)) return folded_latin(value);
  if (in(value, 0x370, 0x3FF)) return folded_greek(value);
  if (value == 0x401 || value == 0x451) return 0x435;  // yo
  if (in(value, 0x410, 0x42F)) return value + 0x20;
  if (in(value, 0x400, 0x40F)) return value + 0x50;
  if (in(value, 0x600, 0x6FF)) return folded_arabic(value);
  return value == 0x9DF ? U'\u09AF' : value;
}

}  // namespace loglode::redaction

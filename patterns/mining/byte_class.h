// What each byte of a message is to the scanner. The tables are the definition; block_classes.h must agree with them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

enum ByteClass : std::uint8_t {
  kBlankByte = 1,  // control characters, space and DEL: separate words, never shown twice in a row
  kMarkByte = 2,   // = : , ; ( ) [ ] { } " ' | < >   end a word and are tokens themselves
  kDigitByte = 4,
  kLetterByte = 8,     // ASCII letters and everything of UTF-8 beyond ASCII
  kHexByte = 16,       // 0-9 a-f A-F
  kJointByte = 32,     // . / \ @: a word that holds one may be a path, a host, an address
  kTrailByte = 64,     // . ! ? % -: at a word's end, punctuation
  kDividerByte = 128,  // # @ and, when it is doubled, the dot: divide a word
};

namespace detail {
constexpr std::array<std::uint8_t, 256> make_byte_classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const unsigned lower = c | 0x20U;
    std::uint8_t bits = 0;
    if (c <= 0x20 || c == 0x7f) bits |= kBlankByte;
    if (c >= '0' && c <= '9') bits |= kDigitByte | kHexByte;
    if ((lower >= 'a' && lower <= 'z') || c >= 0x80) bits |= kLetterByte;
    if (lower >= 'a' && lower <= 'f') bits |= kHexByte;
    if (std::string_view{"=:,;()[]{}\"'|<>"}.find(static_cast<char>(c)) != std::string_view::npos) bits |= kMarkByte;
    if (c == '.' || c == '/' || c == '\\' || c == '@') bits |= kJointByte;
    if (std::string_view{".!?%-"}.find(static_cast<char>(c)) != std::string_view::npos) bits |= kTrailByte;
    if (c == '#' || c == '@' || c == '.') bits |= kDividerByte;
    table[c] = bits;
  }
  return table;
}
}  // namespace detail

inline constexpr std::array<std::uint8_t, 256> kByteClasses = detail::make_byte_classes();

[[nodiscard]] inline bool byte_is(char c, unsigned classes) noexcept {
  return (kByteClasses[static_cast<unsigned char>(c)] & classes) != 0;
}
[[nodiscard]] inline bool is_blank(char c) noexcept { return byte_is(c, kBlankByte); }
[[nodiscard]] inline bool is_digit(char c) noexcept { return byte_is(c, kDigitByte); }
[[nodiscard]] inline bool is_letter(char c) noexcept { return byte_is(c, kLetterByte); }
[[nodiscard]] inline bool is_hex(char c) noexcept { return byte_is(c, kHexByte); }
/// A letter or digit of ASCII.
[[nodiscard]] inline bool is_alphanumeric(char c) noexcept {
  return byte_is(c, kDigitByte | kLetterByte) && static_cast<unsigned char>(c) < 0x80;
}
[[nodiscard]] inline bool ends_word(char c) noexcept { return byte_is(c, kBlankByte | kMarkByte); }

}  // namespace loglode

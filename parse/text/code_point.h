// Code points of Unicode: as UTF-8, and as JSON and its kin escape them. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace loglode {

/// Writes `code` (at most U+10FFFF) as UTF-8, at most four bytes; returns what is behind them.
inline char* put_utf8(char* out, std::uint32_t code) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
  return out;
}

inline void append_utf8(std::string& out, std::uint32_t code) {
  char bytes[4];
  out.append(bytes, put_utf8(bytes, code));
}

[[nodiscard]] inline int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The number that the four hexadecimal digits at `at` write; false when there are fewer before `end`.
inline bool read_hex4(const char* at, const char* end, std::uint32_t& number) noexcept {
  if (end - at < 4) return false;
  number = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return false;
    number = number << 4 | static_cast<std::uint32_t>(digit);
  }
  return true;
}

/// Takes the four digits behind `\u` at `at` (RFC 8259 section 7); a high surrogate takes the escape of its other half along. False for
/// what is no escape and for a surrogate alone, then `at` may have moved.
inline bool take_escaped_code_point(const char*& at, const char* end, std::uint32_t& code) noexcept {
  if (!read_hex4(at, end, code)) return false;
  at += 4;
  if (code < 0xD800 || code > 0xDFFF) return true;
  std::uint32_t low = 0;
  if (code > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u' || !read_hex4(at + 2, end, low)) return false;
  if (low < 0xDC00 || low > 0xDFFF) return false;
  at += 6;
  code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  return true;
}

}  // namespace loglode

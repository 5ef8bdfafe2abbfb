// One code point of UTF-8 at a time, for names and signs beyond ASCII. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loglode::redaction {

struct CodePoint {
  char32_t value = 0;    // kNotUtf8 where the bytes are none
  std::size_t size = 1;  // bytes
};
inline constexpr char32_t kNotUtf8 = 0xFFFFFFFF;

[[nodiscard]] CodePoint code_point_at(std::string_view text, std::size_t at) noexcept;
/// The one whose last byte is text[end - 1]; `end` > 0.
[[nodiscard]] CodePoint code_point_before(std::string_view text, std::size_t end) noexcept;
void append_utf8(std::string& out, char32_t value);

/// Letters of any script, of names; not punctuation, quotes, full-width signs.
[[nodiscard]] bool is_wide_letter(char32_t value) noexcept;
/// Lower case, accents gone, one spelling where scripts have several: what names are compared in. 0 for marks that are left out.
[[nodiscard]] char32_t folded(char32_t value) noexcept;

}  // namespace loglode::redaction

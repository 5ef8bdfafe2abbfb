// A regular expression's text, token by token, as far as the forms that patterns are looked for in need it (block_form.h, digit_blind.h).
// Pure, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace loglode {

/// Behind the class whose bracket is before `at`: a `]` right there is a character, and so is what stands in `[:alpha:]`.
[[nodiscard]] std::size_t end_of_class(std::string_view pattern, std::size_t at) noexcept;
/// Behind the group whose parenthesis is at `at`; the pattern's end where nothing closes it.
[[nodiscard]] std::size_t end_of_group(std::string_view pattern, std::size_t at) noexcept;
[[nodiscard]] int hex_digit(char c) noexcept;  // -1: it is none
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// What is not one byte: a class without a newline (`\w`), one with it (`\s`), and what is rare.
inline constexpr int kNoNewline = -1, kNewlineToo = -2, kUnknown = -3;
/// The byte at `at`, which may be escaped, or one of those; `at` comes to stand behind it.
[[nodiscard]] int byte_at(std::string_view pattern, std::size_t& at) noexcept;

}  // namespace loglode

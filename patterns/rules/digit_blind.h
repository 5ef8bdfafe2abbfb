// Messages repeat but for their numbers. So they are looked at with a 0 in the place of each digit, and what that says of one holds for all
// that are the same then (known_texts.h). For that a pattern must not care which digit it sees.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loglode {

struct DigitBlind {
  std::string pattern;
  bool looser = false;  // it may match a text with its digits as 0 where the pattern does not match the text itself
};

/// What matches every text that `pattern` matches, at the same place, once each digit of the text is a 0. None where that cannot be said.
[[nodiscard]] std::optional<DigitBlind> digit_blind(std::string_view pattern);

/// Copies `text` to `out`, which has room for it, with a 0 for each digit.
void copy_digit_blind(std::string_view text, char* out) noexcept;

}  // namespace loglode

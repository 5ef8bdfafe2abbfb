// A pattern as it is looked for in a block: many texts, each with a newline behind it, scanned at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loglode {

/// What, with HS_FLAG_MULTILINE, matches a block at the end of every match that `pattern` has in one of its texts, and perhaps elsewhere
/// too. None where that cannot be said.
[[nodiscard]] std::optional<std::string> block_form(std::string_view pattern);

/// Whether no match of `pattern` (without DOTALL) holds a newline. Then each match of its form in a block lies within one text, and where
/// that text has no newline of its own the pattern matches it alone, too. False where that is not plain to see.
[[nodiscard]] bool stays_in_line(std::string_view pattern) noexcept;

}  // namespace loglode

// A pattern as it is looked for in a block: many texts, each with a newline behind it, scanned at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loglode {

/// What, with HS_FLAG_MULTILINE, matches a block at the end of every match that `pattern` has in one of its texts, and perhaps elsewhere
/// too. None where that cannot be said.
[[nodiscard]] std::optional<std::string> block_form(std::string_view pattern);

}  // namespace loglode

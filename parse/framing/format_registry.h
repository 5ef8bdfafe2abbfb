// Every format there is, by name: those of parse/json and parse/text. Immutable, any thread.
#pragma once

#include <span>
#include <string_view>

#include "parse/text/line_format.h"

namespace loglode {

/// In the order in which detection prefers them: of the formats that fit nearly all of a stream's lines, the first is the right one.
[[nodiscard]] std::span<const LineFormat* const> all_formats();
/// nullptr when there is none of that name.
[[nodiscard]] const LineFormat* find_format(std::string_view name);
[[nodiscard]] const LineFormat& json_format();

}  // namespace loglode

// What is to be known of a stream to cut it into records, learned from its first lines. Depends on those lines alone.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "parse/framing/record_bounds.h"
#include "parse/text/line_format.h"

namespace loglode {

[[nodiscard]] LineRules learn_line_rules(std::span<const std::string_view> lines, std::vector<const LineFormat*> formats);

/// Of two kinds of line that only such a log has both, wherever its beginning was cut off.
[[nodiscard]] BlockStyle find_block_style(std::span<const std::string_view> lines);

}  // namespace loglode

// Which wrappings the lines of a stream have, found on its first lines. Depends on those lines alone.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parse/framing/wrapping.h"

namespace loglode {

/// The wrappings that nearly all of `lines` have, outermost first, `known` of them found already; never columns.
[[nodiscard]] std::vector<Layer> detect_wrappings(std::span<const std::string_view> lines, std::size_t known, const ParseContext& context);

/// The lines of one program inside `layers`, parts of a line put away. Views into `lines` or into `texts`.
struct ProgramLines {
  std::uint32_t program = 0;
  std::vector<std::string_view> lines;
};
/// What stands inside `layers`, program by program in the order of their first lines. Lines that do not have the layers are left out.
[[nodiscard]] std::vector<ProgramLines> unwrap_programs(std::span<const std::string_view> lines, std::span<const Layer> layers,
                                                        std::deque<std::string>& texts);

}  // namespace loglode

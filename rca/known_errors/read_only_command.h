// Which commands a pack of known errors may show: those that only look. A list of programs, and for each the words that it may be given;
// whatever is not listed is refused. Pure: any thread.
#pragma once

#include <string>
#include <string_view>

namespace loglode::rca {

/// Empty: the command only reads. Otherwise why it is refused, for the author of the pack.
[[nodiscard]] std::string command_problem(std::string_view command);

}  // namespace loglode::rca

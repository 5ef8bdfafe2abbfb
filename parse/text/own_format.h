// Formats of the user's own: patterns with named fields, and examples that say what must come of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "parse/text/line_format.h"

namespace loglode {

struct OwnFormat {
  static constexpr std::size_t kPatternsMax = 16;

  std::string name;
  std::vector<std::string> patterns;                        // the first that fits reads the line (parse/text/layout.h)
  std::string time;                                         // a time layout (parse/time/time_layout.h); empty: any known spelling
  std::vector<std::pair<std::string, std::string>> levels;  // the program's word, and the severity that it means
};

/// Immutable, any thread. Errors (invalid_argument, a sentence that says what to do): those of Layout and TimeLayout, a name that is empty
/// or taken, a severity that is none.
[[nodiscard]] Result<std::shared_ptr<const LineFormat>> compile_own_format(const OwnFormat& format);

/// What is wrong when `line` should give these fields (time, level, message, service, host, trace_id, span_id, and attributes by name), or
/// with `refused` should not fit at all; empty when it is as it should be.
[[nodiscard]] std::string check_own_example(const LineFormat& format, const std::string& line, bool refused,
                                            const std::vector<std::pair<std::string, std::string>>& expected);

}  // namespace loglode

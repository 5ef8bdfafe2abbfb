// The errors that no incident is about, as a report lists them: nothing bad is left unsaid, and nothing is said twice. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "core/finding.h"

namespace loglode {

/// One row: an error, and what only goes on from it (the lines of an oops, the cause below an exception, the same text wrapped once more).
struct SeenError {
  const Finding* finding = nullptr;
  std::size_t lines_below = 0;  // findings that are part of it
};

/// Those of the kind error_seen, and new ones that there was nothing to compare with; FATAL ones first, then as they stand in the input.
/// Points into `judgement`.
[[nodiscard]] std::vector<SeenError> seen_errors(const Judgement& judgement);

/// Whether `finding` is told among them.
[[nodiscard]] bool is_seen_error(const Finding& finding) noexcept;

}  // namespace loglode

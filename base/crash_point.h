// Named points at which tests kill the program (LOGLODE_CRASH_AT=NAME:N, at the N-th time that a cut moves positions): what is durable and
// what is not differs there. Without the variable a point costs a comparison.
#pragma once

#include <string_view>

namespace loglode {

/// Points: cut, flushed, letters_kept, state_durable, committed (app/live/live_run.cc, in this order).
void crash_point(std::string_view name) noexcept;

}  // namespace loglode

// Named points at which a test kills the program: at each of them another part of a checkpoint is durable already. In the program that
// people run they do nothing. The crash tests run `loglode_with_crash_points`: the same libraries, linked with
// tests/integration/service/crash_point.cc instead of base/crash_point.cc.
#pragma once

#include <string_view>

namespace loglode {

/// Points: cut, flushed, letters_kept, state_durable, committed (pipeline/engine/checkpointer.cc, in this order).
void crash_point(std::string_view name) noexcept;

}  // namespace loglode

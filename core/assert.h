// Faults of ours: checked in every build, since a wrong count is worse than a stop.
#pragma once

namespace loglode {
[[noreturn]] void assertion_failed(const char* what, const char* file, int line) noexcept;
}

#define LOGLODE_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::loglode::assertion_failed(#condition, __FILE__, __LINE__))

// Event time: UTC, nanoseconds since 1970-01-01T00:00:00Z (OpenTelemetry `Timestamp`).
#pragma once

#include <chrono>
#include <string>

namespace loglode {

using Duration = std::chrono::nanoseconds;
using Timestamp = std::chrono::sys_time<Duration>;  // 1677 to 2262; parse/ refuses what lies outside

inline constexpr Timestamp kNoTime = Timestamp::min();

/// RFC 3339 in UTC with exactly nine decimals and `Z`, as all our files have it; empty for kNoTime.
[[nodiscard]] std::string to_rfc3339(Timestamp time);

}  // namespace loglode

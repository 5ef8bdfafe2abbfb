// How long something took, in a field of its own. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace loglode {

/// Microseconds, by the unit that stands in `value`, else by `unit` (ns, us, ms, s); kUntold where there is none, or no number.
[[nodiscard]] std::uint32_t took_microseconds(std::string_view value, std::string_view unit) noexcept;
/// The same of a pair of text: `took=1.5s`, `request_duration_ms=12`; kUntold where the name is none of a duration.
[[nodiscard]] std::uint32_t took_of_pair(std::string_view key, std::string_view value) noexcept;

}  // namespace loglode

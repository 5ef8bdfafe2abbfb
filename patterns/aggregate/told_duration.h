// How long something took, as a message says it. A pure function of the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loglode {

/// The first duration with a unit within the first 512 bytes of `message`, in microseconds, up to an hour and more: `stored in 88 ms`,
/// `took=1.25s`, `(350 µs)`. Settings are none: what follows `timeout`, `every`, `within` and their like. nullopt when it tells none.
[[nodiscard]] std::optional<std::uint32_t> told_duration(std::string_view message) noexcept;

}  // namespace loglode

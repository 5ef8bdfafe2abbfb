// Numbers inside values, so that what a slot holds can be measured: `37`, `-1.5`, `16KB`, `10ms`. Stateless; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

enum class QuantityUnit : std::uint8_t { none, seconds, bytes };

struct Quantity {
  double value = 0;  // in the unit
  QuantityUnit unit = QuantityUnit::none;
};

/// `1`, `s`, `By`: the unit as UCUM has it, which OpenTelemetry's metrics use.
[[nodiscard]] std::string_view name_of(QuantityUnit unit) noexcept;

/// Reads a value of type number, time or size as a whole: sign, decimals, and a unit of time (brought to seconds) or of size (to bytes; K,
/// KB and KiB are all 1024). False for everything else, clocks and dates among it.
[[nodiscard]] bool read_quantity(std::string_view text, Quantity& out) noexcept;

}  // namespace loglode

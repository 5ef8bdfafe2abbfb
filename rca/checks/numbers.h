// Numbers as prose has them: with the unit behind, the rounding that their digits tell, and words such as "about". Pure: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loglode::rca {

struct ProseNumber {
  enum class Unit : std::uint8_t { none, seconds, bytes, percent };
  double value = 0;      // in seconds or bytes where it has such a unit
  double tolerance = 0;  // half of its last digit, in the same unit; more behind "about", "nearly"
  Unit unit = Unit::none;
  std::size_t begin = 0, end = 0;
  std::string text;
};

/// Not those inside names (`E17`, `v2`, `pg-too-many`), nor of clock times and dates (clock_times_in()).
[[nodiscard]] std::vector<ProseNumber> numbers_in(std::string_view text);

struct ClockTime {
  std::uint32_t second_of_day = 0;
  bool has_seconds = true;  // false: `00:09`
  std::size_t begin = 0, end = 0;
};
[[nodiscard]] std::vector<ClockTime> clock_times_in(std::string_view text);

}  // namespace loglode::rca

// A date and time of day as written, and its way to a Timestamp. Plain values, any thread.
#pragma once

#include <cstdint>

#include "parse/time/timestamp_reader.h"

namespace loglode {

inline constexpr int kNoYear = 0;      // the stamp does not say its year
inline constexpr int kYearMin = 1678;  // with any offset inside what Timestamp can hold (1677-09-21 to 2262-04-11)
inline constexpr int kYearMax = 2261;
inline constexpr std::int32_t kNoOffset = INT32_MIN;  // the stamp does not say its offset

struct CivilTime {
  int year = kNoYear;
  unsigned month = 0, day = 0;                // from 1
  unsigned hour = 0, minute = 0, second = 0;  // 24:00:00 and a leap second (60) are the beginning of what follows
  std::uint32_t nanoseconds = 0;
  std::int32_t offset_seconds = kNoOffset;  // east of Greenwich
};

[[nodiscard]] constexpr bool is_leap_year(int year) noexcept { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

[[nodiscard]] constexpr unsigned days_in_month(int year, unsigned month) noexcept {
  constexpr unsigned char kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29U : kDays[month - 1];
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; `year` of 1 or later.
[[nodiscard]] constexpr std::int64_t days_since_epoch(int year, unsigned month, unsigned day) noexcept {
  // The year is made to begin in March, so that the leap day is its last.
  const auto shifted = static_cast<unsigned>(month <= 2 ? year - 1 : year);
  const unsigned month_from_march = month <= 2 ? month + 9 : month - 3;
  const unsigned day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  const unsigned days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year;
  return static_cast<std::int64_t>(days) - 719468;
}

/// Sets `out` to the moment that `civil` means; false when there is none (February 30, hour 25, year 3000).
[[nodiscard]] bool resolve(const CivilTime& civil, const TimeContext& context, Timestamp& out);

}  // namespace loglode

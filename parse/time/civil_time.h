// A date and time of day as written, and its way to a Timestamp. Plain values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "parse/time/timestamp_reader.h"

namespace loglode {

inline constexpr int kNoYear = 0;      // the stamp does not say its year
inline constexpr int kYearMin = 1678;  // with any offset inside what Timestamp can hold (1677-09-21 to 2262-04-11)
inline constexpr int kYearMax = 2261;
inline constexpr std::int32_t kNoOffset = INT32_MIN;  // the stamp does not say its offset

/// In which order a date of numbers stands. A date without a year has one of the last two.
enum class DateOrder : std::uint8_t { year_month_day, month_day_year, day_month_year };
inline constexpr DateOrder kDateOrders[] = {DateOrder::year_month_day, DateOrder::month_day_year, DateOrder::day_month_year};

/// The numbers of a date whose order nothing in the stamp proves, and the orders in which they are a date.
struct DateNumbers {
  std::uint8_t first = 0, second = 0;
  std::int16_t third = -1;                      // two digits, or a year of four (then the year is last); -1: there is none
  std::uint8_t orders = 0;                      // a bit for each DateOrder; 0: the stamp's date is no such date
  DateOrder usual = DateOrder::month_day_year;  // the one it is read in when nothing is known of its stream
  [[nodiscard]] bool may_be(DateOrder order) const noexcept { return (orders >> static_cast<unsigned>(order) & 1U) != 0; }
};

struct CivilTime {
  int year = kNoYear;
  unsigned month = 0, day = 0;                // from 1
  unsigned hour = 0, minute = 0, second = 0;  // 24:00:00 and a leap second (60) are the beginning of what follows
  std::uint32_t nanoseconds = 0;
  std::int32_t offset_seconds = kNoOffset;  // east of Greenwich
  const ZoneRules* zone = nullptr;          // named by the stamp (`Europe/Berlin`); used where there is no offset
  DateNumbers numbers;
  std::uint8_t weekday = 0;   // 1 Monday to 7 Sunday; 0: the stamp does not say it
  bool has_date = true;       // false: a time of day alone
  bool zone_assumed = false;  // names a zone by an abbreviation that means several (IST): read in the context's zone
};

/// Sets year, month and day by reading `civil.numbers` in this order, which must be one of its orders.
void set_date(CivilTime& civil, DateOrder order) noexcept;

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

/// When the first of these was read: what stands for a reference where there is none. One moment, so that a whole run agrees on it.
[[nodiscard]] Timestamp program_start();

/// 1 Monday to 7 Sunday.
[[nodiscard]] constexpr unsigned weekday_of(std::int64_t days_since_epoch) noexcept {
  return static_cast<unsigned>(((days_since_epoch + 3) % 7 + 7) % 7) + 1;
}

/// The moment of `civil` in this year; nothing when there is none (February 30, hour 25, year 3000). Where a clock was set back and shows
/// the time twice, `later` is the second of the two.
[[nodiscard]] std::optional<Timestamp> moment_in_year(const CivilTime& civil, int year, const ZoneRules* zone, bool later = false);
/// The same, with its own year or, where it has none, the latest that does not lie more than a day after `reference` (kNoTime: after the
/// program's start). A weekday decides before that, unless no such year has it.
[[nodiscard]] std::optional<Timestamp> latest_moment(const CivilTime& civil, Timestamp reference, const ZoneRules* zone);
/// A time of day on the day that brings it nearest to `reference` (kNoTime: to the program's start).
[[nodiscard]] std::optional<Timestamp> moment_on_nearest_day(const CivilTime& civil, Timestamp reference, const ZoneRules* zone);
/// `civil` with the order of day and month that its weekday proves, and no other; unchanged when it proves none.
[[nodiscard]] CivilTime ordered_by_weekday(const CivilTime& civil);
/// The weekday of a date with this year agrees with what the stamp says; true when it says none.
[[nodiscard]] bool weekday_agrees(const CivilTime& civil, int year) noexcept;

/// What read_timestamp reads, as it is written: resolve() gives its moment, unless there is none.
[[nodiscard]] std::size_t read_stamp(std::string_view text, CivilTime& civil);
/// A date without a year that every year has, and a time of day: whatever the context, there is a moment that it means.
[[nodiscard]] bool is_of_any_year(const CivilTime& civil) noexcept;

/// The moment that `civil` means, see TimeContext; false when there is none.
[[nodiscard]] bool resolve(const CivilTime& civil, const TimeContext& context, Timestamp& out);

}  // namespace loglode

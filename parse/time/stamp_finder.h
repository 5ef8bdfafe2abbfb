// A timestamp that stands somewhere in a line, where no format knows its place. Stateless, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/time/civil_time.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

/// How much of a line is searched.
inline constexpr std::size_t kSearchedBytes = 256;

struct FoundStamp {
  std::size_t begin = 0, length = 0;  // length 0: none was found
  bool in_header = false;             // before it stands nothing that reads like a sentence
};

/// Finds the first timestamp within the first kSearchedBytes of `text`: any spelling of read_timestamp at the beginning of a word, glued to
/// one letter (`E20261128 13:00:02.02`), and an epoch in brackets (`[1606472574]`, `audit(1609519900.161:44607)`). What lies more than a
/// day after the context's reference is no log's time (a date of expiry), nor is what words before it call something else (`until …`).
[[nodiscard]] FoundStamp find_timestamp(std::string_view text, const TimeContext& context, Timestamp& out);
/// The same, only at `begin`; for lines that have their stamp where the line before had it.
[[nodiscard]] FoundStamp timestamp_at(std::string_view text, std::size_t begin, const TimeContext& context, Timestamp& out);
/// The length of the stamp at `begin` that begins with a name and states no year, which is the latest that does not lie after a reference:
/// timestamp_at() would find it whatever the context, so that `civil` need not be resolved for that. 0 when no such stamp stands there.
[[nodiscard]] std::size_t yearless_stamp_at(std::string_view text, std::size_t begin, CivilTime& civil);
/// Whether `text` begins with the name of a month or of a weekday, as stamps do that do not begin with a digit.
[[nodiscard]] bool begins_with_date_name(std::string_view text) noexcept;
/// A time of day alone that stands in a line's header.
[[nodiscard]] FoundStamp find_time_of_day(std::string_view text, const TimeContext& context, Timestamp& out);

}  // namespace loglode

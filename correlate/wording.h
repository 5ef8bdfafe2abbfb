// Sentences for people. Pure functions of their arguments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "correlate/timeline.h"

namespace loglode {

[[nodiscard]] std::string grouped(std::uint64_t number);        // 1,904
[[nodiscard]] std::string rounded(double number);               // 1,904 or 0.3
[[nodiscard]] std::string times_counted(std::uint64_t number);  // once, 1,904 times
[[nodiscard]] std::string lag_text(double seconds);             // +0.4 s, +3 min

[[nodiscard]] std::string duration_text(double microseconds);  // 350 µs, 84 ms, 1.8 s, 3 min

/// 12:12:41, UTC; with its day where the input spans several.
[[nodiscard]] std::string clock_time(const Timeline& timeline, Timestamp time);

/// Where a point is, as one says it: "12:12:41", or "line 310" where there are no times; "12.3 s after boot".
[[nodiscard]] std::string place_of(const Timeline& timeline, const Point& point);

/// INFO; "no severity".
[[nodiscard]] std::string severity_text(Severity severity);

/// What a series is about, quoted: an example of what was said, or the template where none was kept; a rule's name. Where one text has
/// several severities, with the one that is meant.
[[nodiscard]] std::string subject_of(const Series& series);
/// The same of many records: `lines like "user 7 logged in"`, where what is meant is not the one that is quoted.
[[nodiscard]] std::string lines_like(const Series& series);
/// The text alone, without quotes, cut to what fits into a sentence.
[[nodiscard]] std::string subject_text(const Series& series);

/// 16 hex digits: a hash of what stays the same whenever this finding is made again.
[[nodiscard]] std::string stable_id(std::string_view text);

}  // namespace loglode

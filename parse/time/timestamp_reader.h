// Timestamps as logs spell them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/severity_words.h"
#include "core/result.h"
#include "core/timestamp.h"

namespace loglode {

class ZoneRules;    // an IANA zone, or UTC
struct StampSight;  // parse/time/stamp_sight.h

/// What a stamp that does not say everything is read with.
struct TimeContext {
  Timestamp reference = kNoTime;    // of the file (its modification time); a date without a year is the latest that is not a day after it
  const ZoneRules* zone = nullptr;  // for stamps without an offset; nullptr is UTC
  Timestamp near = kNoTime;     // what the source found out in order (Framing::near): of all that a stamp may mean, what is nearest to this
  StampSight* sight = nullptr;  // told of every stamp read that leaves something open
};

/// Looks up an IANA zone name (`Europe/Berlin`, `UTC`, `local`); the answer lives as long as the program. Errors: invalid_argument.
[[nodiscard]] Result<const ZoneRules*> find_zone(std::string_view name);

/// Reads a timestamp that stands at the very beginning of `text`, in any spelling that logs use (ISO 8601 and RFC 3339 with all their
/// separators, fractions with . or , or :, offsets, zone names; CLF; ctime; syslog without a year; log4j comma; `yyyy/mm/dd`; compact
/// digits; month.day; the time before the date; time of day alone is not a timestamp). Returns how many characters it took and sets `out`;
/// 0 when there is none.
[[nodiscard]] std::size_t read_timestamp(std::string_view text, const TimeContext& context, Timestamp& out);

/// Reads hh:mm:ss and a fraction at the very beginning of `text`; the day is the one that brings it nearest to the context. Returns how
/// many characters it took; 0 when there is none.
[[nodiscard]] std::size_t read_time_of_day(std::string_view text, const TimeContext& context, Timestamp& out);

/// The same for a whole field: all of `text` (blanks around it aside) must be a timestamp or an epoch in s, ms, µs or ns, whole, with a
/// fraction, or as 1.7e+09.
[[nodiscard]] bool read_timestamp_field(std::string_view text, const TimeContext& context, Timestamp& out);

/// Epoch number in s, ms, µs or ns, told apart by magnitude (years 1990 to 2100).
[[nodiscard]] bool read_epoch(double value, Timestamp& out);
[[nodiscard]] bool read_epoch(std::int64_t value, Timestamp& out);

}  // namespace loglode

// An IANA time zone of the system's tz database. Made by find_zone, never destroyed, any thread.
#pragma once

#include <cstdint>

namespace date {
class time_zone;
}

namespace loglode {

class ZoneRules {
 public:
  explicit ZoneRules(const date::time_zone* zone) noexcept : zone_(zone) {}
  /// Offset from UTC (east is positive) that a local wall clock had at `local_seconds` (counted as if local time were UTC).
  /// A time that happens twice is the first of the two, or the second where `later` is asked for; one that never happens is read as if the
  /// clock had not yet been moved.
  [[nodiscard]] std::int32_t offset_seconds(std::int64_t local_seconds, bool later = false) const;
  [[nodiscard]] bool is_utc() const noexcept { return zone_ == nullptr; }

 private:
  const date::time_zone* zone_;  // nullptr: UTC
};

}  // namespace loglode

// --since and --until: records outside the range are marked and counted, nothing else sees them.
#pragma once

#include <map>
#include <string>

#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

struct TimeRange {
  Timestamp since = kNoTime;           // inclusive
  Timestamp until = Timestamp::max();  // exclusive

  [[nodiscard]] bool holds(Timestamp time) const noexcept { return time >= since && time < until; }
  [[nodiscard]] bool everything() const noexcept { return since == kNoTime && until == Timestamp::max(); }
  /// Errors: invalid_argument with the option's name when a text is no time; both may be empty.
  static Result<TimeRange> read(const std::string& since, const std::string& until, const std::string& zone);
};

/// For workers, before anything is learned from a record: marks records whose own time lies outside the range.
class TimeRangeMarker final : public Stage {
 public:
  explicit TimeRangeMarker(TimeRange range) : range_{range} {}
  Result<void> run(Batch& batch) override;

 private:
  TimeRange range_;
};

/// Ordered, before mining: counts what is outside. A record without a time goes the way of its stream's previous one.
class TimeRangeStage final : public Stage {
 public:
  TimeRangeStage(TimeRange range, RunCounters& counters) : range_{range}, counters_{counters} {}
  Result<void> run(Batch& batch) override;

 private:
  TimeRange range_;
  RunCounters& counters_;
  std::map<StreamId, bool> inside_;
};

}  // namespace loglode

// Records dated in the future would move the watermark past everything that is happening. For workers, behind the parser.
#pragma once

#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

/// A record more than a day ahead of the wall clock loses its time, and gets its stream's previous one as records without a time do. Its
/// own words stay as they are. Counted in RunCounters::future.
class FutureMarker final : public Stage {
 public:
  explicit FutureMarker(RunCounters& counters) : counters_{counters} {}
  Result<void> run(Batch& batch) override {
    const Timestamp latest = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + std::chrono::hours{24};
    std::uint64_t found = 0;
    for (Record& record : batch.records) {
      if (record.time == kNoTime || record.time <= latest) continue;
      record.time = kNoTime;
      ++found;
    }
    if (found != 0) counters_.future += found;
    return {};
  }

 private:
  RunCounters& counters_;
};

}  // namespace loglode

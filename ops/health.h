// Whether a pipeline works, from what can be seen of it from outside: it moves when there is something to do, and its snapshots go well.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace loglode {

struct Health {
  bool good = true;
  std::string reason;  // one line; also when good, if there is something to say
};

// Longer than a sink's retry of one request and than a pause of a slow disk: a restart would not help sooner.
inline constexpr std::chrono::seconds kTroubleMax{60};

/// What a pipeline does at one moment.
struct PipelineStatus {
  std::uint64_t moves = 0;    // anything that grows while the pipeline works: batches aggregated, delivered
  bool work_waiting = false;  // batches in flight, or messages behind our positions
  std::string trouble;        // why the latest snapshot could not be taken; empty when it could
};

/// Judges one status after the other; the more often, the more exact. Any thread.
class HealthWatch {
 public:
  [[nodiscard]] Health judge(const PipelineStatus& status, std::chrono::steady_clock::time_point now);

 private:
  std::mutex mutex_;  // guards all below
  std::uint64_t moves_ = 0;
  std::optional<std::chrono::steady_clock::time_point> stuck_since_, trouble_since_;
};

}  // namespace loglode

// The way of window summaries in a cluster, walked inside one process: taken several times while a run goes on, encoded, delivered out of
// order and more than once, decoded and merged. Tests run every sample through it, so that summaries can cross a topic on their way to
// correlate/.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/window_summary.h"
#include "patterns/aggregate/window_aggregator.h"

namespace loglode {

/// An ordered stage behind the WindowAggregator that takes its summaries now and then.
class SummaryRoundTrip final : public Stage {
 public:
  SummaryRoundTrip(const WindowAggregator& aggregator, std::uint64_t seed) : aggregator_{aggregator}, random_{seed} {}
  Result<void> run(Batch& batch) override;
  /// What a judge on the other side of a topic ends up with.
  [[nodiscard]] std::vector<WindowSummary> delivered();

 private:
  void take();

  const WindowAggregator& aggregator_;
  std::mt19937_64 random_;
  std::vector<std::string> topic_;  // encoded summaries, as they would lie in Kafka
  std::uint64_t takes_ = 0;
};

}  // namespace loglode

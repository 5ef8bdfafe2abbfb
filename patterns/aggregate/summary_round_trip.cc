#include "patterns/aggregate/summary_round_trip.h"

#include <algorithm>

#include "core/assert.h"

namespace loglode {

namespace {
constexpr std::uint64_t kTakesMax = 5;  // a take is the whole state: a few prove as much as many
}

Result<void> SummaryRoundTrip::run(Batch&) {
  if (takes_ < kTakesMax && random_() % 4 == 0) take();
  return {};
}

void SummaryRoundTrip::take() {
  ++takes_;
  for (const WindowSummary& summary : aggregator_.summaries()) topic_.push_back(encode(summary));
}

std::vector<WindowSummary> SummaryRoundTrip::delivered() {
  take();
  const std::size_t once = topic_.size();
  for (std::size_t i = 0; i < once / 3; ++i) topic_.push_back(topic_[random_() % once]);
  std::shuffle(topic_.begin(), topic_.end(), random_);
  SummaryStore store;
  for (const std::string& bytes : topic_) {
    auto summary = decode(bytes);
    LOGLODE_ASSERT(summary);  // of our own encoding
    store.accept(std::move(*summary));
  }
  return store.windows();
}

}  // namespace loglode

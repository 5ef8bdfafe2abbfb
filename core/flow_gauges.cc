#include "core/flow_gauges.h"

#include <algorithm>
#include <iterator>

namespace loglode {

std::string_view name_of(FlowStage stage) noexcept {
  constexpr std::string_view kNames[] = {"parse", "fold", "deliver"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(FlowStage::kCount));
  return kNames[static_cast<std::size_t>(stage)];
}

void FlowGauges::entered(std::uint64_t bytes) noexcept {
  ++batches_;
  bytes_ += static_cast<std::int64_t>(bytes);
}

void FlowGauges::left(std::uint64_t bytes) noexcept {
  --batches_;
  bytes_ -= static_cast<std::int64_t>(bytes);
}

void FlowGauges::waited(FlowStage stage, std::chrono::nanoseconds wait) noexcept {
  wait = std::max(wait, std::chrono::nanoseconds{0});
  const double seconds = std::chrono::duration<double>(wait).count();
  const auto* const bound = std::lower_bound(kWaitBounds.begin(), kWaitBounds.end(), seconds);
  Waits& waits = waits_[static_cast<std::size_t>(stage)];
  ++waits.counts[static_cast<std::size_t>(bound - kWaitBounds.begin())];
  waits.sum_ns += static_cast<std::uint64_t>(wait.count());
}

FlowFigures FlowGauges::read() const noexcept {
  FlowFigures out;
  // Read between entered() and left() of other threads the difference may be below zero for a moment.
  out.batches = static_cast<std::uint64_t>(std::max<std::int64_t>(batches_.load(), 0));
  out.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(bytes_.load(), 0));
  for (std::size_t stage = 0; stage < waits_.size(); ++stage) {
    for (std::size_t i = 0; i < waits_[stage].counts.size(); ++i) out.waits[stage].counts[i] = waits_[stage].counts[i].load();
    out.waits[stage].sum_s = static_cast<double>(waits_[stage].sum_ns.load()) / 1e9;
  }
  return out;
}

}  // namespace loglode

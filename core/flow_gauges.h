// What is on its way through a pipeline: filled by its threads, read by whoever serves the metrics. Atomics, any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

/// Where a batch waits for its turn.
enum class FlowStage : std::uint8_t { parse, aggregate, deliver, kCount };
[[nodiscard]] std::string_view name_of(FlowStage stage) noexcept;

// Upper bounds of the waits, in seconds. The last is the time after which a waiting batch is a trouble for people, not for tuning.
inline constexpr std::array<double, 7> kWaitBounds{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

/// How long batches waited: as read at one moment.
struct WaitFigures {
  std::array<std::uint64_t, kWaitBounds.size() + 1> counts{};  // each up to its bound and over the one before; the last: longer
  double sum_s = 0;
};

struct FlowFigures {
  std::uint64_t batches = 0, bytes = 0;  // in flight
  std::array<WaitFigures, static_cast<std::size_t>(FlowStage::kCount)> waits{};
};

class FlowGauges {
 public:
  void entered(std::uint64_t bytes) noexcept;  // a source handed over a batch
  void left(std::uint64_t bytes) noexcept;     // the batch is gone, with the bytes it entered with
  void waited(FlowStage stage, std::chrono::nanoseconds wait) noexcept;
  [[nodiscard]] FlowFigures read() const noexcept;

 private:
  struct Waits {
    std::array<std::atomic<std::uint64_t>, kWaitBounds.size() + 1> counts{};
    std::atomic<std::uint64_t> sum_ns{0};
  };
  std::atomic<std::int64_t> batches_{0}, bytes_{0};
  std::array<Waits, static_cast<std::size_t>(FlowStage::kCount)> waits_{};
};

}  // namespace loglode

// The time, as whoever waits for it asks: the system's, or a test's that passes at once. Any thread.
#pragma once

#include <chrono>
#include <thread>

namespace loglode {

class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  virtual void sleep_for(std::chrono::nanoseconds time) const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void sleep_for(std::chrono::nanoseconds time) const override { std::this_thread::sleep_for(time); }
};

[[nodiscard]] inline const Clock& system_clock() noexcept {
  static const SystemClock kClock;
  return kClock;
}

}  // namespace loglode

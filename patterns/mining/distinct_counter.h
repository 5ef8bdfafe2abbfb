// How many different texts were seen, in 128 bytes: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with linear counting for small
// numbers. Standard error 9 %. Adding is commutative and idempotent, and two counters join to what one would have counted. Any thread may
// add while others do.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace loglode {

class DistinctCounter {
 public:
  static constexpr std::size_t kRegisters = 128;

  /// These say whether anything changed.
  bool add(std::uint64_t hash) noexcept {
    const std::size_t index = hash % kRegisters;
    return raise(index, static_cast<std::uint8_t>(std::countl_zero(hash | (kRegisters - 1)) + 1));
  }
  bool join(const DistinctCounter& other) noexcept {
    bool changed = false;
    for (std::size_t i = 0; i < kRegisters; ++i) changed = raise(i, other.at(i)) || changed;
    return changed;
  }
  [[nodiscard]] double estimate() const noexcept {
    double sum = 0;
    std::size_t empty = 0;
    for (std::size_t i = 0; i < kRegisters; ++i) {
      sum += std::ldexp(1.0, -static_cast<int>(at(i)));
      empty += at(i) == 0;
    }
    constexpr auto kCount = static_cast<double>(kRegisters);
    const double raw = 0.7213 / (1 + 1.079 / kCount) * kCount * kCount / sum;
    return raw <= 2.5 * kCount && empty != 0 ? kCount * std::log(kCount / static_cast<double>(empty)) : raw;
  }
  [[nodiscard]] std::uint8_t at(std::size_t index) const noexcept { return registers_[index].load(std::memory_order_relaxed); }
  bool raise(std::size_t index, std::uint8_t rank) noexcept {
    std::uint8_t seen = at(index);
    while (rank > seen)
      if (registers_[index].compare_exchange_weak(seen, rank, std::memory_order_relaxed)) return true;
    return false;
  }

 private:
  std::array<std::atomic<std::uint8_t>, kRegisters> registers_{};
};

}  // namespace loglode

// What the slots of one shape held, in bounded memory: a sample of its records chosen by hash (bottom-k: Cohen, Kaplan 2007) and, once the
// sample is not everything, how many different texts each slot had and the range of its numbers.
// Everything is idempotent, commutative and associative: a record seen twice changes nothing, and two workers' values join to what one
// would have. Owned by a Shape; any thread may observe while others do.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patterns/mining/distinct_counter.h"
#include "patterns/mining/message_scanner.h"
#include "patterns/mining/quantity.h"

namespace loglode {

inline constexpr std::size_t kValueSlotsMax = 16;    // slots whose values are kept; further ones only have a type
inline constexpr std::size_t kValueBytesMax = 48;    // of one value in the sample; longer ones are kept as their beginning
inline constexpr std::uint32_t kSampleMax = 128;     // records of one shape: p95 is then within about two percentiles
inline constexpr std::uint32_t kSampleMin = 8;       // even when there are too many shapes
inline constexpr std::size_t kSamplesMax = 200'000;  // records of all shapes together, about 80 B each

/// Names a record for the sample: a hash of what it is, never of where it was read.
enum class RecordHash : std::uint64_t {};

/// One value in the sample. `hash` is that of the whole value, `text` its beginning when it was longer than kValueBytesMax.
struct SampledValue {
  std::string_view text;
  std::uint64_t hash = 0;
  bool cut = false;
};

/// One record's values, by slot.
struct SampledRecord {
  RecordHash record{};
  std::string values;  // for each slot a byte of length and so many bytes; or kCutMark, the hash and the beginning

  /// `slot` must be one of those it holds.
  [[nodiscard]] SampledValue at(std::size_t slot) const noexcept;
  /// Whether `values` is well formed and holds `slots` of them: for what was read from a file.
  [[nodiscard]] bool holds(std::size_t slots) const noexcept;
};

/// How many records each shape may keep; the same for all, so that samples of several shapes can be put together. Only ever lowered.
class SampleBudget {
 public:
  explicit SampleBudget(std::size_t samples_max = kSamplesMax) noexcept : samples_max_{samples_max} {}
  [[nodiscard]] std::uint32_t per_shape() const noexcept { return per_shape_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool exceeded() const noexcept {
    return per_shape() > kSampleMin && kept_.load(std::memory_order_relaxed) > static_cast<std::int64_t>(samples_max_);
  }
  void halve() noexcept { per_shape_.store(per_shape() / 2, std::memory_order_relaxed); }
  void lower_to(std::uint32_t per_shape_max) noexcept {
    if (per_shape_max < per_shape() && per_shape_max >= kSampleMin) per_shape_.store(per_shape_max, std::memory_order_relaxed);
  }
  void count(std::int64_t more) noexcept { kept_.fetch_add(more, std::memory_order_relaxed); }

 private:
  std::size_t samples_max_;
  std::atomic<std::uint32_t> per_shape_{kSampleMax};
  std::atomic<std::int64_t> kept_{0};
};

class ShapeValues {
 public:
  /// What is known of a slot beyond the sample.
  struct SlotRange {
    DistinctCounter distinct;
    std::atomic<double> least, most;     // of its quantities; least > most: it had none
    std::atomic<std::uint8_t> units{0};  // one bit for each QuantityUnit seen
    SlotRange() noexcept;
    /// These say whether anything changed.
    bool add(std::uint64_t hash, std::string_view text) noexcept;
    bool join(const SlotRange& other) noexcept;
    bool widen(double value_least, double value_most, unsigned unit_bits) noexcept;
  };

  explicit ShapeValues(std::size_t slots) noexcept : slots_{static_cast<std::uint8_t>(slots < kValueSlotsMax ? slots : kValueSlotsMax)} {}
  ~ShapeValues();
  ShapeValues(const ShapeValues&) = delete;
  ShapeValues& operator=(const ShapeValues&) = delete;

  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  /// `message` was scanned from `text`.
  void observe(RecordHash record, const ScannedMessage& message, const char* text, SampleBudget& budget);
  /// Takes in what another holds of the same shape.
  void join(const ShapeValues& other, SampleBudget& budget);
  /// Keeps nothing from now on, and says so: there are too many shapes. A join with values that stopped stops.
  void stop(SampleBudget& budget);
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }
  /// Brings the sample down to the budget.
  void trim(SampleBudget& budget);

  /// Calls `act` with the sample, in order of hash, while nothing is added to it: all records there were, unless `ranges()` is not null.
  template <class Act>
  void with_sample(Act&& act) const {
    const std::scoped_lock lock{mutex_};
    act(std::as_const(sample_));
  }
  /// slots() of them, or null while the sample is everything.
  [[nodiscard]] const SlotRange* ranges() const noexcept { return ranges_.load(std::memory_order_acquire); }
  /// For decoding: `sample` in order of hash, and ranges when there were any.
  void restore(std::vector<SampledRecord> sample, std::unique_ptr<SlotRange[]> ranges, SampleBudget& budget);
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// Whether anything changed since this was asked last.
  [[nodiscard]] bool take_changed() noexcept { return changed_.exchange(false, std::memory_order_acq_rel); }
  /// Copies for another thread to look at while others observe.
  [[nodiscard]] std::vector<SampledRecord> copy_sample() const;
  [[nodiscard]] std::size_t sample_size() const;

 private:
  void note_change() noexcept {
    if (!changed_.load(std::memory_order_relaxed)) changed_.store(true, std::memory_order_release);
  }
  [[nodiscard]] SlotRange* own_ranges() const noexcept { return ranges_.load(std::memory_order_acquire); }
  SlotRange* ensure_ranges();
  void add_to(SlotRange* ranges, const SampledRecord& record) const noexcept;
  void add_sample_to_ranges();
  /// `in_ranges`: its values were added to the ranges already.
  bool insert(SampledRecord record, bool in_ranges, SampleBudget& budget);
  void shrink(SampleBudget& budget);

  const std::uint8_t slots_;
  std::atomic<bool> changed_{true}, stopped_{false};
  std::atomic<std::uint64_t> below_{~std::uint64_t{0}};  // records with a hash under this may belong to the sample
  std::atomic<SlotRange*> ranges_{nullptr};              // owned; made once
  mutable std::mutex mutex_;                             // guards sample_
  std::vector<SampledRecord> sample_;                    // ascending, each record once
};

}  // namespace loglode

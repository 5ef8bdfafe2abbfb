#include "patterns/mining/shape_values.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "patterns/mining/mixing.h"

namespace loglode {

namespace {

constexpr unsigned char kCutMark = 255;
constexpr std::size_t kHashBytes = sizeof(std::uint64_t);
static_assert(kValueBytesMax < kCutMark);

void append_value(std::string& values, std::string_view text, std::uint64_t hash) {
  if (text.size() <= kValueBytesMax) {
    values += static_cast<char>(text.size());
    values += text;
    return;
  }
  values += static_cast<char>(kCutMark);
  char bytes[kHashBytes];
  std::memcpy(bytes, &hash, sizeof bytes);
  values.append(bytes, sizeof bytes);
  values += text.substr(0, kValueBytesMax);
}

bool by_record(const SampledRecord& a, const SampledRecord& b) noexcept { return a.record < b.record; }

bool lower(std::atomic<double>& least, double value) noexcept {
  double seen = least.load(std::memory_order_relaxed);
  while (value < seen)
    if (least.compare_exchange_weak(seen, value, std::memory_order_relaxed)) return true;
  return false;
}

bool raise(std::atomic<double>& most, double value) noexcept {
  double seen = most.load(std::memory_order_relaxed);
  while (value > seen)
    if (most.compare_exchange_weak(seen, value, std::memory_order_relaxed)) return true;
  return false;
}

/// Size of the value that begins at `at`, its length byte included; 0 when it does not fit.
std::size_t packed_size(std::string_view values, std::size_t at) noexcept {
  if (at >= values.size()) return 0;
  const auto length = static_cast<unsigned char>(values[at]);
  const std::size_t size = length == kCutMark ? 1 + kHashBytes + kValueBytesMax : 1 + std::size_t{length};
  return (length <= kValueBytesMax || length == kCutMark) && at + size <= values.size() ? size : 0;
}

}  // namespace

SampledValue SampledRecord::at(std::size_t slot) const noexcept {
  std::size_t begin = 0;
  for (; slot != 0; --slot) begin += packed_size(values, begin);
  const std::string_view packed = std::string_view{values}.substr(begin, packed_size(values, begin));
  if (static_cast<unsigned char>(packed.front()) != kCutMark) return {packed.substr(1), hash_text(packed.substr(1)), false};
  return {packed.substr(1 + kHashBytes), load_word(packed.data() + 1), true};
}

bool SampledRecord::holds(std::size_t slots) const noexcept {
  std::size_t at = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const std::size_t size = packed_size(values, at);
    if (size == 0) return false;
    at += size;
  }
  return at == values.size();
}

ShapeValues::SlotRange::SlotRange() noexcept
    : least{std::numeric_limits<double>::infinity()}, most{-std::numeric_limits<double>::infinity()} {}

bool ShapeValues::SlotRange::add(std::uint64_t hash, std::string_view text) noexcept {
  const bool fresh = distinct.add(hash);
  Quantity quantity;
  return (read_quantity(text, quantity) && widen(quantity.value, quantity.value, 1U << static_cast<unsigned>(quantity.unit))) || fresh;
}

bool ShapeValues::SlotRange::widen(double value_least, double value_most, unsigned unit_bits) noexcept {
  bool changed = lower(least, value_least);
  changed = raise(most, value_most) || changed;
  if ((units.load(std::memory_order_relaxed) & unit_bits) == unit_bits) return changed;
  units.fetch_or(static_cast<std::uint8_t>(unit_bits), std::memory_order_relaxed);
  return true;
}

bool ShapeValues::SlotRange::join(const SlotRange& other) noexcept {
  const bool changed = distinct.join(other.distinct);
  return widen(other.least.load(std::memory_order_relaxed), other.most.load(std::memory_order_relaxed),
               other.units.load(std::memory_order_relaxed)) ||
         changed;
}

ShapeValues::~ShapeValues() { delete[] ranges_.load(std::memory_order_relaxed); }

void ShapeValues::stop(SampleBudget& budget) {
  const std::scoped_lock lock{mutex_};
  if (stopped_.exchange(true, std::memory_order_relaxed)) return;
  budget.count(-static_cast<std::int64_t>(sample_.size()));
  sample_ = {};
  note_change();
}

void ShapeValues::observe(RecordHash record, const ScannedMessage& message, const char* text, SampleBudget& budget) {
  if (stopped()) return;
  SlotRange* const known = own_ranges();
  if (known != nullptr) {
    bool changed = false;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      const auto& span = message.spans[slot];
      changed = known[slot].add(hash_padded(text + span.begin, span.size), {text + span.begin, span.size}) || changed;
    }
    if (changed) note_change();
    if (static_cast<std::uint64_t>(record) >= below_.load(std::memory_order_relaxed)) return;
  }
  SampledRecord sampled{record, {}};
  for (std::size_t slot = 0; slot < slots_; ++slot) {
    const std::string_view value{text + message.spans[slot].begin, message.spans[slot].size};
    append_value(sampled.values, value, hash_padded(value.data(), value.size()));
  }
  const std::scoped_lock lock{mutex_};
  if (insert(std::move(sampled), known != nullptr, budget)) shrink(budget);
}

bool ShapeValues::insert(SampledRecord record, bool in_ranges, SampleBudget& budget) {
  if (stopped()) return false;
  const auto place = std::lower_bound(sample_.begin(), sample_.end(), record, by_record);
  if (place != sample_.end() && place->record == record.record) return false;
  if (SlotRange* const known = own_ranges(); known != nullptr && !in_ranges) add_to(known, record);
  sample_.insert(place, std::move(record));
  budget.count(1);
  note_change();
  return true;
}

// Called with the mutex held. What leaves the sample stays in the ranges, which know every record from the first one lost on.
void ShapeValues::shrink(SampleBudget& budget) {
  const std::size_t most = budget.per_shape();
  if (sample_.size() <= most) return;
  if (ranges() == nullptr) add_sample_to_ranges();
  budget.count(static_cast<std::int64_t>(most) - static_cast<std::int64_t>(sample_.size()));
  sample_.resize(most);
  if (sample_.capacity() > 2 * most) sample_.shrink_to_fit();
  below_.store(static_cast<std::uint64_t>(sample_.back().record), std::memory_order_relaxed);
}

void ShapeValues::add_to(SlotRange* ranges, const SampledRecord& record) const noexcept {
  for (std::size_t slot = 0; slot < slots_; ++slot) {
    const SampledValue value = record.at(slot);
    ranges[slot].add(value.hash, value.text);
  }
}

void ShapeValues::add_sample_to_ranges() {
  SlotRange* const ranges = ensure_ranges();
  for (const SampledRecord& record : sample_) add_to(ranges, record);
}

ShapeValues::SlotRange* ShapeValues::ensure_ranges() {
  SlotRange* ranges = ranges_.load(std::memory_order_relaxed);
  if (ranges == nullptr) {
    ranges = new SlotRange[slots_];
    ranges_.store(ranges, std::memory_order_release);
  }
  return ranges;
}

void ShapeValues::join(const ShapeValues& other, SampleBudget& budget) {
  if (other.stopped()) return stop(budget);
  if (stopped()) return;
  const std::scoped_lock lock{mutex_, other.mutex_};
  if (const SlotRange* const theirs = other.ranges(); theirs != nullptr) {
    SlotRange* const ours = ensure_ranges();
    for (std::size_t slot = 0; slot < slots_; ++slot)
      if (ours[slot].join(theirs[slot])) note_change();
  }
  for (const SampledRecord& record : other.sample_) insert(record, false, budget);
  if (ranges() != nullptr) add_sample_to_ranges();  // someone lost records: whatever is in either sample must be in the ranges too
  shrink(budget);
}

void ShapeValues::trim(SampleBudget& budget) {
  const std::scoped_lock lock{mutex_};
  shrink(budget);
}

void ShapeValues::restore(std::vector<SampledRecord> sample, std::unique_ptr<SlotRange[]> ranges, SampleBudget& budget) {
  const std::scoped_lock lock{mutex_};
  budget.count(static_cast<std::int64_t>(sample.size()) - static_cast<std::int64_t>(sample_.size()));
  sample_ = std::move(sample);
  if (ranges != nullptr) {
    delete[] ranges_.exchange(ranges.release(), std::memory_order_release);
    budget.lower_to(static_cast<std::uint32_t>(sample_.size()));  // what lies between this sample's end and a larger one's is lost
    if (!sample_.empty()) below_.store(static_cast<std::uint64_t>(sample_.back().record), std::memory_order_relaxed);
  }
  shrink(budget);
}

std::vector<SampledRecord> ShapeValues::copy_sample() const {
  const std::scoped_lock lock{mutex_};
  return sample_;
}

std::size_t ShapeValues::sample_size() const {
  const std::scoped_lock lock{mutex_};
  return sample_.size();
}

std::size_t ShapeValues::bytes() const noexcept {
  const std::scoped_lock lock{mutex_};
  std::size_t bytes = sizeof *this + sample_.capacity() * sizeof(SampledRecord) + (ranges() != nullptr ? slots_ * sizeof(SlotRange) : 0);
  for (const SampledRecord& record : sample_) bytes += record.values.capacity() + 1;
  return bytes;
}

}  // namespace loglode

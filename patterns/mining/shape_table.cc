#include "patterns/mining/shape_table.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "core/assert.h"

namespace loglode {

Shape::Shape(const ScannedMessage& message, SeverityClass severity, std::string_view text, const std::vector<Element>& elements)
    : hash_{message.shape},
      slots_{message.slots},
      severity_{severity},
      types_{std::make_unique<std::atomic<ValueTypes>[]>(message.slots)},
      first_{std::make_unique<std::uint64_t[]>(message.slots)},
      text_{text},
      elements_{elements} {
  std::uint64_t varied = slots_ == kSlotsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << slots_) - 1;
  for (std::uint32_t i = 0; i < message.named_slots; ++i) {
    varied &= ~(std::uint64_t{1} << message.named[i].slot);
    first_[message.named[i].slot] = message.named[i].hash;
  }
  varied_ = varied;
  for (std::uint32_t i = 0; i < slots_; ++i) types_[i] = message.types[i];
}

bool Shape::knows(const ScannedMessage& message) const noexcept {
  ValueTypes unknown = 0;
  for (std::uint32_t i = 0; i < slots_; ++i)
    unknown = static_cast<ValueTypes>(unknown | (message.types[i] & ~types_[i].load(std::memory_order_relaxed)));
  if (unknown != 0) return false;
  const std::uint64_t varied = varied_.load(std::memory_order_relaxed);
  std::uint64_t constant = (slots_ == kSlotsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << slots_) - 1) & ~varied;
  if (constant == 0) return true;
  for (std::uint32_t i = 0; i < message.named_slots; ++i) {
    const auto& named = message.named[i];
    if ((varied >> named.slot & 1U) != 0) continue;
    if (named.hash != first_[named.slot]) return false;
    constant &= ~(std::uint64_t{1} << named.slot);
  }
  return constant == 0;  // what is left held a value now, and a name before
}

void Shape::join(const ScannedMessage& message) noexcept {
  std::uint64_t same = 0;
  for (std::uint32_t i = 0; i < message.named_slots; ++i)
    if (message.named[i].hash == first_[message.named[i].slot]) same |= std::uint64_t{1} << message.named[i].slot;
  const std::uint64_t all = slots_ == kSlotsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << slots_) - 1;
  varied_.store(varied_.load(std::memory_order_relaxed) | (all & ~same), std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < slots_; ++i)
    types_[i].store(static_cast<ValueTypes>(types_[i].load(std::memory_order_relaxed) | message.types[i]), std::memory_order_relaxed);
}

std::size_t Shape::bytes() const noexcept {
  constexpr std::size_t kBlockHeader = 16;  // of the allocator, for each of the four blocks and the shape itself
  return sizeof(Shape) + 5 * kBlockHeader + slots_ * (sizeof(ValueTypes) + sizeof(std::uint64_t)) + text_.capacity() +
         elements_.capacity() * sizeof(Element);
}

void ShapeTable::Free::operator()(Slot* slots) const noexcept { std::free(slots); }

ShapeTable::ShapeTable(std::size_t shapes_max, std::size_t bytes_max) : shapes_max_{shapes_max}, bytes_max_{bytes_max} {
  LOGLODE_ASSERT(shapes_max > 0 && bytes_max > 0);
  const std::size_t capacity = std::bit_ceil(shapes_max * 2);
  mask_ = capacity - 1;
  // Zeroed pages from the system: only those that are touched cost memory.
  auto* memory = static_cast<Slot*>(std::calloc(capacity, sizeof(Slot)));
  if (memory == nullptr) throw std::bad_alloc{};
  static_assert(std::is_trivially_destructible_v<Slot> && std::atomic<Shape*>::is_always_lock_free);
  slots_.reset(memory);
}

Shape* ShapeTable::find(std::uint64_t hash) const noexcept {
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    const std::uint64_t found = slots_[at].hash.load(std::memory_order_acquire);
    if (found == hash) return slots_[at].shape.load(std::memory_order_relaxed);
    if (found == 0) return nullptr;
  }
}

bool ShapeTable::insert(std::unique_ptr<Shape> shape) {
  full_ = full_ || shapes_.size() >= shapes_max_ || bytes_ + shape->bytes() > bytes_max_;
  if (full_) return false;
  const std::uint64_t hash = shape->hash();
  std::size_t at = hash & mask_;
  while (slots_[at].hash.load(std::memory_order_relaxed) != 0) at = (at + 1) & mask_;
  slots_[at].shape.store(shape.get(), std::memory_order_relaxed);
  slots_[at].hash.store(hash, std::memory_order_release);
  bytes_ += shape->bytes();
  shapes_.push_back(std::move(shape));
  return true;
}

}  // namespace loglode

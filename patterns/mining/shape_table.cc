#include "patterns/mining/shape_table.h"

#include <bit>
#include <cstdlib>
#include <new>

#include "core/assert.h"

namespace loglode {

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

bool ShapeTable::insert(const std::shared_ptr<Shape>& shape) {
  if (shapes_.size() >= shapes_max_ || (bytes_ + shape->bytes() > bytes_max_ && !shapes_.empty())) return false;
  const std::uint64_t hash = shape->hash();
  std::size_t at = hash & mask_;
  while (slots_[at].hash.load(std::memory_order_relaxed) != 0) at = (at + 1) & mask_;
  slots_[at].shape.store(shape.get(), std::memory_order_relaxed);
  slots_[at].hash.store(hash, std::memory_order_release);
  bytes_ += shape->bytes();
  shapes_.push_back(shape);
  return true;
}

}  // namespace loglode

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

Shape* ShapeTable::find(const MaskedKey& key, std::uint32_t slots) const noexcept {
  const std::uint64_t index = index_of(key);
  for (std::size_t at = index & mask_;; at = (at + 1) & mask_) {
    const std::uint64_t found = slots_[at].index.load(std::memory_order_acquire);
    if (found == index) {
      Shape* const shape = slots_[at].shape.load(std::memory_order_relaxed);
      if (shape->key().check == key.check && shape->slots() == slots) return shape;
    }
    if (found == 0) return nullptr;
  }
}

std::size_t ShapeTable::probes(const MaskedKey& key) const noexcept {
  std::size_t looked_at = 1;
  for (std::size_t at = index_of(key) & mask_;; at = (at + 1) & mask_, ++looked_at) {
    const std::uint64_t found = slots_[at].index.load(std::memory_order_acquire);
    if (found == 0 || (found == index_of(key) && slots_[at].shape.load(std::memory_order_relaxed)->key() == key)) return looked_at;
  }
}

bool ShapeTable::insert(const std::shared_ptr<Shape>& shape) {
  if (shapes_.size() >= shapes_max_ || (bytes_ + shape->bytes() > bytes_max_ && !shapes_.empty())) return false;
  const std::uint64_t index = index_of(shape->key());
  std::size_t at = index & mask_;
  while (slots_[at].index.load(std::memory_order_relaxed) != 0) at = (at + 1) & mask_;
  slots_[at].shape.store(shape.get(), std::memory_order_relaxed);
  slots_[at].index.store(index, std::memory_order_release);
  bytes_ += shape->bytes();
  shapes_.push_back(shape);
  return true;
}

}  // namespace loglode

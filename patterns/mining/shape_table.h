// All shapes seen, found by their messages' key. Any number of threads look up without a lock while one inserts. Nothing is removed from a
// table: to forget shapes a new one is made of those that stay (template_miner.cc).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "patterns/mining/shape.h"

namespace loglode {

class ShapeTable {
 public:
  /// Holds `shapes_max` shapes, of `bytes_max` together; both at least one shape.
  ShapeTable(std::size_t shapes_max, std::size_t bytes_max);

  /// The shape with this key and so many slots, or null. Any thread.
  [[nodiscard]] Shape* find(const MaskedKey& key, std::uint32_t slots) const noexcept;
  /// How many places find() looks at.
  [[nodiscard]] std::size_t probes(const MaskedKey& key) const noexcept;
  /// Adds a shape that is not there; false, and nothing changed, when there is no room. One thread.
  bool insert(const std::shared_ptr<Shape>& shape);
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// In order of insertion. Not while a thread inserts.
  [[nodiscard]] const std::vector<std::shared_ptr<Shape>>& shapes() const noexcept { return shapes_; }

 private:
  struct Slot {
    std::atomic<std::uint64_t> index;  // of the key; 0: free. Written last, so that who sees it sees the shape
    std::atomic<Shape*> shape;
  };
  struct Free {
    void operator()(Slot* slots) const noexcept;
  };

  /// 0 means free.
  static std::uint64_t index_of(const MaskedKey& key) noexcept { return key.index == 0 ? 1 : key.index; }

  std::size_t shapes_max_, bytes_max_, bytes_ = 0, mask_;
  std::unique_ptr<Slot[], Free> slots_;
  std::vector<std::shared_ptr<Shape>> shapes_;
};

}  // namespace loglode

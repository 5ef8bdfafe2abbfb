// All shapes seen, found by hash. Any number of threads look up without a lock while one inserts; nothing is ever removed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/severity.h"
#include "patterns/mining/message_scanner.h"

namespace loglode {

/// Messages that differ in their slots only. What varies is joined: a slot varies once two of its texts differ, its types are a set.
/// So the state after any messages is the same whatever their order.
class Shape {
 public:
  /// The first message of a shape. `text` is what the elements view.
  Shape(const ScannedMessage& message, SeverityClass severity, std::string_view text, const std::vector<Element>& elements);

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] SeverityClass severity() const noexcept { return severity_; }
  /// Whether join() would change nothing. Any thread.
  [[nodiscard]] bool knows(const ScannedMessage& message) const noexcept;
  /// Takes in another message of this shape. One thread.
  void join(const ScannedMessage& message) noexcept;

  [[nodiscard]] bool varies(std::size_t slot) const noexcept {
    return slot >= kSlotsMax || (varied_.load(std::memory_order_relaxed) >> slot & 1U) != 0;
  }
  [[nodiscard]] ValueTypes types(std::size_t slot) const noexcept {
    return slot < slots_ ? types_[slot].load(std::memory_order_relaxed) : bit_of(ValueType::text);
  }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] const std::vector<Element>& elements() const noexcept { return elements_; }
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  std::uint64_t hash_;
  std::atomic<std::uint64_t> varied_{0};
  std::uint32_t slots_;
  SeverityClass severity_;
  std::unique_ptr<std::atomic<ValueTypes>[]> types_;  // slots_ of them
  std::unique_ptr<std::uint64_t[]> first_;            // hash of the first text at each slot; of no meaning where values always vary
  std::string text_;
  std::vector<Element> elements_;
};

class ShapeTable {
 public:
  /// Holds `shapes_max` shapes, of `bytes_max` together; both at least one shape.
  ShapeTable(std::size_t shapes_max, std::size_t bytes_max);

  /// The shape with this hash, or null. Any thread.
  [[nodiscard]] Shape* find(std::uint64_t hash) const noexcept;
  /// Adds a shape that is not there. Once it has refused one (false) it refuses all. One thread.
  bool insert(std::unique_ptr<Shape> shape);
  [[nodiscard]] bool full() const noexcept { return full_; }
  /// In order of insertion. Not while a thread inserts.
  [[nodiscard]] const std::vector<std::unique_ptr<Shape>>& shapes() const noexcept { return shapes_; }

 private:
  struct Slot {
    std::atomic<std::uint64_t> hash;  // 0: free. Written last, so that who sees it sees the shape
    std::atomic<Shape*> shape;
  };
  struct Free {
    void operator()(Slot* slots) const noexcept;
  };

  std::size_t shapes_max_, bytes_max_, bytes_ = 0, mask_;
  bool full_ = false;
  std::unique_ptr<Slot[], Free> slots_;
  std::vector<std::unique_ptr<Shape>> shapes_;
};

}  // namespace loglode

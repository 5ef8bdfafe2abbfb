// Messages that differ in their slots only, and what is known of them. Shapes are made and joined by one thread (the learner's); any thread
// may ask whether one knows a message and let it observe one. Shared by the tables that hold it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/content_id.h"
#include "core/severity.h"
#include "patterns/mining/masked_message.h"
#include "patterns/mining/message_scanner.h"
#include "patterns/mining/shape_values.h"

namespace loglode {

/// A shape as it is stored and sent: canonical, so that equal shapes have equal parts. Texts of slots that vary are not kept.
struct ShapeParts {
  std::uint64_t varied = 0;
  SeverityClass severity = SeverityClass::quiet;
  std::string owner;              // service that showed it first; the smallest name where states were joined
  std::vector<ValueTypes> types;  // of each slot
  std::string text;               // what `elements` view
  std::vector<Element> elements;

  /// The bytes of every message of this shape. Elements must be those of a message, or checked.
  void mask(MaskedMessage& out) const noexcept;
};

/// What varies is joined: a slot varies once two of its texts differ, its types are a set. So the state after any messages is the same
/// whatever their order.
class Shape {
 public:
  /// The first message of a shape: `masked` as the scanner wrote it, `text` is what the elements view.
  Shape(const ScannedMessage& message, std::string_view masked, SeverityClass severity, std::string_view text,
        const std::vector<Element>& elements, std::string_view owner);
  explicit Shape(ShapeParts parts);

  [[nodiscard]] const MaskedKey& key() const noexcept { return key_; }
  [[nodiscard]] ShapeId id() const noexcept { return id_; }
  [[nodiscard]] std::uint32_t slots() const noexcept { return slots_; }
  [[nodiscard]] SeverityClass severity() const noexcept { return severity_; }
  [[nodiscard]] std::string_view owner() const noexcept { return owner_; }
  /// Whether join() would change nothing. Any thread.
  [[nodiscard]] bool knows(const ScannedMessage& message) const noexcept;
  /// Takes in another message of this shape, or what another worker knows of it (but for its values). One thread.
  void join(const ScannedMessage& message) noexcept;
  void join(const Shape& other);
  [[nodiscard]] ShapeParts parts() const;

  [[nodiscard]] bool varies(std::size_t slot) const noexcept {
    return slot >= kSlotsMax || (varied_.load(std::memory_order_relaxed) >> slot & 1U) != 0;
  }
  [[nodiscard]] ValueTypes types(std::size_t slot) const noexcept {
    return slot < slots_ ? types_[slot].load(std::memory_order_relaxed) : bit_of(ValueType::text);
  }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] const std::vector<Element>& elements() const noexcept { return elements_; }
  [[nodiscard]] ShapeValues& values() noexcept { return values_; }
  [[nodiscard]] const ShapeValues& values() const noexcept { return values_; }
  /// Without its values, which have a budget of their own.
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// Whether anything changed since this was asked last.
  [[nodiscard]] bool take_changed() noexcept {
    const bool values = values_.take_changed();
    return changed_.exchange(false, std::memory_order_acq_rel) || values;
  }

 private:
  [[nodiscard]] std::uint64_t all_slots() const noexcept {
    return slots_ == kSlotsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << slots_) - 1;
  }

  struct Span {
    std::uint16_t begin = 0, size = 0;  // of text_
  };
  [[nodiscard]] std::string_view first(std::size_t slot) const noexcept {
    return std::string_view{text_}.substr(first_[slot].begin, first_[slot].size);
  }
  void find_firsts() noexcept;

  MaskedKey key_;
  ShapeId id_;
  std::atomic<std::uint64_t> varied_{0};
  std::uint32_t slots_;
  SeverityClass severity_;
  std::atomic<bool> changed_{true};
  std::unique_ptr<std::atomic<ValueTypes>[]> types_;  // slots_ of them
  std::unique_ptr<Span[]> first_;                     // the first text at each slot; of no meaning where it varies
  std::string text_, owner_;
  std::vector<Element> elements_;
  ShapeValues values_;
};

}  // namespace loglode

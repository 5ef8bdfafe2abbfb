// A message as the miner sees it: its shape (hash of what does not vary) and the values at the shape's slots.
// One scanner a thread; its results are good until its next call. Results depend on the bytes alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/severity.h"
#include "patterns/mining/message_blocks.h"
#include "patterns/mining/value_type.h"

namespace loglode {

inline constexpr std::size_t kSlotsMax = 64;  // slots followed one by one; further ones always vary

/// The hot path's result. Slots are the positions of a shape that may vary.
struct ScannedMessage {
  struct NamedSlot {  // a slot whose text may turn out to be constant
    std::uint64_t hash;
    std::uint32_t slot;
  };
  struct Span {
    std::uint16_t begin, size;  // of MessageScanner::text()
  };
  std::uint64_t shape = 0;
  std::uint32_t slots = 0, named_slots = 0;
  std::array<Span, kSlotsMax> spans;
  std::array<ValueTypes, kSlotsMax> types;  // one bit each
  std::array<NamedSlot, kSlotsMax> named;
};

enum class ElementKind : std::uint8_t { constant, mark, value, named };

/// The learner's result: an element for each token, as spans of MessageScanner::text().
struct Element {
  std::uint16_t begin = 0, size = 0;
  ElementKind kind = ElementKind::constant;
  ValueType type = ValueType::word;
  bool blank = false;  // a blank stands before it
};

class MessageScanner {
 public:
  const ScannedMessage& scan(std::string_view message, SeverityClass severity) noexcept;
  /// The same pass, but keeping every token.
  void read_elements(std::string_view message, std::vector<Element>& out);
  /// The text that Element spans view: the part of the message that was scanned.
  [[nodiscard]] std::string_view text() const noexcept { return {blocks_.bytes(), blocks_.size()}; }
  [[nodiscard]] bool cut() const noexcept { return blocks_.cut(); }

 private:
  MessageBlocks blocks_;
  ScannedMessage result_;
};

}  // namespace loglode

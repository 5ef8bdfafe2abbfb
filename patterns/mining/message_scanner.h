// A message as the miner sees it: what does not vary, by which its shape is found, and the values at the shape's slots.
// One scanner a thread; its results are good until its next call. Results depend on the bytes alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/severity.h"
#include "patterns/mining/masked_message.h"
#include "patterns/mining/message_blocks.h"
#include "patterns/mining/value_type.h"

namespace loglode {

inline constexpr std::size_t kSlotsMax = 64;  // slots followed one by one; further ones always vary

/// The hot path's result. Slots are the positions of a shape that may vary.
struct ScannedMessage {
  struct Span {
    std::uint16_t begin, size;  // of `text`
  };
  MaskedKey key;
  const char* text = nullptr;  // MessageScanner::text()
  std::uint32_t slots = 0, named_slots = 0;
  std::array<Span, kSlotsMax> spans;
  std::array<ValueTypes, kSlotsMax> types;    // one bit each
  std::array<std::uint8_t, kSlotsMax> named;  // the slots whose text may turn out to be constant

  [[nodiscard]] std::string_view value(std::size_t slot) const noexcept { return {text + spans[slot].begin, spans[slot].size}; }
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
  /// `secret` must outlive it; of its own only in tests.
  explicit MessageScanner(const ProcessSecret& secret = process_secret()) noexcept : secret_{&secret} {}
  const ScannedMessage& scan(std::string_view message, SeverityClass severity) noexcept;
  /// The same pass, but keeping every token.
  void read_elements(std::string_view message, std::vector<Element>& out);
  /// The text that Element spans view: the part of the message that was scanned.
  [[nodiscard]] std::string_view text() const noexcept { return {blocks_.bytes(), blocks_.size()}; }
  [[nodiscard]] bool cut() const noexcept { return blocks_.cut(); }
  /// Of the message that was scanned last; good until the next is.
  [[nodiscard]] std::string_view masked() const noexcept { return masked_.bytes(); }

 private:
  const ProcessSecret* secret_;
  MessageBlocks blocks_;
  MaskedMessage masked_;
  ScannedMessage result_;
};

}  // namespace loglode

// A message without what varies, as bytes: what its shape is found and named by. Two messages have the same bytes if and only if they are
// of one shape. The scanner writes them word by word; a stored shape gives the same ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/content_id.h"
#include "core/severity.h"
#include "patterns/mining/message_blocks.h"

namespace loglode {

inline constexpr std::size_t kTokensMax = 256;  // what follows in a message is one variable: its `rest`

/// The severity class, then a byte for each token that says what it is and whether a blank stands before it, behind it the text of a
/// constant. These bytes are below the blank, which no constant holds: so it can be read in one way only. Filled again for each message;
/// one thread.
class MaskedMessage {
 public:
  void begin(SeverityClass severity) noexcept {
    bytes_[0] = static_cast<char>(severity);
    end_ = 1;
    tokens_ = 0;
  }
  /// Reads up to 15 bytes behind the text.
  void constant(const char* text, std::size_t size, bool blank) noexcept {
    put(kConstant, blank);
    char* to = bytes_.data() + end_;
    end_ += size;
    for (const char* const end = text + size; text < end; text += kStep, to += kStep) std::memcpy(to, text, kStep);
  }
  /// The same for a text that stands anywhere.
  void copied_constant(std::string_view text, bool blank) noexcept {
    put(kConstant, blank);
    std::memcpy(bytes_.data() + end_, text.data(), text.size());
    end_ += text.size();
  }
  void mark(char mark, bool blank) noexcept {
    put(kMark, blank);
    bytes_[end_++] = mark;
  }
  void slot(bool blank) noexcept { put(kSlot, blank); }

  [[nodiscard]] std::size_t tokens() const noexcept { return tokens_; }
  /// Good until the next begin().
  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.data(), end_}; }
  [[nodiscard]] static bool may_be_constant(std::string_view text) noexcept {
    for (const char c : text)
      if (static_cast<unsigned char>(c) <= kSlot + 1) return false;
    return true;
  }

 private:
  enum Code : std::uint8_t { kConstant = 1, kMark = 3, kSlot = 5 };  // and one more where a blank stands before it
  static constexpr std::size_t kStep = 16;

  void put(Code code, bool blank) noexcept {
    bytes_[end_++] = static_cast<char>(code + blank);
    ++tokens_;
  }

  std::size_t end_ = 0, tokens_ = 0;
  // A token has at least one byte of the message, but for a few that are empty.
  std::array<char, 1 + 2 * kScanBytesMax + kTokensMax + kStep> bytes_{};
};

/// What a shape is looked up by: 128 bits that nobody outside this process can foresee. Not stored, not shown.
struct MaskedKey {
  std::uint64_t index = 0, check = 0;
  friend bool operator==(const MaskedKey&, const MaskedKey&) = default;
};
[[nodiscard]] MaskedKey key_of(std::string_view masked, const ProcessSecret& secret = process_secret()) noexcept;

/// What a shape is called everywhere and for ever: the first 128 bits of SHA-256. Costs a microsecond, once a shape.
[[nodiscard]] ShapeId id_of(std::string_view masked) noexcept;
/// The same of a text that a person gave to a template.
[[nodiscard]] TemplateId id_of_text(std::string_view text, SeverityClass severity) noexcept;

}  // namespace loglode

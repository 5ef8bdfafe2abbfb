// A message copied to where it can be read ahead of, and three bits for each of its bytes: ends a word, digit, joint.
// Owned by one scanner; refilled for each message; never allocates.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

inline constexpr std::size_t kScanBytesMax = 4096;  // a message's further bytes are one variable: its `rest`

class MessageBlocks {
 public:
  /// Takes the first line of `message`, blanks at its ends removed, at most kScanBytesMax of it.
  void load(std::string_view message) noexcept;

  [[nodiscard]] const char* bytes() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// The message was longer than could be taken.
  [[nodiscard]] bool cut() const noexcept { return cut_; }
  /// There is a byte beyond ASCII.
  [[nodiscard]] bool wide() const noexcept { return wide_; }

  /// Where the word that begins at `at` ends: the next byte that is a blank or a mark; size() at the latest.
  [[nodiscard]] std::size_t word_end(std::size_t at) const noexcept {
    std::size_t block = at / 64;
    std::uint64_t ends = ends_[block] >> (at % 64);
    if (ends != 0) [[likely]]
      return at + static_cast<std::size_t>(std::countr_zero(ends));
    do ends = ends_[++block];
    while (ends == 0);
    return block * 64 + static_cast<std::size_t>(std::countr_zero(ends));
  }
  /// Bits of the 64 bytes from `at` on.
  [[nodiscard]] std::uint64_t digits_from(std::size_t at) const noexcept { return window(digits_, at); }
  [[nodiscard]] std::uint64_t joints_from(std::size_t at) const noexcept { return window(joints_, at); }

 private:
  static constexpr std::size_t kBlocks = kScanBytesMax / 64;
  using Bits = std::array<std::uint64_t, kBlocks + 2>;

  static std::uint64_t window(const Bits& bits, std::size_t at) noexcept {
    const std::size_t block = at / 64, shift = at % 64;
    return (bits[block] >> shift) | ((bits[block + 1] << 1) << (63 - shift));
  }
  void classify(std::size_t block) noexcept;

  std::size_t size_ = 0;
  bool wide_ = false;
  bool cut_ = false;
  Bits ends_{}, digits_{}, joints_{};
  alignas(64) std::array<char, kScanBytesMax + 128> bytes_{};
};

}  // namespace loglode

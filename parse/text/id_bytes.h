// What the bytes of an id are, eight at once: trace and span ids come with nearly every record. Pure, any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace loglode {

namespace id_bytes {

inline constexpr std::uint64_t kTops = 0x8080808080808080;

/// The top bit of each byte from `low` to `high`, both below 0x80. Of a word that holds other bytes than ASCII it says nothing.
constexpr std::uint64_t between(std::uint64_t word, unsigned char low, unsigned char high) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  return (word + kOnes * (0x80U - low)) & ~(word + kOnes * (0x7FU - high)) & kTops;
}

/// Calls `see` for the words of `text`; behind its end stand zeros ('0').
template <class See>
void each_word(std::string_view text, See see) noexcept {
  std::uint64_t word = 0;
  std::size_t at = 0;
  for (; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    see(word);
  }
  if (at == text.size()) return;
  word = 0x3030303030303030;
  std::memcpy(&word, text.data() + at, text.size() - at);
  see(word);
}

}  // namespace id_bytes

/// Digits, a to f and dashes alone.
[[nodiscard]] inline bool is_small_hex_id(std::string_view text) noexcept {
  using namespace id_bytes;
  std::uint64_t all = kTops, any = 0;
  each_word(text, [&](std::uint64_t word) {
    all &= between(word, '0', '9') | between(word, 'a', 'f') | between(word, '-', '-');
    any |= word;
  });
  return all == kTops && (any & kTops) == 0;
}

/// Hexadecimal digits alone, and A to F among them.
[[nodiscard]] inline bool is_hex_with_capitals(std::string_view text) noexcept {
  using namespace id_bytes;
  std::uint64_t all = kTops, any = 0, capitals = 0;
  each_word(text, [&](std::uint64_t word) {
    const std::uint64_t capital = between(word, 'A', 'F');
    all &= between(word, '0', '9') | between(word, 'a', 'f') | capital;
    capitals |= capital;
    any |= word;
  });
  return all == kTops && (any & kTops) == 0 && capitals != 0;
}

}  // namespace loglode

// A fast hash of values that are sampled and counted: multiply and fold, 64 bits a step. Fixed for ever, since samples are stored and
// joined; anybody can make two texts with one hash, so nothing is told apart by it (masked_message.h).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace loglode {

static_assert(std::endian::native == std::endian::little, "ids are defined over little-endian words");

inline constexpr std::uint64_t kMixA = 0x9e3779b97f4a7c15, kMixB = 0xd6e8feb86659fd93, kMixC = 0xa0761d6478bd642f,
                               kMixD = 0xe7037ed1a0b428db;

__extension__ using Wide = unsigned __int128;

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

[[nodiscard]] inline std::uint64_t load_word(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Reads up to 8 bytes past the end, so `text` must stand in a padded buffer.
[[nodiscard]] inline std::uint64_t hash_padded(const char* text, std::size_t size) noexcept {
  std::uint64_t hash = kMixA ^ (size * kMixB);
  while (size > 8) {
    hash = mix(hash ^ load_word(text), kMixC);
    text += 8;
    size -= 8;
  }
  const std::uint64_t inside = size == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * size);
  return mix(hash ^ (load_word(text) & inside), kMixD);
}

/// The same for a text that stands anywhere.
[[nodiscard]] inline std::uint64_t hash_text(std::string_view text) noexcept {
  std::uint64_t hash = kMixA ^ (text.size() * kMixB), word = 0;
  std::size_t at = 0;
  for (; text.size() - at > 8; at += 8) hash = mix(hash ^ load_word(text.data() + at), kMixC);
  std::memcpy(&word, text.data() + at, text.size() - at);
  return mix(hash ^ word, kMixD);
}

}  // namespace loglode

// The beginning and the end of a name as two words: what short names are hashed and compared by. Stateless, any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace loglode {

/// All of a name of up to kNameEndsWhole bytes: two such of the same size are the same when these are.
struct NameEnds {
  std::uint64_t head = 0, tail = 0;
  friend bool operator==(const NameEnds&, const NameEnds&) = default;
};
inline constexpr std::size_t kNameEndsWhole = 16;

namespace detail {
template <class Word>
constexpr std::uint64_t load_ahead(const char* at) noexcept {
  if (std::is_constant_evaluated()) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
      const std::size_t shift = std::endian::native == std::endian::little ? i : sizeof(Word) - 1 - i;
      word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * shift);
    }
    return word;
  }
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
}  // namespace detail

[[nodiscard]] constexpr NameEnds ends_of(const char* at, std::size_t size) noexcept {
  using detail::load_ahead;
  if (size >= 8) return {load_ahead<std::uint64_t>(at), load_ahead<std::uint64_t>(at + size - 8)};
  if (size >= 4) return {load_ahead<std::uint32_t>(at), load_ahead<std::uint32_t>(at + size - 4)};
  if (size == 0) return {};
  const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
  return {byte(0), byte(size / 2) << 8 | byte(size - 1)};
}

}  // namespace loglode

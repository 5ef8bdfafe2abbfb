// Three bits for each of 64 bytes of a message, as byte_class.h defines them: ends a word, digit, joint. The one file with instructions of
// one kind of processor: SSE2, which each x86-64 has; its portable twin serves all others, and a test holds the two against each other.
// Stateless, any thread. In a header, since message_blocks.cc calls it for every 64 bytes of every message.
#pragma once

#include <cstddef>
#include <cstdint>

#include "patterns/mining/byte_class.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace loglode {

struct BlockBits {
  std::uint64_t ends = 0, digits = 0, joints = 0;
  bool wide = false;  // a byte of the message is beyond ASCII
  bool operator==(const BlockBits&) const = default;
};

/// `from`: 64 readable bytes, aligned to 16, of which the first `size` are the message's (more is 64) and the others blanks.
[[nodiscard]] inline BlockBits classify_block_portable(const char* from, std::size_t size) noexcept {
  BlockBits out;
  for (unsigned i = 0; i < 64; ++i) {
    const bool behind = i >= size;
    const unsigned bits = behind ? unsigned{kBlankByte} : kByteClasses[static_cast<unsigned char>(from[i])];
    out.ends |= std::uint64_t{(bits & (kBlankByte | kMarkByte)) != 0} << i;
    out.digits |= std::uint64_t{(bits & kDigitByte) != 0} << i;
    out.joints |= std::uint64_t{(bits & kJointByte) != 0} << i;
    out.wide = out.wide || (!behind && static_cast<unsigned char>(from[i]) >= 0x80);
  }
  return out;
}

#if defined(__SSE2__)
namespace detail {
inline __m128i in_range(__m128i bytes, unsigned char low, unsigned char high) noexcept {
  const __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(low)));
  return _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8(static_cast<char>(high - low))), moved);
}
inline __m128i equal(__m128i bytes, char c) noexcept { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
inline std::uint64_t bits_of(__m128i mask) noexcept { return static_cast<std::uint64_t>(_mm_movemask_epi8(mask)) & 0xffff; }
}  // namespace detail

[[nodiscard]] inline BlockBits classify_block(const char* from, std::size_t size) noexcept {
  using detail::bits_of, detail::equal, detail::in_range;
  BlockBits out;
  __m128i signs = _mm_setzero_si128();
  for (unsigned part = 0; part < 64; part += 16) {
    if (part > size) {  // only the blanks behind the message are left
      out.ends |= ~std::uint64_t{0} << part;
      break;
    }
    const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(from + part));
    const __m128i backslash = equal(bytes, '\\');
    const __m128i brackets = _mm_andnot_si128(backslash, in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), '{', '}'));  // [ ] { | }
    __m128i end = _mm_or_si128(in_range(bytes, ':', '>'), in_range(bytes, '\'', ')'));                                   // : ; < = > ' ( )
    end = _mm_or_si128(end, _mm_or_si128(brackets, in_range(bytes, 0, 0x20)));
    end = _mm_or_si128(end, _mm_or_si128(_mm_or_si128(equal(bytes, '"'), equal(bytes, ',')), equal(bytes, 0x7f)));
    const __m128i joint = _mm_or_si128(_mm_or_si128(in_range(bytes, '.', '/'), backslash), equal(bytes, '@'));
    out.ends |= bits_of(end) << part;
    out.digits |= bits_of(in_range(bytes, '0', '9')) << part;
    out.joints |= bits_of(joint) << part;
    signs = _mm_or_si128(signs, bytes);
  }
  out.wide = bits_of(signs) != 0;
  return out;
}
#else
[[nodiscard]] inline BlockBits classify_block(const char* from, std::size_t size) noexcept { return classify_block_portable(from, size); }
#endif

}  // namespace loglode

#include "patterns/mining/message_blocks.h"

#include <cstring>

#include "patterns/mining/byte_class.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace loglode {

namespace {

std::string_view first_line(std::string_view message) noexcept {
  if (message.empty()) return message;
  if (const void* newline = std::memchr(message.data(), '\n', message.size()); newline != nullptr)
    message = message.substr(0, static_cast<std::size_t>(static_cast<const char*>(newline) - message.data()));
  while (!message.empty() && is_blank(message.front())) message.remove_prefix(1);
  while (!message.empty() && is_blank(message.back())) message.remove_suffix(1);
  return message;
}

#if defined(__SSE2__)
__m128i in_range(__m128i bytes, unsigned char low, unsigned char high) noexcept {
  const __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(low)));
  return _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8(static_cast<char>(high - low))), moved);
}
__m128i equal(__m128i bytes, char c) noexcept { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
std::uint64_t bits_of(__m128i mask) noexcept { return static_cast<std::uint64_t>(_mm_movemask_epi8(mask)) & 0xffff; }
#endif

}  // namespace

void MessageBlocks::load(std::string_view message) noexcept {
  message = first_line(message);
  cut_ = message.size() > kScanBytesMax;
  size_ = cut_ ? kScanBytesMax : message.size();
  if (size_ != 0) std::memcpy(bytes_.data(), message.data(), size_);
  std::memset(bytes_.data() + size_, ' ', 64);
  wide_ = 0;
  const std::size_t last = size_ / 64;  // the block that holds the blank behind the last byte
  for (std::size_t block = 0; block <= last; ++block) classify(block);
  digits_[last + 1] = joints_[last + 1] = 0;
}

void MessageBlocks::classify(std::size_t block) noexcept {
  const char* from = bytes_.data() + block * 64;
  std::uint64_t ends = 0, digits = 0, joints = 0;
#if defined(__SSE2__)
  __m128i signs = _mm_setzero_si128();
  for (unsigned part = 0; part < 64; part += 16) {
    if (block * 64 + part > size_) {  // only the blanks behind the message are left
      ends |= ~std::uint64_t{0} << part;
      break;
    }
    const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(from + part));
    const __m128i backslash = equal(bytes, '\\');
    const __m128i brackets = _mm_andnot_si128(backslash, in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), '{', '}'));  // [ ] { | }
    __m128i end = _mm_or_si128(in_range(bytes, ':', '>'), in_range(bytes, '\'', ')'));                                   // : ; < = > ' ( )
    end = _mm_or_si128(end, _mm_or_si128(brackets, in_range(bytes, 0, 0x20)));
    end = _mm_or_si128(end, _mm_or_si128(_mm_or_si128(equal(bytes, '"'), equal(bytes, ',')), equal(bytes, 0x7f)));
    const __m128i joint = _mm_or_si128(_mm_or_si128(in_range(bytes, '.', '/'), backslash), equal(bytes, '@'));
    ends |= bits_of(end) << part;
    digits |= bits_of(in_range(bytes, '0', '9')) << part;
    joints |= bits_of(joint) << part;
    signs = _mm_or_si128(signs, bytes);
  }
  wide_ |= bits_of(signs);
#else
  for (unsigned i = 0; i < 64; ++i) {
    const bool behind = block * 64 + i >= size_;
    const unsigned bits = behind ? kBlankByte : kByteClasses[static_cast<unsigned char>(from[i])];
    ends |= std::uint64_t{(bits & (kBlankByte | kMarkByte)) != 0} << i;
    digits |= std::uint64_t{(bits & kDigitByte) != 0} << i;
    joints |= std::uint64_t{(bits & kJointByte) != 0} << i;
    wide_ |= std::uint64_t{!behind && static_cast<unsigned char>(from[i]) >= 0x80};
  }
#endif
  ends_[block] = ends;
  digits_[block] = digits;
  joints_[block] = joints;
}

}  // namespace loglode

#include "ingest/text_decoder.h"

#include <algorithm>
#include <cstring>

namespace loglode::ingest {

namespace {
constexpr std::uint32_t kReplacement = 0xfffd;
}

ReadResult Utf16Reader::read(char* to, std::size_t room, Deadline until) {
  while (begin_ == text_.size()) {
    if (ended_) return {ReadStatus::end, 0};
    text_.clear();
    begin_ = 0;
    const ReadResult got = from_->read(input_.data(), input_.size(), until);
    if (got.status == ReadStatus::wait) return got;
    if (got.status == ReadStatus::bytes) {
      decode(input_.data(), got.size);
      continue;
    }
    ended_ = true;
    if (surrogate_ != 0) append(kReplacement);
    if (half_ >= 0) append(kReplacement);
  }
  const std::size_t size = std::min(room, text_.size() - begin_);
  std::memcpy(to, text_.data() + begin_, size);
  begin_ += size;
  return {ReadStatus::bytes, size};
}

void Utf16Reader::decode(const char* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const int byte = static_cast<unsigned char>(bytes[i]);
    if (half_ < 0) {
      half_ = byte;
      continue;
    }
    unit(static_cast<std::uint16_t>(order_ == ByteOrder::little ? half_ | byte << 8 : half_ << 8 | byte));
    half_ = -1;
  }
}

void Utf16Reader::unit(std::uint16_t unit) {
  const bool low = (unit & 0xfc00U) == 0xdc00;
  if (surrogate_ != 0) {
    const std::uint32_t high = surrogate_;
    surrogate_ = 0;
    if (low) return append(0x10000 + ((high & 0x3ffU) << 10U) + (unit & 0x3ffU));
    append(kReplacement);
  }
  if ((unit & 0xfc00U) == 0xd800) {
    surrogate_ = unit;
  } else {
    append(low ? kReplacement : unit);
  }
}

void Utf16Reader::append(std::uint32_t code_point) {
  const auto put = [this](std::uint32_t byte) { text_.push_back(static_cast<char>(byte)); };
  const auto follow = [&](unsigned shift) { put(0x80U | (code_point >> shift & 0x3fU)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xc0U | code_point >> 6U);
  } else if (code_point < 0x10000) {
    put(0xe0U | code_point >> 12U);
    follow(6);
  } else {
    put(0xf0U | code_point >> 18U);
    follow(12);
    follow(6);
  }
  follow(0);
}

}  // namespace loglode::ingest

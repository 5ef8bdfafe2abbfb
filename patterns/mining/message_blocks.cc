#include "patterns/mining/message_blocks.h"

#include <cstring>

#include "patterns/mining/block_classes.h"
#include "patterns/mining/byte_class.h"

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

}  // namespace

void MessageBlocks::load(std::string_view message) noexcept {
  message = first_line(message);
  cut_ = message.size() > kScanBytesMax;
  size_ = cut_ ? kScanBytesMax : message.size();
  if (size_ != 0) std::memcpy(bytes_.data(), message.data(), size_);
  std::memset(bytes_.data() + size_, ' ', 64);
  wide_ = false;
  const std::size_t last = size_ / 64;  // the block that holds the blank behind the last byte
  for (std::size_t block = 0; block <= last; ++block) classify(block);
  digits_[last + 1] = joints_[last + 1] = 0;
}

void MessageBlocks::classify(std::size_t block) noexcept {
  const BlockBits bits = classify_block(bytes_.data() + block * 64, size_ - block * 64);
  ends_[block] = bits.ends;
  digits_[block] = bits.digits;
  joints_[block] = bits.joints;
  wide_ = wide_ || bits.wide;
}

}  // namespace loglode

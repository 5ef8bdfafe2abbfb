#include "core/batch.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace loglode {

namespace {
constexpr std::size_t kArenaBlock = 64 * kKiB;
}

void Batch::Free::operator()(char* bytes) const noexcept { std::free(bytes); }

Batch::Bytes Batch::allocate(std::size_t size) {
  auto* bytes = static_cast<char*>(std::malloc(size + kBatchPadding));
  if (bytes == nullptr) throw std::bad_alloc{};
  std::memset(bytes + size, 0, kBatchPadding);
  return Bytes{bytes};
}

void Batch::clear() {
  records.clear();
  attributes.clear();
  hits.clear();
  message_fields.clear();
  stream.reset();
  columns.reset();
  sequence = end = 0;
  if (arena_.size() > 1) arena_.resize(1);
  if (!arena_.empty() && arena_block_ != kArenaBlock) arena_.clear();
  arena_used_ = 0;
  arena_size_ = arena_.empty() ? 0 : kArenaBlock;
}

std::span<const MessageField> Batch::message_fields_of(const Record& record) const noexcept {
  if (message_fields.empty()) return {};
  const std::uint64_t message = record.offset >> kKafkaOffsetShift;
  const auto first = std::lower_bound(message_fields.begin(), message_fields.end(), message,
                                      [](const MessageField& each, std::uint64_t wanted) { return each.message < wanted; });
  const auto last = std::find_if(first, message_fields.end(), [&](const MessageField& each) { return each.message != message; });
  return {first, last};
}

char* Batch::reserve(std::size_t bytes) {
  if (bytes > capacity_ || !bytes_) {
    bytes_ = allocate(bytes);
    capacity_ = bytes;
  }
  return bytes_.get();
}

char* Batch::keep_space(std::size_t size) {
  const std::size_t padded = size + kBatchPadding;
  if (arena_size_ - arena_used_ < padded) {
    arena_block_ = padded > kArenaBlock ? padded : kArenaBlock;
    arena_.push_back(allocate(arena_block_));
    arena_size_ = arena_block_;
    arena_used_ = 0;
  }
  char* place = arena_.back().get() + arena_used_;
  arena_used_ += size;  // the padding of one text may be the next text
  return place;
}

std::string_view Batch::keep(std::string_view text) {
  char* place = keep_space(text.size());
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

}  // namespace loglode

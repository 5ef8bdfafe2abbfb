#include "ingest/byte_reader.h"

#include <algorithm>
#include <cstring>

#include "core/assert.h"

namespace loglode::ingest {

ReadResult PeekReader::read(char* to, std::size_t room, Deadline until) {
  const std::size_t left = held_.size() - begin_;
  if (left == 0) return from_->read(to, room, until);
  const std::size_t size = std::min(room, left);
  std::memcpy(to, held_.data() + begin_, size);
  drop(size);
  return {ReadStatus::bytes, size};
}

ReadStatus PeekReader::hold(std::size_t bytes, std::size_t newlines, Deadline until) {
  while (held_.size() - begin_ < bytes && newlines_ < newlines) {
    const std::size_t before = held_.size();
    held_.resize(begin_ + bytes);
    const ReadResult got = from_->read(held_.data() + before, held_.size() - before, until);
    held_.resize(before + (got.status == ReadStatus::bytes ? got.size : 0));
    if (got.status != ReadStatus::bytes) return got.status;
    newlines_ += static_cast<std::size_t>(std::count(held_.begin() + static_cast<std::ptrdiff_t>(before), held_.end(), '\n'));
  }
  return ReadStatus::bytes;
}

void PeekReader::drop(std::size_t bytes) noexcept {
  LOGLODE_ASSERT(bytes <= held_.size() - begin_);
  begin_ += bytes;
  if (begin_ < held_.size()) return;
  held_ = std::string{};
  begin_ = newlines_ = 0;
}

ReadResult MemoryReader::read(char* to, std::size_t room, Deadline) {
  const std::size_t size = std::min({room, step_, bytes_.size() - next_});
  if (size == 0) return {ReadStatus::end, 0};
  std::memcpy(to, bytes_.data() + next_, size);
  next_ += size;
  return {ReadStatus::bytes, size};
}

}  // namespace loglode::ingest

#include "ingest/follow/nul_stretch.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/limits.h"
#include "ingest/nul_run.h"

namespace loglode::ingest {

NulStretch::Found NulStretch::look(int descriptor, std::uint64_t position, std::uint64_t size) {
  if (position != begin_ || seen_ < position) begin_ = seen_ = position;
  std::string block(64 * kKiB, '\0');
  std::uint64_t at = begin_;
  for (std::uint64_t read = 0; at < size;) {
    // Behind its first block only what is new is looked at.
    if (at > begin_ && at < seen_) at = std::min(seen_, size);
    const off_t data = ::lseek(descriptor, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;
    if (data > static_cast<off_t>(at)) at = static_cast<std::uint64_t>(data);
    if (at >= size) break;
    const ssize_t got = ::pread(descriptor, block.data(), block.size(), static_cast<off_t>(at));
    if (got <= 0) break;
    const std::size_t run = nul_run({block.data(), static_cast<std::size_t>(got)});
    if (run < static_cast<std::size_t>(got)) return {Goes::on, at + run};
    at += static_cast<std::uint64_t>(got);
    read += static_cast<std::uint64_t>(got);
    if (read < kBytesRead) continue;
    seen_ = std::max(seen_, at);
    return {at < size ? Goes::unknown : Goes::to_end, 0};
  }
  seen_ = std::max(seen_, std::min(at, size));
  return {};
}

}  // namespace loglode::ingest

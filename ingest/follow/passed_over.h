// A file that is not read, as it was when that was decided. Used by FollowSource, on its thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "ingest/follow/bookmark.h"
#include "ingest/follow/followed_file.h"

namespace loglode::ingest {

struct PassedOver {
  PassedOver() = default;
  PassedOver(const struct stat& status, const Fingerprint& first, std::uint64_t last)
      : size{status.st_size}, modified{status.st_mtim.tv_sec, status.st_mtim.tv_nsec}, stored{first}, end{last} {}
  /// Whether what was passed over is the beginning of this content.
  [[nodiscard]] bool begins(int descriptor, const struct stat& status, std::string_view first) const {
    return fits(stored, first) &&
           (end == 0 || (status.st_size >= size && print_before(descriptor, static_cast<std::uint64_t>(size)) == end));
  }
  [[nodiscard]] bool same_as(const struct stat& status) const {
    return size == status.st_size && modified == std::pair<std::int64_t, std::int64_t>{status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }
  std::int64_t size = 0;
  std::pair<std::int64_t, std::int64_t> modified{};
  Fingerprint stored;     // of the bytes as stored, compressed where it is an archive
  std::uint64_t end = 0;  // print of the last of them; 0: not known
};

}  // namespace loglode::ingest

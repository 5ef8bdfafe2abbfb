// Files that were renamed or deleted and read to their end: who has them open may write on for a while. Kept open, a descriptor each, until
// ten minutes after their last growth. Owned by Discovery, used by the FileSource's thread.
#pragma once

#include <chrono>
#include <list>
#include <utility>
#include <vector>

#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"

namespace loglode::ingest {

class LateWriters {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kWaited = std::chrono::minutes{10};
  static constexpr std::size_t kFilesMax = 128;  // descriptors; the oldest give way

  /// `mark`: where it was read to. `quiet`: for how long nothing has come.
  void keep(int descriptor, const Bookmark& mark, Clock::duration quiet = {});
  /// Takes out what has grown since.
  [[nodiscard]] std::vector<std::pair<OpenedFile, Bookmark>> take_grown();
  /// Descriptors are needed for other files.
  void clear() noexcept { files_.clear(); }

 private:
  struct Late {
    FileDescriptor descriptor;
    Bookmark mark;
    Clock::time_point since;
  };
  std::list<Late> files_;  // the oldest first
};

}  // namespace loglode::ingest

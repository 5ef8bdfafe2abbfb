// Files that hold no whole first line yet, or only what another log begins with: nothing of their content says which they are, so no
// bookmark finds them. They are held until there is one, wherever they are by then, and the source's own bookmark says where the next run
// looks for them. Owned by Discovery, used by the FollowSource's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"
#include "ingest/follow/known_files.h"

namespace loglode::ingest {

class EmptyFiles {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kFilesMax = 4096, kDescriptorsMax = 1024;  // those above are found by their places alone

  /// `left`: by an earlier run. Of each its paths, device and inode.
  explicit EmptyFiles(const std::vector<Bookmark>& left);

  /// Null: it is none. Of its places the real path may be the path itself.
  [[nodiscard]] const Bookmark* find(const FileKey& key) const;
  /// It is at `path` now.
  void note(const OpenedFile& opened, const std::string& path);
  template <class Is>
  void forget_if(Is is) {
    const auto gone = [&](const auto& each) { return is(each.first); };
    version_ += std::erase_if(files_, gone);
    std::erase_if(descriptors_, gone);
  }
  /// Those that are at none of `paths`, which are sorted: its file, or nothing where it is to be looked for at its place. What has been
  /// away for ten minutes is forgotten.
  [[nodiscard]] std::vector<std::pair<Bookmark, std::optional<OpenedFile>>> away(const std::vector<std::string>& paths);
  /// Descriptors are needed for other files.
  void close() { descriptors_.clear(); }

  /// All of them.
  [[nodiscard]] std::vector<Bookmark> marks() const;
  /// Differs when marks() does.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

 private:
  struct Held {
    Bookmark mark;
    Clock::time_point seen;  // at a path
  };
  std::map<FileKey, Held> files_;
  std::map<FileKey, FileDescriptor> descriptors_;  // of some of files_
  std::uint64_t version_ = 0;
};

}  // namespace loglode::ingest

// The files that are followed, and the bookmarks of all that ever were in this run. Owned by the FollowSource and used by its thread;
// mark_of() by any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "ingest/follow/followed_file.h"
#include "ingest/follow/known_files.h"

namespace loglode::ingest {

class OpenFiles {
 public:
  using Files = std::vector<std::unique_ptr<FollowedFile>>;

  [[nodiscard]] const Files& all() const noexcept { return files_; }
  [[nodiscard]] auto begin() const noexcept { return files_.begin(); }
  [[nodiscard]] auto end() const noexcept { return files_.end(); }
  /// Null: it is not followed, or its content was replaced.
  [[nodiscard]] FollowedFile* find(const FileKey& key) const;
  void add(std::unique_ptr<FollowedFile> file);
  void add_mark(StreamId stream, std::shared_ptr<SharedMark> mark);
  /// `file` is gone after it.
  void remove(const FollowedFile& file);
  /// Null: it was never followed.
  [[nodiscard]] std::shared_ptr<SharedMark> mark_of(StreamId stream) const;

 private:
  Files files_;
  std::multimap<FileKey, FollowedFile*> by_key_;  // all of files_
  mutable std::mutex mutex_;
  std::map<StreamId, std::shared_ptr<SharedMark>> marks_;  // guarded by mutex_
};

}  // namespace loglode::ingest

#include "ingest/follow/open_files.h"

#include <utility>

namespace loglode::ingest {

FollowedFile* OpenFiles::find(const FileKey& key) const {
  for (auto [file, last] = by_key_.equal_range(key); file != last; ++file)
    if (!file->second->replaced()) return file->second;
  return nullptr;
}

void OpenFiles::add(std::unique_ptr<FollowedFile> file) {
  const std::scoped_lock lock{mutex_};
  marks_.emplace(file->id(), file->mark());
  by_key_.emplace(FileKey{file->device(), file->inode()}, file.get());
  files_.push_back(std::move(file));
}

void OpenFiles::add_mark(StreamId stream, std::shared_ptr<SharedMark> mark) {
  const std::scoped_lock lock{mutex_};
  marks_.emplace(stream, std::move(mark));
}

void OpenFiles::remove(const FollowedFile& file) {
  std::erase_if(by_key_, [&](const auto& each) { return each.second == &file; });
  std::erase_if(files_, [&](const auto& each) { return each.get() == &file; });
}

std::shared_ptr<SharedMark> OpenFiles::mark_of(StreamId stream) const {
  const std::scoped_lock lock{mutex_};
  const auto found = marks_.find(stream);
  return found == marks_.end() ? nullptr : found->second;
}

}  // namespace loglode::ingest

#include "ingest/follow/empty_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/descriptor_limit.h"
#include "ingest/follow/file_content.h"
#include "ingest/follow/late_writers.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::ingest {

EmptyFiles::EmptyFiles(const std::vector<Bookmark>& left) {
  for (const Bookmark& mark : left)
    if (files_.size() < kFilesMax) files_.emplace(FileKey{mark.device, mark.inode}, Held{mark, Clock::now()});
}

const Bookmark* EmptyFiles::find(const FileKey& key) const {
  const auto found = files_.find(key);
  return found == files_.end() ? nullptr : &found->second.mark;
}

void EmptyFiles::note(const OpenedFile& opened, const std::string& path) {
  const FileKey key = key_of(opened.status);
  const Bookmark* const known = find(key);
  if (known == nullptr && files_.size() == kFilesMax) return;
  if (descriptors_.size() < kDescriptorsMax && !descriptors_.contains(key)) {
    FileDescriptor same{::fcntl(opened.descriptor.number(), F_DUPFD_CLOEXEC, 0)};
    if (same.number() >= 0 && !is_reserved_descriptor(same.number())) descriptors_.emplace(key, std::move(same));
  }
  if (known != nullptr && known->path == path) return;
  Bookmark mark;
  mark.path = path;
  mark.real_path = real_path_of(path);
  std::tie(mark.device, mark.inode) = key;
  files_.insert_or_assign(key, Held{std::move(mark), Clock::now()});
  ++version_;
}

std::vector<std::pair<Bookmark, std::optional<OpenedFile>>> EmptyFiles::away(const std::vector<std::string>& paths) {
  std::vector<std::pair<Bookmark, std::optional<OpenedFile>>> away;
  std::set<FileKey> over;
  const auto now = Clock::now();
  for (auto& [key, held] : files_) {
    struct stat status {};
    const bool is_looked_at = std::binary_search(paths.begin(), paths.end(), held.mark.path);
    if (is_looked_at && ::stat(held.mark.path.c_str(), &status) == 0 && key_of(status) == key) {
      held.seen = now;
      continue;
    }
    if (now - held.seen > LateWriters::kWaited) over.insert(key);
    std::optional<OpenedFile> file;
    const auto open = descriptors_.find(key);
    if (open != descriptors_.end() && ::fstat(open->second.number(), &status) == 0) file.emplace(same_file(open->second.number(), status));
    away.emplace_back(held.mark, std::move(file));
  }
  forget_if([&](const FileKey& key) { return over.contains(key); });
  return away;
}

std::vector<Bookmark> EmptyFiles::marks() const {
  std::vector<Bookmark> all;
  for (const auto& [key, held] : files_) all.push_back(held.mark);
  return all;
}

}  // namespace loglode::ingest

#include "ingest/follow/late_writers.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace loglode::ingest {

void LateWriters::keep(int descriptor, const Bookmark& mark, Clock::duration quiet) {
  if (quiet >= kWaited) return;
  FileDescriptor same{::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)};
  if (same.number() < 0) return clear();  // there are none left
  files_.push_back({std::move(same), mark, Clock::now() - quiet});
  if (files_.size() > kFilesMax) files_.pop_front();
}

std::vector<std::pair<OpenedFile, Bookmark>> LateWriters::take_grown() {
  std::vector<std::pair<OpenedFile, Bookmark>> grown;
  const auto now = Clock::now();
  for (auto file = files_.begin(); file != files_.end();) {
    struct stat status {};
    const bool readable = ::fstat(file->descriptor.number(), &status) == 0;
    const bool has_grown = readable && static_cast<std::uint64_t>(status.st_size) > file->mark.offset;
    if (has_grown) grown.emplace_back(OpenedFile{std::move(file->descriptor), status}, std::move(file->mark));
    file = has_grown || !readable || now - file->since > kWaited ? files_.erase(file) : std::next(file);
  }
  return grown;
}

}  // namespace loglode::ingest

// The part of Discovery that is about archives: compressed parts, and compressed copies.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "ingest/follow/discovery.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::ingest {

void Discovery::consider_archive(const std::string& path, OpenedFile opened, Bookmark mark) {
  if (is_being_written(path, opened)) {
    parts_due_ = std::max(parts_due_, kLooksForParts);
    return;
  }
  const struct stat status = opened.status;
  const Fingerprint stored = fingerprint_of(first_bytes_of(opened.descriptor.number()));
  OpenedFile again = same_file(opened.descriptor.number(), opened.status);  // never by its path: that may be another file's by now
  auto file = make_file(std::move(opened), mark);
  if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
  const std::string first = file->first_bytes();
  const Found found = what_it_holds(same_file(again.descriptor.number(), status), path, first);
  if (found.is_of_open) {
    if (found.is_copy) known_.pass_over_copy(status);  // not read again at each look, as long as its log is what it was
    parts_due_ = std::max(parts_due_, kLooksForParts);
    return;
  }
  if (found.left) {
    known_.forget(*found.left);
    mark = *found.left;
    mark.path = path;
    std::tie(mark.device, mark.inode) = key_of(status);
  } else {
    give_identity(mark, status, first_bytes_of(again.descriptor.number()));
  }
  file = make_file(std::move(again), std::move(mark));
  if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
  known_.pass_over(status, stored);
  open_.add(std::move(file));
}

/// Reads all of it where it may be an archive of something that was read, or is being read.
Discovery::Found Discovery::what_it_holds(OpenedFile archive, const std::string& path, std::string_view first) const {
  const std::vector<Bookmark> left = known_.that_fit(key_of(archive.status), first, path);
  std::vector<const FollowedFile*> open;
  for (const auto& file : open_)
    if (!file->is_archive() && same_beginning(file->first_bytes(), first)) open.push_back(file.get());
  if (left.empty() && open.empty()) return {};
  std::vector<std::uint64_t> places;
  for (const Bookmark& mark : left) places.insert(places.end(), {mark.offset, mark.prints.seen_to});
  for (const FollowedFile* const file : open) places.insert(places.end(), {file->position(), file->mark_here().prints.seen_to});
  const ArchiveContent content = content_of_archive(std::move(archive), path, file_config_.decompression, places);
  Found found;
  for (const Bookmark& mark : left)
    if (holds_what_was_read(mark, content) && (!found.left || rank_of(*found.left) < rank_of(mark))) found.left = mark;
  // A file that has its name and its content still may have been copied; what is left of another is read to its end, or is in the archive.
  for (const FollowedFile* const file : open) {
    const Bookmark mark = file->mark_here();
    if (found.left && rank_of(mark) < rank_of(*found.left)) continue;
    const bool is_same = print_before(file->descriptor(), content.size) == content.prints.at(content.size);
    const bool has_content = !file->rotated_at && !file->look_replaced();  // asked last: it may be truncated at any moment
    const bool is_copy = has_content && is_same;
    found.is_copy = found.is_copy || is_copy;
    found.is_of_open = found.is_of_open || is_copy || (!has_content && holds_what_was_read(mark, content));
  }
  return found;
}

/// An archive is read when it is whole: compressors delete the log when they are done, and give the archive its time. One that is young
/// is tried out, if that takes no time.
bool Discovery::is_being_written(const std::string& path, const OpenedFile& opened) const {
  constexpr std::int64_t kTriedBytesMax = 4 * static_cast<std::int64_t>(kMiB);
  const std::string plain = path.substr(0, path.rfind('.'));
  if (::access(plain.c_str(), F_OK) == 0) return true;
  if (::time(nullptr) - opened.status.st_mtim.tv_sec > 1) return false;
  return opened.status.st_size > kTriedBytesMax ||
         !is_whole_archive(same_file(opened.descriptor.number(), opened.status), path, file_config_.decompression);
}

void Discovery::consider_left_archive(const std::string& path, OpenedFile opened) {
  if (is_being_written(path, opened)) return;
  Bookmark mark = new_mark(path, opened.status);
  OpenedFile again = same_file(opened.descriptor.number(), opened.status);
  const auto file = make_file(std::move(opened), mark);
  if (!file->refusal().empty()) return;
  const Found found = what_it_holds(same_file(again.descriptor.number(), again.status), path, file->first_bytes());
  if (found.left && !found.left->finished) consider_archive(path, std::move(again), std::move(mark));
}

bool Discovery::is_in_an_archive(const FollowedFile& file, const Bookmark& mark) {
  for (const std::string& path : places_of_copies(file)) {
    auto opened = open_at(path);
    if (!opened || !S_ISREG(opened->status.st_mode) || open_.find(key_of(opened->status)) != nullptr) continue;
    if (!is_compressed(first_bytes_of(opened->descriptor.number())) || is_being_written(path, *opened)) continue;
    const OpenedFile again = same_file(opened->descriptor.number(), opened->status);
    const auto archive = make_file(std::move(*opened), new_mark(path, again.status));
    if (!archive->refusal().empty() || !fits(mark.fingerprint, archive->first_bytes())) continue;
    if (!is_telling(archive->first_bytes().substr(0, mark.fingerprint.bytes)) && !is_other_part(path, file.path())) continue;
    const ArchiveContent content = content_of_archive(same_file(again.descriptor.number(), again.status), path, file_config_.decompression,
                                                      {mark.offset, mark.prints.seen_to});
    if (holds_what_was_read(mark, content)) return true;
  }
  return false;
}

}  // namespace loglode::ingest

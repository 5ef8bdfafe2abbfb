// The part of Discovery that is about copies that are not compressed: which file is one of which, and where a log goes on.
#include <sys/stat.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "ingest/follow/discovery.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::ingest {

namespace {

bool is_newer(const struct stat& one, const struct stat& other) {
  return std::pair{one.st_mtim.tv_sec, one.st_mtim.tv_nsec} > std::pair{other.st_mtim.tv_sec, other.st_mtim.tv_nsec};
}

}  // namespace

/// The file that is being followed, or was until a moment ago, of which this is a copy, shorter, equal or longer: of several the one with
/// which it has most in common.
FollowedFile* Discovery::copied_from(const OpenedFile& candidate, std::string_view first, const std::string& path) const {
  FollowedFile* original = nullptr;
  for (const auto& file : open_) {
    if (file->is_archive() || !same_beginning(file->first_bytes(), first)) continue;
    const bool is_evidence = is_other_part(path, file->path()) || is_telling(first.substr(0, file->first_bytes().size()));
    const bool is_same = is_evidence && same_content(candidate, file->descriptor());
    if (file->look_replaced()) return file.get();  // asked last: it may have been truncated while the two were compared
    if (is_same && (original == nullptr || size_of(original->descriptor()) < size_of(file->descriptor()))) original = file.get();
  }
  return original;
}

/// Whether nothing of its own is in a copy, or the log goes on in it. False: it is longer than the original.
bool Discovery::passes_over_copy(OpenedFile& copy, const FollowedFile& original, const std::string& path) {
  struct stat status {};
  if (::fstat(original.descriptor(), &status) != 0 || original.look_replaced()) return true;  // looked at again when that is settled
  const bool is_shorter = copy.status.st_size <= status.st_size;
  if (status.st_nlink == 0 && path == original.path() && copy.status.st_size >= status.st_size) {  // put in its place: rsync, sed -i
    const Bookmark left = original.mark_here();
    forget_open_(original);
    known_.keep(left);
    go_on_in_copy(std::move(copy), left, path, true);
    return true;
  }
  if (is_shorter && !is_other_part(path, original.path())) hold_empty(copy, path);
  if (is_shorter) known_.pass_over_copy(copy.status);
  return is_shorter;
}

/// `takes_its_place`: it may still grow.
void Discovery::go_on_in_copy(OpenedFile opened, const Bookmark& left, const std::string& path, bool takes_its_place) {
  const FileKey key = key_of(opened.status);
  if (!takes_its_place && !config_.again && static_cast<std::uint64_t>(opened.status.st_size) <= left.offset)
    return known_.pass_over(opened.status, left.fingerprint, KnownFiles::end_print(opened));
  const std::string first = first_bytes_of(opened.descriptor.number());
  if (!fits(left.fingerprint, first)) return;  // it became something else since it was looked at
  Bookmark mark = left;
  mark.path = path;
  std::tie(mark.device, mark.inode) = key;
  known_.forget(left);
  open(std::move(opened), std::move(mark), first);
}

std::vector<std::string> Discovery::places_of_copies(const FollowedFile& file) const {
  std::vector<std::string> places = parts_of({file.path(), real_path_of(file.path())});
  for (std::string& path : matching_files(config_.paths, config_.exclude)) places.push_back(std::move(path));
  return places;
}

std::optional<Discovery::Copy> Discovery::find_copy_of(const FollowedFile& file, const Bookmark& mark) {
  known_.begin_generation(file.descriptor(), {file.device(), file.inode()}, mark.generation + 1);
  std::optional<Copy> newest;  // older ones may begin alike
  for (const std::string& path : places_of_copies(file)) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || key_of(status) == FileKey{file.device(), file.inode()}) continue;
    if (open_.find(key_of(status)) != nullptr || static_cast<std::uint64_t>(status.st_size) < mark.offset) continue;
    auto copy = open_at(path);
    if (!copy || !S_ISREG(copy->status.st_mode)) continue;
    const std::string first = first_bytes_of(copy->descriptor.number());
    if (!is_telling(first.substr(0, mark.fingerprint.bytes)) && !is_other_part(path, file.path())) continue;
    const auto other = known_.left_elsewhere(*copy, first, path);  // it may be a copy of what was read before
    if (known_.is_finished(*copy, first, path) || (other && rank_of(mark) <= rank_of(*other))) continue;
    if (!holds_what_was_read(mark, first, copy->descriptor.number(), static_cast<std::uint64_t>(copy->status.st_size))) continue;
    if (!newest || is_newer(copy->status, newest->file.status)) newest.emplace(std::move(*copy), path);
  }
  return newest;
}

void Discovery::follow_copy(Copy copy, const Bookmark& mark) {
  known_.keep(mark);
  go_on_in_copy(std::move(copy.file), mark, copy.path);
}

}  // namespace loglode::ingest

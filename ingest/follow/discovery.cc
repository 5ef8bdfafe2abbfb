#include "ingest/follow/discovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "ingest/decompressor.h"
#include "ingest/follow/path_patterns.h"
#include "ingest/stream_identity.h"

namespace loglode::ingest {

namespace {

constexpr auto kLeftOnesLookedFor = std::chrono::seconds{5};  // what compresses or moves a log may still be at work
constexpr int kLooksForParts = 4;                             // after a rotation: what moved it may not be done with its work yet

bool is_at(const FollowedFile& file) {
  struct stat status {};
  return ::stat(file.path().c_str(), &status) == 0 && key_of(status) == FileKey{file.device(), file.inode()};
}

bool is_still_at(const Bookmark& mark, const Result<OpenedFile>& opened) {
  return opened && static_cast<std::uint64_t>(opened->status.st_size) >= mark.offset &&
         holds_what_was_read(mark, first_bytes_of(opened->descriptor.number()), opened->descriptor.number(),
                             static_cast<std::uint64_t>(opened->status.st_size));
}

bool is_compressed(std::string_view first) { return compression_of(first.substr(0, kCompressionMagicBytes)) != Compression::none; }

std::string_view first_line(std::string_view first) { return first.substr(0, first.find('\n')); }

}  // namespace

Discovery::Discovery(const FollowConfig& config, const FramerFactory& framers, RunCounters& counters, OpenFiles& open, FileWatch& watch)
    : config_{config},
      counters_{counters},
      open_{open},
      watch_{watch},
      host_{host_id()},
      places_{config.paths, config.roots, config.links_anywhere},
      known_{config.bookmarks} {
  file_config_.records = {
      config_.reading.batch_bytes, config_.reading.line_bytes_max, {.keep_blank_lines = config_.reading.keep_blank_lines}};
  file_config_.decompression = config_.reading.decompression;
  file_config_.framers = &framers;
  if (known_.seen_until() != 0) parts_due_ = kLooksForParts;
}

void Discovery::look() {
  looked_ = Clock::now();
  for (const std::string& folder : folders_of(config_.paths)) watch_.add_folder(folder);
  const bool first = std::exchange(first_look_, false);
  places_.look();
  const std::vector<std::string> paths = matching_files(config_.paths, config_.exclude, unmatched_);
  if (first || (looked_ - began_ < kLeftOnesLookedFor && looked_ >= next_left_)) {
    next_left_ = looked_ + config_.poll;
    find_left_ones(paths);
  }
  std::set<FileKey> at_a_path;
  for (const std::string& path : paths) look_at(path, first && config_.from_end, at_a_path);
  const bool rotated = note_rotated(at_a_path);
  if (first) remember_parts(paths);
  if (rotated || parts_due_ > 0) {
    parts_due_ = rotated ? kLooksForParts : parts_due_ - 1;
    find_new_parts();
  }
  places_.forget_gone();
}

FollowStatus Discovery::status() const {
  FollowStatus status{unmatched_, {}, open_.all().size()};
  for (const auto& [path, why] : places_.refused()) status.refused.push_back(why);
  return status;
}

/// What may not be read is told once, with the key that allows it.
Result<OpenedFile> Discovery::open_at(const std::string& path) {
  auto opened = places_.open(path);
  if (!opened && opened.error().code == std::errc::operation_not_permitted && told_.insert(path).second)
    counters_.report({path, opened.error().message, false});
  return opened;
}

/// Open files that are not at their paths any more. True: there are some that were a look ago.
bool Discovery::note_rotated(const std::set<FileKey>& at_a_path) {
  bool rotated = false;
  for (const auto& file : open_) {
    const bool there = at_a_path.contains({file->device(), file->inode()}) || is_at(*file);
    if (there) {
      file->rotated_at.reset();
    } else if (!file->rotated_at) {
      file->rotated_at = Clock::now();
      rotated = true;
    }
  }
  return rotated;
}

void Discovery::look_at(const std::string& path, bool from_end, std::set<FileKey>& at_a_path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  const FileKey key = key_of(status);
  at_a_path.insert(key);
  roots_.insert(path);
  if (FollowedFile* const open = open_.find(key)) {
    if (open->path() != path && !is_at(*open)) open->set_path(path);
    return;
  }
  if (!known_.is_passed_over(status) || known_.begins_anew(key)) consider(path, from_end);
}

/// Opens a file that is not followed yet, unless it is one that was read under another name.
void Discovery::consider(const std::string& path, bool from_end) {
  auto opened = open_at(path);
  if (!opened || !S_ISREG(opened->status.st_mode)) {
    if (!opened && told_.insert(path).second) counters_.report({path, opened.error().message, false});
    return;
  }
  told_.erase(path);
  const FileKey key = key_of(opened->status);
  const std::string first = first_bytes_of(opened->descriptor.number());
  const bool archive = is_compressed(first);
  if (!archive && !has_identity(first, opened->status)) return;
  Bookmark mark = new_mark(path, opened->status, first);
  if (from_end) mark.offset = archive ? 0 : end_of_lines(opened->descriptor.number(), static_cast<std::uint64_t>(opened->status.st_size));
  if (from_end && archive) return known_.pass_over(opened->status, fingerprint_of(first));
  if (archive) return consider_archive(path, std::move(*opened), std::move(mark));
  if (!known_.begins_anew(key)) {
    if (known_.stays_passed_over(*opened, first)) return;
    if (const auto left = known_.left_here(*opened, first)) {
      Bookmark found = *left;
      found.path = path;
      known_.forget(found);
      return open(std::move(*opened), std::move(found), first);
    }
    if (is_copy_of_open(*opened, first, path)) return;  // looked at again next time: the original may be truncated by then
    if (const auto left = known_.left_elsewhere(*opened, first, path)) return go_on_in_copy(std::move(*opened), *left, path);
  }
  if (const auto generation = known_.take_generation(key)) {
    mark.generation = *generation;
    mark.identity = identity_of_file(host_, opened->status, first_line(first), mark.generation);
  }
  open(std::move(*opened), std::move(mark), first);
}

/// A file has one as soon as its first line is whole: what was seen of it later does not change it.
bool Discovery::has_identity(std::string_view first, const struct stat& status) const {
  if (first.size() >= kFingerprintBytes || first.find('\n') != std::string_view::npos) return true;
  const auto age = std::chrono::seconds{::time(nullptr) - status.st_mtim.tv_sec};
  return !first.empty() && age > config_.line_patience;
}

Bookmark Discovery::new_mark(const std::string& path, const struct stat& status, std::string_view first) const {
  Bookmark mark;
  mark.path = path;
  std::tie(mark.device, mark.inode) = key_of(status);
  mark.generation = known_.next_generation(key_of(status));
  mark.identity = identity_of_file(host_, status, first_line(first), mark.generation);
  return mark;
}

/// What is a copy of a file that is being followed, or of what one was until a moment ago. Logs of their own may hold the same bytes.
bool Discovery::is_copy_of_open(const OpenedFile& candidate, std::string_view first, const std::string& path) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& file) {
    if (file->is_archive() || !same_beginning(file->first_bytes(), first)) return false;
    return file->look_replaced() || (is_other_part(path, file->path()) && same_end(candidate, file->descriptor()));
  });
}

void Discovery::go_on_in_copy(OpenedFile opened, const Bookmark& left, const std::string& path) {
  const FileKey key = key_of(opened.status);
  if (static_cast<std::uint64_t>(opened.status.st_size) <= left.offset)
    return known_.pass_over(opened.status, left.fingerprint, KnownFiles::end_print(opened));
  const std::string first = first_bytes_of(opened.descriptor.number());
  if (!fits(left.fingerprint, first)) return;  // it became something else since it was looked at
  Bookmark mark = left;
  mark.path = path;
  std::tie(mark.device, mark.inode) = key;
  known_.forget(left);
  open(std::move(opened), std::move(mark), first);
}

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
  const bool being_read = std::any_of(open_.begin(), open_.end(),
                                      [&](const auto& other) { return !other->replaced() && same_beginning(other->first_bytes(), first); });
  if (being_read) {
    parts_due_ = std::max(parts_due_, kLooksForParts);
    return;
  }
  if (const auto left = known_.left_elsewhere(first)) {
    Bookmark found = *left;
    found.path = path;
    std::tie(found.device, found.inode) = key_of(status);
    known_.forget(*left);
    file = make_file(std::move(again), std::move(found));
  }
  if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
  known_.pass_over(status, stored);
  open_.add(std::move(file));
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

/// `first`: the first bytes that its identity and place were decided by; of an archive nothing.
std::unique_ptr<FollowedFile> Discovery::make_file(OpenedFile opened, Bookmark mark, std::string first) {
  StreamInfo info;
  info.id = config_.next_stream();
  info.path = mark.path;
  info.source = mark.source = config_.name;
  info.service = config_.reading.service.empty() ? service_from_path(mark.path) : config_.reading.service;
  if (mark.reference == kNoTime)
    mark.reference =
        Timestamp{std::chrono::seconds{opened.status.st_mtim.tv_sec} + std::chrono::nanoseconds{opened.status.st_mtim.tv_nsec}};
  return std::make_unique<FollowedFile>(std::move(opened), std::move(info), std::move(mark), std::move(first), file_config_, counters_);
}

void Discovery::open(OpenedFile opened, Bookmark mark, const std::string& first) {
  const struct stat status = opened.status;
  const std::string path = mark.path;
  const Fingerprint stored = fingerprint_of(first);
  mark.finished = false;
  mark.real_path = real_path_of(path);
  if (mark.real_path == path)
    mark.real_path.clear();
  else
    roots_.insert(mark.real_path);
  auto file = make_file(std::move(opened), std::move(mark), first);
  if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
  open_.add(std::move(file));
}

void Discovery::refuse(const std::string& path, const struct stat& status, const Fingerprint& stored, const std::string& why) {
  counters_.report({path, path + " " + why, false});
  known_.pass_over(status, stored);
}

/// Files that were left in the middle and have another name now.
void Discovery::find_left_ones(const std::vector<std::string>& paths) {
  std::map<FileKey, std::string> at_paths;
  for (const std::string& path : paths) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) at_paths.emplace(key_of(status), path);
  }
  std::set<std::string> left;
  for (const Bookmark& mark : known_.marks()) {
    const auto at = at_paths.find({mark.device, mark.inode});
    if (!mark.finished && !is_of_another(mark) && (at == at_paths.end() || !is_still_at(mark, open_at(at->second)))) {
      left.insert(mark.path);
      if (!mark.real_path.empty()) {
        left.insert(mark.real_path);
        roots_.insert(mark.real_path);
      }
    }
  }
  for (const std::string& path : parts_of_logs({left.begin(), left.end()})) {
    auto opened = open_at(path);
    if (!opened || !S_ISREG(opened->status.st_mode) || at_paths.contains(key_of(opened->status))) continue;
    const std::string first = first_bytes_of(opened->descriptor.number());
    const bool archive = is_compressed(first);
    if (archive) {
      consider_left_archive(path, std::move(*opened));
    } else if (const auto here = known_.left_here(*opened, first)) {
      if (!here->finished) go_on_in_copy(std::move(*opened), *here, path);
    } else if (const auto elsewhere = known_.left_elsewhere(*opened, first, path); elsewhere && !elsewhere->finished) {
      go_on_in_copy(std::move(*opened), *elsewhere, path);
    }
  }
}

/// All sources are given all bookmarks: a file of another source, or one that is where it was but is followed no more, was not left.
bool Discovery::is_of_another(const Bookmark& mark) {
  if (!mark.source.empty() && mark.source != config_.name) return true;
  struct stat status {};
  return ::stat(mark.path.c_str(), &status) == 0 && key_of(status) == FileKey{mark.device, mark.inode} &&
         is_still_at(mark, open_at(mark.path));
}

void Discovery::consider_left_archive(const std::string& path, OpenedFile opened) {
  if (is_being_written(path, opened)) return;
  Bookmark mark = new_mark(path, opened.status, {});
  OpenedFile again = same_file(opened.descriptor.number(), opened.status);
  const auto file = make_file(std::move(opened), mark);
  if (!file->refusal().empty()) return;
  if (const auto left = known_.left_elsewhere(file->first_bytes()); left && !left->finished)
    consider_archive(path, std::move(again), std::move(mark));
}

/// Older parts that are there at the start are not ours to read.
void Discovery::remember_parts(const std::vector<std::string>& paths) {
  std::vector<std::string> logs{roots_.begin(), roots_.end()};
  logs.insert(logs.end(), paths.begin(), paths.end());
  for (const std::string& part : parts_of_logs(logs)) {
    if (std::binary_search(paths.begin(), paths.end(), part)) continue;
    const auto opened = open_at(part);
    // Written while nobody followed.
    const bool ours = opened && known_.seen_until() != 0 && opened->status.st_mtim.tv_sec + 2 >= known_.seen_until();
    if (opened && !ours && S_ISREG(opened->status.st_mode) && open_.find(key_of(opened->status)) == nullptr)
      known_.pass_over(opened->status, fingerprint_of(first_bytes_of(opened->descriptor.number())), KnownFiles::end_print(*opened));
  }
}

/// Parts of followed logs that no pattern matches and nobody has seen yet: between two looks more than one rotation may have happened.
void Discovery::find_new_parts() {
  for (const std::string& path : parts_of_logs({roots_.begin(), roots_.end()})) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (open_.find(key_of(status)) == nullptr && !known_.is_passed_over(status)) consider(path, false);
  }
}

std::optional<Discovery::Copy> Discovery::find_copy_of(const FollowedFile& file, const Bookmark& mark) {
  known_.begins_anew({file.device(), file.inode()}, mark.generation + 1);
  std::vector<std::string> places = parts_of_logs({file.path(), real_path_of(file.path())});
  for (std::string& path : matching_files(config_.paths, config_.exclude)) places.push_back(std::move(path));
  for (const std::string& path : places) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || key_of(status) == FileKey{file.device(), file.inode()}) continue;
    if (open_.find(key_of(status)) != nullptr || static_cast<std::uint64_t>(status.st_size) < mark.offset) continue;
    auto copy = open_at(path);
    if (copy && holds_what_was_read(mark, first_bytes_of(copy->descriptor.number()), copy->descriptor.number(),
                                    static_cast<std::uint64_t>(copy->status.st_size)))
      return Copy{std::move(*copy), path};
  }
  return std::nullopt;
}

void Discovery::follow_copy(Copy copy, const Bookmark& mark) {
  known_.keep(mark);
  go_on_in_copy(std::move(copy.file), mark, copy.path);
}

void Discovery::keep_truncated(Bookmark mark) {
  known_.keep_finished(std::move(mark));
  parts_due_ = kLooksForParts;  // the copy may be on its way to another name
}

void Discovery::keep_finished(const FollowedFile& file) {
  Bookmark mark = file.mark_here();
  struct stat status {};
  if (!file.is_archive() && ::fstat(file.descriptor(), &status) == 0)
    known_.pass_over(status, mark.fingerprint, print_before(file.descriptor(), static_cast<std::uint64_t>(status.st_size)));
  known_.keep_finished(std::move(mark));
}

}  // namespace loglode::ingest

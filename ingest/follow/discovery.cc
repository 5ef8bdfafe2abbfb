#include "ingest/follow/discovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include "ingest/follow/path_patterns.h"
#include "ingest/stream_identity.h"

namespace loglode::ingest {

namespace {

constexpr auto kLeftOnesLookedFor = std::chrono::seconds{5};  // what compresses or moves a log may still be at work
constexpr auto kBetweenForgetting = std::chrono::minutes{10};
constexpr std::size_t kToldMax = 10'000;

bool is_at(const FollowedFile& file) {
  struct stat status {};
  return ::stat(file.path().c_str(), &status) == 0 && key_of(status) == FileKey{file.device(), file.inode()};
}

bool is_file_at(const struct stat& file, const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 && key_of(there) == key_of(file);
}

bool is_still_at(const Bookmark& mark, const Result<OpenedFile>& opened) {
  return opened && key_of(opened->status) == FileKey{mark.device, mark.inode} &&
         static_cast<std::uint64_t>(opened->status.st_size) >= mark.offset &&
         holds_what_was_read(mark, first_bytes_of(opened->descriptor.number()), opened->descriptor.number(),
                             static_cast<std::uint64_t>(opened->status.st_size));
}

std::vector<std::string> with_rotated(const FollowConfig& config) {
  std::vector<std::string> patterns = config.paths;
  patterns.insert(patterns.end(), config.rotated.begin(), config.rotated.end());
  return patterns;
}

void sort_once(std::vector<std::string>& paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

std::string_view first_line(std::string_view first) { return first.substr(0, first.find('\n')); }

}  // namespace

Discovery::Discovery(const FollowConfig& config, const FramerFactory& framers, RunCounters& counters, OpenFiles& open, FileWatch& watch,
                     std::function<void(const FollowedFile&)> forget_open, std::function<bool()> stopping)
    : config_{config},
      counters_{counters},
      open_{open},
      watch_{watch},
      forget_open_{std::move(forget_open)},
      stopping_{std::move(stopping)},
      host_{host_id()},
      places_{with_rotated(config), config.roots, config.links_anywhere},
      known_{config.bookmarks},
      empty_{known_.empty_of(config.name)} {
  file_config_.records = {
      config_.reading.batch_bytes, config_.reading.line_bytes_max, {.keep_blank_lines = config_.reading.keep_blank_lines}};
  file_config_.decompression = config_.reading.decompression;
  file_config_.framers = &framers;
  if (known_.seen_until() != 0) parts_due_ = kLooksForParts;
  for (const Bookmark& mark : empty_.marks()) roots_.insert({mark.path, mark.real_path});
}

Bookmark Discovery::own_mark() const {
  Bookmark mark;
  mark.source = config_.name;
  mark.identity = identity_of_standard_input(std::string{"files of "} + config_.name);
  mark.empty = empty_.marks();
  return mark;
}

void Discovery::look() {
  looked_ = Clock::now();
  const bool first = std::exchange(first_look_, false);
  places_.look();
  known_.forget_deleted_generations();
  std::vector<std::string> odd;
  const std::vector<std::string>& paths = matched_ = matching_files(config_.paths, config_.exclude, unmatched_, odd);
  for (const std::string& why : odd)
    if (told_.insert(why).second) counters_.report({why.substr(0, why.find(" is ")), why, false});
  for (const std::string& folder : folders_of(config_.paths, paths)) watch_.add_folder(folder);
  for (const std::string& folder : folders_of(config_.rotated, {})) watch_.add_folder(folder);
  undecided_ = 0;
  if (first) go_on_where_left(paths);
  const bool from_end = first && config_.from_end && !known_.has_source(config_.name);  // then all that is there is to be known
  if (stopping_() && !from_end) return;
  if (first || (looked_ - began_ < kLeftOnesLookedFor && looked_ >= next_left_)) {
    next_left_ = looked_ + config_.poll;
    find_left_ones(paths, first);
  }
  look_at_empty_ones(paths);
  std::set<FileKey> at_a_path;
  for (const std::string& path : paths) {
    if (stopping_() && !from_end) return;
    look_at(path, from_end, at_a_path);
  }
  const bool rotated = note_rotated(at_a_path) || has_new_names();
  if (first) remember_parts(paths);
  if (rotated || parts_due_ > 0) {
    parts_due_ = rotated ? kLooksForParts : parts_due_ - 1;
    find_new_parts();
  }
  if (looked_ - began_ >= kLeftOnesLookedFor && !std::exchange(left_ones_looked_for_, true)) lost_.look_through(known_, config_.name);
  lost_.tell(known_, counters_, false);
  places_.forget_gone();
  go_on_in_late_ones();
  if (looked_ >= next_forgotten_) forget_gone();
}

/// What was written to files that are gone since the latest look, or begun in them, is in no state, and nobody can read it twice.
void Discovery::look_last() {
  ending_ = true;
  go_on_in_late_ones();
  for (auto& [mark, file] : empty_.away({})) {
    if (!file || file->status.st_size == 0 || open_.find(key_of(file->status)) != nullptr) continue;
    const bool is_kept = file->status.st_nlink != 0 && is_file_at(file->status, mark.real_path);  // the next run looks there
    if (!is_kept && !finds_again(file->status, mark.path, mark.real_path)) decide(mark.path, std::move(*file), false);
  }
}

bool Discovery::is_rotated(const FileKey& key, const std::string& path) const {
  struct stat status {};
  if (!std::binary_search(matched_.begin(), matched_.end(), path) || ::stat(path.c_str(), &status) != 0 || key_of(status) != key)
    return true;
  const std::string log = log_of(path);
  return log != path && ::stat(log.c_str(), &status) == 0;
}

bool Discovery::finds_again(const FollowedFile& file) const {
  struct stat status {};
  return ::fstat(file.descriptor(), &status) != 0 || finds_again(status, file.path(), file.mark()->get().real_path);
}

/// As find_left_ones() does: by a pattern, or as a part of a log that one matches; what has its name still and is neither was given up.
bool Discovery::finds_again(const struct stat& status, const std::string& path, const std::string& real_path) const {
  const auto is_at = [&](const std::string& place) { return is_file_at(status, place); };
  if (status.st_nlink == 0) return false;
  if (std::binary_search(matched_.begin(), matched_.end(), path) && is_at(path)) return true;
  const std::vector<std::string> matched = matching_files(config_.paths, config_.exclude);
  if (std::any_of(matched.begin(), matched.end(), is_at)) return true;
  const std::string log = log_of(path);
  const auto is_of_log = [&](const std::string& one) { return log_of(one) == log || log_of(real_path_of(one)) == log; };
  if (is_at(path) && std::none_of(matched.begin(), matched.end(), is_of_log)) return false;
  std::vector<std::string> places = parts_of({path, real_path.empty() ? path : real_path});
  for (std::string& alike : files_named_like({path})) places.push_back(std::move(alike));
  return std::any_of(places.begin(), places.end(), is_at);
}

/// What was written to renamed and deleted files after they were read to their end.
void Discovery::go_on_in_late_ones() {
  for (auto& [opened, mark] : late_.take_grown()) {
    const std::string first = first_bytes_of(opened.descriptor.number());
    const auto size = static_cast<std::uint64_t>(opened.status.st_size);
    if (open_.find(key_of(opened.status)) != nullptr || !holds_what_was_read(mark, first, opened.descriptor.number(), size)) continue;
    known_.forget(mark);
    open(std::move(opened), std::move(mark), first);
  }
}

/// They may have been written to after their paths led to other files. Before other files are looked at: one may be an archive of it.
void Discovery::look_at_empty_ones(const std::vector<std::string>& paths) {
  const auto is_decided = [&](const FileKey& key) { return open_.find(key) != nullptr; };
  empty_.forget_if(is_decided);
  for (auto& [mark, file] : empty_.away(paths)) {
    const FileKey key{mark.device, mark.inode};
    Result<OpenedFile> opened = file ? Result<OpenedFile>{std::move(*file)} : open_at(mark.real_path);
    if (!opened || !S_ISREG(opened->status.st_mode) || key_of(opened->status) != key) continue;
    if (!known_.is_passed_over(opened->status) || known_.has_new_generation(key)) decide(mark.path, std::move(*opened), false);
  }
  empty_.forget_if(is_decided);
}

/// What was followed once and is gone for good: nobody looks for its parts any more.
void Discovery::forget_gone() {
  next_forgotten_ = looked_ + kBetweenForgetting;
  std::set<std::string> gone;
  for (const std::string& path : roots_) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) gone.insert(path);
  }
  std::erase_if(roots_, [&](const std::string& path) { return gone.contains(path) && gone_.contains(path); });
  std::erase_if(rolled_, [&](const std::string& path) { return !roots_.contains(path); });
  gone_ = std::move(gone);
  if (told_.size() > kToldMax) told_.clear();
}

/// Parts of these logs, beside them and where the configuration says that they go.
std::vector<std::string> Discovery::parts_of(const std::vector<std::string>& logs) const {
  std::vector<std::string> parts = parts_of_logs(logs);
  for (std::string& part : parts_elsewhere(config_.rotated, logs)) parts.push_back(std::move(part));
  std::vector<std::string> rolled;
  std::copy_if(logs.begin(), logs.end(), std::back_inserter(rolled), [&](const std::string& log) { return rolled_.contains(log); });
  for (std::string& part : files_named_like(rolled)) parts.push_back(std::move(part));
  sort_once(parts);
  return parts;
}

/// Where only numbers tell the name that it has now from its log's (`app-1.log` of `app.log`), so they do with the log's other parts.
void Discovery::note_rolled_name(const FollowedFile& rotated) {
  for (const std::string& path : files_named_like({rotated.path()})) {
    struct stat status {};
    const bool is_it = ::stat(path.c_str(), &status) == 0 && key_of(status) == FileKey{rotated.device(), rotated.inode()};
    if (is_it && log_of(path) != log_of(rotated.path())) rolled_.insert(rotated.path());
  }
}

FollowStatus Discovery::status() const {
  FollowStatus status{unmatched_, {}, open_.all().size(), lost_.bytes()};
  for (const auto& [path, why] : places_.refused()) status.refused.push_back(why);
  return status;
}

/// What may not be read is told once, with the key that allows it.
Result<OpenedFile> Discovery::open_at(const std::string& path) {
  auto opened = places_.open(path);
  if (!opened && opened.error().code == std::errc::operation_not_permitted && told_.insert(path).second)
    counters_.report({path, opened.error().message, false});
  if (!opened && (opened.error().code == std::errc::too_many_files_open || opened.error().code == std::errc::too_many_files_open_in_system))
    late_.clear(), empty_.close();
  return opened;
}

/// Files that are still what they were come first: others may begin as they do.
void Discovery::go_on_where_left(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (stopping_()) return;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !known_.has(key_of(status)) || open_.find(key_of(status)) != nullptr) continue;
    auto opened = open_at(path);
    if (!opened || !S_ISREG(opened->status.st_mode)) continue;
    const std::string first = first_bytes_of(opened->descriptor.number());
    const auto left = known_.left_here(*opened, first, path);
    if (left && !is_compressed(first)) go_on_here(std::move(*opened), *left, path, first);
  }
}

void Discovery::go_on_here(OpenedFile opened, Bookmark left, const std::string& path, const std::string& first) {
  known_.forget(left);
  roots_.insert(path);
  left.path = path;
  open(std::move(opened), std::move(left), first);
}

/// Whether something was made, moved or deleted in the folders of followed logs: a log may have been rotated before anything of it was
/// seen.
bool Discovery::has_new_names() {
  std::map<std::string, FileTime> now;
  for (const std::string& path : roots_) {
    struct stat status {};
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    if (!now.contains(folder) && ::stat(folder.empty() ? "." : folder.c_str(), &status) == 0)
      now.emplace(folder, FileTime{status.st_mtim.tv_sec, status.st_mtim.tv_nsec});
  }
  return std::exchange(folders_, now) != now;
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
      note_rolled_name(*file);
    }
  }
  return rotated;
}

void Discovery::look_at(const std::string& path, bool from_end, std::set<FileKey>& at_a_path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  const FileKey key = key_of(status);
  at_a_path.insert(key);
  FollowedFile* const open = open_.find(key);
  if (open != nullptr && open->path() == path) return;
  roots_.insert(path);
  if (open != nullptr) {
    if (!is_at(*open)) open->set_path(path);
    return;
  }
  if (known_.is_passed_over(status) && !known_.has_new_generation(key)) return;
  consider(path, from_end);
  if (open_.find(key) == nullptr && !told_.contains(path)) ++undecided_;
}

/// Opens a file that is not followed yet, unless it is one that was read under another name.
void Discovery::consider(const std::string& path, bool from_end) {
  auto opened = open_at(path);
  if (!opened || !S_ISREG(opened->status.st_mode)) {
    if (!opened && told_.insert(path).second) counters_.report({path, opened.error().message, false});
    return;
  }
  told_.erase(path);
  if (open_.find(key_of(opened->status)) == nullptr)  // the path was another file's when it was asked for: parts were moved on meanwhile
    decide(path, std::move(*opened), from_end);
}

void Discovery::decide(const std::string& path, OpenedFile opened, bool from_end) {
  const FileKey key = key_of(opened.status);
  const std::string first = first_bytes_of(opened.descriptor.number());
  const bool archive = is_compressed(first);
  if (!archive && !has_identity(first, opened.status, path)) return hold_empty(opened, path);
  Bookmark mark = new_mark(path, opened.status);
  if (const Bookmark* const held = empty_.find(key)) mark.real_path = held->real_path;
  if (from_end) mark.offset = archive ? 0 : end_of_lines(opened.descriptor.number(), static_cast<std::uint64_t>(opened.status.st_size));
  if (from_end && archive) return known_.pass_over(opened.status, fingerprint_of(first));
  if (archive) return consider_archive(path, std::move(opened), std::move(mark));
  if (!known_.has_new_generation(key)) {
    if (known_.stays_passed_over(opened, first, path)) return;
    if (const auto left = known_.left_here(opened, first, path)) return go_on_here(std::move(opened), *left, path, first);
    const FollowedFile* const original = copied_from(opened, first, path);
    if (original != nullptr && passes_over_copy(opened, *original, path)) return;
    if (const auto left = known_.left_elsewhere(opened, first, path)) return go_on_in_copy(std::move(opened), *left, path);
    if (original != nullptr && shows_time_of_day(first.substr(0, original->first_bytes().size())))
      mark.offset = size_of(original->descriptor());               // it grew since it was copied, and is a log of its own
    if (original != nullptr && original->look_replaced()) return;  // what was asked of it is no longer true
  }
  if (known_.was_cut(opened, first)) mark.offset = static_cast<std::uint64_t>(opened.status.st_size);
  if (const auto generation = known_.take_generation(key)) mark.generation = *generation;
  give_identity(mark, opened.status, first);
  open(std::move(opened), std::move(mark), first);
}

/// Its own, of the first generation that no other file has.
void Discovery::give_identity(Bookmark& mark, const struct stat& status, std::string_view first) {
  for (;; ++mark.generation) {
    mark.identity = identity_of_file(host_, status, first_line(first), mark.generation);
    if (!known_.is_kept(mark.identity) && known_.take(mark.identity)) return;
  }
}

/// A file has one as soon as its first line is whole: what was seen of it later does not change it.
bool Discovery::has_identity(std::string_view first, const struct stat& status, const std::string& path) const {
  if (first.empty() || first.size() >= kFingerprintBytes || first.find('\n') != std::string_view::npos) return !first.empty();
  const auto age = std::chrono::system_clock::now().time_since_epoch() - time_of(status.st_mtim);
  return ending_ || age > config_.line_patience || (age > config_.rotated_line_patience() && is_rotated(key_of(status), path));
}

Bookmark Discovery::new_mark(const std::string& path, const struct stat& status) const {
  Bookmark mark;
  mark.path = path;
  std::tie(mark.device, mark.inode) = key_of(status);
  mark.generation = known_.next_generation(key_of(status));
  return mark;
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
  const bool kept = known_.is_kept(mark.identity);
  if (config_.again) {
    mark.offset = 0;
    mark.remembered.clear();
    mark.prints = {};
  }
  auto file =
      std::make_unique<FollowedFile>(std::move(opened), std::move(info), std::move(mark), std::move(first), file_config_, counters_);
  if (kept) file->mark()->keep();
  return file;
}

void Discovery::open(OpenedFile opened, Bookmark mark, const std::string& first) {
  const struct stat status = opened.status;
  const std::string path = mark.path;
  const Fingerprint stored = fingerprint_of(first);
  mark.finished = false;
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && key_of(there) == key_of(status)) mark.real_path = real_path_of(path);
  if (mark.real_path == path) mark.real_path.clear();
  note_place(mark.real_path);
  auto file = make_file(std::move(opened), std::move(mark), first);
  if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
  if (ending_) file->mark()->keep(), file->is_announced = true;
  open_.add(std::move(file));
}

/// Nothing of its own is in it yet.
void Discovery::hold_empty(const OpenedFile& opened, const std::string& path) {
  empty_.note(opened, path);
  const Bookmark* const held = empty_.find(key_of(opened.status));
  if (held != nullptr && held->real_path != path) note_place(held->real_path);
}

/// Of a file that is reached by a link: its parts are there. Empty: it is no link.
void Discovery::note_place(const std::string& real_path) {
  if (real_path.empty()) return;
  watch_.add_folder(real_path.substr(0, real_path.rfind('/') + 1));
  roots_.insert(real_path);
}

void Discovery::refuse(const std::string& path, const struct stat& status, const Fingerprint& stored, const std::string& why) {
  if (told_.insert(path + ' ' + why).second) counters_.report({path, path + " " + why, false});
  known_.pass_over(status, stored);
}

/// Files that were left in the middle and have another name now.
void Discovery::find_left_ones(const std::vector<std::string>& paths, bool first_of_all) {
  const MarkIndex::Marks& marks = known_.marks();
  const std::vector<Bookmark> empty = empty_.marks();
  const bool any_unfinished = std::any_of(marks.begin(), marks.end(), [](const Bookmark& mark) { return !mark.finished; });
  if (!any_unfinished && empty.empty()) return;
  std::map<FileKey, std::string> at_paths;
  for (const std::string& path : paths) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) at_paths.emplace(key_of(status), path);
  }
  std::set<std::string> left, wanted;  // logs, by log_of()
  if (any_unfinished)
    for (const std::string& path : paths) wanted.insert({log_of(path), log_of(real_path_of(path))});
  for (const Bookmark& mark : marks) {
    const auto at = at_paths.find({mark.device, mark.inode});
    const bool is_part = !at_paths.contains({mark.device, mark.inode}) && wanted.contains(log_of(mark.path));
    if (!mark.finished && (is_part || !is_of_another(mark)) && (at == at_paths.end() || !is_still_at(mark, open_at(at->second)))) {
      left.insert(mark.path);
      if (first_of_all) roots_.insert(mark.path);  // its parts that are of later than it was left, though there is none at its path now
      if (!mark.real_path.empty()) {
        left.insert(mark.real_path);
        roots_.insert(mark.real_path);
      }
    }
  }
  for (const Bookmark& mark : empty)
    if (!at_paths.contains({mark.device, mark.inode})) left.insert({mark.path, mark.real_path});
  std::vector<std::string> parts = parts_of({left.begin(), left.end()});
  for (std::string& alike : files_named_like({left.begin(), left.end()})) parts.push_back(std::move(alike));
  sort_once(parts);
  for (const bool elsewhere : {false, true}) {  // files that are still what they were come first: others may begin as they do
    for (const std::string& path : parts) {
      auto opened = open_at(path);
      if (!opened || !S_ISREG(opened->status.st_mode) || at_paths.contains(key_of(opened->status))) continue;
      if (open_.find(key_of(opened->status)) == nullptr && !known_.is_passed_over(opened->status))
        look_at_left(path, std::move(*opened), elsewhere);
    }
  }
}

void Discovery::look_at_left(const std::string& path, OpenedFile opened, bool elsewhere) {
  if (elsewhere && empty_.find(key_of(opened.status)) != nullptr) return decide(path, std::move(opened), false);
  const std::string first = first_bytes_of(opened.descriptor.number());
  const bool archive = is_compressed(first);
  if (archive && elsewhere) return consider_left_archive(path, std::move(opened));
  if (archive) return;
  if (elsewhere && copied_from(opened, first, path) != nullptr) return;
  const auto left = elsewhere ? known_.left_elsewhere(opened, first, path) : known_.left_here(opened, first, path);
  if (!left || left->finished) return;
  if (is_named_like(path, left->path) && log_of(path) != log_of(left->path)) rolled_.insert(left->path);
  // Where its link led to: by the link's name it is found again.
  go_on_in_copy(std::move(opened), *left, path == left->real_path ? left->path : path);
}

/// All sources are given all bookmarks: a file of another source, or one that is where it was but is followed no more, was not left.
bool Discovery::is_of_another(const Bookmark& mark) {
  if (!mark.source.empty() && mark.source != config_.name) return true;
  return is_still_at(mark, open_at(mark.path));
}

/// Older parts that are there at the start are not ours to read.
void Discovery::remember_parts(const std::vector<std::string>& paths) {
  std::vector<std::string> logs{roots_.begin(), roots_.end()};
  logs.insert(logs.end(), paths.begin(), paths.end());
  const std::vector<std::string> parts = parts_of(logs);
  std::vector<std::string> there = files_named_like(logs);
  there.insert(there.end(), parts.begin(), parts.end());
  sort_once(there);
  struct Part {
    std::string path;
    std::int64_t modified;
  };
  std::map<std::string, Part> oldest;  // part of each log that is read on, where an earlier run was in the middle of it
  for (const std::string& part : parts) {
    struct stat status {};
    if (::stat(part.c_str(), &status) != 0) continue;
    const FollowedFile* const open = open_.find(key_of(status));
    if (open == nullptr || !open->mark()->is_kept()) continue;
    const Part read_on{part, status.st_mtim.tv_sec};
    const auto [place, first] = oldest.emplace(log_of(part), read_on);
    if (!first && is_older_part(part, place->second.path)) place->second = read_on;
  }
  for (const std::string& part : there) {
    if (std::binary_search(paths.begin(), paths.end(), part)) continue;
    const auto opened = open_at(part);
    if (!opened || !S_ISREG(opened->status.st_mode)) continue;
    if (open_.find(key_of(opened->status)) != nullptr || empty_.find(key_of(opened->status)) != nullptr) continue;
    // Written while nobody followed, or rotated away later than what was being read then: our clock may have been wrong.
    const auto read_on = oldest.find(log_of(part));
    const std::int64_t modified = opened->status.st_mtim.tv_sec;
    const bool is_newer_part =
        read_on != oldest.end() && (is_older_part(read_on->second.path, part) || modified >= read_on->second.modified);
    const bool ours = std::binary_search(parts.begin(), parts.end(), part) && known_.seen_until() != 0 &&
                      (modified + 2 >= known_.seen_until() || is_newer_part);
    if (!ours)
      known_.pass_over(opened->status, fingerprint_of(first_bytes_of(opened->descriptor.number())), KnownFiles::end_print(*opened));
  }
}

/// A part that an earlier run has read to its end a moment ago may still be written to.
void Discovery::keep_if_late(const std::string& part, const OpenedFile& opened) {
  const auto quiet = std::chrono::seconds{::time(nullptr) - opened.status.st_mtim.tv_sec};
  const auto left = known_.left_here(opened, first_bytes_of(opened.descriptor.number()), part);
  if (left) late_.keep(opened.descriptor.number(), *left, quiet);
}

/// Parts of followed logs that no pattern matches and nobody has seen yet: between two looks more than one rotation may have happened.
void Discovery::find_new_parts() {
  for (const std::string& path : parts_of({roots_.begin(), roots_.end()})) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (open_.find(key_of(status)) != nullptr || empty_.find(key_of(status)) != nullptr) continue;
    if (!known_.is_passed_over(status)) consider(path, false);
  }
}

void Discovery::keep_truncated(Bookmark mark, std::uint64_t size) {
  lost_.suspect(mark, size);
  known_.keep_finished(std::move(mark));
  known_.forget_copies();       // the rest of it may be in one
  parts_due_ = kLooksForParts;  // the copy may be on its way to another name
}

void Discovery::keep_finished(const FollowedFile& file) {
  Bookmark mark = file.mark_here();
  struct stat status {};
  if (!file.is_archive() && ::fstat(file.descriptor(), &status) == 0) {
    mark.deleted = status.st_nlink == 0;
    late_.keep(file.descriptor(), mark);
    if (!mark.deleted)
      known_.pass_over(status, mark.fingerprint, print_before(file.descriptor(), static_cast<std::uint64_t>(status.st_size)));
  }
  known_.keep_finished(std::move(mark));
}

}  // namespace loglode::ingest

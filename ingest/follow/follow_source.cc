#include "ingest/follow/follow_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "ingest/decompressor.h"
#include "ingest/follow/file_watch.h"
#include "ingest/follow/followed_file.h"
#include "ingest/follow/passed_over.h"
#include "ingest/follow/path_patterns.h"
#include "ingest/follow/unread_files.h"
#include "ingest/stream_identity.h"

namespace loglode {

namespace {

using namespace ingest;
using Clock = std::chrono::steady_clock;
using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

constexpr auto kBetweenLooks = std::chrono::milliseconds{10};
constexpr auto kLeftOnesLookedFor = std::chrono::seconds{5};  // what compresses or moves a log may still be at work
constexpr std::size_t kFinishedMax = 10'000;                  // files remembered after they were read to their end

FileKey key_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

class FollowSource final : public Source {
 public:
  FollowSource(FollowConfig config, const FramerFactory& framers, RunCounters& counters)
      : config_{std::move(config)}, counters_{counters}, host_{host_id()} {
    file_config_.records = {
        config_.reading.batch_bytes, config_.reading.line_bytes_max, {.keep_blank_lines = config_.reading.keep_blank_lines}};
    file_config_.decompression = config_.reading.decompression;
    file_config_.framers = &framers;
    for (const std::string& bytes : config_.bookmarks)
      if (auto mark = decode_bookmark(bytes)) known_.push_back(std::move(*mark));
    for (const Bookmark& mark : known_) seen_until_ = std::max(seen_until_, mark.seen_at);
    if (seen_until_ != 0) parts_due_ = 4;
    caught_up_ = seen_until_ != 0 ? seen_until_ : ::time(nullptr);
  }

  Result<Fill> fill(Batch& out, Deadline until) override {
    for (;;) {
      if (!stopped_ && Clock::now() >= next_look_) look();
      if (scan_due_ && fill_from_files(out)) return Fill::more;
      scan_due_ = stopped_ || unread_.all_wait();
      if (release_held(out)) return Fill::more;
      if (unread_.all_wait()) {
        if (Clock::now() >= until) return Fill::more;
        unread_.wait(std::min<Deadline>(until, Clock::now() + kBetweenLooks));
        continue;
      }
      if (stopped_) return Fill::end;
      if (parts_due_ == 0 && !first_look_) caught_up_ = ::time(nullptr);
      if (Clock::now() >= until) return Fill::more;
      const FileWatch::News news = watch_.wait(std::min<Deadline>(until, next_look_));
      scan_due_ = scan_due_ || news != FileWatch::News::none;
      if (news == FileWatch::News::names) next_look_ = looked_ + kBetweenLooks;
    }
  }

  void stop() noexcept override { stopped_ = true; }
  Result<void> commit(std::span<const StreamPosition>) override { return {}; }

  bool keep_pace(StreamProgress& progress) override {
    unread_.keep_pace(progress, *this);
    return true;
  }

  std::string bookmark(StreamId stream, std::uint64_t offset) const override {
    std::shared_ptr<SharedMark> shared;
    {
      const std::scoped_lock lock{mutex_};
      const auto found = marks_.find(stream);
      if (found == marks_.end()) return {};
      shared = found->second;
    }
    Bookmark mark = shared->at(offset);
    mark.seen_at = caught_up_.load();
    return encode(mark);
  }

 private:
  /// Finds out what is where now.
  void look() {
    looked_ = Clock::now();
    scan_due_ = true;
    next_look_ = looked_ + config_.poll;
    for (const std::string& folder : folders_of(config_.paths)) watch_.add_folder(folder);
    const bool first = std::exchange(first_look_, false);
    const std::vector<std::string> paths = matching_files(config_.paths, config_.exclude);
    if (first || (looked_ - began_ < kLeftOnesLookedFor && looked_ >= next_left_)) {
      next_left_ = looked_ + config_.poll;
      find_left_ones(paths);
    }
    std::set<FileKey> at_a_path;
    for (const std::string& path : paths) look_at(path, first && config_.from_end, at_a_path);
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
    if (first) remember_parts(paths);
    if (rotated || parts_due_ > 0) {
      parts_due_ = rotated ? 4 : parts_due_ - 1;  // what moved it may not be done with its work yet
      find_new_parts();
    }
  }

  static bool is_at(const FollowedFile& file) {
    struct stat status {};
    return ::stat(file.path().c_str(), &status) == 0 && key_of(status) == FileKey{file.device(), file.inode()};
  }

  void look_at(const std::string& path, bool from_end, std::set<FileKey>& at_a_path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return;
    const FileKey key = key_of(status);
    at_a_path.insert(key);
    roots_.insert(path);
    if (FollowedFile* const open = find_open(key)) {
      if (open->path() != path && !is_at(*open)) open->set_path(path);
      return;
    }
    if (!is_passed_over(status) || anew_.contains(key)) consider(path, from_end);
  }

  /// Only as long as nothing of it changed: an inode may be another file by now, or the file may have grown.
  [[nodiscard]] bool is_passed_over(const struct stat& status) const {
    const auto found = passed_over_.find(key_of(status));
    return found != passed_over_.end() && found->second.same_as(status);
  }

  [[nodiscard]] FollowedFile* find_open(const FileKey& key) const {
    for (auto [file, last] = by_key_.equal_range(key); file != last; ++file)
      if (!file->second->replaced()) return file->second;
    return nullptr;
  }

  /// Opens a file that is not followed yet, unless it is one that was read under another name.
  void consider(const std::string& path, bool from_end) {
    auto opened = open_input({path, 0, 0, false, false});
    if (!opened || !S_ISREG(opened->status.st_mode)) {
      if (!opened && told_.insert(path).second) counters_.report({path, opened.error().message, false});
      return;
    }
    told_.erase(path);
    const FileKey key = key_of(opened->status);
    const std::string first = first_bytes_of(opened->descriptor.number());
    const bool archive = compression_of(std::string_view{first}.substr(0, kCompressionMagicBytes)) != Compression::none;
    if (!archive && !has_identity(first, opened->status)) return;
    Bookmark mark = new_mark(path, opened->status, first);
    if (from_end) mark.offset = archive ? 0 : end_of_lines(opened->descriptor.number(), static_cast<std::uint64_t>(opened->status.st_size));
    if (from_end && archive) return pass_over(opened->status, fingerprint_of(first));
    if (archive) return consider_archive(path, std::move(*opened), std::move(mark));
    if (!anew_.contains(key)) {
      if (stays_passed_over(*opened, first)) return;
      if (const auto left = left_here(*opened, first)) {
        Bookmark found = *left;
        found.path = path;
        forget(found);
        return open(std::move(*opened), std::move(found), first);
      }
      if (is_copy_of_open(*opened, first, path)) return;  // looked at again next time: the original may be truncated by then
      if (const auto left = left_elsewhere(*opened, first, path)) return go_on_in_copy(std::move(*opened), *left, path);
    }
    if (const auto generation = anew_.find(key); generation != anew_.end()) {
      mark.generation = generation->second;
      mark.identity = identity_of_file(host_, opened->status, first_line(first), mark.generation);
      anew_.erase(generation);
    }
    open(std::move(*opened), std::move(mark), first);
  }

  /// A file has one as soon as its first line is whole: what was seen of it later does not change it.
  bool has_identity(std::string_view first, const struct stat& status) const {
    if (first.size() >= kFingerprintBytes || first.find('\n') != std::string_view::npos) return true;
    const auto age = std::chrono::seconds{::time(nullptr) - status.st_mtim.tv_sec};
    return !first.empty() && age > config_.line_patience;
  }

  static std::string_view first_line(std::string_view first) { return first.substr(0, first.find('\n')); }

  Bookmark new_mark(const std::string& path, const struct stat& status, std::string_view first) const {
    Bookmark mark;
    mark.path = path;
    std::tie(mark.device, mark.inode) = key_of(status);
    for (const Bookmark& known : known_)  // an inode that was another file's: same name for the hash, so it is told apart by a count
      if (known.device == mark.device && known.inode == mark.inode) mark.generation = std::max(mark.generation, known.generation + 1);
    mark.identity = identity_of_file(host_, status, first_line(first), mark.generation);
    return mark;
  }

  /// The bookmark of this very file.
  std::optional<Bookmark> left_here(const OpenedFile& opened, std::string_view first) const {
    const auto size = static_cast<std::uint64_t>(opened.status.st_size);
    const auto found = std::find_if(known_.begin(), known_.end(), [&](const Bookmark& mark) {
      return FileKey{mark.device, mark.inode} == key_of(opened.status) && mark.offset <= size &&
             holds_what_was_read(mark, first, opened.descriptor.number(), size);
    });
    return found == known_.end() ? std::nullopt : std::optional{*found};
  }

  /// The bookmark of a file with this content that is not followed any more: of several the one that was read furthest.
  /// A shorter file at the log's own path is a new log, not a copy of the old one.
  std::optional<Bookmark> left_elsewhere(const OpenedFile& opened, std::string_view first, const std::string& path) const {
    const auto size = static_cast<std::uint64_t>(opened.status.st_size);
    return left_elsewhere_if([&](const Bookmark& mark) {
      return (size >= mark.offset || path != mark.path) && holds_what_was_read(mark, first, opened.descriptor.number(), size);
    });
  }
  /// The same of an archive, by its beginning alone.
  std::optional<Bookmark> left_elsewhere(std::string_view first) const {
    return left_elsewhere_if([&](const Bookmark& mark) { return fits(mark.fingerprint, first); });
  }
  template <class Fits>
  std::optional<Bookmark> left_elsewhere_if(const Fits& fits_to) const {
    const auto rank = [](const Bookmark& mark) { return std::pair{mark.fingerprint.bytes, mark.prints.blocks.size()}; };
    const Bookmark* best = nullptr;
    for (const Bookmark& mark : known_)
      if (fits_to(mark) && (best == nullptr || rank(*best) < rank(mark))) best = &mark;
    return best == nullptr ? std::nullopt : std::optional{*best};
  }

  /// What is a copy of a file that is being followed, or of what one was until a moment ago. Logs of their own may hold the same bytes.
  bool is_copy_of_open(const OpenedFile& candidate, std::string_view first, const std::string& path) const {
    return std::any_of(open_.begin(), open_.end(), [&](const auto& file) {
      if (file->is_archive() || !same_beginning(file->first_bytes(), first)) return false;
      return file->look_replaced() || (is_other_part(path, file->path()) && same_end(candidate, file->descriptor()));
    });
  }

  void go_on_in_copy(OpenedFile opened, const Bookmark& left, const std::string& path) {
    const FileKey key = key_of(opened.status);
    if (static_cast<std::uint64_t>(opened.status.st_size) <= left.offset)
      return pass_over(opened.status, left.fingerprint, end_print(opened));
    const std::string first = first_bytes_of(opened.descriptor.number());
    if (!fits(left.fingerprint, first)) return;  // it became something else since it was looked at
    Bookmark mark = left;
    mark.path = path;
    std::tie(mark.device, mark.inode) = key;
    forget(left);
    open(std::move(opened), std::move(mark), first);
  }

  void consider_archive(const std::string& path, OpenedFile opened, Bookmark mark) {
    if (is_being_written(path, opened)) {
      parts_due_ = std::max(parts_due_, 4);
      return;
    }
    const struct stat status = opened.status;
    const Fingerprint stored = fingerprint_of(first_bytes_of(opened.descriptor.number()));
    OpenedFile again = same_file(opened.descriptor.number(), opened.status);  // never by its path: that may be another file's by now
    auto file = make_file(std::move(opened), mark);
    if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
    const std::string first = file->first_bytes();
    const bool being_read = std::any_of(
        open_.begin(), open_.end(), [&](const auto& other) { return !other->replaced() && same_beginning(other->first_bytes(), first); });
    if (being_read) {
      parts_due_ = std::max(parts_due_, 4);
      return;
    }
    if (const auto left = left_elsewhere(first)) {
      Bookmark found = *left;
      found.path = path;
      std::tie(found.device, found.inode) = key_of(status);
      forget(*left);
      file = make_file(std::move(again), std::move(found));
    }
    if (!file->refusal().empty()) return refuse(path, status, stored, file->refusal());
    pass_over(status, stored);
    add(std::move(file));
  }

  /// An archive is read when it is whole: compressors delete the log when they are done, and give the archive its time. One that is young
  /// is tried out, if that takes no time.
  bool is_being_written(const std::string& path, const OpenedFile& opened) const {
    constexpr std::int64_t kTriedBytesMax = 4 * static_cast<std::int64_t>(kMiB);
    const std::string plain = path.substr(0, path.rfind('.'));
    if (::access(plain.c_str(), F_OK) == 0) return true;
    if (::time(nullptr) - opened.status.st_mtim.tv_sec > 1) return false;
    return opened.status.st_size > kTriedBytesMax ||
           !is_whole_archive(same_file(opened.descriptor.number(), opened.status), path, file_config_.decompression);
  }

  /// `first`: the first bytes that its identity and place were decided by; of an archive nothing.
  std::unique_ptr<FollowedFile> make_file(OpenedFile opened, Bookmark mark, std::string first = {}) {
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

  void open(OpenedFile opened, Bookmark mark, const std::string& first) {
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
    add(std::move(file));
  }

  void add(std::unique_ptr<FollowedFile> file) {
    const std::scoped_lock lock{mutex_};
    marks_.emplace(file->id(), file->mark());
    by_key_.emplace(FileKey{file->device(), file->inode()}, file.get());
    open_.push_back(std::move(file));
    scan_due_ = true;
  }

  void refuse(const std::string& path, const struct stat& status, const Fingerprint& stored, const std::string& why) {
    counters_.report({path, path + " " + why, false});
    pass_over(status, stored);
  }

  /// `end`: see PassedOver.
  void pass_over(const struct stat& status, const Fingerprint& stored, std::uint64_t end = 0) {
    passed_over_[key_of(status)] = PassedOver{status, stored, end};
  }
  static std::uint64_t end_print(const OpenedFile& opened) {
    return print_before(opened.descriptor.number(), static_cast<std::uint64_t>(opened.status.st_size));
  }

  /// It changed since it was passed over; it is the same file still, and nothing more is to be read of it.
  bool stays_passed_over(const OpenedFile& opened, std::string_view first) {
    const struct stat& status = opened.status;
    const auto found = passed_over_.find(key_of(status));
    if (found == passed_over_.end()) return false;
    if (!found->second.begins(opened.descriptor.number(), status, first)) {
      passed_over_.erase(found);
      return false;
    }
    if (left_here(opened, first)) return false;
    pass_over(status, found->second.stored, found->second.end == 0 ? 0 : end_print(opened));
    return true;
  }

  void forget(const Bookmark& mark) {
    std::erase_if(known_, [&](const Bookmark& other) { return other.identity == mark.identity; });
  }

  /// Files that were left in the middle and have another name now.
  void find_left_ones(const std::vector<std::string>& paths) {
    std::map<FileKey, std::string> at_paths;
    for (const std::string& path : paths) {
      struct stat status {};
      if (::stat(path.c_str(), &status) == 0) at_paths.emplace(key_of(status), path);
    }
    std::set<std::string> left;
    for (const Bookmark& mark : known_) {
      const auto at = at_paths.find({mark.device, mark.inode});
      if (!mark.finished && !is_of_another(mark) && (at == at_paths.end() || !is_still_at(mark, at->second))) {
        left.insert(mark.path);
        if (!mark.real_path.empty()) {
          left.insert(mark.real_path);
          roots_.insert(mark.real_path);
        }
      }
    }
    for (const std::string& path : parts_of_logs({left.begin(), left.end()})) {
      auto opened = open_input({path, 0, 0, false, false});
      if (!opened || !S_ISREG(opened->status.st_mode) || at_paths.contains(key_of(opened->status))) continue;
      const std::string first = first_bytes_of(opened->descriptor.number());
      const bool archive = compression_of(std::string_view{first}.substr(0, kCompressionMagicBytes)) != Compression::none;
      if (archive) {
        consider_left_archive(path, std::move(*opened));
      } else if (const auto here = left_here(*opened, first)) {
        if (!here->finished) go_on_in_copy(std::move(*opened), *here, path);
      } else if (const auto elsewhere = left_elsewhere(*opened, first, path); elsewhere && !elsewhere->finished) {
        go_on_in_copy(std::move(*opened), *elsewhere, path);
      }
    }
  }

  /// All sources are given all bookmarks: a file of another source, or one that is where it was but is followed no more, was not left.
  [[nodiscard]] bool is_of_another(const Bookmark& mark) const {
    if (!mark.source.empty() && mark.source != config_.name) return true;
    struct stat status {};
    return ::stat(mark.path.c_str(), &status) == 0 && key_of(status) == FileKey{mark.device, mark.inode} && is_still_at(mark, mark.path);
  }

  static bool is_still_at(const Bookmark& mark, const std::string& path) {
    const auto opened = open_input({path, 0, 0, false, false});
    return opened && static_cast<std::uint64_t>(opened->status.st_size) >= mark.offset &&
           holds_what_was_read(mark, first_bytes_of(opened->descriptor.number()), opened->descriptor.number(),
                               static_cast<std::uint64_t>(opened->status.st_size));
  }

  void consider_left_archive(const std::string& path, OpenedFile opened) {
    if (is_being_written(path, opened)) return;
    Bookmark mark = new_mark(path, opened.status, {});
    OpenedFile again = same_file(opened.descriptor.number(), opened.status);
    const auto file = make_file(std::move(opened), mark);
    if (!file->refusal().empty()) return;
    if (const auto left = left_elsewhere(file->first_bytes()); left && !left->finished)
      consider_archive(path, std::move(again), std::move(mark));
  }

  /// Older parts that are there at the start are not ours to read.
  void remember_parts(const std::vector<std::string>& paths) {
    std::vector<std::string> logs{roots_.begin(), roots_.end()};
    logs.insert(logs.end(), paths.begin(), paths.end());
    for (const std::string& part : parts_of_logs(logs)) {
      if (std::binary_search(paths.begin(), paths.end(), part)) continue;
      const auto opened = open_input({part, 0, 0, false, false});
      const bool ours = opened && seen_until_ != 0 && opened->status.st_mtim.tv_sec + 2 >= seen_until_;  // written while nobody followed
      if (opened && !ours && S_ISREG(opened->status.st_mode) && find_open(key_of(opened->status)) == nullptr)
        pass_over(opened->status, fingerprint_of(first_bytes_of(opened->descriptor.number())), end_print(*opened));
    }
  }

  /// Parts of followed logs that no pattern matches and nobody has seen yet: between two looks more than one rotation may have happened.
  void find_new_parts() {
    for (const std::string& path : parts_of_logs({roots_.begin(), roots_.end()})) {
      struct stat status {};
      if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      if (find_open(key_of(status)) == nullptr && !is_passed_over(status)) consider(path, false);
    }
  }

  void find_unread() {
    unread_.find(open_);
    for (const auto& file : open_)
      if (file->rotated_at && !unread_.contains(*file)) hold_rotated(*file);
  }

  bool fill_from_files(Batch& out) {
    if (stopped_ || unread_.is_due()) find_unread();
    while (FollowedFile* const chosen = unread_.choose(open_)) {
      FollowedFile& file = *chosen;
      const Filled filled = file.fill(out);
      if (file.replaced() && out.records.empty()) {
        begin_anew(place_of(file), out);
        if (!out.records.empty()) return true;
        out.clear();
        find_unread();
        continue;
      }
      if (filled != Filled::full) {  // else it is followed by the next of the same file, where that is still the furthest behind
        unread_.was_read(file);
        if (filled == Filled::end) {
          finish(place_of(file));
        } else if (out.records.empty()) {
          hold_rotated(file);
        }
      }
      if (!out.records.empty()) return true;
      out.clear();
    }
    return false;
  }

  [[nodiscard]] std::size_t place_of(const FollowedFile& file) const {
    return static_cast<std::size_t>(std::find_if(open_.begin(), open_.end(), [&](const auto& each) { return each.get() == &file; }) -
                                    open_.begin());
  }

  void hold_rotated(FollowedFile& file) {
    const auto now = Clock::now();
    if (file.rotated_at && now - *file.rotated_at > config_.rotated_patience && now - file.last_bytes() > config_.rotated_patience)
      file.close();
  }

  /// The content at `place` is gone. Its rest is in a copy, or nowhere.
  void begin_anew(std::size_t place, Batch& out) {
    FollowedFile& file = *open_[place];
    Bookmark mark = file.mark_here();
    anew_[{file.device(), file.inode()}] = mark.generation + 1;
    std::vector<std::string> places = parts_of_logs({file.path(), real_path_of(file.path())});
    for (std::string& path : matching_files(config_.paths, config_.exclude)) places.push_back(std::move(path));
    for (const std::string& path : places) {
      struct stat status {};
      if (::stat(path.c_str(), &status) != 0 || key_of(status) == FileKey{file.device(), file.inode()}) continue;
      if (find_open(key_of(status)) != nullptr || static_cast<std::uint64_t>(status.st_size) < mark.offset) continue;
      auto copy = open_input({path, 0, 0, false, false});
      if (!copy || !holds_what_was_read(mark, first_bytes_of(copy->descriptor.number()), copy->descriptor.number(),
                                        static_cast<std::uint64_t>(copy->status.st_size)))
        continue;
      out.clear();  // what was held back is read again from the copy
      remove(place);
      known_.push_back(mark);
      next_look_ = {};
      return go_on_in_copy(std::move(*copy), mark, path);
    }
    out.clear();
    file.release(out, true);
    if (mark.offset != file.position()) mark.prints.end = 0;  // the bytes before it are gone
    mark.offset = file.position();
    remember_finished(std::move(mark));
    file.mark()->change([](Bookmark& shared) { shared.finished = true; });
    remove(place);
    parts_due_ = 4;  // the copy may be on its way to another name
    next_look_ = {};
  }

  void finish(std::size_t place) {
    FollowedFile& file = *open_[place];
    file.mark()->change([](Bookmark& shared) { shared.finished = true; });
    Bookmark mark = file.mark_here();
    struct stat status {};
    if (!file.is_archive() && ::fstat(file.descriptor(), &status) == 0)
      pass_over(status, mark.fingerprint, print_before(file.descriptor(), static_cast<std::uint64_t>(status.st_size)));
    remember_finished(std::move(mark));
    remove(place);
  }

  void remember_finished(Bookmark mark) {
    mark.finished = true;
    known_.push_back(std::move(mark));
    if (known_.size() > kFinishedMax) known_.erase(known_.begin());
  }

  void remove(std::size_t place) {
    std::erase_if(by_key_, [&](const auto& each) { return each.second == open_[place].get(); });
    unread_.forget(*open_[place]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(place));
  }

  bool release_held(Batch& out) {
    const auto now = Clock::now();
    for (const auto& file : open_) {
      if (!file->may_hold()) continue;
      const auto quiet = file->quiet(now);
      if (!stopped_ && quiet < config_.record_patience) continue;
      if (!stopped_ && !file->has_failed() && file->has_news()) {  // it waits for its turn, or was written to a moment ago
        scan_due_ = true;
        continue;
      }
      file->release(out, quiet > config_.line_patience);
      if (!out.records.empty()) return true;
      out.clear();
    }
    return false;
  }

  FollowConfig config_;
  RunCounters& counters_;
  std::string host_;
  FollowedFileConfig file_config_;
  FileWatch watch_;
  std::vector<std::unique_ptr<FollowedFile>> open_;
  std::multimap<FileKey, FollowedFile*> by_key_;  // all of open_
  std::vector<Bookmark> known_;                   // not followed: left by an earlier run, or finished in this one
  std::map<FileKey, std::uint64_t> anew_;         // truncated: the generation that begins
  std::map<FileKey, PassedOver> passed_over_;     // not to be read: older parts, copies, archives of what was read, no logs
  std::set<std::string> roots_, told_;            // paths that were followed; paths that could not be opened
  UnreadFiles unread_;
  std::atomic<std::int64_t> caught_up_{0};  // wall clock: when all that was known had been read to its end
  std::int64_t seen_until_ = 0;             // when an earlier run had last read all it knew of; 0: there was none
  int parts_due_ = 0;                       // looks for new parts to come
  const Clock::time_point began_ = Clock::now();
  Clock::time_point next_look_{}, looked_{}, next_left_{};
  bool first_look_ = true, stopped_ = false;
  bool scan_due_ = true;  // files may hold more than was read
  mutable std::mutex mutex_;
  std::map<StreamId, std::shared_ptr<SharedMark>> marks_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<Source> make_follow_source(FollowConfig config, const FramerFactory& framers, RunCounters& counters) {
  return std::make_unique<FollowSource>(std::move(config), framers, counters);
}

}  // namespace loglode

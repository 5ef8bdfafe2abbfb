#include "ingest/follow/known_files.h"

#include <fcntl.h>

#include <algorithm>

#include "ingest/follow/file_content.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::ingest {

namespace {

constexpr std::size_t kMarksMax = 10'000;
constexpr std::uint64_t kSearchedBytes = 64 * kKiB;

/// Up to where a file is known to have been written.
std::uint64_t reach_of(const Bookmark& mark) { return std::max(mark.offset, mark.prints.seen_to); }

/// Whether equal content says that a file at `path` is what the bookmark is of, or a copy.
bool is_evidence(const Bookmark& mark, std::string_view first, const std::string& path) {
  return is_telling(first.substr(0, mark.fingerprint.bytes)) || is_other_part(path, mark.path) ||
         (!mark.real_path.empty() && is_other_part(path, mark.real_path));
}

/// What of a file of `size` bytes, shorter than what was read, holds_what_was_read() has compared.
std::string compared_with(const Bookmark& mark, int descriptor, std::uint64_t size) {
  std::uint64_t end = mark.fingerprint.bytes;
  for (std::size_t number = 0; number < mark.prints.blocks.size() && ContentPrints::end_of_block(number) <= size; ++number)
    end = ContentPrints::end_of_block(number);
  return read_at(descriptor, 0, static_cast<std::size_t>(std::min(end, kSearchedBytes)));
}

}  // namespace

FileKey key_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

bool is_still_there(const Bookmark& mark) {
  const auto opened = open_input({mark.path, 0, 0, false, false});
  if (!opened || key_of(opened->status) != FileKey{mark.device, mark.inode}) return false;
  const auto size = static_cast<std::uint64_t>(opened->status.st_size);
  return size >= reach_of(mark) &&
         holds_what_was_read(mark, first_bytes_of(opened->descriptor.number()), opened->descriptor.number(), size);
}

KnownFiles::KnownFiles(const std::vector<std::string>& bookmarks) {
  for (const std::string& bytes : bookmarks) {
    auto mark = decode_bookmark(bytes);
    if (!mark) continue;
    seen_until_ = std::max(seen_until_, mark->seen_at);
    kept_.emplace(mark->identity.high, mark->identity.low);
    sources_.insert(mark->source);
    if (!mark->path.empty())
      marks_.add(std::move(*mark));
    else  // it is the source's own
      empty_[mark->source] = std::move(mark->empty);
  }
}

bool KnownFiles::has_source(const std::string& name) const { return sources_.contains(name) || sources_.contains(""); }

void KnownFiles::keep_finished(Bookmark mark) {
  mark.finished = true;
  marks_.add(std::move(mark));
  if (marks_.all().size() > kMarksMax) marks_.forget_first();
}

std::optional<Bookmark> KnownFiles::left_here(const OpenedFile& opened, std::string_view first, const std::string& path) const {
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  const Bookmark* best = nullptr;  // what was there before it was truncated may have begun alike
  for (const Bookmark* const mark : marks_.of(key_of(opened.status))) {
    if (mark->deleted || reach_of(*mark) > size) continue;
    if (mark->finished && path != mark->path && !is_evidence(*mark, first, path)) continue;
    if (best != nullptr && rank_of(*mark) <= rank_of(*best)) continue;
    if (holds_what_was_read(*mark, first, opened.descriptor.number(), size)) best = mark;
  }
  return best == nullptr ? std::nullopt : std::optional{*best};
}

std::optional<Bookmark> KnownFiles::left_elsewhere(const OpenedFile& opened, std::string_view first, const std::string& path) const {
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  const int descriptor = opened.descriptor.number();
  const Bookmark* best = nullptr;
  for (const Bookmark* const each : marks_.that_fit(first)) {
    const Bookmark& mark = *each;
    if (best != nullptr && rank_of(mark) <= rank_of(*best)) continue;
    if (!is_evidence(mark, first, path)) continue;
    if (size < reach_of(mark)) continue;  // nobody knows whether its end was read: rather twice than never
    const bool end_unknown = mark.prints.end == 0 && mark.offset > std::max(mark.fingerprint.bytes, mark.prints.seen_to);
    if (end_unknown && !is_other_part(path, mark.path) && !shows_time_of_day(compared_with(mark, descriptor, size))) continue;
    if (!holds_what_was_read(mark, first, descriptor, size) || (!mark.finished && is_still_there(mark))) continue;
    best = &mark;
  }
  return best == nullptr ? std::nullopt : std::optional{*best};
}

bool KnownFiles::was_cut(const OpenedFile& opened, std::string_view first) const {
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  if (!shows_time_of_day(first)) return false;
  const std::vector<const Bookmark*> marks = marks_.of(key_of(opened.status));
  return std::any_of(marks.begin(), marks.end(), [&](const Bookmark* mark) {
    return !mark->deleted && mark->offset > size && holds_what_was_read(*mark, first, opened.descriptor.number(), size);
  });
}

std::vector<Bookmark> KnownFiles::that_fit(const FileKey& key, std::string_view first, const std::string& path) const {
  std::vector<Bookmark> found;
  for (const Bookmark* const mark : marks_.that_fit(first)) {
    const bool same_file = FileKey{mark->device, mark->inode} == key;  // it may have the name that it had
    if ((same_file || is_evidence(*mark, first, path)) && (mark->finished || !is_still_there(*mark))) found.push_back(*mark);
  }
  return found;
}

bool KnownFiles::is_finished(const OpenedFile& opened, std::string_view first, const std::string& path) const {
  const auto left = left_here(opened, first, path);
  return left && left->finished;
}

std::uint64_t KnownFiles::next_generation(const FileKey& key) const {
  std::uint64_t generation = 0;
  for (const Bookmark* const known : marks_.of(key)) generation = std::max(generation, known->generation + 1);
  return generation;
}

std::optional<std::uint64_t> KnownFiles::take_generation(const FileKey& key) {
  const auto found = begun_.find(key);
  if (found == begun_.end()) return std::nullopt;
  const std::uint64_t generation = found->second.number;
  begun_.erase(found);
  return generation;
}

void KnownFiles::begin_generation(int descriptor, const FileKey& key, std::uint64_t generation) {
  begun_.erase(key);
  begun_.emplace(key, Generation{FileDescriptor{::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)}, generation});
}

void KnownFiles::forget_deleted_generations() {
  std::erase_if(begun_, [](const auto& each) {
    struct stat status {};
    return ::fstat(each.second.file.number(), &status) != 0 || status.st_nlink == 0;
  });
}

bool KnownFiles::is_passed_over(const struct stat& status) const {
  const auto is_in = [&](const std::map<FileKey, PassedOver>& files) {
    const auto found = files.find(key_of(status));
    return found != files.end() && found->second.same_as(status);
  };
  return is_in(passed_over_) || is_in(copies_);
}

void KnownFiles::pass_over(const struct stat& status, const Fingerprint& stored, std::uint64_t end) {
  passed_over_[key_of(status)] = PassedOver{status, stored, end};
}

bool KnownFiles::stays_passed_over(const OpenedFile& opened, std::string_view first, const std::string& path) {
  const struct stat& status = opened.status;
  const auto found = passed_over_.find(key_of(status));
  if (found == passed_over_.end()) return false;
  if (!found->second.begins(opened.descriptor.number(), status, first)) {
    passed_over_.erase(found);
    return false;
  }
  if (left_here(opened, first, path)) return false;
  pass_over(status, found->second.stored, found->second.end == 0 ? 0 : end_print(opened));
  return true;
}

std::uint64_t KnownFiles::end_print(const OpenedFile& opened) {
  return print_before(opened.descriptor.number(), static_cast<std::uint64_t>(opened.status.st_size));
}

}  // namespace loglode::ingest

#include "ingest/follow/known_files.h"

#include <algorithm>

#include "ingest/follow/followed_file.h"

namespace loglode::ingest {

namespace {
constexpr std::size_t kMarksMax = 10'000;
}  // namespace

FileKey key_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

KnownFiles::KnownFiles(const std::vector<std::string>& bookmarks) {
  for (const std::string& bytes : bookmarks)
    if (auto mark = decode_bookmark(bytes)) marks_.push_back(std::move(*mark));
  for (const Bookmark& mark : marks_) seen_until_ = std::max(seen_until_, mark.seen_at);
}

void KnownFiles::keep_finished(Bookmark mark) {
  mark.finished = true;
  marks_.push_back(std::move(mark));
  if (marks_.size() > kMarksMax) marks_.erase(marks_.begin());
}

void KnownFiles::forget(const Bookmark& mark) {
  std::erase_if(marks_, [&](const Bookmark& other) { return other.identity == mark.identity; });
}

std::optional<Bookmark> KnownFiles::left_here(const OpenedFile& opened, std::string_view first) const {
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  const auto found = std::find_if(marks_.begin(), marks_.end(), [&](const Bookmark& mark) {
    return FileKey{mark.device, mark.inode} == key_of(opened.status) && mark.offset <= size &&
           holds_what_was_read(mark, first, opened.descriptor.number(), size);
  });
  return found == marks_.end() ? std::nullopt : std::optional{*found};
}

std::optional<Bookmark> KnownFiles::left_elsewhere(const OpenedFile& opened, std::string_view first, const std::string& path) const {
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  return left_elsewhere_if([&](const Bookmark& mark) {
    return (size >= mark.offset || path != mark.path) && holds_what_was_read(mark, first, opened.descriptor.number(), size);
  });
}

std::optional<Bookmark> KnownFiles::left_elsewhere(std::string_view first) const {
  return left_elsewhere_if([&](const Bookmark& mark) { return fits(mark.fingerprint, first); });
}

template <class Fits>
std::optional<Bookmark> KnownFiles::left_elsewhere_if(const Fits& fits_to) const {
  const auto rank = [](const Bookmark& mark) { return std::pair{mark.fingerprint.bytes, mark.prints.blocks.size()}; };
  const Bookmark* best = nullptr;
  for (const Bookmark& mark : marks_)
    if (fits_to(mark) && (best == nullptr || rank(*best) < rank(mark))) best = &mark;
  return best == nullptr ? std::nullopt : std::optional{*best};
}

std::uint64_t KnownFiles::next_generation(const FileKey& key) const {
  std::uint64_t generation = 0;
  for (const Bookmark& known : marks_)
    if (FileKey{known.device, known.inode} == key) generation = std::max(generation, known.generation + 1);
  return generation;
}

std::optional<std::uint64_t> KnownFiles::take_generation(const FileKey& key) {
  const auto found = anew_.find(key);
  if (found == anew_.end()) return std::nullopt;
  const std::uint64_t generation = found->second;
  anew_.erase(found);
  return generation;
}

bool KnownFiles::is_passed_over(const struct stat& status) const {
  const auto found = passed_over_.find(key_of(status));
  return found != passed_over_.end() && found->second.same_as(status);
}

void KnownFiles::pass_over(const struct stat& status, const Fingerprint& stored, std::uint64_t end) {
  passed_over_[key_of(status)] = PassedOver{status, stored, end};
}

bool KnownFiles::stays_passed_over(const OpenedFile& opened, std::string_view first) {
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

std::uint64_t KnownFiles::end_print(const OpenedFile& opened) {
  return print_before(opened.descriptor.number(), static_cast<std::uint64_t>(opened.status.st_size));
}

}  // namespace loglode::ingest

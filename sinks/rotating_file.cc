#include "sinks/rotating_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::chrono::seconds kRotateAgain{5};  // after a rotation that failed

/// Where the last line that is whole ends, and the first byte behind it.
struct WholeEnd {
  std::uint64_t offset = 0;
  char next = '\0';
};

Result<WholeEnd> find_whole_end(const OwnedFile& file, std::uint64_t size, const std::string& path) {
  std::array<char, 64 * kKiB> block{};
  WholeEnd end;
  for (std::uint64_t right = size; right > 0;) {
    const std::size_t want = std::min<std::uint64_t>(right, block.size());
    const ssize_t got = ::pread(file.fd(), block.data(), want, static_cast<off_t>(right - want));
    if (got != static_cast<ssize_t>(want)) return fail_on_file("cannot read the end of " + path);
    const std::size_t newline = std::string_view{block.data(), want}.rfind('\n');
    const bool found = newline != std::string_view::npos;
    if (!found || newline + 1 < want) end.next = block[found ? newline + 1 : 0];
    right -= want;
    end.offset = found ? right + newline + 1 : 0;
    if (found) break;
  }
  return end;
}

Timestamp born_at(const OwnedFile& file, Timestamp otherwise) {
  struct statx status {};
  if (::statx(file.fd(), "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0 || (status.stx_mask & STATX_BTIME) == 0) return otherwise;
  return Timestamp{std::chrono::seconds{status.stx_btime.tv_sec} + std::chrono::nanoseconds{status.stx_btime.tv_nsec}};
}

/// A link is written through, and it is the file behind it that rotates.
std::string behind_links(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return path;
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return path;
  const std::unique_ptr<char, decltype([](char* text) { std::free(text); })> resolved{::realpath(path.c_str(), nullptr)};
  return resolved ? std::string{resolved.get()} : path;
}

}  // namespace

RotatingFile::RotatingFile(RotatingFileConfig config) : config_{std::move(config)} { config_.path = behind_links(config_.path); }

Result<std::unique_ptr<RotatingFile>> RotatingFile::open(RotatingFileConfig config) {
  std::unique_ptr<RotatingFile> file{new RotatingFile{std::move(config)}};
  if (auto opened = file->open_part(); !opened) return tl::unexpected<Error>(opened.error());
  if (file->regular_) file->keeper_.emplace(file->config_.path, file->config_.rotate, file->config_.tell);
  return file;
}

void RotatingFile::tell(const std::string& what) const {
  if (config_.tell) config_.tell(what);
}

// Opens or makes what stands at the path, takes the lock, cuts an unfinished line.
Result<void> RotatingFile::open_part() {
  struct stat status {};
  const bool exists = ::stat(config_.path.c_str(), &status) == 0;
  const bool regular = !exists || S_ISREG(status.st_mode);
  if (part_ && !regular)
    return fail(std::make_error_code(std::errc::invalid_argument),
                config_.path + " is not a regular file any more: move away what took its place", true);
  if (!part_) regular_ = regular;
  auto file = open_file(config_.path, (regular_ ? O_RDWR | O_CREAT : O_WRONLY) | O_APPEND, config_.mode);
  if (!file) return tl::unexpected<Error>(file.error());
  auto part = std::make_shared<Part>(Part{std::move(*file), config_.path});
  if (regular_) {
    if (auto locked = lock_writer(part->file, config_.path); !locked) return locked;
  }
  std::swap(part_, part);
  if (auto mended = mend(); !mended) {
    std::swap(part_, part);
    return mended;
  }
  if (part && config_.durable) unsynced_.push_back(std::move(part));
  born_ = exists ? born_at(part_->file, config_.now()) : config_.now();
  ++folder_changes_;
  return {};
}

// Makes the file end with a newline, and size_ its size.
Result<void> RotatingFile::mend() {
  struct stat status {};
  if (::fstat(part_->file.fd(), &status) != 0) return fail_on_file("cannot read " + config_.path);
  size_ = 0;
  if (!regular_) return {};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  auto whole = find_whole_end(part_->file, size, config_.path);
  if (!whole) return tl::unexpected<Error>(whole.error());
  if (whole->offset < size) {
    if (whole->next != '{' && whole->next != '\0')
      return fail(std::make_error_code(std::errc::invalid_argument),
                  config_.path + " ends in a line that is not one of loglode's: it is left as it is; choose another path");
    if (::ftruncate(part_->file.fd(), static_cast<off_t>(whole->offset)) != 0) return fail_on_file("cannot cut " + config_.path);
    bytes_cut_ += size - whole->offset;
    tell(fmt::format("{}: {} bytes of an unfinished last line were cut off", config_.path, size - whole->offset));
  }
  size_ = whole->offset;
  torn_ = false;
  return {};
}

bool RotatingFile::is_due(std::size_t more) {
  const RotateConfig& rotate = config_.rotate;
  if (!regular_ || size_ == 0 || (rotate.bytes_max == 0 && rotate.age_max.count() == 0)) return false;
  if (rotate.bytes_max != 0 && size_ + more > rotate.bytes_max) return true;
  return rotate.age_max.count() != 0 && config_.now() - born_ >= rotate.age_max;
}

bool RotatingFile::is_in_place() const {
  struct stat here {
  }, there{};
  if (!regular_ || ::fstat(part_->file.fd(), &here) != 0) return true;
  if (::stat(config_.path.c_str(), &there) != 0) return errno != ENOENT;
  return here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

Result<void> RotatingFile::rotate() {
  if (!is_in_place()) return open_part();
  auto name = next_part(config_.path, config_.now());
  if (!name) return tl::unexpected<Error>(name.error());
  if (auto renamed = rename_new(config_.path, *name); !renamed) return renamed;
  if (auto opened = open_part(); !opened) {
    // Without a new file the old one goes on, under its name.
    static_cast<void>(rename_new(*name, config_.path));
    return opened;
  }
  keeper_->wake();
  return {};
}

void RotatingFile::rotate_when_due(std::size_t more) {
  if (!is_due(more)) return;
  if (rotate_again_ != kNoTime && config_.now() < rotate_again_) return;
  const auto rotated = rotate();
  rotate_again_ = rotated ? kNoTime : config_.now() + kRotateAgain;
  if (!rotated && !std::exchange(told_, true))
    tell("cannot rotate " + config_.path + ": " + rotated.error().message + "; records still go to this file, and rotating is tried again");
  if (rotated) told_ = false;
}

Result<void> RotatingFile::append(std::string_view lines) {
  if (lines.empty()) return {};
  LOGLODE_ASSERT(lines.back() == '\n');
  const std::scoped_lock lock{mutex_};
  if (torn_) {
    if (auto mended = mend(); !mended) return mended;
  }
  rotate_when_due(lines.size());
  if (auto written = append_whole(part_->file, lines, config_.path); !written) {
    if (regular_ && !written.error().retryable) {
      struct stat status {};
      torn_ = ::fstat(part_->file.fd(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != size_;
    }
    if (torn_) written.error().retryable = true;  // it is mended before anything else is written
    return written;
  }
  size_ += lines.size();
  return {};
}

Result<void> RotatingFile::sync() {
  const std::scoped_lock one_at_a_time{sync_mutex_};
  if (sync_failed_) return tl::unexpected<Error>(*sync_failed_);
  std::vector<std::shared_ptr<Part>> parts;
  std::uint64_t folder_changes = 0;
  {
    const std::scoped_lock lock{mutex_};
    if (!is_in_place()) {
      if (auto opened = open_part(); !opened) {
        opened.error().retryable = true;  // what was written is in the old file, still open
        return opened;
      }
      tell(config_.path + " was moved or removed: a new file was made in its place");
    }
    struct stat status {};  // somebody may have emptied it (copytruncate)
    if (regular_ && ::fstat(part_->file.fd(), &status) == 0) size_ = std::min(size_, static_cast<std::uint64_t>(status.st_size));
    rotate_when_due(0);
    parts = unsynced_;
    parts.push_back(part_);
    folder_changes = folder_changes_;
  }
  if (!config_.durable || !regular_) return {};
  for (const auto& part : parts)
    if (auto synced = sync_file(part->file, part->path); !synced) return tl::unexpected<Error>(sync_failed_.emplace(synced.error()));
  if (folder_changes != folder_synced_) {
    if (auto synced = sync_folder_of(config_.path); !synced) {
      if (!synced.error().retryable) sync_failed_ = synced.error();
      return synced;
    }
    folder_synced_ = folder_changes;
  }
  const std::scoped_lock lock{mutex_};
  unsynced_.erase(unsynced_.begin(), unsynced_.begin() + static_cast<std::ptrdiff_t>(parts.size() - 1));
  return {};
}

void RotatingFile::finish_parts() {
  if (keeper_) keeper_->finish();
}

std::uint64_t RotatingFile::bytes() const {
  const std::scoped_lock lock{mutex_};
  return size_;
}

std::uint64_t RotatingFile::bytes_cut() const {
  const std::scoped_lock lock{mutex_};
  return bytes_cut_;
}

}  // namespace loglode

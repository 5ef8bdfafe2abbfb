#include "sinks/rotating_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
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

/// /dev/stdout is a link, made by whoever administers the machine.
bool is_device_path(const std::string& path) { return path.starts_with("/dev/") || path.starts_with("/proc/"); }

Result<void> refuse_link(const std::string& path) {
  struct stat status {};
  if (is_device_path(path) || ::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return {};
  return fail(std::make_error_code(std::errc::invalid_argument),
              path + " is a symbolic link, which a sink does not write through: name the file that is meant, or move the link away");
}

}  // namespace

RotatingFile::RotatingFile(RotatingFileConfig config) : config_{std::move(config)} {}

Result<std::unique_ptr<RotatingFile>> RotatingFile::open(RotatingFileConfig config) {
  std::unique_ptr<RotatingFile> file{new RotatingFile{std::move(config)}};
  struct stat status {};
  if (::stat(file->config_.path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) {
    file->regular_ = false;
    file->fifo_ = true;
    if (auto sound = refuse_link(file->config_.path); !sound) return tl::unexpected<Error>(sound.error());
    if (auto opened = file->open_fifo(); !opened && !opened.error().retryable) return tl::unexpected<Error>(opened.error());
    return file;
  }
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
  if (auto sound = refuse_link(config_.path); !sound) return sound;
  const int follow = is_device_path(config_.path) ? 0 : O_NOFOLLOW;
  auto file = open_file(config_.path, (regular_ ? O_RDWR | O_CREAT : O_WRONLY) | O_APPEND | follow, config_.mode);
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

/// Never waits for a reader: who does cannot be stopped.
Result<void> RotatingFile::open_fifo() {
  auto file = open_file(config_.path, O_WRONLY | O_NONBLOCK | (is_device_path(config_.path) ? 0 : O_NOFOLLOW));
  if (!file && file.error().code == std::errc::no_such_device_or_address)
    return fail(file.error().code, "nobody reads from the FIFO " + config_.path, true);
  if (!file) return tl::unexpected<Error>(file.error());
  part_ = std::make_shared<Part>(Part{std::move(*file), config_.path});
  rest_begin_ = 0;  // another reader is given the line from its beginning
  return {};
}

Result<void> RotatingFile::write_rest() {
  const auto until = std::chrono::steady_clock::now() + kFifoPatience;
  while (rest_begin_ < rest_.size()) {
    if (!part_) {
      if (auto opened = open_fifo(); !opened) return opened;
    }
    const ssize_t written = ::write(part_->file.fd(), rest_.data() + rest_begin_, rest_.size() - rest_begin_);
    if (written > 0) {
      rest_begin_ += static_cast<std::size_t>(written);
      const std::size_t line = rest_.rfind('\n', rest_begin_ - 1);
      if (line == std::string::npos) continue;
      rest_.erase(0, line + 1);
      rest_begin_ -= line + 1;
    } else if (errno == EPIPE) {
      part_.reset();
    } else if (errno == EAGAIN) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0)
        return fail(std::make_error_code(std::errc::resource_unavailable_try_again), "nothing is read from the FIFO " + config_.path, true);
      pollfd ready{part_->file.fd(), POLLOUT, 0};
      static_cast<void>(::poll(&ready, 1, static_cast<int>(left.count())));
    } else if (errno != EINTR) {
      return fail_on_file("cannot write to " + config_.path);
    }
  }
  rest_.clear();
  rest_begin_ = 0;
  return {};
}

/// What it takes a part of, it gets the rest of later.
Result<void> RotatingFile::append_to_fifo(std::string_view lines) {
  if (auto written = write_rest(); !written) return written;
  rest_ = lines;
  auto written = write_rest();
  if (written || rest_.size() - rest_begin_ < lines.size()) return {};
  rest_.clear();
  return written;
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
  const int found = is_device_path(config_.path) ? ::stat(config_.path.c_str(), &there) : ::lstat(config_.path.c_str(), &there);
  if (found != 0) return errno != ENOENT;
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
  if (fifo_) return append_to_fifo(lines);
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
    if (fifo_) return write_rest();
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

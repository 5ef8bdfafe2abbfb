#include "sinks/dead_letters.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::string_view kPartSuffix = ".dlq", kTornSuffix = ".torn";

Result<void> make_folder(const std::string& path) {
  if (auto made = make_folders(path, 0700); !made) return made;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_on_file("cannot use " + path);
  if (!S_ISDIR(status.st_mode)) return fail(std::make_error_code(std::errc::not_a_directory), path + " is not a folder");
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(std::make_error_code(std::errc::permission_denied), path + " can be written by everybody: chmod 700 it, or choose another");
  return {};
}

struct FolderContents {
  std::vector<std::string> parts;  // paths, in order
  std::uint64_t bytes = 0;
  bool has_lock = false;
};

bool is_part(const std::string& name) {
  return name.size() > kPartSuffix.size() && name.ends_with(kPartSuffix) &&
         std::all_of(name.begin(), name.end() - kPartSuffix.size(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<FolderContents> look_into(const std::string& folder) {
  FolderContents contents;
  std::error_code code;
  std::filesystem::directory_iterator entry{folder, code};
  for (const std::filesystem::directory_iterator end; !code && entry != end; entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (name == "lock") contents.has_lock = true;
    if (!is_part(name) && name.find(kTornSuffix) == std::string::npos) continue;
    std::error_code gone;
    const auto size = entry->file_size(gone);
    if (!gone) contents.bytes += size;
    if (is_part(name)) contents.parts.push_back(folder + "/" + name);
  }
  if (code) return fail(code, "cannot list " + folder + ": " + code.message(), true);
  std::sort(contents.parts.begin(), contents.parts.end());
  return contents;
}

Result<void> copy_end(const OwnedFile& from, std::uint64_t begin, std::uint64_t end, const std::string& path, const OwnedFile& to,
                      const std::string& torn) {
  FileBytes bytes{from, path};
  while (begin < end) {
    auto piece = bytes.view(begin, std::min<std::uint64_t>(end - begin, kMiB));
    if (!piece) return tl::unexpected<Error>(piece.error());
    if (piece->empty()) break;
    if (auto written = append_whole(to, *piece, torn); !written) return written;
    begin += piece->size();
  }
  return sync_file(to, torn);
}

/// A new file beside `part`.
Result<std::pair<OwnedFile, std::string>> make_torn_file(const std::string& part) {
  for (int number = 1;; ++number) {
    std::string path = part + std::string{kTornSuffix} + (number == 1 ? "" : "-" + std::to_string(number));
    auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (file) return std::pair{std::move(*file), std::move(path)};
    if (file.error().code != std::errc::file_exists) return tl::unexpected<Error>(file.error());
  }
}

}  // namespace

DeadLetters::DeadLetters(DeadLettersConfig config, OwnedFile lock) : config_{std::move(config)}, lock_{std::move(lock)} {}

Result<std::unique_ptr<DeadLetters>> DeadLetters::open(DeadLettersConfig config) {
  while (config.path.size() > 1 && config.path.back() == '/') config.path.pop_back();
  config.part_bytes_max = std::min(config.part_bytes_max, config.size_max / 4);
  if (auto made = make_folder(config.path); !made) return tl::unexpected<Error>(made.error());
  const std::string lock_path = config.path + "/lock";
  auto lock = open_file(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!lock) return tl::unexpected<Error>(lock.error());
  if (auto locked = lock_writer(*lock, config.path); !locked) return tl::unexpected<Error>(locked.error());
  std::unique_ptr<DeadLetters> dead_letters{new DeadLetters{std::move(config), std::move(*lock)}};
  if (auto opened = dead_letters->open_last(); !opened) return tl::unexpected<Error>(opened.error());
  return dead_letters;
}

Result<void> DeadLetters::open_last() {
  auto contents = look_into(config_.path);
  if (!contents) return tl::unexpected<Error>(contents.error());
  bytes_ = contents->bytes;
  if (contents->parts.empty()) return {};
  const std::string& path = contents->parts.back();
  sequence_ = std::stoull(name_in_folder(path));
  auto file = open_file(path, O_RDWR | O_APPEND | O_NOFOLLOW);
  if (!file) return tl::unexpected<Error>(file.error());
  auto part = std::make_shared<Part>(Part{std::move(*file), path});
  if (auto cut = cut_torn_end(*part); !cut) return cut;
  part_ = std::move(part);
  return {};
}

Result<void> DeadLetters::cut_torn_end(Part& part) {
  struct stat status {};
  if (::fstat(part.file.fd(), &status) != 0) return fail_on_file("cannot read " + part.path);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  FileBytes bytes{part.file, part.path};
  FrameScanner frames{bytes};
  for (bool more = true; more;) {
    auto dead_letter = frames.next();
    if (!dead_letter) return tl::unexpected<Error>(dead_letter.error());
    more = dead_letter->has_value();
  }
  part.size = frames.good_end();
  if (part.size == size) return {};
  auto torn = make_torn_file(part.path);
  if (!torn) return tl::unexpected<Error>(torn.error());
  if (auto copied = copy_end(part.file, part.size, size, part.path, torn->first, torn->second); !copied) return copied;
  if (auto synced = sync_folder_of(torn->second); !synced) return synced;
  if (::ftruncate(part.file.fd(), static_cast<off_t>(part.size)) != 0) return fail_on_file("cannot cut " + part.path);
  if (config_.tell)
    config_.tell(fmt::format("{}: {} bytes behind its last whole record were moved to {}", part.path, size - part.size, torn->second));
  return sync_file(part.file, part.path);
}

Result<void> DeadLetters::make_room(std::uint64_t size) {
  if (bytes_ + size <= config_.size_max) return {};
  auto contents = look_into(config_.path);  // somebody may have removed parts
  if (!contents) return tl::unexpected<Error>(contents.error());
  bytes_ = contents->bytes;
  if (bytes_ + size <= config_.size_max) return {};
  return fail(std::make_error_code(std::errc::no_space_on_device),
              fmt::format("{} is full ({} of {} bytes): `loglode dlq list` says what it holds; replay it, then remove its parts",
                          config_.path, bytes_, config_.size_max),
              true);
}

Result<void> DeadLetters::begin_part() {
  const std::string path = fmt::format("{}/{:010}{}", config_.path, sequence_ + 1, kPartSuffix);
  auto file = open_file(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!file) return tl::unexpected<Error>(file.error());
  ++sequence_;
  if (part_ && part_->unsynced) unsynced_.push_back(part_);
  part_ = std::make_shared<Part>(Part{std::move(*file), path});
  folder_changed_ = true;
  return {};
}

Result<void> DeadLetters::append(const DeadLetter& dead_letter) {
  std::string frame;
  if (config_.mask) {
    DeadLetter masked = dead_letter;
    masked.masked = dead_letter.event.empty();  // an event is made of masked text
    if (std::string text; masked.masked && config_.mask(dead_letter.raw, text)) masked.raw = text;
    if (std::string text; config_.mask(dead_letter.reason, text)) masked.reason = text;
    frame = frame_of(masked);
  } else {
    frame = frame_of(dead_letter);
  }
  if (frame.size() > std::min<std::uint64_t>(kFramePayloadBytesMax, config_.size_max))
    return fail(std::make_error_code(std::errc::message_size),
                fmt::format("a dead letter of {} bytes is larger than {} may hold", frame.size(), config_.path));
  const std::scoped_lock lock{mutex_};
  if (auto room = make_room(frame.size()); !room) return room;
  struct stat status {};
  const bool gone = part_ && ::fstat(part_->file.fd(), &status) == 0 && status.st_nlink == 0;
  if (!part_ || gone || (part_->size != 0 && part_->size + frame.size() > config_.part_bytes_max)) {
    if (auto begun = begin_part(); !begun) return begun;
    torn_ = false;
  }
  if (torn_ && ::ftruncate(part_->file.fd(), static_cast<off_t>(part_->size)) != 0) return fail_on_file("cannot cut " + part_->path);
  torn_ = false;
  if (auto written = append_whole(part_->file, frame, part_->path); !written) {
    torn_ = !written.error().retryable;
    if (torn_) written.error().retryable = true;  // it is cut before anything else is written
    return written;
  }
  part_->size += frame.size();
  part_->unsynced = true;
  bytes_ += frame.size();
  ++count_;
  return {};
}

Result<void> DeadLetters::sync() {
  const std::scoped_lock one_at_a_time{sync_mutex_};
  if (sync_failed_) return tl::unexpected<Error>(*sync_failed_);
  std::vector<std::shared_ptr<Part>> parts;
  bool folder_changed = false;
  {
    const std::scoped_lock lock{mutex_};
    parts = std::exchange(unsynced_, {});
    if (part_ && part_->unsynced) parts.push_back(part_);
    for (const auto& part : parts) part->unsynced = false;
    folder_changed = std::exchange(folder_changed_, false);
  }
  const auto failed = [&](const Error& error) {
    if (error.retryable) {  // of the folder alone: the parts were synced
      const std::scoped_lock lock{mutex_};
      folder_changed_ = true;
    } else {
      sync_failed_ = error;
    }
    return tl::unexpected<Error>(error);
  };
  for (const auto& part : parts) {
    if (auto synced = sync_file(part->file, part->path); !synced) return failed(synced.error());
    struct stat status {};
    if (::fstat(part->file.fd(), &status) == 0 && status.st_nlink == 0)
      return failed({std::make_error_code(std::errc::no_such_file_or_directory),
                     part->path + " was removed before its last records were on disk: a restart reads those records again"});
  }
  if (folder_changed) {
    if (auto synced = sync_folder_of(config_.path + "/lock"); !synced) return failed(synced.error());
  }
  return {};
}

std::uint64_t DeadLetters::bytes() const {
  const std::scoped_lock lock{mutex_};
  return bytes_;
}

std::uint64_t DeadLetters::count() const {
  const std::scoped_lock lock{mutex_};
  return count_;
}

Result<DeadLetterReader> DeadLetterReader::open(const std::string& path) {
  const auto wrong = [&](std::string_view what) {
    return fail(std::make_error_code(std::errc::invalid_argument), fmt::format("{}: {}", path, what));
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return wrong("there is no such folder or file of dead letters");
    return fail_on_file("cannot read " + path);
  }
  DeadLetterReader reader;
  if (S_ISDIR(status.st_mode)) {
    auto contents = look_into(path);
    if (!contents) return tl::unexpected<Error>(contents.error());
    if (contents->parts.empty() && !contents->has_lock) return wrong("the folder holds no dead letters (no 0000000001.dlq)");
    reader.parts_ = std::move(contents->parts);
    reader.lock_ = path + "/lock";
    return reader;
  }
  if (!S_ISREG(status.st_mode)) return wrong("neither a folder nor a file");
  reader.parts_.push_back(path);
  // A part may be damaged at its beginning; a file of another name has to look like one.
  if (is_part(name_in_folder(path)) || path.find(kTornSuffix) != std::string::npos) return reader;
  auto file = open_file(path, O_RDONLY);
  if (!file) return tl::unexpected<Error>(file.error());
  FileBytes bytes{*file, path};
  FrameScanner frames{bytes};
  auto first = frames.next();
  if (!first) return tl::unexpected<Error>(first.error());
  if (!first->has_value() || frames.passed().begin != frames.passed().end) return wrong("not a file of dead letters");
  return reader;
}

// Whether an unfinished end is what a writer is just about to finish.
bool DeadLetterReader::is_being_written(const std::string& part) const {
  if (lock_.empty() || part != parts_.back()) return false;
  const auto lock = open_file(lock_, O_RDONLY);
  return lock && has_writer(*lock);
}

void DeadLetterReader::note(const std::string& part, DamagedSpan span) {
  constexpr std::size_t kKept = 1000;
  ++damaged_;
  if (damaged_parts_.size() < kKept) damaged_parts_.push_back({part, span});
}

Result<std::optional<DeadLetter>> DeadLetterReader::next() {
  for (; at_ < parts_.size(); ++at_, open_part_.reset()) {
    const std::string& path = parts_[at_];
    if (!open_part_) {
      auto file = open_file(path, O_RDONLY);
      if (!file && file.error().code == std::errc::no_such_file_or_directory) continue;  // removed since
      if (!file) return ++at_, tl::unexpected<Error>(file.error());
      open_part_ = std::make_unique<OpenPart>(std::move(*file), path);
    }
    auto dead_letter = open_part_->frames.next();
    if (!dead_letter) return ++at_, open_part_.reset(), tl::unexpected<Error>(dead_letter.error());
    const DamagedSpan passed = open_part_->frames.passed();
    if (passed.begin != passed.end && (dead_letter->has_value() || !is_being_written(path))) note(path, passed);
    if (dead_letter->has_value()) return dead_letter;
  }
  return std::optional<DeadLetter>{};
}

}  // namespace loglode

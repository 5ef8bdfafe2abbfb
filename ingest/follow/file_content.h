// What stands in files, held against what was read: whether one is the other under another name, a copy, a longer copy, an archive of it.
// Stateless.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"
#include "ingest/input_source.h"

namespace loglode::ingest {

/// When a file says that something happened to it, since the epoch.
[[nodiscard]] constexpr std::chrono::nanoseconds time_of(const struct timespec& time) noexcept {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}
/// 0 where it cannot be asked.
[[nodiscard]] std::uint64_t size_of(int descriptor);
/// At most `bytes` at `position`; fewer at the end of the file or where it cannot be read.
[[nodiscard]] std::string read_at(int descriptor, std::uint64_t position, std::size_t bytes);
/// The first kFingerprintBytes of a file, or what there is; without NULs at their end, which are to be written over, but where they are
/// all.
[[nodiscard]] std::string first_bytes_of(int descriptor);

/// The print of what stands in a file before `place`; 0 where the file is shorter, or cannot be read.
[[nodiscard]] std::uint64_t print_before(int descriptor, std::uint64_t place);
/// Whether the content of a file of `size` bytes, which begins with `first`, is what was read, as far as it goes: the same, its beginning,
/// or more of it.
[[nodiscard]] bool holds_what_was_read(const Bookmark& mark, std::string_view first, int descriptor, std::uint64_t size);

/// Whether one of the two begins with the other: a copy, or the same content a moment later.
[[nodiscard]] bool same_beginning(std::string_view a, std::string_view b);
/// Whether the last of the shorter file stands at the same place in the other: then all of it does.
[[nodiscard]] bool same_content(const OpenedFile& one, int other);
/// Where the last line that has an end ends.
[[nodiscard]] std::uint64_t end_of_lines(int descriptor, std::uint64_t size);

/// Another descriptor of the same open file, at its beginning: its path may be another file's by now. Both share their place in it.
[[nodiscard]] OpenedFile same_file(int descriptor, const struct stat& status);
/// By its first bytes.
[[nodiscard]] bool is_compressed(std::string_view first);
/// Whether an archive can be read to its end without a complaint. Takes as long as that takes. `path` is only its name.
[[nodiscard]] bool is_whole_archive(OpenedFile file, const std::string& path, const DecompressionLimits& limits);

/// Takes prints of text as it passes.
class ContentPrinter {
 public:
  explicit ContentPrinter(std::uint64_t begin = 0) : position_{begin} {}
  void add(std::string_view text);
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] const std::vector<std::uint64_t>& blocks() const noexcept { return blocks_; }  // ContentPrints::blocks, up to position()
  [[nodiscard]] std::uint64_t print() const { return last_.empty() ? 0 : print_of(last_); }    // of what stands before position()

 private:
  std::uint64_t position_;
  std::string last_;  // at most ContentPrints::kBytes before position_
  std::vector<std::uint64_t> blocks_;
};

/// What an archive holds, as far as bookmarks can be held against it.
struct ArchiveContent {
  std::uint64_t size = 0;
  std::vector<std::uint64_t> blocks;              // as ContentPrints::blocks
  std::map<std::uint64_t, std::uint64_t> prints;  // of what stands before the places that were asked for, and before its end
};
/// Reads all of it. `places`: where bookmarks end.
[[nodiscard]] ArchiveContent content_of_archive(OpenedFile file, const std::string& path, const DecompressionLimits& limits,
                                                const std::vector<std::uint64_t>& places);
/// Whether it holds all that was read; its beginning fits the fingerprint.
[[nodiscard]] bool holds_what_was_read(const Bookmark& mark, const ArchiveContent& archive);

/// Whether text shows when it was written: a time of day, or seconds since the epoch.
[[nodiscard]] bool shows_time_of_day(std::string_view text);
/// Whether two files that both hold `content` are copies of one another: it is a KiB, or shows a time. Short logs may be equal and each be
/// a log of its own (a job that fails the same way each time).
[[nodiscard]] bool is_telling(std::string_view content);

}  // namespace loglode::ingest

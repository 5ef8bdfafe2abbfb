// Files that are not followed now: where an earlier run left them, what was read to its end, what is not to be read at all, and which
// truncated ones begin anew. Owned by Discovery, used by the FollowSource's thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"
#include "ingest/follow/passed_over.h"

namespace loglode::ingest {

using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
[[nodiscard]] FileKey key_of(const struct stat& status);

class KnownFiles {
 public:
  /// `bookmarks`: of earlier runs, encoded.
  explicit KnownFiles(const std::vector<std::string>& bookmarks);

  /// When an earlier run had last read all it knew of, in seconds since the epoch; 0: there was none.
  [[nodiscard]] std::int64_t seen_until() const noexcept { return seen_until_; }
  [[nodiscard]] const std::vector<Bookmark>& marks() const noexcept { return marks_; }
  void keep(Bookmark mark) { marks_.push_back(std::move(mark)); }
  void keep_finished(Bookmark mark);
  void forget(const Bookmark& mark);

  /// The bookmark of this very file.
  [[nodiscard]] std::optional<Bookmark> left_here(const OpenedFile& opened, std::string_view first) const;
  /// The bookmark of a file with this content that is not followed any more: of several the one that was read furthest.
  /// A shorter file at the log's own path is a new log, not a copy of the old one.
  [[nodiscard]] std::optional<Bookmark> left_elsewhere(const OpenedFile& opened, std::string_view first, const std::string& path) const;
  /// The same of an archive, by its beginning alone.
  [[nodiscard]] std::optional<Bookmark> left_elsewhere(std::string_view first) const;

  /// An inode that was another file's: the same name for the hash, so it is told apart by a count.
  [[nodiscard]] std::uint64_t next_generation(const FileKey& key) const;
  /// Truncated: what is there from now on is `generation`.
  void begins_anew(const FileKey& key, std::uint64_t generation) { anew_[key] = generation; }
  [[nodiscard]] bool begins_anew(const FileKey& key) const { return anew_.contains(key); }
  [[nodiscard]] std::optional<std::uint64_t> take_generation(const FileKey& key);

  /// Only as long as nothing of it changed: an inode may be another file by now, or the file may have grown.
  [[nodiscard]] bool is_passed_over(const struct stat& status) const;
  /// `stored`, `end`: see PassedOver.
  void pass_over(const struct stat& status, const Fingerprint& stored, std::uint64_t end = 0);
  /// It changed since it was passed over; it is the same file still, and nothing more is to be read of it.
  [[nodiscard]] bool stays_passed_over(const OpenedFile& opened, std::string_view first);
  /// The print of the last bytes of a file, for pass_over().
  [[nodiscard]] static std::uint64_t end_print(const OpenedFile& opened);

 private:
  template <class Fits>
  [[nodiscard]] std::optional<Bookmark> left_elsewhere_if(const Fits& fits_to) const;

  std::vector<Bookmark> marks_;                // left by an earlier run, or finished in this one
  std::map<FileKey, std::uint64_t> anew_;      // truncated: the generation that begins
  std::map<FileKey, PassedOver> passed_over_;  // older parts, copies, archives of what was read, no logs
  std::int64_t seen_until_ = 0;
};

}  // namespace loglode::ingest

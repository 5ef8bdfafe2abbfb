// Files that are not followed now: where an earlier run left them, what was read to its end, what is not to be read at all, and which
// truncated ones begin again. Owned by Discovery, used by the FollowSource's thread.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"
#include "ingest/follow/mark_index.h"
#include "ingest/follow/passed_over.h"

namespace loglode::ingest {

[[nodiscard]] FileKey key_of(const struct stat& status);
/// Whether the file is at its path as it was left, or longer.
[[nodiscard]] bool is_still_there(const Bookmark& mark);

/// How much of a file is known by it: of several that fit, the highest is the one.
[[nodiscard]] inline auto rank_of(const Bookmark& mark) {
  return std::tuple{mark.fingerprint.bytes, mark.prints.blocks.size(), std::max(mark.offset, mark.prints.seen_to), mark.generation};
}

class KnownFiles {
 public:
  /// `bookmarks`: of earlier runs, encoded.
  explicit KnownFiles(const std::vector<std::string>& bookmarks);

  /// When an earlier run had last read all it knew of, in seconds since the epoch; 0: there was none.
  [[nodiscard]] std::int64_t seen_until() const noexcept { return seen_until_; }
  /// Whether an earlier run had a source of this name; one of an older version knew no names.
  [[nodiscard]] bool has_source(const std::string& name) const;
  [[nodiscard]] bool has(const FileKey& key) const { return marks_.has(key); }
  /// Files of a source that held no whole line yet: their paths, device and inode.
  [[nodiscard]] const std::vector<Bookmark>& empty_of(const std::string& source) { return empty_[source]; }
  /// Notes an identity, so that no other file is given it. False: it was noted before.
  bool take(const StreamIdentity& identity) { return taken_.emplace(identity.high, identity.low).second; }
  /// Whether the state held it from the start.
  [[nodiscard]] bool is_kept(const StreamIdentity& identity) const { return kept_.contains({identity.high, identity.low}); }
  [[nodiscard]] const MarkIndex::Marks& marks() const noexcept { return marks_.all(); }
  void keep(Bookmark mark) { marks_.add(std::move(mark)); }
  void keep_finished(Bookmark mark);
  void forget(const Bookmark& mark) { marks_.forget(mark.identity); }

  /// The bookmark of this very file, which is at `path` now.
  [[nodiscard]] std::optional<Bookmark> left_here(const OpenedFile& opened, std::string_view first, const std::string& path) const;
  /// The bookmark of a file with this content that is not followed any more, and is not where it was: of several the one that was read
  /// furthest. Of a content that is not telling only when it is a part of that log by its name. A shorter file at the log's own path is a
  /// new log, not a copy of the old one.
  [[nodiscard]] std::optional<Bookmark> left_elsewhere(const OpenedFile& opened, std::string_view first, const std::string& path) const;
  /// Whether this very file was read further than it reaches now, and all of it that can be compared is what was read: its end was cut off.
  [[nodiscard]] bool was_cut(const OpenedFile& opened, std::string_view first) const;
  /// Of the archive `key`: those which its beginning fits.
  [[nodiscard]] std::vector<Bookmark> that_fit(const FileKey& key, std::string_view first, const std::string& path) const;

  /// An inode that was another file's: the same name for the hash, so it is told apart by a count.
  [[nodiscard]] std::uint64_t next_generation(const FileKey& key) const;
  /// `descriptor`, an open file, was truncated: what is there from now on is `generation`. It is kept open until then, so that no other
  /// file is given its inode.
  void begin_generation(int descriptor, const FileKey& key, std::uint64_t generation);
  /// Truncated files that were deleted before anything was written to them.
  void forget_deleted_generations();
  [[nodiscard]] bool has_new_generation(const FileKey& key) const { return begun_.contains(key); }
  [[nodiscard]] std::optional<std::uint64_t> take_generation(const FileKey& key);

  /// Only as long as nothing of it changed: an inode may be another file by now, or the file may have grown.
  [[nodiscard]] bool is_passed_over(const struct stat& status) const;
  /// `stored`, `end`: see PassedOver.
  void pass_over(const struct stat& status, const Fingerprint& stored, std::uint64_t end = 0);
  /// What is a copy as it is now: when it changes it may be a log of its own.
  void pass_over_copy(const struct stat& status) { copies_[key_of(status)] = PassedOver{status, {}, 0}; }
  void forget_copies() { copies_.clear(); }
  [[nodiscard]] bool is_finished(const OpenedFile& opened, std::string_view first, const std::string& path) const;
  /// It changed since it was passed over; it is the same file still, and nothing more is to be read of it.
  [[nodiscard]] bool stays_passed_over(const OpenedFile& opened, std::string_view first, const std::string& path);
  /// The print of the last bytes of a file, for pass_over().
  [[nodiscard]] static std::uint64_t end_print(const OpenedFile& opened);

 private:
  MarkIndex marks_;  // left by an earlier run, or finished in this one
  struct Generation {
    FileDescriptor file;
    std::uint64_t number;
  };
  std::map<FileKey, Generation> begun_;                             // truncated: the generation that begins
  std::map<FileKey, PassedOver> passed_over_;                       // older parts, archives of what was read, no logs
  std::map<FileKey, PassedOver> copies_;                            // of files that are followed
  std::set<std::pair<std::uint64_t, std::uint64_t>> kept_, taken_;  // identities: of the state; of files opened in this run
  std::set<std::string> sources_;                                   // names
  std::map<std::string, std::vector<Bookmark>> empty_;              // by source
  std::int64_t seen_until_ = 0;
};

}  // namespace loglode::ingest

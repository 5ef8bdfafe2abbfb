// Bookmarks of files that are not followed, in the order in which they were left, and where to find those of a file, of a content, of an
// identity: there may be thousands, and each new file is held against them. Owned by KnownFiles, used by the FollowSource's thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/follow/bookmark.h"

namespace loglode::ingest {

using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

class MarkIndex {
 public:
  using Marks = std::list<Bookmark>;

  [[nodiscard]] const Marks& all() const noexcept { return marks_; }
  void add(Bookmark mark);
  void forget(const StreamIdentity& identity);
  /// Of all of them the one that was left first.
  void forget_first() { remove(marks_.begin()); }
  [[nodiscard]] bool has(const FileKey& key) const { return by_key_.contains(key); }
  [[nodiscard]] std::vector<const Bookmark*> of(const FileKey& key) const;
  /// Whose fingerprints fit a file that begins so.
  [[nodiscard]] std::vector<const Bookmark*> that_fit(std::string_view first) const;

 private:
  using Print = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;  // bytes first
  using Place = Marks::iterator;
  [[nodiscard]] static FileKey key_of(const Bookmark& mark) { return {mark.device, mark.inode}; }
  [[nodiscard]] static Print print_of(const Fingerprint& print) { return {print.bytes, print.high, print.low}; }
  void remove(Place place);

  Marks marks_;
  std::multimap<FileKey, Place> by_key_;
  std::multimap<Print, Place> by_print_;
  std::multimap<std::pair<std::uint64_t, std::uint64_t>, Place> by_identity_;
};

}  // namespace loglode::ingest

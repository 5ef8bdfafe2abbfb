// Walks what a data stream holds of one source stream after the other, in the order of offsets: ids, hashes and origins, never the
// documents themselves. Owned by one command, used by one thread; waits for answers.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/result.h"
#include "core/timestamp.h"
#include "sinks/elasticsearch/receipt.h"
#include "sinks/elasticsearch/search_config.h"

namespace loglode {

/// What is asked for: documents that name the stream, and those that name none and have its origin.
struct WalkedStream {
  StreamIdentity identity{};
  std::string topic{};  // of a Kafka partition; empty: a file
  std::int32_t partition = -1;
  std::vector<std::string> paths{};                                        // of a file, by any of which it was read
  std::uint64_t from = 0, to = std::numeric_limits<std::uint64_t>::max();  // places, the last one exclusive
};

/// What stands under `hits` of a search's answer; `last_sort`: of the last one, as JSON, for search_after.
struct HitPage {
  std::vector<StoredDocument> documents;
  std::string last_sort;
  std::string cursor;  // of the point in time or the scroll, as it is from now on; empty: as it was
};
/// Errors: it is no such answer, or it is not whole (a shard failed, time ran
/// out), which is retryable.
[[nodiscard]] Result<HitPage> read_hits(std::string body);

/// The body of a search for what is walked. `cursor`: of a point in time; empty: for a scroll. `after`: HitPage::last_sort.
[[nodiscard]] std::string walk_query(const WalkedStream& stream, bool all_name_streams, std::string_view cursor, std::string_view after,
                                     SearchShape shape = SearchShape::ecs);

class IndexWalk {
 public:
  /// Makes what was written visible, and opens a point in time; where there is none, each stream is a scroll.
  /// `sink` must outlive it. Errors: no node answers; we may not read.
  [[nodiscard]] static Result<std::unique_ptr<IndexWalk>> open(const SearchSinkConfig& sink, bool is_opensearch);
  IndexWalk(const IndexWalk&) = delete;
  IndexWalk& operator=(const IndexWalk&) = delete;
  /// Closes what is open at the server.
  ~IndexWalk();

  /// When the oldest index that is left was made, if older ones were deleted; else kNoTime.
  [[nodiscard]] Timestamp begins() const noexcept { return begins_; }
  /// What a person should know of the walk: sentences.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

  void begin(WalkedStream stream);
  /// The next document of the stream; false: there is none. Errors: as a search's.
  [[nodiscard]] Result<bool> next(StoredDocument& out);

 private:
  explicit IndexWalk(const SearchSinkConfig& sink) : sink_{sink} {}
  [[nodiscard]] Result<void> open_cursor(bool is_opensearch);
  [[nodiscard]] Result<void> look_at_indices();
  [[nodiscard]] Result<void> look_for_nameless();
  [[nodiscard]] Result<void> fetch();
  void close_cursor();

  const SearchSinkConfig& sink_;
  bool is_there_ = true;  // the data stream
  bool by_scroll_ = false;
  bool all_name_streams_ = true;  // no document is of a version that did not write loglode.stream
  std::string point_, scroll_;    // ids of what is open; empty: nothing
  Timestamp begins_ = kNoTime;
  std::vector<std::string> notes_;
  WalkedStream stream_;
  HitPage page_;
  std::size_t at_ = 0;
  bool is_last_ = true;  // the page
};

}  // namespace loglode

// What proves that a position is in the topic that it was kept for: a topic that was deleted and created again has the same name and the
// same offsets, and librdkafka does not give its id. So the last message before a position is kept beside it, as its offset and a hash, in
// the group's commit and in our own state; who goes on there reads that message once more first. Values; no threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loglode::kafka {

/// One message that was read. None while `offset` is negative.
struct PositionMark {
  std::int64_t offset = -1;
  std::uint64_t print = 0;  // of its timestamp and payload
  [[nodiscard]] bool known() const noexcept { return offset >= 0; }
  friend bool operator==(const PositionMark&, const PositionMark&) = default;
};
[[nodiscard]] PositionMark mark_of(std::int64_t offset, std::int64_t timestamp_ms, std::string_view payload) noexcept;

/// What is written beside a committed offset, around the words of whoever reads.
struct CommitNote {
  std::string words{};
  PositionMark mark{};
  unsigned generation = 0;           // how often the topic was found to have been created again
  bool from_beginning_once = false;  // read from its beginning since `start: from-beginning-once` was asked for
  friend bool operator==(const CommitNote&, const CommitNote&) = default;
};
[[nodiscard]] std::string encode(const CommitNote& note);
/// Of anything: what it does not understand are words.
[[nodiscard]] CommitNote read_commit_note(std::string_view text);

/// What our state keeps of a partition (Source::bookmark), for when the group has forgotten it.
struct PartitionBookmark {
  std::string cluster{}, topic{};
  std::int32_t number = -1;
  std::int64_t position = -1;
  CommitNote note{};  // without words
  friend bool operator==(const PartitionBookmark&, const PartitionBookmark&) = default;
};
[[nodiscard]] std::string encode(const PartitionBookmark& bookmark);
/// Nothing: it is of something else, a file.
[[nodiscard]] std::optional<PartitionBookmark> read_partition_bookmark(std::string_view bytes);

}  // namespace loglode::kafka

// A partition while it is assigned, and its messages between librdkafka and the pipeline. Guarded by StagingQueue's mutex unless said
// otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/batch.h"
#include "core/limits.h"
#include "ingest/kafka/position_mark.h"

namespace loglode::kafka {

using Clock = std::chrono::steady_clock;

struct Slice {
  std::uint32_t begin = 0, size = 0;  // a chunk is a batch, or one message
  [[nodiscard]] std::string_view of(std::string_view bytes) const { return bytes.substr(begin, size); }
};

/// What a message consists of, as librdkafka lends it.
struct Message {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;  // -1: none
  std::string_view payload{};      // from nowhere (data() is null): a tombstone; an empty value is none
  std::string_view key{}, service{}, traceparent{};
  std::span<const std::string_view> headers{};  // as many as KafkaSourceConfig::headers names, in its order; empty: it has none of the name
};

struct StagedMessage {
  std::uint64_t offset = 0;
  std::int64_t timestamp_ms = -1;
  bool tombstone = false;
  Slice payload, key, service, traceparent;            // of Chunk::bytes
  std::uint32_t headers_begin = 0, headers_count = 0;  // of Chunk::headers
};

/// Consecutive messages of one partition: what becomes a batch.
struct Chunk {
  std::string bytes;
  std::vector<StagedMessage> messages;
  std::vector<Slice> headers;
  std::int64_t end = -1;  // the offset behind it
  Clock::time_point since{};

  [[nodiscard]] std::size_t memory() const noexcept {
    return bytes.size() + messages.size() * sizeof(StagedMessage) + headers.size() * sizeof(Slice);
  }
};

class MessageReader;

/// Whether the topic may have been deleted and created again since the last message was taken.
enum class Doubt {
  none,
  interrupted,  // nothing was fetched for a while: to_verify will tell
  refused,      // the broker has no message at the position, or had none then
  another,      // another message is where the last one was
};

struct Partition {
  // Constant.
  std::string cluster{}, topic{};
  std::int32_t number = -1;
  StreamId stream{};
  StreamIdentity identity;
  std::string begins{};              // where it began and why, for a person
  bool from_beginning_once = false;  // CommitNote::from_beginning_once
  bool forgotten = false;            // the group has no position for it, and we have
  unsigned generation = 0;           // how often the topic was found to have been created again: the same offsets are other records then
  // The filling thread's alone.
  std::shared_ptr<MessageReader> reader;
  // The thread's that talks to the brokers.
  std::int64_t next_before = -1;  // `next` at the latest look for stalls
  std::int64_t end_known = -1;    // where its end was then, when `next` had not moved; else -1
  PositionMark to_verify{};       // of the message that must be there, read again before what comes next; none: it was, or nobody knows
  bool learns_mark = false;       // the hash of to_verify is not known yet: it is that of the message there
  Doubt doubt = Doubt::none;      // nothing is taken while there is one
  // Guarded. All are offsets behind the last message; -1 where there is none.
  std::deque<Chunk> chunks;
  std::int64_t next = -1;        // what comes next from the broker
  std::int64_t handed_out = -1;  // to the pipeline
  std::int64_t acknowledged = -1;
  std::int64_t requested = -1;  // a commit of it is on its way
  std::int64_t committed = -1;
  std::deque<std::pair<std::int64_t, PositionMark>> marks;  // by position: of the last message before it; of what was handed out
  bool opened = false;                                      // something was handed out: its format is known
  bool at_end = false;                                      // nothing came since its end was reached
  Clock::time_point since{};                                // it was opened, or the latest chunk was taken
  Timestamp place = kNoTime;                                // in event time
  bool waits = false;                                       // for streams that are further behind
  bool closed = false;                                      // nothing more is taken in or handed out

  [[nodiscard]] bool settled() const noexcept { return acknowledged >= handed_out; }
  /// Of the last message that was taken; none when there was none.
  [[nodiscard]] PositionMark latest_mark() const {
    for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
      if (chunk->messages.empty()) continue;
      const StagedMessage& last = chunk->messages.back();
      return mark_of(static_cast<std::int64_t>(last.offset), last.timestamp_ms, last.payload.of(chunk->bytes));
    }
    return mark_before(next);
  }
  /// Of the last message before `position` that was handed out; none when there is none.
  [[nodiscard]] PositionMark mark_before(std::int64_t position) const {
    PositionMark found;
    for (const auto& [end, mark] : marks) {
      if (end > position) break;
      found = mark;
    }
    return found;
  }
};

/// For a person: `logs[3]`.
inline std::string shown(const Partition& partition) { return partition.topic + '[' + std::to_string(partition.number) + ']'; }

}  // namespace loglode::kafka

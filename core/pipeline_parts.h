// The small interfaces of the pipeline: Source, Stage, and in core/sink.h what it delivers to. Fakes of these are all a test needs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/batch.h"
#include "core/result.h"

namespace loglode {

using Deadline = std::chrono::steady_clock::time_point;

class StreamProgress;

enum class Fill : std::uint8_t { more, end };  // `end`: the batch may still hold records, nothing comes after it

/// Everything of `stream` below `offset` (a Batch::end) has its final verdict, and the snapshot that has seen it is durable.
struct StreamPosition {
  StreamId stream{};
  std::uint64_t offset = 0;
};

/// Where batches come from. fill() and stop() are called by one thread at a time, commit() by another at the same time.
class Source {
 public:
  virtual ~Source() = default;
  /// Fills an empty batch with whole records of one stream, in source order; waits for bytes no longer than `until`
  /// (an empty batch with Fill::more is then a good answer). A batch without records that has a stream and an end moves the position past
  /// what holds no record (a tombstone, a transaction's marker). Errors end the source; faults of one input are counted and passed over.
  virtual Result<Fill> fill(Batch& out, Deadline until) = 0;
  /// No more bytes are taken from outside, as if the inputs ended here: what was taken already comes with the next fills, until Fill::end.
  virtual void stop() noexcept = 0;
  /// Keeps the positions where the source keeps them (a consumer group's offsets). Streams of an assignment that is over are passed over.
  /// Errors: what could not be kept; it comes again with the next commit, which reaches further.
  virtual Result<void> commit(std::span<const StreamPosition> positions) = 0;
  /// What finds `stream` again after a restart, to go on at `offset`: kept with the snapshot and given back when the source is made.
  /// Empty: nothing needs keeping. Any thread.
  [[nodiscard]] virtual std::string bookmark(StreamId /*stream*/, std::uint64_t /*offset*/) const { return {}; }
  /// Something waits for a commit of all that was handed out (partitions are taken away): it should come before the next interval.
  [[nodiscard]] virtual bool wants_commit() const noexcept { return false; }
  /// For a source that reads several streams: chooses the next by `progress` (core/stream_progress.h), which it tells what is unread, and
  /// returns true. Before the first fill(). False: it has one stream at a time, and has something unread while it gives something.
  [[nodiscard]] virtual bool keep_pace(StreamProgress& /*progress*/) { return false; }
};

/// Fills its columns of a batch in place. One instance a thread; what is compiled once is shared and immutable.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Errors are the world's or ours, never the data's: those are flagged on the record and counted.
  virtual Result<void> run(Batch& batch) = 0;
};

}  // namespace loglode

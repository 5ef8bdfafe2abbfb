// The small interfaces of the pipeline: Source, Stage, Sink. Fakes of these are all a test needs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/batch.h"
#include "core/result.h"

namespace loglode {

using Deadline = std::chrono::steady_clock::time_point;

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
};

/// Fills its columns of a batch in place. One instance a thread; what is compiled once is shared and immutable.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Errors are the world's or ours, never the data's: those are flagged on the record and counted.
  virtual Result<void> run(Batch& batch) = 0;
};

enum class Verdict : std::uint8_t { delivered, rejected, retry };

/// Takes the verdict of each record, from any thread. Must outlive the sinks that were given it.
class Verdicts {
 public:
  virtual ~Verdicts() = default;
  /// `reason`: why it was rejected, for the dead letters.
  virtual void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason = {}) noexcept = 0;
};

/// What is made of records, and goes to sinks as a JSON object of its own (cli.md, "Files").
enum class Document : std::uint8_t { record, template_info, finding, incident, report, kCount };

/// Where records and documents go. write() and write_document() are called by one thread at a time, in batch order; flush() by another
/// thread at the same time.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Waits while its own queue is full, no longer than a second: then an error that is retryable (core/result.h), and the same batch comes
  /// again. A retryable error means that nothing of the batch was taken.
  virtual Result<void> write(std::shared_ptr<const Batch> batch, Verdicts& to) = 0;
  /// `key` names what the document is about (a finding's id): a repeat replaces. A sink that does not want this kind does nothing.
  virtual Result<void> write_document(Document, std::string_view /*key*/, std::string_view /*json*/) { return {}; }
  /// When this returns without an error, every record and document written before the call has its final verdict and is as durable as
  /// the sink promises: a record for which nothing was settled by then is delivered. So a sink that only knows here what has arrived (a
  /// file, at its fsync) holds no batches and settles what it rejects alone. An error that is not retryable is final: what was
  /// written since the last flush() that went well may be lost, and only reading it again from the last position brings it back.
  virtual Result<void> flush(Deadline until) = 0;
};

}  // namespace loglode

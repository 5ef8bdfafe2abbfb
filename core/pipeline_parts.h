// The small interfaces of the pipeline: Source, Stage, Sink. Fakes of these are all a test needs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/batch.h"
#include "core/result.h"

namespace loglode {

using Deadline = std::chrono::steady_clock::time_point;

enum class Fill : std::uint8_t { more, end };  // `end`: the batch may still hold records, nothing comes after it

/// Where batches come from. Used by one thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  /// Fills an empty batch with whole records of one stream, in source order; waits for bytes no longer than `until`
  /// (an empty batch with Fill::more is then a good answer). Errors end the source; faults of one input are counted and passed over.
  virtual Result<Fill> fill(Batch& out, Deadline until) = 0;
  /// No more bytes are taken from outside, as if the inputs ended here: what was taken already comes with the next fills, until Fill::end.
  virtual void stop() noexcept = 0;
  /// Every record with an offset below `offset` of `stream` has its final verdict. Any thread.
  virtual void acknowledge(StreamId stream, std::uint64_t offset) noexcept = 0;
};

/// Fills its columns of a batch in place. One instance a thread; what is compiled once is shared and immutable.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Errors are the world's or ours, never the data's: those are flagged on the record and counted.
  virtual Result<void> run(Batch& batch) = 0;
};

enum class Verdict : std::uint8_t { delivered, rejected, retry };

/// Takes the verdict of each record, from any thread.
class Verdicts {
 public:
  virtual ~Verdicts() = default;
  virtual void settle(const Batch& batch, std::size_t record, Verdict verdict) noexcept = 0;
};

/// Where records go. `write` is called by one thread at a time, in batch order.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> write(std::shared_ptr<const Batch> batch, Verdicts& to) = 0;
  /// When this returns without an error, every record written has its verdict.
  virtual Result<void> flush(Deadline until) = 0;
};

}  // namespace loglode

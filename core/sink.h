// Where a pipeline delivers to. A sink is told which records of a batch it is to write: the pipeline has chosen them before any sink sees
// the batch (RecordSelection), so that writing, meters, overflow, dead letters and verdicts speak of the same records. Events (findings,
// incidents, templates) come one by one, each with a verdict of its own, and only to sinks that want their kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/batch.h"
#include "core/event.h"
#include "core/pipeline_parts.h"
#include "core/result.h"

namespace loglode {

enum class Verdict : std::uint8_t { delivered, rejected, retry };

/// Takes the verdict of each record, from any thread. Must outlive the sinks that were given it.
class Verdicts {
 public:
  virtual ~Verdicts() = default;
  /// `reason`: why it was rejected, for the dead letters.
  virtual void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason = {}) noexcept = 0;
};

/// For pipelines whose records nobody asks after.
class IgnoreVerdicts final : public Verdicts {
 public:
  void settle(const Batch&, std::size_t, Verdict, std::string_view) noexcept override {}
};

/// Positions in Batch::records, ascending. Good during the call that they are given to.
using SelectedRecords = std::span<const std::uint32_t>;

/// Takes the verdict of each event, from any thread. Must outlive the sinks that were given it.
class EventVerdicts {
 public:
  virtual ~EventVerdicts() = default;
  /// `reason`: why it was rejected, for the dead letters. An event that is to be tried again has no verdict yet: see EventSink::write.
  virtual void settle(const Event& event, Verdict verdict, std::string_view reason = {}) noexcept = 0;
};

class IgnoreEventVerdicts final : public EventVerdicts {
 public:
  void settle(const Event&, Verdict, std::string_view) noexcept override {}
};

/// Where records and events go. What is written is written by one thread at a time; flush() is called by another at the same time.
class Sink {
 public:
  virtual ~Sink() = default;
  /// When this returns without an error, every record and event written before the call has its final verdict and is as durable as
  /// the sink promises: one for which nothing was settled by then is delivered. So a sink that only knows here what has arrived (a
  /// file, at its fsync) holds no batches and settles what it rejects alone. An error that is not retryable is final: what was
  /// written since the last flush() that went well may be lost, and only reading it again from the last position brings it back.
  virtual Result<void> flush(Deadline until) = 0;
};

class RecordSink : public virtual Sink {
 public:
  /// Writes the selected records, in batch order, and gives verdicts of those alone. Waits while its own queue is full, no longer than a
  /// second: then an error that is retryable (core/result.h), and the same batch comes again with the same selection. A retryable error
  /// means that nothing of the batch was taken.
  virtual Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) = 0;
};

class EventSink : public virtual Sink {
 public:
  /// Only of kinds that it was asked to take. Waits and fails as RecordSink::write: after a retryable error the same event comes again.
  virtual Result<void> write(const Event& event, EventVerdicts& to) = 0;
};

/// A sink, and what can be written to it.
struct OpenedSink {
  std::unique_ptr<Sink> sink;
  RecordSink* records = nullptr;  // null: it takes none
  EventSink* events = nullptr;    // the same

  template <class Both>
  [[nodiscard]] static OpenedSink of_both(std::unique_ptr<Both> made) {
    OpenedSink out;
    out.records = made.get();
    out.events = made.get();
    out.sink = std::move(made);
    return out;
  }
  /// What `make` makes of `inner` stands around it, and takes what it takes.
  template <class Make>
  [[nodiscard]] static OpenedSink around(OpenedSink inner, const Make& make) {
    const bool takes_records = inner.records != nullptr, takes_events = inner.events != nullptr;
    OpenedSink out = of_both(make(std::move(inner)));
    if (!takes_records) out.records = nullptr;
    if (!takes_events) out.events = nullptr;
    return out;
  }
  [[nodiscard]] static OpenedSink of_records(std::unique_ptr<RecordSink> made) {
    OpenedSink out;
    out.records = made.get();
    out.sink = std::move(made);
    return out;
  }
};

}  // namespace loglode

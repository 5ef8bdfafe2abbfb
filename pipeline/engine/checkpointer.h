// Takes checkpoints, each in five steps, in this order:
//   cut      with the pipeline lock: positions, what was learned, what was announced, all as of one moment between two batches
//   flush    every sink has what it was given until then, rejected records and events are kept as dead letters
//   store    the checkpoint is durable
//   commit   the sources keep their positions
//   release  what the checkpoint names may be announced
// Whatever fails leaves the later steps undone, and the next checkpoint holds all of it: so a position never runs ahead of what was
// delivered and is durable, and a crash anywhere repeats what came after the last cut.
//
// take() may be called by any thread; one at a time gets in. Lock order: the checkpointer's, the pipeline's, the outbox's.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "core/pipeline_parts.h"
#include "pipeline/engine/analysis.h"
#include "pipeline/engine/outbox.h"

namespace loglode {

class Checkpointer {
 public:
  struct Parts {
    Mutex& pipeline_lock;
    Analysis& analysis;
    Outbox& outbox;
    CheckpointStore* store = nullptr;             // null: nothing outlives the process
    std::function<Result<void>()> secure{};       // keeps dead letters; before each store
    std::function<void(const Error&)> give_up{};  // what sinks were given may be lost, and only another run brings it back
    const Clock& clock = system_clock();
  };
  /// What `parts` names must outlive it.
  explicit Checkpointer(Parts parts) : parts_{std::move(parts)} {}

  /// Before the first batch: where positions are committed. Must outlive the last take().
  void begin(Source& source) LOGLODE_EXCLUDES(mutex_);
  /// With the pipeline lock, behind a batch's last sink.
  void note_delivered(const Batch& batch) LOGLODE_REQUIRES(parts_.pipeline_lock);
  /// `make` makes the sinks that are written to from now on, after those until now are flushed and closed: they may write to the same
  /// files. Nothing is in flight. Errors: a sink's flush, after which the sinks are what they were; `make`'s.
  [[nodiscard]] Result<void> replace_sinks(const std::function<Result<std::vector<EngineSink>>()>& make) LOGLODE_EXCLUDES(mutex_);
  [[nodiscard]] const std::vector<EngineSink>& sinks() const noexcept { return sinks_; }
  void set_event_verdicts(EventVerdicts& verdicts) noexcept { event_verdicts_ = &verdicts; }

  enum class Kind : std::uint8_t {
    during,  // of many
    whole,   // with what it announces delivered too
    last,    // the same, and nothing comes after it: with the templates as they are
  };
  /// `patience`: how long sinks may take. Errors: a sink's (where it is not retryable, `give_up` is called before), the store's, the
  /// source's.
  [[nodiscard]] Result<void> take(Kind kind, std::chrono::nanoseconds patience) LOGLODE_EXCLUDES(mutex_);
  /// Windows before it are forgotten, and no later assessment needs them. Any thread.
  [[nodiscard]] Timestamp forgotten_to() const noexcept { return forgotten_to_.load(); }
  /// Checkpoints whose positions the sources keep, and when the latest was. Any thread.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_.load(); }
  [[nodiscard]] Clock::TimePoint taken_at() const noexcept { return taken_at_.load(); }

 private:
  struct Reached {
    StreamInfo info;
    std::uint64_t end = 0;
  };

  [[nodiscard]] Result<void> sinks_did(Result<void> done) LOGLODE_REQUIRES(mutex_);
  Result<void> take_once(Kind kind, std::chrono::nanoseconds patience) LOGLODE_REQUIRES(mutex_);
  Result<void> cut(bool last) LOGLODE_REQUIRES(mutex_);
  void add_positions(Checkpoint& to) LOGLODE_REQUIRES(mutex_, parts_.pipeline_lock);
  void forget_windows() LOGLODE_REQUIRES(mutex_, parts_.pipeline_lock);
  Result<void> flush(Deadline until) LOGLODE_REQUIRES(mutex_);
  Result<void> commit() LOGLODE_REQUIRES(mutex_);
  Result<void> write_released() LOGLODE_REQUIRES(mutex_);

  const Parts parts_;
  IgnoreEventVerdicts ignore_event_verdicts_;
  EventVerdicts* event_verdicts_ = &ignore_event_verdicts_;
  std::vector<EngineSink> sinks_;                                                 // replaced with both locks, read with one of them
  std::map<StreamId, Reached> reached_ LOGLODE_GUARDED_BY(parts_.pipeline_lock);  // since the latest cut
  std::atomic<Timestamp> forgotten_to_{Timestamp::min()};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<Clock::TimePoint> taken_at_{Clock::TimePoint{}};

  Mutex mutex_ LOGLODE_ACQUIRED_BEFORE(parts_.pipeline_lock);
  Source* source_ LOGLODE_GUARDED_BY(mutex_) = nullptr;
  std::optional<Error> failed_ LOGLODE_GUARDED_BY(mutex_);  // for good
  std::optional<Checkpoint> unstored_ LOGLODE_GUARDED_BY(mutex_);
  std::map<StreamId, std::uint64_t> uncommitted_ LOGLODE_GUARDED_BY(mutex_);
};

}  // namespace loglode

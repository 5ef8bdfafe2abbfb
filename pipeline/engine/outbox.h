// Events between the assessment that they are of and the sinks. With a state they wait until a checkpoint that names them is durable: so
// whatever a sink may hold, a later run knows of and can take back.
//
//   add() ──► unannounced ── announce() ──► announced ── a checkpoint is durable ──► ready ── write() ──► sinks
//
// Which thread calls what is said below; `pipeline lock`: between two batches, with the engine's lock.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "pipeline/engine/analysis.h"
#include "pipeline/record_selection.h"

namespace loglode {

/// A sink, which records it gets and which kinds of events.
struct EngineSink {
  OpenedSink opened;
  RecordSelection gets{};
  DocumentKinds events{};
};

class Outbox {
 public:
  struct Config {
    bool durable = false;     // events wait for the checkpoint that names them
    std::string announcer{};  // under this name the state keeps what was announced
  };

  explicit Outbox(Config config) : config_{std::move(config)} {}

  // Before anything runs:
  /// Go on from the rows of a checkpoint; what is not its own is left alone.
  void restore(StoredAnnounced row);
  void restore(StoredPending row) LOGLODE_EXCLUDES(mutex_);
  void restore(StoredBase row);
  /// What was announced before; none: nothing was ever announced from this state.
  [[nodiscard]] const std::optional<Announced>& announced_before() const noexcept { return announced_before_; }
  /// What the assessments go on from, in the analysis' words.
  [[nodiscard]] const std::optional<std::string>& base_before() const noexcept { return base_before_; }
  /// What needs_from() is until a checkpoint has another base.
  void begin_with_windows_from(Timestamp needs_from) LOGLODE_EXCLUDES(mutex_);

  // Judging thread:
  /// Waits while too many wait to be written.
  void add(std::vector<OutgoingEvent> events) LOGLODE_EXCLUDES(mutex_);
  [[nodiscard]] bool holds_unannounced() const noexcept { return !unannounced_.empty(); }
  /// What was added is announced with the next checkpoint, which keeps `announced` and, when there is one, the base of the same assessment.
  void announce(std::optional<Announced> announced, std::optional<std::string> base, Timestamp needs_from) LOGLODE_EXCLUDES(mutex_);

  // Pipeline lock:
  /// Writes what is ready. A sink that refuses gets an event with the next call, and those before it only once.
  [[nodiscard]] Result<void> write(const std::vector<EngineSink>& sinks, EventVerdicts& verdicts) LOGLODE_EXCLUDES(mutex_);
  void add_to(Checkpoint& checkpoint) LOGLODE_EXCLUDES(mutex_);
  /// Windows before it are needed by nothing that the latest checkpoint stands on.
  [[nodiscard]] Timestamp needs_from() const LOGLODE_EXCLUDES(mutex_);
  /// Sinks are others now: each gets what is still to be written.
  void sinks_replaced() noexcept LOGLODE_EXCLUDES(mutex_);

  // Whoever takes checkpoints:
  /// The latest add_to() is durable: what it named may be written. True when something is to be written.
  bool release_announced() LOGLODE_EXCLUDES(mutex_);
  /// A durable checkpoint names events that may not have been written; the next one will say that they were.
  [[nodiscard]] bool names_pending() const LOGLODE_EXCLUDES(mutex_);

  /// Nobody waits any more. Any thread.
  void end() LOGLODE_EXCLUDES(mutex_);

 private:
  const Config config_;
  std::optional<Announced> announced_before_;
  std::optional<std::string> base_before_;
  std::vector<OutgoingEvent> unannounced_;  // judging thread

  mutable Mutex mutex_;
  Condition changed_;
  std::deque<OutgoingEvent> ready_ LOGLODE_GUARDED_BY(mutex_);
  std::size_t next_sink_ LOGLODE_GUARDED_BY(mutex_) = 0;  // sinks before it have the first of ready_
  std::deque<OutgoingEvent> named_ LOGLODE_GUARDED_BY(mutex_);
  std::size_t in_checkpoint_ LOGLODE_GUARDED_BY(mutex_) = 0;  // how many of named_ the latest checkpoint names
  bool pending_kept_ LOGLODE_GUARDED_BY(mutex_) = false;
  std::optional<Announced> announced_ LOGLODE_GUARDED_BY(mutex_);  // for the next checkpoint
  std::optional<std::string> base_ LOGLODE_GUARDED_BY(mutex_);     // the same
  Timestamp base_needs_from_ LOGLODE_GUARDED_BY(mutex_) = Timestamp::min(), needs_from_ LOGLODE_GUARDED_BY(mutex_) = Timestamp::min();
  bool ended_ LOGLODE_GUARDED_BY(mutex_) = false;
};

}  // namespace loglode

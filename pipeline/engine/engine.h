// The engine: sources, workers, ordered stages, sinks, assessments and checkpoints put together, until the sources end or it is stopped. It
// knows interfaces alone (core/, analysis.h).
//
// Threads: one a source (SourceSet); `threads` workers, the ordered stages and the sinks on whichever of them is free (run_pipeline); one
// that assesses (JudgeLoop); one that takes checkpoints (Checkpointer). A finite run has neither of the first and the third, and the fourth
// only with a store: whoever calls run_to_end() reads and, at the end, assesses. From a batch's first ordered stage to its last sink its
// thread holds the *pipeline lock*: who takes it sees everything between two batches. Lock order: the checkpointer's, the pipeline's, then
// one of the judge loop's, the outbox's, the engine's.
//
// Made, run once, thrown away.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "core/flow_gauges.h"
#include "pipeline/engine/checkpointer.h"
#include "pipeline/engine/judge_loop.h"
#include "pipeline/engine/outbox.h"
#include "pipeline/run_pipeline.h"
#include "pipeline/source_set.h"

namespace loglode {

struct EngineConfig {
  std::string announcer{};                     // under this name a state keeps what was announced
  std::chrono::milliseconds checkpoint{1000};  // between two of them
  std::chrono::seconds drain{20};              // how long sinks may take after a stop
  std::chrono::milliseconds assess_every{200};
  Duration judged = std::chrono::hours{1};
  unsigned threads = 1;
  std::function<Timestamp()> latest{};  // JudgeLoop::Config::latest
  bool finite = false;                  // for run_to_end()
};

/// What was asked of the engine while it runs: between two batches, with everything that was read before delivered.
using Reload = std::function<Result<void>()>;

class Engine {
 public:
  struct Parts {
    Analysis& analysis;
    Announcer& announcer;
    CheckpointStore* store = nullptr;  // null: nothing outlives the process
    const std::atomic<bool>& stop;     // set: read no more, finish what was read
    const Clock& clock = system_clock();
  };
  using MakeSinks = std::function<Result<std::vector<EngineSink>>()>;

  /// What `parts` names must outlive it.
  Engine(EngineConfig config, Parts parts);

  // Before run():
  [[nodiscard]] Outbox& outbox() noexcept { return outbox_; }
  [[nodiscard]] JudgeLoop& judging() noexcept { return judging_; }
  [[nodiscard]] const JudgeLoop& judging() const noexcept { return judging_; }
  void add_source(std::string name, std::unique_ptr<Source> source) { named_sources_.push_back({std::move(name), std::move(source)}); }
  /// Called when it starts, and again after a reload.
  void set_sinks(MakeSinks make) { make_sinks_ = std::move(make); }
  /// Called for each worker when it starts, and again after a reload.
  void set_workers(std::function<Result<WorkerChain>()> make) { make_worker_ = std::move(make); }
  void add_ordered_stage(Stage& stage) { ordered_.push_back(&stage); }
  /// What rejected records and events become; without it nobody asks. Must outlive run(). `secure`: called before each checkpoint is
  /// stored. `hold`: true while so much waits to be secured that nothing more should be read.
  void set_verdicts(Verdicts& of_records, EventVerdicts& of_events, std::function<Result<void>()> secure, std::function<bool()> hold);

  /// Behind outbox().restore(): what the state held is assessed first. `held_windows`: it held any; `newest`: time of their newest record.
  void begin_after_state(bool held_windows, Timestamp newest);

  /// Until the sources end, or a stop. Errors: a source's, a stage's; a sink's that had not succeeded by the end of the drain, or that is
  /// final (a failed fsync: only another run, from the last position, brings back what was written since); the store's.
  /// `before_sources_go`: called when all is done, before the sources are destroyed.
  [[nodiscard]] Result<PipelineTimes> run(const std::function<void()>& before_sources_go = {});

  /// For a source that ends by itself: what was read is assessed once, when all of it was, by what Parts::analysis then is; nothing is
  /// announced. Checkpoints keep what was learned until then, and how far the analysis says that streams were read; the last is durable
  /// before the assessment. A sink that refuses ends the run. `when_read`: called before both. Errors: as run(); the assessment is not
  /// made then.
  [[nodiscard]] Result<PipelineTimes> run_to_end(Source& source, const std::function<void(const PipelineTimes&)>& when_read);

  /// run() without threads of its own, on a source that is given: whoever fills a batch takes checkpoints and assesses in between. Records
  /// must not span more than half of what is judged: reading would wait for an assessment that nobody makes.
  [[nodiscard]] Result<PipelineTimes> run_on_this_thread(Source& source);

  // Any thread, during run():
  [[nodiscard]] Result<void> take_checkpoint(Checkpointer::Kind kind) LOGLODE_EXCLUDES(mutex_);
  // Any thread, during and after run():
  /// `apply` takes effect between two batches: what was read is finished and delivered before, then the sinks are closed and opened with
  /// the new configuration.
  void reload(Reload apply) LOGLODE_EXCLUDES(mutex_);
  /// Why the latest checkpoint could not be taken; empty when it could.
  [[nodiscard]] std::string trouble() const LOGLODE_EXCLUDES(mutex_);
  /// Why a sink has taken nothing for a while, so that nothing is read; empty when all do.
  [[nodiscard]] std::string refusal() const LOGLODE_EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t checkpoints() const noexcept { return checkpointer_.taken(); }
  [[nodiscard]] std::uint64_t checkpoint_failures() const noexcept { return checkpoint_failures_.load(); }
  /// Since the latest good checkpoint; none: there was none.
  [[nodiscard]] std::optional<double> checkpoint_age_s() const;
  [[nodiscard]] FlowGauges& flow() noexcept { return flow_; }

 private:
  void begin(Source& source);
  Result<PipelineTimes> run_until_ended(Source& source);
  Result<PipelineTimes> finish(Result<PipelineTimes> times);
  Result<void> apply_reload() LOGLODE_EXCLUDES(mutex_);
  Result<void> replace_sinks() LOGLODE_EXCLUDES(mutex_);
  void keep_checkpoints(const Source& source) LOGLODE_EXCLUDES(mutex_);
  void end_threads() LOGLODE_EXCLUDES(mutex_);
  void keep_judging();
  void request_checkpoint() LOGLODE_EXCLUDES(mutex_);
  void give_up(const Error& why) LOGLODE_EXCLUDES(mutex_);
  [[nodiscard]] bool gives_up() LOGLODE_EXCLUDES(mutex_);

  const EngineConfig config_;
  const Parts parts_;
  Mutex pipeline_lock_;
  Outbox outbox_;
  std::function<Result<void>()> secure_;
  std::function<bool()> hold_;
  Checkpointer checkpointer_;
  JudgeLoop judging_;
  std::vector<SourceSet::Named> named_sources_;
  std::unique_ptr<SourceSet> source_;
  MakeSinks make_sinks_;
  std::function<Result<WorkerChain>()> make_worker_;
  std::vector<Stage*> ordered_;
  Verdicts* verdicts_ = nullptr;
  bool held_windows_ = false;
  Timestamp held_to_ = kNoTime;
  FlowGauges flow_;
  std::atomic<std::uint64_t> checkpoint_failures_{0};
  std::atomic<bool> pause_{false}, abort_{false};

  mutable Mutex mutex_;
  Condition changed_;
  bool ending_ LOGLODE_GUARDED_BY(mutex_) = false;
  bool checkpoint_wanted_ LOGLODE_GUARDED_BY(mutex_) = false;
  std::optional<Clock::TimePoint> stop_seen_ LOGLODE_GUARDED_BY(mutex_);
  Reload reload_ LOGLODE_GUARDED_BY(mutex_);
  std::string trouble_ LOGLODE_GUARDED_BY(mutex_), refusal_ LOGLODE_GUARDED_BY(mutex_);
  std::optional<Error> failed_ LOGLODE_GUARDED_BY(mutex_);  // for good: the run ends with it
};

}  // namespace loglode

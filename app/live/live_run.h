// A pipeline that runs until it is stopped, as `tail` and `run` share it: the engine (pipeline/engine), with the rooms that learn and judge
// (LiveAnalysis) and a state folder put into it. Made, run once, thrown away; who may call what when: see Engine.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/live/live_analysis.h"
#include "app/live/live_options.h"
#include "app/reading/open_state.h"
#include "ingest/kafka/kafka_source.h"
#include "pipeline/engine/engine.h"

namespace loglode {

class LiveRun {
 public:
  using MakeSinks = std::function<Result<std::vector<EngineSink>>(const RuleCatalog&)>;

  /// `stop`: read no more, finish what was read. All must outlive it.
  LiveRun(const LiveOptions& options, Announcer& announcer, const std::atomic<bool>& stop);
  ~LiveRun();

  /// Rules and formats: what can fail before anything is made. Errors: as LogRun::read.
  [[nodiscard]] Result<void> load() { return analysis_.load(); }
  /// load(), where that was not called, and the state. Errors: the same; as open_state().
  [[nodiscard]] Result<void> prepare();

  // After prepare(), before run():
  [[nodiscard]] const FramerFactory& framers() const noexcept { return analysis_.framers(); }
  [[nodiscard]] RunCounters& counters() noexcept { return counters_; }
  [[nodiscard]] const RuleCatalog& rules() const noexcept { return *analysis_.rules().catalog; }
  [[nodiscard]] std::vector<std::string> bookmarks() const;
  /// Where our state says a Kafka partition goes on: further than the group's position when that was committed from this state.
  [[nodiscard]] KnownPosition known_position() const;
  /// Written beside each committed offset: names the state that it was committed from.
  [[nodiscard]] std::string commit_metadata() const;
  [[nodiscard]] StreamId next_stream() noexcept { return StreamId{next_stream_.fetch_add(1)}; }
  [[nodiscard]] const std::string& notice() const noexcept { return state_.notice; }
  /// What the announcer of the run before this one remembered.
  [[nodiscard]] const Announced& announced_before() const noexcept { return announced_before_; }
  /// As LiveAnalysis::template_members_of().
  [[nodiscard]] const std::string& template_members_of(ShapeId shape) { return analysis_.template_members_of(shape); }
  void add_source(std::string name, std::unique_ptr<Source> source) { engine_->add_source(std::move(name), std::move(source)); }
  void set_sinks(MakeSinks make);
  /// A stage for each worker before everything that is learned, behind the parser.
  void add_worker_stage(MakeStage make) { analysis_.add_worker_stage(std::move(make)); }
  [[nodiscard]] Engine& engine() noexcept { return *engine_; }

  /// Errors: as Engine::run().
  [[nodiscard]] Result<PipelineTimes> run(const std::function<void()>& before_sources_go = {});

  // Any thread, during and after run():
  /// Takes effect between two batches, whole: what was read is finished with the old rules, what comes is read with the new ones.
  void reload(LiveReload with);
  [[nodiscard]] const Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] const RunCounters& counters() const noexcept { return counters_; }

 private:
  const LiveOptions& options_;
  Announcer& announcer_;
  const std::atomic<bool>& stop_;
  RunCounters counters_;
  LiveAnalysis analysis_;
  OpenState state_;
  Announced announced_before_;
  std::unique_ptr<Engine> engine_;
  std::atomic<std::uint32_t> next_stream_{0};
};

}  // namespace loglode

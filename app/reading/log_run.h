// Reading all inputs of a command through the pipeline: what `analyze` and `learn` share. The place that knows the order of the rooms.
// Made, used once, thrown away; by one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "app/reading/options.h"
#include "app/reading/state_session.h"
#include "app/reading/summary_round_trip.h"
#include "app/reading/template_labels.h"
#include "app/reading/time_range.h"
#include "app/reading/worker_chain.h"
#include "core/framing.h"
#include "core/run_stats.h"
#include "ingest/input_source.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"
#include "pipeline/reading_notes.h"
#include "pipeline/run_pipeline.h"
#include "sinks/assignments.h"

namespace loglode {

class LogRun {
 public:
  /// Both must outlive it. `stop` ends reading early: what was read counts.
  LogRun(const AnalyzeOptions& options, const std::atomic<bool>& stop) : options_{options}, stop_{stop} {}

  /// Checks all that can be checked without data, opens --state, then reads to the end. Errors: wrong formats, columns, zones, rules or
  /// inputs (invalid_argument: nothing was started); the state folder; a full disk.
  [[nodiscard]] Result<void> read();

  // After read().
  /// The run's own windows, as a judge sees them.
  [[nodiscard]] Result<std::vector<WindowSummary>> windows();
  /// The same beside those of --state, which are its baseline.
  [[nodiscard]] Result<std::vector<WindowSummary>> windows_to_judge();
  [[nodiscard]] TemplateCatalog derive_templates();
  /// Writes --assignments when they were asked for.
  [[nodiscard]] Result<void> write_assignments(const TemplateCatalog& catalog);
  /// The last snapshot of --state, durable when it returns; nothing to do without one.
  [[nodiscard]] Result<StateWritten> finish_state(const TemplateCatalog& catalog);
  /// Gives back what reading needed, so that a judgement has its room; afterwards only what follows here may be called.
  void release() noexcept;
  [[nodiscard]] RunStats stats(double seconds_judging) const;
  [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  [[nodiscard]] const std::shared_ptr<const RuleCatalog>& rules() const noexcept { return loaded_.catalog; }
  [[nodiscard]] const StateSession* state() const noexcept { return session_.get(); }
  [[nodiscard]] RunCounters& counters() noexcept { return counters_; }

 private:
  Result<void> prepare();
  Result<void> open_state();
  Result<void> open_outputs();
  Result<WorkerChain> make_chain();
  Result<PipelineTimes> run_all();

  const AnalyzeOptions& options_;
  const std::atomic<bool>& stop_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const unsigned threads_ = options_.threads == 0 ? usable_cores() : options_.threads;
  RunCounters counters_;
  std::shared_ptr<const FramerFactory> framers_;
  TimeRange range_;
  LoadedRules loaded_;
  std::vector<InputFile> inputs_;
  PipelineTimes times_;
  std::unique_ptr<StateSession> session_;  // with --state
  std::optional<TemplateMiner> miner_;     // from prepare() on
  std::optional<WindowAggregator> aggregator_;
  ReadingNotes reading_notes_;                  // with --verbose
  std::optional<SummaryRoundTrip> round_trip_;  // from run_all() on
  std::unique_ptr<AssignmentSpool> spool_;
  std::optional<TemplateLabels> labels_;  // with --records
  std::unique_ptr<RecordSink> records_;
};

}  // namespace loglode

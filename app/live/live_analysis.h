// The rooms that learn and judge, as the engine asks for them: rules, template miner, windows, and the judge in steps of event time.
// Which thread calls what: see Analysis; what is added here comes before run(), or where it says so.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/live/live_options.h"
#include "app/reading/template_labels.h"
#include "app/reading/worker_chain.h"
#include "base/mutex.h"
#include "core/framing.h"
#include "core/run_counters.h"
#include "correlate/judge_steps.h"
#include "patterns/aggregate/window_aggregator.h"
#include "pipeline/engine/analysis.h"
#include "state/state_store.h"

namespace loglode {

class LiveAnalysis final : public Analysis {
 public:
  /// Both must outlive it.
  LiveAnalysis(const LiveOptions& options, RunCounters& counters);

  /// Rules and formats: what can fail before anything is made. Errors: as LogRun::read.
  [[nodiscard]] Result<void> load();
  /// Miner and windows, with what the state holds; takes its shapes and windows. `base`: what assessments go on from; none: not known.
  /// Errors: a shape that does not decode.
  [[nodiscard]] Result<void> restore(StateContents& contents, const std::optional<std::string>& base);
  void add_worker_stage(MakeStage make) { worker_stages_.push_back(std::move(make)); }

  /// What a record that was read now may be dated, but for lateness.
  [[nodiscard]] static Timestamp wall_clock();

  [[nodiscard]] const FramerFactory& framers() const noexcept { return *framers_; }
  [[nodiscard]] const LoadedRules& rules() const noexcept { return loaded_; }
  [[nodiscard]] bool is_loaded() const noexcept { return framers_ != nullptr; }
  /// Time of the newest record in the windows that the state held.
  [[nodiscard]] Timestamp restored_to() const { return newest_record(aggregator_->summaries()); }
  /// Whether the state held any.
  [[nodiscard]] bool has_windows() const noexcept { return has_windows_; }
  /// For each worker.
  [[nodiscard]] Result<WorkerChain> make_worker();
  [[nodiscard]] Stage& learner() noexcept { return *learner_; }
  [[nodiscard]] Stage& aggregator() noexcept { return *aggregator_; }
  /// What is known of a shape's template, for sinks that write records; on the ordered thread.
  [[nodiscard]] const std::string& template_members_of(ShapeId shape) { return labels_->of(shape); }
  /// Between two batches, with the pipeline lock.
  void reload(LiveReload with) LOGLODE_EXCLUDES(mutex_);

  void add_changes(Checkpoint& to, bool last) override;
  void forget_windows_before(Timestamp time) override { aggregator_->forget_before(time); }
  [[nodiscard]] AssessmentInput input() override;
  [[nodiscard]] Judgement assess(const AssessmentInput& input, bool thorough) override;
  [[nodiscard]] const std::set<std::string>& lasting() const override { return steps_.lasting(); }
  [[nodiscard]] AssessmentBase base() const override { return {steps_.base().at, steps_.needs_from()}; }
  [[nodiscard]] std::string encode_base() const override;

 private:
  void restore_windows(std::vector<WindowSummary> windows, bool base_known);
  [[nodiscard]] JudgeConfig judge_config(const TemplateCatalog& catalog) const LOGLODE_EXCLUDES(mutex_);

  const LiveOptions& options_;
  RunCounters& counters_;
  std::shared_ptr<const FramerFactory> framers_;
  LoadedRules loaded_;                     // replaced with the pipeline lock
  std::shared_ptr<const RuleSet> probes_;  // null unless a sink writes originals
  std::vector<MakeStage> worker_stages_;
  std::optional<TemplateMiner> miner_;
  std::optional<WindowAggregator> aggregator_;
  std::unique_ptr<Stage> learner_;
  std::optional<TemplateLabels> labels_;
  TemplateMarks marks_;
  std::vector<TemplateNote> notes_;
  std::vector<JudgeConfig::WarmUp> warm_ups_;
  bool has_windows_ = false;
  JudgeSteps steps_;  // judging thread

  mutable Mutex mutex_;
  JudgeConfig::Frequent frequent_ LOGLODE_GUARDED_BY(mutex_);
  std::vector<Mute> mutes_ LOGLODE_GUARDED_BY(mutex_);
};

}  // namespace loglode

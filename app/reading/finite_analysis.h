// The rooms that learn and judge, as the engine asks for them, where the input ends (`analyze`, `learn`): all that was read is assessed
// once, the windows of a state folder being its baseline. Which thread calls what: see Analysis; what is added here comes before the run,
// or where it says so.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/reading/options.h"
#include "app/reading/template_labels.h"
#include "app/reading/worker_chain.h"
#include "core/framing.h"
#include "core/run_counters.h"
#include "correlate/judge.h"
#include "parse/time/time_range.h"
#include "patterns/aggregate/summary_round_trip.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"
#include "pipeline/engine/analysis.h"
#include "state/state_session.h"

namespace loglode {

class FiniteAnalysis final : public Analysis {
 public:
  /// Both must outlive it. `judges`: not for `learn`, whose assessment holds what was read and no judgement.
  FiniteAnalysis(const AnalyzeOptions& options, bool judges, RunCounters& counters)
      : options_{options}, judges_{judges}, counters_{counters} {}

  /// Formats, the time range, rules: what can fail before anything is made. Errors: invalid_argument; those of rules.
  [[nodiscard]] Result<void> load();
  /// Miner and windows, with what --state holds. Errors: as open_state(); a shape that does not decode.
  [[nodiscard]] Result<void> begin();

  // After begin():
  [[nodiscard]] const FramerFactory& framers() const noexcept { return *framers_; }
  [[nodiscard]] const std::shared_ptr<const RuleCatalog>& rules() const noexcept { return loaded_.catalog; }
  [[nodiscard]] StateSession* state() const noexcept { return session_.get(); }  // null without --state
  /// For each worker.
  [[nodiscard]] Result<WorkerChain> make_worker();
  [[nodiscard]] std::vector<Stage*> ordered_stages();
  /// What is known of a shape's template, for sinks that write records; on the ordered thread.
  [[nodiscard]] const std::string& template_members_of(ShapeId shape);
  /// Between the last batch and the last add_changes(). `whole`: every input was read to its end.
  void note_end(bool whole) noexcept { whole_ = whole; }

  void add_changes(Checkpoint& to, bool last) override;
  void forget_windows_before(Timestamp) override {}
  /// Once, at the end: afterwards nothing is left here of what reading needed, so that a judgement has its room.
  [[nodiscard]] AssessmentInput input() override;
  [[nodiscard]] Judgement assess(const AssessmentInput& input, bool thorough) override;
  [[nodiscard]] const std::set<std::string>& lasting() const override { return nothing_lasts_; }
  [[nodiscard]] AssessmentBase base() const override { return {}; }
  [[nodiscard]] std::string encode_base() const override { return {}; }

 private:
  [[nodiscard]] TemplateMarks marks() const;
  [[nodiscard]] std::vector<WindowSummary> own_windows();
  [[nodiscard]] JudgeConfig judge_config(const TemplateCatalog& catalog) const;

  const AnalyzeOptions& options_;
  const bool judges_;
  RunCounters& counters_;
  const std::set<std::string> nothing_lasts_;
  std::shared_ptr<const FramerFactory> framers_;
  TimeRange range_;
  LoadedRules loaded_;
  std::unique_ptr<StateSession> session_;
  std::optional<TemplateMiner> miner_;  // from begin() to input(), as the next four
  std::optional<WindowAggregator> aggregator_;
  std::unique_ptr<Stage> learner_;
  std::optional<TimeRangeStage> in_range_;
  std::optional<SummaryRoundTrip> round_trip_;
  std::optional<TemplateLabels> labels_;      // from the first template_members_of() on
  std::unique_ptr<TemplateCatalog> catalog_;  // of the last add_changes()
  bool whole_ = false;
};

}  // namespace loglode

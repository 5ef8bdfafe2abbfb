#include "app/reading/finite_analysis.h"

#include <chrono>
#include <utility>

#include "app/reading/builtin_rules.h"
#include "app/reading/open_state.h"
#include "correlate/line_order.h"
#include "ingest/input_source.h"
#include "state/template_counts.h"

namespace loglode {

Result<void> FiniteAnalysis::load() {
  auto framers = make_framer_factory(parse_config(options_.reading));
  if (!framers) return tl::unexpected<Error>(framers.error());
  auto range = TimeRange::read(options_.since, options_.until, options_.reading.zone);
  if (!range) return tl::unexpected<Error>(range.error());
  auto loaded = load_rules_for(options_.reading);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  framers_ = *framers;
  range_ = *range;
  loaded_ = std::move(*loaded);
  return {};
}

Result<void> FiniteAnalysis::begin() {
  MinerConfig mining;
  mining.leave_timeless = !range_.everything();
  miner_.emplace(mining, counters_);
  aggregator_.emplace(AggregateConfig{}, loaded_.catalog, counters_);
  learner_ = miner_->make_learner();
  if (!range_.everything()) in_range_.emplace(range_, counters_);
  if (options_.round_trip_seed != 0) round_trip_.emplace(*aggregator_, options_.round_trip_seed);
  if (options_.state.empty()) return {};
  auto state = open_state(options_.state, options_.read_only_state);
  if (!state) return tl::unexpected<Error>(state.error());
  session_ = std::make_unique<StateSession>(std::move(*state), StateSession::Options{range_.everything(), identity_when_shorter});
  if (!session_->notice().empty()) counters_.report({options_.state, session_->notice(), false});
  return restore_shapes(session_->contents(), *miner_);
}

TemplateMarks FiniteAnalysis::marks() const { return session_ ? marks_of(std::as_const(*session_).contents()) : TemplateMarks{}; }

Result<WorkerChain> FiniteAnalysis::make_worker() {
  WorkerChainParts parts{counters_, loaded_, *miner_};
  if (!range_.everything()) parts.mark_times = [this] { return std::make_unique<TimeRangeMarker>(range_); };
  return make_worker_chain(parts);
}

std::vector<Stage*> FiniteAnalysis::ordered_stages() {
  std::vector<Stage*> stages;
  if (in_range_) stages.push_back(&*in_range_);
  stages.push_back(learner_.get());
  stages.push_back(&*aggregator_);
  if (session_ && session_->store() != nullptr) stages.push_back(&session_->stream_extents());
  if (round_trip_) stages.push_back(&*round_trip_);
  return stages;
}

const std::string& FiniteAnalysis::template_members_of(ShapeId shape) {
  if (!labels_) labels_.emplace(*miner_, marks());
  return labels_->of(shape);
}

void FiniteAnalysis::add_changes(Checkpoint& to, bool last) {
  if (last) catalog_ = std::make_unique<TemplateCatalog>(miner_->derive_templates(marks()));
  for (EncodedShape& shape : miner_->take_changed()) to.shapes.push_back({shape.id, std::move(shape.bytes)});
  to.shapes_gone = miner_->take_forgotten();
  to.windows = last ? aggregator_->summaries() : aggregator_->take_changed();
  std::erase_if(to.windows, [](const WindowSummary& window) { return window.baseline; });  // forgotten with the process
  session_->add_streams(to, last && whole_);
  if (last) session_->add_end(to, *catalog_);
}

std::vector<WindowSummary> FiniteAnalysis::own_windows() {
  if (round_trip_) return round_trip_->delivered();
  SummaryStore store;
  for (WindowSummary& summary : aggregator_->summaries()) store.accept(std::move(summary));
  return store.take_windows();
}

AssessmentInput FiniteAnalysis::input() {
  AssessmentInput input;
  input.rules = loaded_.catalog;
  input.catalog = catalog_ ? std::move(catalog_) : std::make_unique<TemplateCatalog>(miner_->derive_templates(marks()));
  input.windows = own_windows();
  round_trip_.reset();
  labels_.reset();
  learner_.reset();
  aggregator_.reset();
  miner_.reset();
  if (!judges_) return input;
  if (session_) {
    SummaryStore store;
    for (WindowSummary& summary : session_->take_baseline_beside(input.windows)) store.accept(std::move(summary));
    for (WindowSummary& summary : input.windows) store.accept(std::move(summary));
    input.windows = store.take_windows();
  }
  order_by_lines_where_times_are_few(input.windows);
  return input;
}

JudgeConfig FiniteAnalysis::judge_config(const TemplateCatalog& catalog) const {
  JudgeConfig config;
  config.frequent = {options_.frequent_count,
                     std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options_.frequent_window_seconds))};
  if (!session_) return config;
  config.ignored = ignored_templates(session_->contents().notes, catalog);
  for (const ServiceWarmUp& one : session_->contents().warm_ups) config.warm_ups.push_back({one.service, one.since});
  return config;
}

Judgement FiniteAnalysis::assess(const AssessmentInput& input, bool /*thorough*/) {
  return judges_ ? judge(input.windows, *input.catalog, *input.rules, judge_config(*input.catalog)) : Judgement{};
}

}  // namespace loglode

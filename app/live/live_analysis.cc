#include "app/live/live_analysis.h"

#include <algorithm>
#include <utility>

#include "app/live/clean_originals.h"
#include "app/reading/builtin_rules.h"
#include "app/reading/open_state.h"
#include "correlate/standing_codec.h"
#include "pipeline/future_marker.h"
#include "state/template_counts.h"

namespace loglode {

Timestamp LiveAnalysis::wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

LiveAnalysis::LiveAnalysis(const LiveOptions& options, RunCounters& counters)
    : options_{options},
      counters_{counters},
      steps_{{options.judged, options.kept, std::chrono::hours{1}, options.lateness}},
      frequent_{options.frequent},
      mutes_{options.mutes} {}

Result<void> LiveAnalysis::load() {
  auto framers = make_framer_factory(parse_config(options_.reading));
  if (!framers) return tl::unexpected<Error>(framers.error());
  auto loaded = load_rules_for(options_.reading);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  framers_ = *framers;
  loaded_ = std::move(*loaded);
  if (!options_.originals) return {};
  auto probes = load_probes();
  if (!probes) return tl::unexpected<Error>(probes.error());
  probes_ = std::move(*probes);
  return {};
}

Result<void> LiveAnalysis::restore(StateContents& contents, const std::optional<std::string>& base) {
  miner_.emplace(options_.mining, counters_);
  AggregateConfig windows;
  windows.lateness = options_.lateness;
  windows.by_span = true;
  windows.now = wall_clock;
  aggregator_.emplace(windows, loaded_.catalog, counters_);
  marks_ = marks_of(contents);
  notes_ = contents.notes;
  for (const ServiceWarmUp& one : contents.warm_ups) warm_ups_.push_back({one.service, one.since});
  if (auto restored = restore_shapes(contents, *miner_); !restored) return restored;
  auto standing = base ? decode_standing(*base) : std::nullopt;
  if (standing) steps_.begin_at(std::move(*standing));
  has_windows_ = !contents.windows.empty();
  restore_windows(std::exchange(contents.windows, {}), standing.has_value());
  learner_ = miner_->make_learner();
  labels_.emplace(*miner_, marks_);
  return {};
}

/// Of what the state has, no more than a run that was never ended would have.
void LiveAnalysis::restore_windows(std::vector<WindowSummary> windows, bool base_known) {
  Timestamp from = steps_.needs_from();
  if (!base_known)
    if (const Timestamp newest = newest_record(windows); newest != kNoTime) from = newest - options_.kept;
  SummaryStore store;
  for (WindowSummary& window : windows)
    if (window.ordinal || window.start + window.width > from) store.accept(std::move(window));
  aggregator_->restore(store.take_windows());
  if (!base_known) steps_.begin_after(aggregator_->summaries());
}

Result<WorkerChain> LiveAnalysis::make_worker() {
  WorkerChainParts parts{counters_, loaded_, *miner_, [this] { return std::make_unique<FutureMarker>(counters_); }, worker_stages_};
  if (probes_) parts.before_masking.push_back([this] { return make_clean_originals(probes_); });
  return make_worker_chain(parts);
}

void LiveAnalysis::reload(LiveReload with) {
  loaded_ = std::move(with.rules);
  worker_stages_ = std::move(with.worker_stages);
  aggregator_->change_rules(loaded_.catalog);
  const MutexLock lock{mutex_};
  frequent_ = with.frequent;
  mutes_ = std::move(with.mutes);
}

void LiveAnalysis::add_changes(Checkpoint& to, bool last) {
  for (EncodedShape& shape : miner_->take_changed()) to.shapes.push_back({shape.id, std::move(shape.bytes)});
  to.shapes_gone = miner_->take_forgotten();
  to.windows = aggregator_->take_changed();
  if (!last) return;
  const TemplateCatalog catalog = miner_->derive_templates(marks_);
  to.has_templates = true;
  for (const TemplateInfo& info : catalog.templates()) to.templates.push_back({info.id, info.text, info.severity});
}

AssessmentInput LiveAnalysis::input() {
  return {aggregator_->summaries(), std::make_unique<TemplateCatalog>(miner_->derive_templates(marks_)), loaded_.catalog};
}

JudgeConfig LiveAnalysis::judge_config(const TemplateCatalog& catalog) const {
  JudgeConfig config;
  config.growing = true;
  {
    const MutexLock lock{mutex_};
    config.frequent = frequent_;
    config.mutes = mutes_;
  }
  config.now = wall_clock();
  for (Mute& mute : config.mutes)
    if (const TemplateInfo* known = catalog.find_shown(mute.template_id.high); known != nullptr) mute.template_id = known->id;
  config.ignored = ignored_templates(notes_, catalog);
  config.warm_ups = warm_ups_;
  return config;
}

Judgement LiveAnalysis::assess(const AssessmentInput& input, bool thorough) {
  return steps_.look(input.windows, *input.catalog, *input.rules, judge_config(*input.catalog), thorough, input.watermark);
}

std::string LiveAnalysis::encode_base() const { return encode_standing(steps_.base()); }

}  // namespace loglode

#include "app/reading/log_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>

#include "app/reading/builtin_rules.h"
#include "app/reading/chosen_files.h"
#include "app/reading/progress.h"
#include "sinks/record_file.h"

namespace loglode {

namespace {

double cpu_seconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of this program alone: ru_maxrss also holds what the process was before it became this program, for example a large parent.
std::uint64_t peak_resident_bytes(const rusage& usage) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, 6, "VmHWM:") == 0) return std::strtoull(line.c_str() + 6, nullptr, 10) * kKiB;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKiB;
}

IngestConfig ingest_config(const AnalyzeOptions& options) {
  IngestConfig config;
  config.service = options.reading.service;
  config.keep_blank_lines = options.reading.format == "message";
  if (options.batch_bytes != 0) config.batch_bytes = options.batch_bytes;
  return config;
}

bool wants_progress(const AnalyzeOptions& options) {
  return !options.quiet && (options.progress == When::always || (options.progress == When::automatic && isatty(STDERR_FILENO) == 1));
}

}  // namespace

Result<void> LogRun::read() {
  if (auto ready = prepare(); !ready) return ready;
  auto times = run_all();
  if (!times) return tl::unexpected<Error>(times.error());
  times_ = *times;
  return {};
}

Result<void> LogRun::prepare() {
  auto framers = make_framer_factory(parse_config(options_.reading));
  if (!framers) return tl::unexpected<Error>(framers.error());
  auto range = TimeRange::read(options_.since, options_.until, options_.reading.zone);
  if (!range) return tl::unexpected<Error>(range.error());
  auto loaded = load_rules_for(options_.reading);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  auto inputs = chosen_inputs(options_, counters_);
  if (!inputs) return tl::unexpected<Error>(inputs.error());
  if (auto sound = check_outputs(options_, *inputs); !sound) return sound;
  framers_ = *framers;
  range_ = *range;
  loaded_ = std::move(*loaded);
  inputs_ = std::move(*inputs);
  MinerConfig mining;
  mining.leave_timeless = !range_.everything();
  miner_.emplace(mining, counters_);
  aggregator_.emplace(AggregateConfig{}, loaded_.catalog, counters_);
  if (auto opened = open_state(); !opened) return opened;
  return open_outputs();
}

Result<void> LogRun::open_outputs() {
  if (!options_.assignments.empty()) {
    auto spool = AssignmentSpool::open();
    if (!spool) return tl::unexpected<Error>(spool.error());
    spool_ = std::move(*spool);
  }
  if (options_.records.empty()) return {};
  labels_.emplace(*miner_, session_ ? session_->marks() : TemplateMarks{});
  auto records =
      make_record_file(options_.records, *loaded_.catalog, [this](ShapeId shape) -> const std::string& { return labels_->of(shape); });
  if (!records) return tl::unexpected<Error>(records.error());
  records_ = std::move(*records);
  return {};
}

Result<void> LogRun::open_state() {
  if (options_.state.empty()) return {};
  auto session =
      StateSession::open({options_.state, options_.read_only_state, range_.everything(), std::chrono::milliseconds{options_.snapshot_ms}});
  if (!session) return tl::unexpected<Error>(session.error());
  session_ = std::move(*session);
  if (!session_->notice().empty()) counters_.report({options_.state, session_->notice(), false});
  return session_->restore(*miner_);
}

Result<WorkerChain> LogRun::make_chain() {
  WorkerChainParts parts{counters_, loaded_, *miner_};
  if (!range_.everything()) parts.mark_times = [this] { return std::make_unique<TimeRangeMarker>(range_); };
  return make_worker_chain(parts);
}

Result<PipelineTimes> LogRun::run_all() {
  const std::unique_ptr<Source> source = make_input_source(ingest_config(options_), inputs_, *framers_, counters_);
  const std::unique_ptr<Stage> learner = miner_->make_learner();
  const std::unique_ptr<Stage> recorder = session_ ? session_->make_recorder(*miner_, *aggregator_) : nullptr;
  TimeRangeStage in_range{range_, counters_};
  round_trip_.emplace(*aggregator_, options_.round_trip_seed);
  Pipeline pipeline{*source, [this] { return make_chain(); }, {}, {}, threads_, &stop_};
  if (!range_.everything()) pipeline.ordered.push_back(&in_range);
  pipeline.ordered.push_back(learner.get());
  pipeline.ordered.push_back(&*aggregator_);
  if (options_.verbose) pipeline.ordered.push_back(&reading_notes_);
  if (recorder) pipeline.ordered.push_back(recorder.get());
  if (options_.round_trip_seed != 0) pipeline.ordered.push_back(&*round_trip_);
  if (spool_) pipeline.sinks.push_back({*spool_, {RecordSelection::Of::every}});  // each line has a row
  if (records_) pipeline.sinks.push_back({*records_});
  const std::uint64_t bytes_total = std::accumulate(inputs_.begin(), inputs_.end(), std::uint64_t{0},
                                                    [](std::uint64_t sum, const InputFile& input) { return sum + input.bytes; });
  const ProgressBar bar{counters_, bytes_total, wants_progress(options_)};
  return run_pipeline(pipeline);
}

Result<std::vector<WindowSummary>> LogRun::windows() {
  if (options_.round_trip_seed != 0) return round_trip_->delivered();
  SummaryStore store;
  for (WindowSummary& summary : aggregator_->summaries()) store.accept(std::move(summary));
  return store.take_windows();
}

Result<std::vector<WindowSummary>> LogRun::windows_to_judge() {
  auto own = windows();
  if (!own || !session_) return own;
  SummaryStore store;
  for (WindowSummary& summary : session_->take_baseline_beside(*own)) store.accept(std::move(summary));
  for (WindowSummary& summary : *own) store.accept(std::move(summary));
  return store.take_windows();
}

TemplateCatalog LogRun::derive_templates() { return session_ ? miner_->derive_templates(session_->marks()) : miner_->derive_templates(); }

Result<void> LogRun::write_assignments(const TemplateCatalog& catalog) {
  return spool_ ? spool_->write_rows(options_.assignments, given_order(inputs_), catalog, options_.csv_safe) : Result<void>{};
}

Result<StateWritten> LogRun::finish_state(const TemplateCatalog& catalog) {
  return session_ ? session_->finish(*miner_, *aggregator_, catalog, !times_.stopped) : StateWritten{};
}

void LogRun::release() noexcept {
  round_trip_.reset();
  records_.reset();
  labels_.reset();
  aggregator_.reset();
  miner_.reset();
}

RunStats LogRun::stats(double seconds_judging) const {
  RunStats stats = read_counters(counters_);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  stats.seconds_wall = elapsed();
  stats.seconds_cpu = cpu_seconds(usage);
  stats.seconds_by_stage = {
      {"read", times_.read}, {"work", times_.work}, {"fold", times_.aggregate}, {"deliver", times_.deliver}, {"judge", seconds_judging}};
  stats.rss_bytes_peak = peak_resident_bytes(usage);
  stats.threads = threads_;
  stats.inputs = inputs_.size();
  stats.stopped_early = times_.stopped;
  stats.how_read = reading_notes_.lines();
  return stats;
}

}  // namespace loglode

#include "app/analyze.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <numeric>
#include <optional>

#include "app/builtin_rules.h"
#include "app/chosen_files.h"
#include "app/exit_status.h"
#include "app/pipeline.h"
#include "app/progress.h"
#include "app/summary_seam.h"
#include "app/time_range.h"
#include "correlate/judge.h"
#include "ingest/input_source.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "patterns/fold/fold.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"
#include "sinks/assignments.h"
#include "sinks/last_run.h"
#include "sinks/report.h"
#include "sinks/result_files.h"
#include "sinks/terminal_text.h"

namespace loglode {

namespace {

double cpu_seconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

RunStats stats_of(const RunCounters& counters, const PipelineTimes& times, double wall, double judging, unsigned threads,
                  std::size_t inputs) {
  RunStats stats = read_counters(counters);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  stats.seconds_wall = wall;
  stats.seconds_cpu = cpu_seconds(usage);
  stats.seconds_by_stage = {
      {"read", times.read}, {"work", times.work}, {"fold", times.fold}, {"deliver", times.deliver}, {"judge", judging}};
  stats.rss_bytes_peak = static_cast<std::uint64_t>(usage.ru_maxrss) * kKiB;
  stats.threads = threads;
  stats.inputs = inputs;
  stats.stopped_early = times.stopped;
  return stats;
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

std::atomic<int> signal_received{0};
std::atomic<bool> stop_requested{false};

extern "C" void on_signal(int signal) {
  if (stop_requested.exchange(true)) _exit(128 + signal);  // the second one leaves at once
  signal_received = signal;
}

bool is_asked_for(FailOn fail_on, const Judgement& judgement) {
  return (fail_on == FailOn::finding && !judgement.findings.empty()) || (fail_on == FailOn::incident && !judgement.incidents.empty());
}

Result<void> write_result_files(const AnalyzeOptions& options, const Analysis& analysis) {
  const std::pair<const std::string&, std::string (*)(const Judgement&)> files[] = {
      {options.findings, findings_ndjson}, {options.incidents, incidents_ndjson}, {options.templates, templates_ndjson}};
  for (const auto& [path, make] : files) {
    if (path.empty()) continue;
    if (auto written = write_file(path, make(analysis.judgement)); !written) return written;
  }
  return options.stats.empty() ? Result<void>{} : write_file(options.stats, stats_ndjson(analysis.judgement, analysis.stats));
}

std::string report_text(const AnalyzeOptions& options, const Analysis& analysis) {
  const ReportInput input{analysis.judgement,
                          analysis.stats,
                          *analysis.rules,
                          options.frequent_count,
                          options.frequent_window_seconds,
                          options.keep_last_run && !analysis.stats.stopped_early};
  switch (options.report) {
    case ReportForm::markdown:
      return markdown_report(input);
    case ReportForm::html:
      return html_report(input);
    case ReportForm::ndjson:
      return incidents_ndjson(analysis.judgement) + findings_ndjson(analysis.judgement);
    case ReportForm::human:
      break;
  }
  const bool to_screen = options.output.empty();
  return human_report(input, ScreenStyle{to_screen ? screen_columns() : 120, to_screen && wants_color(options.color, STDOUT_FILENO)});
}

void tell_problems(const AnalyzeOptions& options, const RunStats& stats) {
  for (const InputProblem& problem : stats.problems)
    if (problem.fatal || options.verbose) fmt::print(stderr, "loglode: {}\n", printable(problem_text(problem)));
  if (!options.verbose) return;
  for (const auto& [stage, seconds] : stats.seconds_by_stage) fmt::print(stderr, "{:>8}  {:.3f} s\n", stage, seconds);
  fmt::print(stderr, "{:>8}  {:.3f} s, {} threads, {:.0f} MiB at most\n", "wall", stats.seconds_wall, stats.threads,
             static_cast<double>(stats.rss_bytes_peak) / static_cast<double>(kMiB));
}

}  // namespace

namespace {

// One run: what lives from the first byte to the report. Made, run once, thrown away.
class AnalyzeRun {
 public:
  AnalyzeRun(const AnalyzeOptions& options, const std::atomic<bool>& stop) : options_{options}, stop_{stop} {}

  Result<Analysis> run() {
    if (auto ready = prepare(); !ready) return tl::unexpected<Error>(ready.error());
    auto times = read_all();
    if (!times) return tl::unexpected<Error>(times.error());
    const double judged_from = elapsed();
    auto analysis = judge_all();
    if (!analysis) return analysis;
    analysis->stats = stats_of(counters_, *times, elapsed(), elapsed() - judged_from, threads_, inputs_.size());
    return analysis;
  }

 private:
  // All that can be checked without data is checked before anything is read.
  Result<void> prepare() {
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
    folder_.emplace(FoldConfig{}, loaded_.catalog, counters_);
    if (options_.assignments.empty()) return {};
    auto spool = AssignmentSpool::open();
    if (!spool) return tl::unexpected<Error>(spool.error());
    spool_ = std::move(*spool);
    return {};
  }

  Result<WorkerChain> make_chain() {
    auto classifier = make_classifier(loaded_.rules, counters_);
    if (!classifier) return tl::unexpected<Error>(classifier.error());
    WorkerChain chain;
    chain.push_back(make_parser(counters_));
    chain.push_back(std::move(*classifier));
    chain.push_back(make_redactor(counters_));
    chain.push_back(miner_.make_scanner());
    return chain;
  }

  Result<PipelineTimes> read_all() {
    const std::unique_ptr<Source> source = make_input_source(ingest_config(options_), inputs_, *framers_, counters_);
    const std::unique_ptr<Stage> learner = miner_.make_learner();
    TimeRangeStage in_range{range_, counters_};
    seam_.emplace(*folder_, options_.seam_seed);
    Pipeline pipeline{*source, [this] { return make_chain(); }, {}, {}, threads_, &stop_};
    if (!range_.everything()) pipeline.ordered.push_back(&in_range);
    pipeline.ordered.push_back(learner.get());
    pipeline.ordered.push_back(&*folder_);
    if (options_.seam_seed != 0) pipeline.ordered.push_back(&*seam_);
    if (spool_) pipeline.sinks.push_back(spool_.get());
    const std::uint64_t bytes_total = std::accumulate(inputs_.begin(), inputs_.end(), std::uint64_t{0},
                                                      [](std::uint64_t sum, const InputFile& input) { return sum + input.bytes; });
    const ProgressBar bar{counters_, bytes_total, wants_progress(options_)};
    return run_pipeline(pipeline);
  }

  Result<std::vector<WindowSummary>> windows() {
    if (options_.seam_seed != 0) return seam_->delivered();
    SummaryStore store;
    for (WindowSummary& summary : folder_->summaries()) store.accept(std::move(summary));
    return store.windows();
  }

  Result<Analysis> judge_all() {
    auto summaries = windows();
    if (!summaries) return tl::unexpected<Error>(summaries.error());
    Analysis analysis;
    analysis.rules = loaded_.catalog;
    analysis.catalog = std::make_unique<TemplateCatalog>(miner_.settle());
    JudgeConfig config;
    config.frequent = {options_.frequent_count,
                       std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options_.frequent_window_seconds))};
    analysis.judgement = judge(*summaries, *analysis.catalog, *analysis.rules, config);
    if (spool_)
      if (auto written = spool_->write_rows(options_.assignments, given_order(inputs_), *analysis.catalog); !written)
        return tl::unexpected<Error>(written.error());
    return analysis;
  }

  [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  const AnalyzeOptions& options_;
  const std::atomic<bool>& stop_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const unsigned threads_ = options_.threads == 0 ? usable_cores() : options_.threads;
  RunCounters counters_;
  std::shared_ptr<const FramerFactory> framers_;
  TimeRange range_;
  LoadedRules loaded_;
  std::vector<InputFile> inputs_;
  TemplateMiner miner_{MinerConfig{}, counters_};
  std::optional<Folder> folder_;  // from prepare() on
  std::optional<SeamTap> seam_;   // from read_all() on
  std::unique_ptr<AssignmentSpool> spool_;
};

}  // namespace

Result<Analysis> analyze(const AnalyzeOptions& options, const std::atomic<bool>& stop) { return AnalyzeRun{options, stop}.run(); }

int run_analyze(const AnalyzeOptions& options) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  auto analysis = analyze(options, stop_requested);
  if (!analysis) return report_error(analysis.error());
  if (!options.quiet) tell_problems(options, analysis->stats);
  if (analysis->stats.stopped_early) fmt::print(stderr, "loglode: stopped early: what was read until then is judged below\n");
  if (auto written = write_result_files(options, *analysis); !written) return report_error(written.error());
  const std::string text = report_text(options, *analysis);
  if (auto written = options.output.empty() ? print_text(text) : write_file(options.output, text); !written)
    return report_error(written.error());
  if (options.keep_last_run && !analysis->stats.stopped_early) {  // a part of a run does not replace a whole one
    auto kept = state_folder().and_then(
        [&](const std::string& state) { return keep_last_run(state, analysis->judgement, analysis->stats, *analysis->rules); });
    if (!kept && !options.quiet) fmt::print(stderr, "loglode: the last run is not kept: {}\n", kept.error().where);
  }
  if (signal_received != 0) return 128 + signal_received;
  const auto& problems = analysis->stats.problems;
  if (std::any_of(problems.begin(), problems.end(), [](const InputProblem& problem) { return problem.fatal; })) return kCouldNotFinish;
  return is_asked_for(options.fail_on, analysis->judgement) ? kFailOnHit : kDone;
}

}  // namespace loglode

#include "app/commands/analyze.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "app/commands/rca_reports.h"
#include "app/reading/log_run.h"
#include "base/exit_status.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "sinks/last_run.h"
#include "sinks/report.h"
#include "sinks/result_files.h"

namespace loglode {

namespace {

bool is_asked_for(FailOn fail_on, const Judgement& judgement) {
  return (fail_on == FailOn::finding && !judgement.findings.empty()) || (fail_on == FailOn::incident && !judgement.incidents.empty());
}

Result<void> write_result_files(const AnalyzeOptions& options, const AnalyzeResult& analysis) {
  const std::pair<const std::string&, std::string (*)(const Judgement&)> files[] = {{options.findings, findings_ndjson},
                                                                                    {options.incidents, incidents_ndjson}};
  for (const auto& [path, make] : files) {
    if (path.empty()) continue;
    if (auto written = write_file(path, make(analysis.judgement())); !written) return written;
  }
  if (!options.reports.empty())
    if (auto written = write_file(options.reports, rca_reports_ndjson(analysis.judgement(), analysis.rules())); !written) return written;
  if (!options.templates.empty())
    if (auto written = write_templates(options.templates, analysis.judgement()); !written) return written;
  return options.stats.empty() ? Result<void>{} : write_file(options.stats, stats_ndjson(analysis.judgement(), analysis.stats));
}

std::string report_text(const AnalyzeOptions& options, const AnalyzeResult& analysis) {
  const ReportInput input{analysis.judgement(),
                          analysis.stats,
                          analysis.rules(),
                          options.frequent_count,
                          options.frequent_window_seconds,
                          options.keep_last_run && !analysis.stats.stopped_early};
  switch (options.report) {
    case ReportForm::markdown:
      return markdown_report(input);
    case ReportForm::html:
      return html_report(input);
    case ReportForm::ndjson:
      return incidents_ndjson(analysis.judgement()) + findings_ndjson(analysis.judgement());
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
  for (const std::string& line : stats.how_read) fmt::print(stderr, "{}\n", printable(line));
  for (const auto& [stage, seconds] : stats.seconds_by_stage) fmt::print(stderr, "{:>8}  {:.3f} s\n", stage, seconds);
  fmt::print(stderr, "{:>8}  {:.3f} s, {} threads, {:.0f} MiB at most\n", "wall", stats.seconds_wall, stats.threads,
             static_cast<double>(stats.rss_bytes_peak) / static_cast<double>(kMiB));
}

}  // namespace

Result<AnalyzeResult> analyze(const AnalyzeOptions& options, const std::atomic<bool>& stop) {
  LogRun run{options, LogRun::Purpose::analyze, stop};
  if (auto done = run.run(); !done) return tl::unexpected<Error>(done.error());
  return AnalyzeResult{run.assessment(), run.stats()};
}

int run_analyze(const AnalyzeOptions& options) {
  auto analysis = analyze(options, stop_on_signals());
  if (!analysis) return report_error(analysis.error());
  if (!options.quiet) tell_problems(options, analysis->stats);
  if (analysis->stats.stopped_early) fmt::print(stderr, "loglode: stopped early: what was read until then is judged below\n");
  if (auto written = write_result_files(options, *analysis); !written) return report_error(written.error());
  const std::string text = report_text(options, *analysis);
  if (auto written = options.output.empty() ? print_text(text) : write_file(options.output, text); !written)
    return report_error(written.error());
  if (options.keep_last_run && !analysis->stats.stopped_early) {  // a part of a run does not replace a whole one
    auto kept = state_folder().and_then(
        [&](const std::string& state) { return keep_last_run(state, analysis->judgement(), analysis->stats, analysis->rules()); });
    if (!kept && !options.quiet)
      fmt::print(stderr, "loglode: {}; the results above are complete, but `loglode incidents` and the like go on showing an earlier run\n",
                 kept.error().message);
    if (!options.state.empty() && !options.read_only_state)
      if (auto beside = keep_last_run(options.state, analysis->judgement(), analysis->stats, analysis->rules()); !beside && !options.quiet)
        fmt::print(stderr, "loglode: {}; `loglode incidents --state {}` goes on showing an earlier run\n", beside.error().message,
                   options.state);
  }
  if (signal_received() != 0) return 128 + signal_received();
  const auto& problems = analysis->stats.problems;
  if (std::any_of(problems.begin(), problems.end(), [](const InputProblem& problem) { return problem.fatal; })) return kCouldNotFinish;
  return is_asked_for(options.fail_on, analysis->judgement()) ? kFailOnHit : kDone;
}

}  // namespace loglode

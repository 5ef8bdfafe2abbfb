#include "app/commands/learn.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "app/reading/log_run.h"
#include "base/exit_status.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "sinks/report.h"
#include "sinks/result_files.h"

namespace loglode {

namespace {

std::string counted(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", with_commas(count), thing, count == 1 ? "" : "s");
}

std::string summary_of(const AnalyzeOptions& options, const LogRun& run, const RunStats& stats, const TemplateCatalog& catalog,
                       std::size_t services, const StateWritten& written) {
  std::set<const TemplateInfo*> before;
  for (const StoredTemplate& known : run.state()->contents().templates) before.insert(catalog.find(known.id));
  const auto fresh = static_cast<std::size_t>(std::count_if(catalog.templates().begin(), catalog.templates().end(),
                                                            [&](const TemplateInfo& info) { return !before.contains(&info); }));
  std::string out = fmt::format("learned {} of {} · {} now known, {} new · {:.2f} s\nstate  {}\n", counted(stats.lines, "line"),
                                counted(services, "service"), counted(catalog.templates().size(), "template"), with_commas(fresh),
                                stats.seconds_wall, printable(options.state));
  if (stats.stopped_early) out += "stopped early: what was read until then is kept; run it again to learn the rest\n";
  if (written.windows_ignored != 0)
    out += "a part of the input was learned so long ago that the state holds only its totals: that part was not counted twice\n";
  return out + fmt::format("next   loglode analyze LOGS --state {}\n", printable(options.state));
}

std::size_t services_of(const std::vector<WindowSummary>& windows) {
  std::set<std::string> services;
  for (const WindowSummary& window : windows) services.insert(window.services.begin(), window.services.end());
  return services.size();
}

}  // namespace

int run_learn(const AnalyzeOptions& options) {
  LogRun run{options, LogRun::Purpose::learn, stop_on_signals()};
  if (auto done = run.run(); !done) return report_error(done.error());
  const AssessmentInput& learned = run.assessment()->input;
  const RunStats stats = run.stats();
  bool damaged = false;
  for (const InputProblem& problem : stats.problems) {
    damaged = damaged || problem.fatal;
    if (problem.fatal || options.verbose) fmt::print(stderr, "loglode: {}\n", printable(problem_text(problem)));
  }
  if (options.verbose)
    for (const std::string& line : stats.how_read) fmt::print(stderr, "{}\n", printable(line));
  if (!options.stats.empty())
    if (auto kept = write_file(options.stats, stats_ndjson(Judgement{}, stats)); !kept) return report_error(kept.error());
  if (!options.quiet)
    if (auto printed = print_text(summary_of(options, run, stats, *learned.catalog, services_of(learned.windows), run.written())); !printed)
      return report_error(printed.error());
  if (signal_received() != 0) return 128 + signal_received();
  return damaged ? kCouldNotFinish : kDone;
}

}  // namespace loglode

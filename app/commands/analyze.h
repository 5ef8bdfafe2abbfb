// `loglode analyze`: read to the end, then report. The place that knows the order of the rooms.
#pragma once

#include <atomic>

#include "app/reading/options.h"
#include "core/finding.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_stats.h"

namespace loglode {

/// Everything that a run found; `windows`, `catalog` and `rules` own what the judgement points to.
struct AnalyzeResult {
  std::vector<WindowSummary> windows;
  std::unique_ptr<TemplateCatalog> catalog;
  std::shared_ptr<const RuleCatalog> rules;
  Judgement judgement;
  RunStats stats;
};

/// Reads all inputs and judges them; writes `--assignments` on the way. `stop` ends reading early (what was read is judged).
/// Errors: wrong formats, columns, zones or rules (invalid_argument: nothing was started); a full disk.
[[nodiscard]] Result<AnalyzeResult> analyze(const AnalyzeOptions& options, const std::atomic<bool>& stop);

/// The command: analyze, write the files asked for, print the report, keep the last run. Returns the exit status of cli.md.
[[nodiscard]] int run_analyze(const AnalyzeOptions& options);

}  // namespace loglode

// `loglode analyze`: read to the end, then report.
#pragma once

#include <atomic>
#include <memory>

#include "app/reading/options.h"
#include "core/assessment.h"
#include "core/finding.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_stats.h"

namespace loglode {

/// Everything that a run found.
struct AnalyzeResult {
  std::shared_ptr<const Assessment> assessment;
  RunStats stats;
  [[nodiscard]] const Judgement& judgement() const noexcept { return assessment->judgement; }
  [[nodiscard]] const RuleCatalog& rules() const noexcept { return *assessment->input.rules; }
};

/// Reads all inputs and judges them; writes `--assignments` on the way. `stop` ends reading early (what was read is judged).
/// Errors: wrong formats, columns, zones or rules (invalid_argument: nothing was started); a full disk.
[[nodiscard]] Result<AnalyzeResult> analyze(const AnalyzeOptions& options, const std::atomic<bool>& stop);

/// The command: analyze, write the files asked for, print the report, keep the last run. Returns the exit status of cli.md.
[[nodiscard]] int run_analyze(const AnalyzeOptions& options);

}  // namespace loglode

// What a person reads at the end of a run. Pure functions from the judgement to text; the screen of cli.md sets the order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/finding.h"
#include "core/finding_words.h"
#include "core/rule_info.h"
#include "core/run_stats.h"

namespace loglode {

struct ReportInput {
  const Judgement& judgement;
  const RunStats& stats;
  const RuleCatalog& rules;
  std::uint64_t frequent_count = 10;  // the limits that "frequent" was judged by
  double frequent_window_seconds = 60;
  bool kept = true;  // as the last run, so that `incidents show` and `context` work
};

struct ScreenStyle {
  std::size_t columns = 120;
  bool color = false;
};

[[nodiscard]] std::string human_report(const ReportInput& input, const ScreenStyle& style);
[[nodiscard]] std::string markdown_report(const ReportInput& input);
/// One self-contained page, no script, nothing fetched.
[[nodiscard]] std::string html_report(const ReportInput& input);

/// Times as all three reports spell them (clock_text() is in core/finding_words.h).
[[nodiscard]] std::string span_text(Timestamp first,
                                    Timestamp last);  // 12:00:00-12:20:31 UTC, with dates when they differ or are not today's

/// 0.0-1202.0 s since boot
[[nodiscard]] std::string boot_span_text(std::pair<double, double> seconds);
/// +02:00
[[nodiscard]] std::string offset_text(std::int32_t seconds);

/// What every report says of a run that a signal cut short.
inline constexpr std::string_view kStoppedEarly =
    "stopped early by a signal: this is about what was read until then, not about all of the input";

/// The problem as one sentence that names the path.
[[nodiscard]] std::string problem_text(const InputProblem& problem);

/// What a finding is about in a few words: its rule's name, or its template.
[[nodiscard]] std::string subject_of(const Finding& finding, const RuleCatalog& rules);

}  // namespace loglode

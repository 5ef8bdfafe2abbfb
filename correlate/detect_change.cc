// Changes: what people and schedulers did, told by quiet lines that were not there before. Evidence, never an alarm.
#include "correlate/change_wording.h"
#include "correlate/detect.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kRepeatsMax = 20;  // what is said oftener is work, not a change

/// What a program says of its insides: `console.debug: PageData: "Service started"`.
bool is_for_developers(const Series& series) {
  const std::string& text = series.info->text;
  return (series.severity != Severity::unspecified && series.severity < Severity::info) || text.find(".debug") != std::string::npos ||
         text.find("DEBUG") != std::string::npos;
}

}  // namespace

std::vector<Anomaly> find_changes(const Timeline& timeline, const JudgeConfig&) {
  std::vector<Anomaly> anomalies;
  for (const Series& series : timeline.series) {
    if (series.severity_class() == SeverityClass::error || series.points.empty() || series.learned_total > 0 || series.judged_from > 0)
      continue;
    if (series.total > kRepeatsMax || is_for_developers(series)) continue;
    const ToldChange told = change_told_by(series.info->text, timeline.services[series.service]);
    if (!told.is_change) continue;
    Anomaly anomaly = begin_anomaly(timeline, series, series.points, FindingKind::deploy);
    anomaly.finding.category = FindingCategory::change;
    anomaly.finding.observed = static_cast<double>(series.total);
    anomaly.finding.q = 0;
    anomaly.finding.score = told.with_version ? 1.5 : 1;
    anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + " at " + place_of(timeline, series.points.front()) +
                              ", a change that was not seen before";
    anomaly.what = "change: " + subject_of(series);
    anomalies.push_back(std::move(anomaly));
  }
  return anomalies;
}

}  // namespace loglode

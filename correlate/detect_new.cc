// New: what a service has never said before. The best single signal for ERROR; for WARN only where the baseline is broad.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kFirstPartLines = 20;
constexpr double kWarmUpSeconds = 600;       // a service known for so long and with so many lines
constexpr std::uint64_t kWarmUpLines = 500;  // may be surprised inside the first part as well
constexpr std::uint64_t kMatureRuns = 20;    // of a baseline, after which a new WARN counts
constexpr double kMatureSeconds = 24 * 3600.0;
constexpr std::uint64_t kWarningsAMinute = 5;  // of a new WARN that is shown without that
constexpr double kSurpriseLevel = 0.05;
constexpr std::size_t kEarlyErrors = 3;  // of a service, told without anything to compare them with

std::uint64_t lines_before(const Series& lines, Timestamp time) {
  std::uint64_t count = 0;
  for (const Point& point : lines.points) {
    if (point.last >= time) break;
    count += point.count;
  }
  return count;
}

bool is_new(const Timeline& timeline, const Series& series) {
  if (series.points.empty() || series.learned_total > 0) return false;
  if (timeline.has_baseline) return true;
  if (series.judged_from == 0) return true;
  return seconds_between(timeline.first, series.first()) >= kWarmUpSeconds &&
         lines_before(timeline.lines[series.service], series.first()) >= kWarmUpLines;
}

/// Good and Turing: the share of a service's lines that were seen once is how likely its next line is one never seen.
double expected_surprises(const Timeline& timeline, std::uint32_t service) {
  double singletons = 0;
  for (const Series& series : timeline.series) {
    if (series.service != service || series.severity_class() != SeverityClass::error || is_new(timeline, series)) continue;
    singletons += count_of(timeline.learned(series)) == 1 ? 1 : 0;
  }
  const Series& lines = timeline.lines[service];
  const auto learned = static_cast<double>(count_of(timeline.learned(lines)));
  return learned > 0 ? singletons / learned * static_cast<double>(count_of(lines.judged())) : 0;
}

/// Somebody will have to change something one day: no fault of today, however new.
bool announces(const Series& series) {
  const std::string& text = series.info->text;
  return series.severity_class() == SeverityClass::warning &&
         (text.find("eprecat") != std::string::npos || text.find("EPRECAT") != std::string::npos);
}

/// How the baseline says the same text: the gravest of its other severities; null where it does not say it.
const Series* said_before(const Timeline& timeline, const Series& series) {
  if (!series.joined) return nullptr;
  const Series* before = nullptr;
  for (const Series& other : timeline.series) {
    if (other.service != series.service || other.info->text != series.info->text || timeline.learned(other).empty()) continue;
    if (before == nullptr || other.severity > before->severity) before = &other;
  }
  return before;
}

/// "never seen before", or as what until now; a severity that only a rule gives is told by what the rule says.
std::string never_text(const Timeline& timeline, const Series& series) {
  const Series* before = said_before(timeline, series);
  if (before == nullptr) return "never seen before";
  if (!series.stated && series.rule != nullptr) return "until now never \"" + series.rule->name + '"';
  return "until now only " + std::string{before->severity == Severity::unspecified ? "with " : "as "} + severity_text(before->severity);
}

Sign describe(const Timeline& timeline, const Series& series, bool mature) {
  const bool error = series.severity_class() == SeverityClass::error;
  Sign sign = begin_sign(timeline, series, series.points, error ? FindingKind::new_error : FindingKind::new_warning);
  sign.level = series.severity >= Severity::fatal ? IncidentSeverity::critical
               : error                            ? IncidentSeverity::error
                                                  : IncidentSeverity::warning;
  sign.opens = error || mature;
  sign.finding.observed = static_cast<double>(series.total);
  sign.finding.q = 0;
  sign.finding.notify = series.severity >= Severity::fatal ? Notify::page : error ? Notify::ticket : Notify::digest;
  sign.finding.score = (series.severity >= Severity::fatal ? 14 : error ? 10 : 2) + std::log2(1 + static_cast<double>(series.total));
  sign.finding.summary = sign.finding.service + ": " + subject_of(series) + " " + never_text(timeline, series) + ", " +
                         times_counted(series.total) + " from " + place_of(timeline, series.points.front());
  sign.what = "new " + std::string{severity_name(series.severity)} + ": " + subject_of(series) + " ×" + grouped(series.total);
  return sign;
}

/// Nothing to compare with is no reason to keep quiet while somebody watches: each service's first errors are told, as what they are.
/// Whether they are new nobody can know, so they open nothing; and a service that calls everything an ERROR is told of a few times, not
/// always.
std::vector<Sign> find_early(const Timeline& timeline, const std::vector<Sign>& told) {
  std::map<std::uint32_t, std::vector<const Series*>> of_service;
  for (const Series& series : timeline.series) {
    if (series.severity_class() != SeverityClass::error || series.points.empty()) continue;
    if (std::none_of(told.begin(), told.end(), [&](const Sign& sign) { return sign.series == &series; }))
      of_service[series.service].push_back(&series);
  }
  std::vector<Sign> signs;
  for (auto& [service, errors] : of_service) {
    std::sort(errors.begin(), errors.end(), [](const Series* a, const Series* b) {
      const bool fatal = a->severity >= Severity::fatal, other = b->severity >= Severity::fatal;
      if (fatal != other) return fatal;
      return a->first() != b->first() ? a->first() < b->first() : a->info->id < b->info->id;
    });
    errors.resize(std::min(errors.size(), kEarlyErrors));
    for (const Series* series : errors) {
      Sign& sign = signs.emplace_back(begin_sign(timeline, *series, series->points, FindingKind::new_error));
      sign.early = true;
      sign.finding.observed = static_cast<double>(series->total);
      sign.finding.notify = Notify::digest;
      sign.finding.score = 1 + std::log2(1 + static_cast<double>(series->total));
      sign.finding.summary = sign.finding.service + ": " + subject_of(*series) + " " + times_counted(series->total) + " from " +
                             place_of(timeline, series->points.front()) + ", when there was nothing yet to compare it with";
      sign.what = "early " + std::string{severity_name(series->severity)} + ": " + subject_of(*series);
    }
  }
  return signs;
}

}  // namespace

std::vector<Sign> find_new(const Timeline& timeline, const JudgeConfig& config) {
  const bool mature =
      timeline.has_baseline && (timeline.learned_runs >= kMatureRuns ||
                                timeline.learned_buckets * seconds_between(Timestamp{}, Timestamp{timeline.bucket}) >= kMatureSeconds);
  const std::uint64_t learned_lines = timeline.has_baseline ? timeline.learned_records : timeline.records;
  std::vector<Sign> signs;
  const bool unknown = config.growing && !timeline.has_baseline;
  if (learned_lines < kFirstPartLines) return unknown ? find_early(timeline, {}) : signs;
  std::map<std::uint32_t, std::uint64_t> new_errors;
  for (const Series& series : timeline.series) {
    if (series.severity_class() == SeverityClass::quiet || !is_new(timeline, series)) continue;
    const bool error = series.severity_class() == SeverityClass::error;
    if (announces(series)) continue;
    if (!error && !mature && peak_of(series.points, timeline.width, config.frequent.window, kWarningsAMinute).count < kWarningsAMinute)
      continue;
    signs.push_back(describe(timeline, series, mature));
    if (error) ++new_errors[series.service];
  }
  // Where surprises are the rule, one more is none.
  for (const auto& [service, count] : new_errors) {
    const double expected = expected_surprises(timeline, service);
    if (upper_tail(static_cast<double>(count), expected, 0) <= kSurpriseLevel) continue;
    for (Sign& sign : signs) {
      if (sign.service != service || sign.finding.kind != FindingKind::new_error || sign.level == IncidentSeverity::critical) continue;
      sign.opens = false;
      sign.level = IncidentSeverity::info;
      sign.finding.expected = expected;
      sign.finding.score *= 0.2;
      sign.finding.notify = Notify::digest;
      sign.finding.summary += "; this service says something new so often that it means little";
    }
  }
  if (unknown) {
    std::vector<Sign> early = find_early(timeline, signs);
    std::move(early.begin(), early.end(), std::back_inserter(signs));
  }
  return signs;
}

}  // namespace loglode

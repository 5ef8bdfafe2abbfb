// Frequent: the rule that people know. More than N of one type of error within a window.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr double kOverdispersion = 0.1, kChance = 1e-4;  // of a first part that serves as the baseline: how far windows stray
constexpr double kSameAsEver = 1.5;                      // a peak up to so many times that of the given baseline is how it always is

struct Frequency {
  const Series* series;
  Peak peak;
  bool as_ever = false;  // nothing that was not so before
  std::size_t from = 0;  // the point where it began to be more
};

std::string within(Duration window) {
  const double seconds = std::chrono::duration<double>(window).count();
  return rounded(seconds) + " s";
}

IncidentSeverity level_of(const Series& series) {
  if (series.severity >= Severity::fatal) return IncidentSeverity::critical;
  if (series.severity >= Severity::error) return IncidentSeverity::error;
  return series.severity >= Severity::warn ? IncidentSeverity::warning : IncidentSeverity::info;
}

FindingKind kind_of(RuleCategory category) {
  if (category == RuleCategory::security) return FindingKind::security;
  return category == RuleCategory::business ? FindingKind::business : FindingKind::frequent;
}

class FrequentFinder {
 public:
  FrequentFinder(const Timeline& timeline, const JudgeConfig& config) : timeline_{timeline}, config_{config} {}

  std::vector<Anomaly> find() {
    for (const Series& series : timeline_.series)
      if (series.severity_class() == SeverityClass::error) consider(series, of_template_);
    for (const Series& series : timeline_.rule_series)
      if (series.severity >= Severity::warn) consider(series, of_rule_);
    for (const Series& series : timeline_.errors) consider(series, of_service_);
    for (const Frequency& one : of_template_) add_template(one);
    for (const Frequency& one : of_rule_) add_rule(one);
    for (const Frequency& one : of_service_) add_service(one);
    return std::move(anomalies_);
  }

 private:
  void consider(const Series& series, std::vector<Frequency>& into) const {
    if (series.points.empty()) return;
    Peak peak = peak_of(series.points, timeline_.width, config_.frequent.window, config_.frequent.count);
    if (peak.count <= peak.allowance) return;
    Frequency one{&series, peak, true, 0};
    const double usual = usual_of(series);
    if (static_cast<double>(peak.count) > usual) {
      // The trouble begins where it is more than usual, not where the first of its kind was seen.
      const auto allowed = static_cast<std::uint64_t>(std::fmax(usual, static_cast<double>(peak.allowance)));
      one.as_ever = false;
      one.from = peak_of(series.points, timeline_.width, config_.frequent.window, 0, allowed).first_over;
    } else if (!timeline_.has_baseline && usual_rate(series) > static_cast<double>(peak.allowance)) {
      one.as_ever = false;  // too much from the very beginning on: nobody has said that this is how it should be
    }
    into.push_back(one);
  }

  /// Records in a window, as the baseline has them.
  double usual_rate(const Series& series) const {
    const double windows =
        static_cast<double>(std::max(config_.frequent.window, timeline_.width).count()) / static_cast<double>(timeline_.bucket.count());
    return timeline_.expected(series, std::fmin(windows, timeline_.learned_buckets + timeline_.judged_buckets));
  }

  /// The fullest window that is nothing out of the ordinary; 0 for what the baseline does not hold.
  double usual_of(const Series& series) const {
    if (timeline_.has_baseline)
      return kSameAsEver *
             static_cast<double>(peak_of(series.learned, timeline_.width, config_.frequent.window, config_.frequent.count).count);
    const double rate = usual_rate(series);
    if (rate <= 0) return 0;
    double most = rate;
    while (upper_tail(most + 1, rate, kOverdispersion) > kChance) most += std::fmax(1, most / 16);
    return most;
  }

  Anomaly describe(const Frequency& one, FindingKind kind, const std::string& subject) const {
    const Series& series = *one.series;
    Anomaly anomaly = begin_anomaly(timeline_, series, std::span{series.points}.subspan(one.from), kind);
    const std::uint64_t total = series.total;
    const double windows =
        std::max(1.0, static_cast<double>(config_.frequent.window.count()) / static_cast<double>(timeline_.bucket.count()));
    anomaly.level = one.as_ever ? IncidentSeverity::info : level_of(series);
    anomaly.opens = !one.as_ever && anomaly.level >= IncidentSeverity::warning;
    anomaly.finding.observed = static_cast<double>(one.peak.count);
    anomaly.finding.expected = timeline_.has_baseline ? timeline_.expected(series, windows) : 0;
    anomaly.finding.q = 0;
    anomaly.finding.notify = one.as_ever ? Notify::none : anomaly.level >= IncidentSeverity::error ? Notify::ticket : Notify::digest;
    anomaly.finding.score =
        (one.as_ever ? 0.2 : 1) *
        (6 + std::log2(static_cast<double>(one.peak.count) / static_cast<double>(std::max<std::uint64_t>(1, one.peak.allowance))));
    anomaly.finding.summary = anomaly.finding.service + ": " + subject + " " + times_counted(total);
    if (timeline_.ordinal) {
      anomaly.finding.summary += " from " + place_of(timeline_, series.points[one.from]);
    } else {
      const Duration window = std::max(config_.frequent.window, timeline_.width);
      anomaly.finding.summary +=
          one.peak.count < total
              ? ", " + grouped(one.peak.count) + " of them in " + within(window) + " from " + clock_time(timeline_, one.peak.start)
              : " within " + within(window) + " from " + clock_time(timeline_, series.points[one.from].first);
    }
    if (one.as_ever) anomaly.finding.summary += timeline_.has_baseline ? ", as in the baseline" : ", as from the beginning";
    anomaly.what = "frequent: " + subject + " ×" + grouped(total);
    return anomaly;
  }

  void add_template(const Frequency& one) { anomalies_.push_back(describe(one, FindingKind::frequent, subject_of(*one.series))); }

  void add_rule(const Frequency& one) {
    const Series& series = *one.series;
    if (series.rule->category == RuleCategory::error && told_by_template(series)) return;
    Anomaly anomaly = describe(one, kind_of(series.rule->category), series.rule->name);
    if (series.rule->category != RuleCategory::error) anomaly.level = std::min(anomaly.level, IncidentSeverity::warning);
    if (series.rule->category == RuleCategory::business) anomaly.opens = false;
    anomalies_.push_back(std::move(anomaly));
  }

  /// A rule that says of one frequent template what that says itself.
  bool told_by_template(const Series& rule) const {
    return std::any_of(of_template_.begin(), of_template_.end(), [&](const Frequency& one) {
      const Series& series = *one.series;
      const auto begins = [](const Series& it) {
        const Point& point = it.points.front();
        return std::tuple{point.first, point.summary, point.cell == nullptr ? 0 : point.cell->first_offset};
      };
      const bool hit = series.rule == rule.rule || (!rule.points.empty() && begins(series) == begins(rule));
      return hit && series.service == rule.service && series.total * 10 >= rule.total * 9;
    });
  }

  /// What a service's errors come to, told by the kinds that are too few to be told alone.
  void add_service(const Frequency& one) {
    std::vector<const Series*> kinds;
    std::size_t told = 0;
    for (const Series& series : timeline_.series) {
      if (series.service != one.series->service || series.severity_class() != SeverityClass::error || series.points.empty()) continue;
      const bool alone =
          std::any_of(of_template_.begin(), of_template_.end(), [&](const Frequency& other) { return other.series == &series; });
      told += alone ? 1 : 0;
      if (!alone) kinds.push_back(&series);
    }
    if (kinds.empty()) return;
    std::sort(kinds.begin(), kinds.end(),
              [](const Series* a, const Series* b) { return a->total != b->total ? a->total > b->total : a->info->id < b->info->id; });
    const std::size_t others = told + kinds.size() - 1;
    std::string subject = subject_of(*kinds.front()) + " ×" + grouped(kinds.front()->total);
    if (others > 0) subject += " and " + grouped(others) + (others == 1 ? " other kind" : " other kinds") + " of error, in all";
    Anomaly anomaly = describe(one, FindingKind::frequent, subject);
    constexpr std::size_t kShown = 4;
    for (std::size_t i = 1; i < std::min(kinds.size(), kShown); ++i)
      anomaly.finding.summary += (i == 1 ? "; also " : ", ") + subject_of(*kinds[i]) + " ×" + grouped(kinds[i]->total);
    if (told > 0) anomaly.finding.score *= 0.5;
    anomalies_.push_back(std::move(anomaly));
  }

  const Timeline& timeline_;
  const JudgeConfig& config_;
  std::vector<Frequency> of_template_, of_rule_, of_service_;
  std::vector<Anomaly> anomalies_;
};

}  // namespace

std::vector<Anomaly> find_frequent(const Timeline& timeline, const JudgeConfig& config) { return FrequentFinder{timeline, config}.find(); }

namespace {

/// Where in points [from, to] the count begins to outrun `rate` (a second): the lowest point of their cumulative sum (CUSUM). The window
/// that is too full begins before the trouble does.
std::size_t rise_in(std::span<const Point> points, std::size_t from, std::size_t to, double rate) {
  std::size_t rise = from;
  double sum = 0, lowest = 0;
  for (std::size_t i = from; i <= to; ++i) {
    const double level = sum - rate * seconds_between(points[from].first, points[i].first);
    if (level < lowest) {
      lowest = level;
      rise = i;
    }
    sum += static_cast<double>(points[i].count);
  }
  return rise;
}

}  // namespace

Peak peak_of(std::span<const Point> points, Duration width, Duration window, std::uint64_t allowed, std::uint64_t at_least) {
  Peak peak;
  peak.allowance = std::max(at_least, width <= window ? allowed : allowed * static_cast<std::uint64_t>(width / window));
  const Duration reach = std::max(window, width);
  std::uint64_t inside = 0;
  bool found_over = false;
  for (std::size_t from = 0, to = 0; to < points.size(); ++to) {
    inside += points[to].count;
    while (plus(points[from].start, reach) < plus(points[to].start, width)) inside -= points[from++].count;
    if (inside > peak.count) {
      peak.count = inside;
      peak.start = points[from].first;
    }
    if (!found_over && inside > peak.allowance) {
      found_over = true;
      peak.first_over = rise_in(points, from, to, static_cast<double>(peak.allowance) / std::chrono::duration<double>(reach).count());
    }
  }
  return peak;
}

std::uint64_t count_of(std::span<const Point> points) noexcept {
  std::uint64_t count = 0;
  for (const Point& point : points) count += point.count;
  return count;
}

Anomaly begin_anomaly(const Timeline& timeline, const Series& series, std::span<const Point> points, FindingKind kind) {
  Anomaly anomaly;
  Finding& finding = anomaly.finding;
  anomaly.series = &series;
  anomaly.service = series.service;
  anomaly.onset = points.front().first;
  anomaly.offset = points.front().cell != nullptr ? points.front().cell->first_offset : 0;
  for (const Point& point : points) anomaly.end = std::max(anomaly.end, point.last);
  finding.kind = kind;
  finding.service = timeline.services[series.service];
  if (series.info != nullptr) {
    finding.template_id = series.info->id;
    finding.template_text = series.info->text;
  }
  if (series.rule != nullptr) {
    finding.rule_id = series.rule->id;
    finding.hits_alone = series.among > 0;
    if (series.rule->category == RuleCategory::performance) finding.category = FindingCategory::performance;
    if (series.rule->category == RuleCategory::security) finding.category = FindingCategory::security;
    if (series.rule->category == RuleCategory::business) finding.category = FindingCategory::business;
  }
  finding.severity = series.severity;
  finding.start = anomaly.onset;
  finding.end = anomaly.end;
  finding.total = series.total;
  for (const std::size_t at : telling_points(points, 3)) finding.evidence.push_back(evidence_of(points[at]));
  finding.finding_id = stable_id(std::string{name_of(kind)} + '\n' + finding.service + '\n' + to_hex(finding.template_id) + '\n' +
                                 finding.rule_id + '\n' + std::to_string(static_cast<unsigned>(series.severity_class())) + '\n' +
                                 std::to_string(anomaly.onset.time_since_epoch().count()));
  return anomaly;
}

}  // namespace loglode

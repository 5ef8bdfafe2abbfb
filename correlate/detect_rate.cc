// Rate: louder or quieter than the baseline. Counts of logs are overdispersed, so the tails are those of a negative binomial.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "correlate/baseline_profile.h"
#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr double kBucketsNeeded = 20;
constexpr double kLeastPerBucket = 0.2;  // below it a template is present or not, and has no rate
constexpr std::uint64_t kSegmentsMax = 64;
constexpr std::uint64_t kSegmentBuckets = 6;  // 60 s of 10 s buckets
constexpr double kLeastExpected = 5;          // in a segment, for a drop; as many more than expected, for a rise
constexpr double kLeastRatio = 2;

struct Segment {
  Timestamp from = kNoTime, to = kNoTime;
  double buckets = 0, count = 0;
  std::size_t begin = 0, end = 0;  // points
};

struct Change {
  const Series* series;
  bool up;
  double p;
  Segment worst;
  std::size_t segments = 0;  // that are changed as well
  Timestamp onset = kNoTime;
  double expected = 0;
};

/// What is judged, in at most 64 equal parts of at least a minute of buckets.
std::vector<Segment> segments_of(const Timeline& timeline) {
  const double buckets = timeline.judged_buckets;
  const auto wanted = static_cast<std::uint64_t>(std::fmin(buckets / kSegmentBuckets, static_cast<double>(kSegmentsMax)));
  const std::uint64_t number = std::max<std::uint64_t>(1, wanted);
  std::vector<Segment> segments;
  const Duration whole{static_cast<std::int64_t>(std::fmin(seconds_between(timeline.judged_from, timeline.last) * 1e9, 9.2e18))};
  const Duration step = whole / static_cast<std::int64_t>(number) + Duration{1};
  Timestamp from = timeline.judged_from;
  for (std::uint64_t i = 0; i < number; ++i) {
    const Timestamp to = plus(from, step);
    segments.push_back(Segment{from, to, timeline.buckets_between(from, std::min(to, plus(timeline.last, Duration{1})))});
    from = to;
  }
  return segments;
}

void count_into(std::vector<Segment>& segments, const Series& series) {
  const std::span<const Point> points{series.points};
  std::size_t at = series.judged_from;
  for (Segment& segment : segments) {
    segment.count = 0;
    segment.begin = at;
    for (; at < points.size() && points[at].start < segment.to; ++at) segment.count += static_cast<double>(points[at].count);
    segment.end = at;
  }
}

std::optional<Change> change_of(const Timeline& timeline, const Series& series, std::vector<Segment>& segments, bool up) {
  double longest = 0;
  for (const Segment& segment : segments) longest = std::fmax(longest, segment.buckets);
  const BaselineProfile profile = profile_of(timeline, series, longest);
  // Where a record came by the hundred or not at all, nothing tells how many were to come.
  if (!up && (!profile.steady || longest > profile.buckets)) return std::nullopt;
  const double learned_rate = std::max(profile.rate(), 0.5 / profile.buckets);  // what was not seen may still happen half a time
  Change change{&series, up, 1, {}, 0, kNoTime, 0};
  for (const Segment& segment : segments) {
    const double expected = learned_rate * segment.buckets;
    const double spread = profile.overdispersion_in(segment.buckets);
    const bool changed =
        up ? segment.count > profile.fullest && segment.count >= kLeastRatio * expected && segment.count >= expected + kLeastExpected
           : expected >= kLeastExpected && segment.count * kLeastRatio <= expected;
    if (!changed) continue;
    const double p = up ? upper_tail(segment.count, expected, spread) : lower_tail(segment.count, expected, spread);
    if (p <= 1e-3) {
      ++change.segments;
      if (change.onset == kNoTime) change.onset = up ? series.points[segment.begin].first : segment.from;
    }
    if (p < change.p || (p == change.p && change.worst.from == kNoTime)) {
      change.p = p;
      change.worst = segment;
      change.expected = expected;
    }
  }
  if (change.onset == kNoTime) return std::nullopt;
  change.p = std::min(1.0, change.p * static_cast<double>(segments.size()));
  // Once is chance, unless it is a chance that nobody has.
  if (change.segments < 2 && change.p > 1e-8) return std::nullopt;
  return change;
}

Anomaly describe(const Timeline& timeline, const Change& change, double q) {
  const Series& series = *change.series;
  const auto from = std::lower_bound(series.points.begin(), series.points.end(), change.onset,
                                     [](const Point& point, Timestamp at) { return point.first < at; });
  std::span<const Point> points{from, series.points.end()};
  if (points.empty()) points = series.points;   // fell to nothing: what is left to show is what was there before,
  if (points.empty()) points = series.learned;  // in the given baseline if need be
  Anomaly anomaly = begin_anomaly(timeline, series, points, change.up ? FindingKind::rate_up : FindingKind::rate_down);
  anomaly.onset = anomaly.finding.start = change.onset;
  anomaly.end = anomaly.finding.end = std::max(anomaly.end, change.worst.to);
  if (series.severity_class() == SeverityClass::quiet) anomaly.finding.category = FindingCategory::performance;
  const bool error = series.severity_class() == SeverityClass::error;
  anomaly.level = !change.up || series.severity_class() == SeverityClass::quiet ? IncidentSeverity::info
                  : error                                                       ? IncidentSeverity::error
                                                                                : IncidentSeverity::warning;
  anomaly.opens = anomaly.level >= IncidentSeverity::error;
  anomaly.finding.observed = change.worst.count;
  anomaly.finding.expected = change.expected;
  anomaly.finding.q = q;
  anomaly.finding.notify = anomaly.opens ? Notify::ticket : Notify::none;
  anomaly.finding.score = std::fmin(-std::log10(std::fmax(q, 1e-30)), 30) * (error ? 0.3 : 0.15);
  const std::string_view direction = change.up ? "up" : "down";
  anomaly.change = std::string{direction} + ", " + rounded(change.worst.count) + " where " + rounded(change.expected) +
                   (change.up ? " were expected" : " were to come") +
                   (timeline.ordinal ? std::string{} : " from " + clock_time(timeline, change.worst.from));
  anomaly.finding.summary = anomaly.finding.service + ": " + lines_like(series) + " " + anomaly.change;
  anomaly.what = std::string{direction} + ": " + lines_like(series) + " " + rounded(change.expected) + " → " + rounded(change.worst.count);
  return anomaly;
}

}  // namespace

std::vector<Anomaly> find_rates(const Timeline& timeline, const JudgeConfig& config, std::string& note) {
  if (timeline.few_times > 0) return {};  // where each record stood is not known
  if (timeline.learned_buckets < kBucketsNeeded) {
    note = "rates need " + rounded(kBucketsNeeded) + " windows of a baseline, " + rounded(std::floor(timeline.learned_buckets)) + " seen";
    return {};
  }
  std::vector<Segment> segments = segments_of(timeline);
  std::vector<Change> changes;
  std::vector<double> p;
  std::vector<const Series*> candidates;
  for (const Series& series : timeline.series)
    if (!series.joined) candidates.push_back(&series);
  for (const Series& series : timeline.texts) candidates.push_back(&series);
  for (const Series* candidate : candidates) {
    const Series& series = *candidate;
    const double most =
        std::max(timeline.expected(series, 1), static_cast<double>(count_of(series.judged())) / std::max(1.0, timeline.judged_buckets));
    if (most < kLeastPerBucket) continue;
    count_into(segments, series);
    for (const bool up : {true, false}) {
      if (up && series.severity_class() != SeverityClass::quiet && timeline.learned(series).empty()) continue;  // new, which says more
      std::optional<Change> change = change_of(timeline, series, segments, up);
      p.push_back(change ? change->p : 1.0);
      changes.push_back(change ? *change : Change{nullptr, up, 1, {}, 0, kNoTime, 0});
    }
  }
  const std::vector<double> q = adjusted(p);
  std::vector<Anomaly> anomalies;
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (changes[i].series != nullptr && q[i] <= config.q_max) anomalies.push_back(describe(timeline, changes[i], q[i]));
  return anomalies;
}

}  // namespace loglode

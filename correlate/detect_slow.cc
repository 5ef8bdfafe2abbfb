// Slow: what a message says that something took is far more than it was. The only trace of an incident in which nothing fails.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kLearnedMin = 20, kJudgedMin = 20;          // sampled durations
constexpr double kTimesSlower = 2, kSlowerByAtLeast_us = 20'000;  // than nineteen in twenty were: below that nobody notices
constexpr double kShareSlow = 0.3;                                // of a stretch that is slow
constexpr std::size_t kStretches = 12, kInStretchMin = 4;         // that the judged part is looked through in
constexpr double kSlowMin = 10, kChance = 1e-6, kOverdispersion = 0.1;
constexpr std::size_t kToldOfAService = 3;

struct Sampled {
  Timestamp time = kNoTime;  // of its cell's first record
  double microseconds = 0;
};

/// The sampled durations of a series in order of time: those that serve for comparison, and those that are judged.
struct Durations {
  std::vector<double> before;  // sorted
  std::vector<Sampled> now;
  double limit = 0;         // what is slow
  double share_before = 0;  // of what serves for comparison, that was as slow
};

Durations durations_of(const Timeline& timeline, const Series& series) {
  Durations out;
  const auto take = [&](const std::vector<const Cell*>& cells, bool learned) {
    for (const Cell* cell : cells)
      for (const DurationSample& sample : cell->durations) {
        if (learned || (!timeline.has_baseline && cell->first < timeline.judged_from))
          out.before.push_back(sample.microseconds);
        else
          out.now.push_back({cell->first, static_cast<double>(sample.microseconds)});
      }
  };
  take(series.learned_durations, true);
  take(series.durations, false);
  if (out.before.size() < kLearnedMin || out.now.size() < kJudgedMin) return {};
  std::sort(out.before.begin(), out.before.end());
  std::stable_sort(out.now.begin(), out.now.end(), [](const Sampled& a, const Sampled& b) { return a.time < b.time; });
  const double usual_most = quantile(out.before, 0.95);
  out.limit = std::fmax(usual_most * kTimesSlower, usual_most + kSlowerByAtLeast_us);
  const auto above = static_cast<double>(out.before.end() - std::upper_bound(out.before.begin(), out.before.end(), out.limit));
  out.share_before = (above + 1) / (static_cast<double>(out.before.size()) + 2);
  return out;
}

/// The samples [from, to) of the longest row of stretches that are slow; from == to for none.
struct SlowPart {
  std::size_t from = 0, to = 0;
};

/// Where in [from, to) the slow ones begin to be as many as they are in a slow stretch.
std::size_t rise_in(const Durations& durations, std::size_t from, std::size_t to) {
  std::size_t rise = from;
  double sum = 0, lowest = 0;
  for (std::size_t i = from; i < to; ++i) {
    sum += (durations.now[i].microseconds > durations.limit ? 1 : 0) - kShareSlow;
    if (sum < lowest) {
      lowest = sum;
      rise = i + 1;
    }
  }
  return rise;
}

SlowPart slow_part(const Timeline& timeline, const Durations& durations) {
  const double span = std::fmax(1e-9, seconds_between(timeline.judged_from, plus(timeline.last, Duration{1})));
  const auto stretch_of = [&](const Sampled& one) {
    return static_cast<std::size_t>(seconds_between(timeline.judged_from, one.time) / span * static_cast<double>(kStretches));
  };
  SlowPart longest, current;
  std::size_t before = 0;  // where the stretch before begins: the slow part may begin near its end
  for (std::size_t from = 0, to = 0; from < durations.now.size(); from = to) {
    std::size_t slow = 0;
    for (; to < durations.now.size() && stretch_of(durations.now[to]) == stretch_of(durations.now[from]); ++to)
      slow += durations.now[to].microseconds > durations.limit ? 1 : 0;
    if (to - from < kInStretchMin) continue;  // too few to say anything
    if (static_cast<double>(slow) < kShareSlow * static_cast<double>(to - from)) {
      current = {};
      before = from;
      continue;
    }
    if (current.to == 0) current.from = before;
    current.to = to;
    if (current.to - current.from > longest.to - longest.from) longest = current;
  }
  if (longest.to > longest.from) longest.from = rise_in(durations, longest.from, longest.to);
  return longest;
}

Anomaly describe(const Timeline& timeline, const Series& series, const Durations& durations, SlowPart part) {
  std::vector<double> now;
  for (std::size_t i = part.from; i < part.to; ++i) now.push_back(durations.now[i].microseconds);
  std::sort(now.begin(), now.end());
  const Timestamp from = durations.now[part.from].time;
  const auto first = std::find_if(series.points.begin(), series.points.end(), [&](const Point& point) { return point.last >= from; });
  Anomaly anomaly = begin_anomaly(timeline, series, std::span{first, series.points.end()}, FindingKind::value_shift);
  const double median = quantile(now, 0.5), median_before = quantile(durations.before, 0.5);
  const double most = quantile(now, 0.95), most_before = quantile(durations.before, 0.95);
  anomaly.finding.category = FindingCategory::performance;
  anomaly.finding.observed = most / 1000;
  anomaly.finding.expected = most_before / 1000;
  anomaly.finding.q = 0;
  anomaly.finding.notify = Notify::digest;
  anomaly.finding.score = 3 + std::log2(std::fmax(1, most / std::fmax(1, most_before)));
  // Where hardly half of them are slow, the middle one says nothing.
  const std::string since = " since " + place_of(timeline, *first);
  anomaly.change = median > durations.limit
                       ? "takes " + duration_text(median) + " instead of " + duration_text(median_before) + since + " (medians)"
                       : "takes over " + duration_text(most) + " instead of " + duration_text(most_before) + " one time in twenty" + since;
  anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + " " + anomaly.change;
  anomaly.what = "slow: " + subject_of(series) + " " + duration_text(most_before) + " → " + duration_text(most);
  return anomaly;
}

}  // namespace

std::vector<Anomaly> find_slow(const Timeline& timeline, const JudgeConfig&) {
  std::map<std::uint32_t, std::vector<Anomaly>> of_service;
  for (const Series& series : timeline.series) {
    if (series.info == nullptr || series.info->id == kNoTemplate || series.durations.empty()) continue;
    const Durations durations = durations_of(timeline, series);
    if (durations.now.empty()) continue;
    const SlowPart part = slow_part(timeline, durations);
    const auto sampled = static_cast<double>(part.to - part.from);
    if (sampled < static_cast<double>(kJudgedMin)) continue;
    const auto slow = static_cast<double>(std::count_if(durations.now.begin() + static_cast<std::ptrdiff_t>(part.from),
                                                        durations.now.begin() + static_cast<std::ptrdiff_t>(part.to),
                                                        [&](const Sampled& one) { return one.microseconds > durations.limit; }));
    if (slow < kSlowMin || upper_tail(slow, sampled * durations.share_before, kOverdispersion) > kChance) continue;
    of_service[series.service].push_back(describe(timeline, series, durations, part));
  }
  std::vector<Anomaly> anomalies;
  for (auto& [service, all] : of_service) {
    std::stable_sort(all.begin(), all.end(), [](const Anomaly& a, const Anomaly& b) { return a.finding.score > b.finding.score; });
    if (all.size() > kToldOfAService) all.erase(all.begin() + static_cast<std::ptrdiff_t>(kToldOfAService), all.end());
    std::move(all.begin(), all.end(), std::back_inserter(anomalies));
  }
  return anomalies;
}

}  // namespace loglode

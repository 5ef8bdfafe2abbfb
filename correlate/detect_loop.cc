// Crash loops: a service that fails, starts again and fails again. Often enough that is how the whole input looks, so that nothing in it is
// new, and too slow for a rate: whoever restarts it waits longer each time.
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "correlate/change_wording.h"
#include "correlate/detect.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kLoops = 3;  // starts after an error
constexpr std::string_view kStarts[] = {"start", "boot", "launch", "initializ", "initialis", "running "};
constexpr std::uint64_t kLastWords = 3;        // lines between an error and the start after it, that a supervisor may have written
constexpr std::uint64_t kStartsOfAnError = 8;  // series that are tried for each error

/// Whether a line of it tells that a program begins. Less is asked of its words than of a change's: that it comes right after each error
/// says the rest.
bool tells_a_start(const Timeline& timeline, const Series& series) {
  const std::string& text = series.info->text;
  if (change_told_by(text, timeline.services[series.service]).is_change) return true;
  const std::size_t first = text.find_first_not_of("[(*=-# ");
  if (first == std::string::npos) return false;
  return std::any_of(std::begin(kStarts), std::end(kStarts), [&](std::string_view word) {
    return text.size() - first >= word.size() && std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(first),
                                                            [](char a, char b) { return a == b || (b >= 'A' && b <= 'Z' && a == b + 32); });
  });
}

/// Records of `lines` after `from` and before `to`, as far as windows tell.
std::uint64_t lines_between(const Series& lines, Timestamp from, Timestamp to) {
  const auto begin = std::lower_bound(lines.points.begin(), lines.points.end(), from,
                                      [](const Point& point, Timestamp time) { return point.first <= time; });
  std::uint64_t count = 0;
  for (auto point = begin; point != lines.points.end() && point->last < to; ++point) count += point->count;
  return count;
}

/// How often the service started again right after `error`; 0 where most of its starts came without one.
std::size_t loops_of(const Series& error, const Series& start, const Series& lines) {
  std::size_t loops = 0;
  std::uint64_t words = 0;
  auto failed = error.points.begin();
  for (const Point& begun : start.points) {
    const Point* last = nullptr;
    for (; failed != error.points.end() && failed->first < begun.first; ++failed) last = &*failed;
    if (last == nullptr) continue;
    ++loops;
    words += lines_between(lines, last->last, begun.first);
  }
  const bool each = start.total <= loops + 1;
  return each && loops >= kLoops && words <= loops * kLastWords ? loops : 0;
}

}  // namespace

std::vector<Anomaly> find_loops(const Timeline& timeline, std::vector<Anomaly>& told) {
  std::map<std::uint32_t, std::vector<const Series*>> starts;
  for (const Series& series : timeline.series)
    if (series.severity_class() != SeverityClass::error && series.points.size() >= kLoops && series.learned_total == 0 &&
        tells_a_start(timeline, series))
      starts[series.service].push_back(&series);
  std::vector<Anomaly> anomalies;
  if (starts.empty()) return anomalies;
  std::map<std::uint32_t, std::pair<std::size_t, const Series*>> worst;  // of each service
  for (const auto* list : {&timeline.series, &timeline.hits})
    for (const Series& error : *list) {
      if (error.severity_class() != SeverityClass::error || error.points.size() < kLoops || error.learned_total > 0) continue;
      if (error.told || (error.among > 0 && error.states_calm())) continue;
      const auto of_service = starts.find(error.service);
      if (of_service == starts.end()) continue;
      std::size_t loops = 0;
      for (std::size_t i = 0; i < std::min<std::size_t>(of_service->second.size(), kStartsOfAnError); ++i)
        loops = std::max(loops, loops_of(error, *of_service->second[i], timeline.lines[error.service]));
      auto& [most, which] = worst[error.service];
      if (loops > most) most = loops, which = &error;
    }
  for (const auto& [service, loop] : worst) {
    const auto& [loops, series] = loop;
    if (series == nullptr) continue;
    const std::string how = "the service started again after it " + times_counted(loops) + ", a crash loop";
    const auto known = std::find_if(told.begin(), told.end(), [error = series](const Anomaly& one) {
      return one.series == error && (one.opens || one.finding.kind == FindingKind::frequent);
    });
    if (known != told.end() && known->opens) {
      known->finding.summary += "; " + how;
      continue;
    }
    if (known != told.end()) told.erase(known);  // frequent, as ever
    Anomaly& anomaly = anomalies.emplace_back(begin_anomaly(timeline, *series, series->points, FindingKind::frequent));
    anomaly.level = series->severity >= Severity::fatal ? IncidentSeverity::critical : IncidentSeverity::error;
    anomaly.opens = true;
    anomaly.finding.observed = static_cast<double>(loops);
    anomaly.finding.q = 0;
    anomaly.finding.notify = Notify::ticket;
    anomaly.finding.score = 8;
    anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(*series) + ' ' + times_counted(series->total) + " from " +
                              place_of(timeline, series->points.front()) + "; " + how;
    anomaly.what = "crash loop: " + subject_of(*series) + " ×" + grouped(series->total);
  }
  return anomalies;
}

}  // namespace loglode

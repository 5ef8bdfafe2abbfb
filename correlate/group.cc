#include "correlate/group.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kStormAnomalies = 50;
constexpr Duration kStormWindow = std::chrono::minutes{1};

bool earlier(const Anomaly* a, const Anomaly* b) {
  return std::tie(a->onset, a->offset, a->finding.kind, a->service, a->finding.finding_id) <
         std::tie(b->onset, b->offset, b->finding.kind, b->service, b->finding.finding_id);
}

bool belongs(const Group& group, const Anomaly& anomaly, const JudgeConfig& config) {
  if (anomaly.onset > plus(group.onset, config.incident_span_max)) return false;
  if (anomaly.onset <= plus(group.latest, config.incident_gap)) return true;
  return std::any_of(group.openers.begin(), group.openers.end(), [&](const Anomaly* opener) {
    return opener->service == anomaly.service && anomaly.onset <= plus(opener->end, config.incident_gap);
  });
}

/// What one service begins to say within one second (a stack trace, line by line) is one anomaly of trouble.
bool is_storm(const Group& group) {
  std::set<std::pair<Timestamp, std::uint32_t>> distinct;
  for (const Anomaly* opener : group.openers) distinct.emplace(window_start(opener->onset, std::chrono::seconds{1}), opener->service);
  const std::vector<std::pair<Timestamp, std::uint32_t>> onsets{distinct.begin(), distinct.end()};
  for (std::size_t from = 0, to = 0; to < onsets.size(); ++to) {
    while (plus(onsets[from].first, kStormWindow) < onsets[to].first) ++from;
    if (to - from + 1 > kStormAnomalies) return true;
  }
  return false;
}

/// The group that `anomaly` can be part of and that begins nearest to it; null for none.
Group* nearest(std::vector<Group>& groups, const Anomaly& anomaly, const JudgeConfig& config) {
  // What people did shows its effect later than what programs say.
  const Duration lead = anomaly.finding.kind == FindingKind::deploy ? config.incident_span_max : config.incident_gap;
  Group* best = nullptr;
  double best_distance = 0;
  for (Group& group : groups) {
    if (plus(anomaly.onset, lead) < group.onset || anomaly.onset > plus(std::max(group.end, group.latest), config.incident_gap)) continue;
    if (anomaly.onset > plus(group.onset, config.incident_span_max)) continue;
    const double distance = seconds_between(anomaly.onset, group.onset) + seconds_between(group.onset, anomaly.onset);
    if (best != nullptr && distance >= best_distance) continue;
    best = &group;
    best_distance = distance;
  }
  return best;
}

}  // namespace

std::vector<Group> group_signs(const std::vector<Anomaly>& anomalies, const JudgeConfig& config) {
  std::vector<const Anomaly*> openers, others;
  for (const Anomaly& anomaly : anomalies)
    if (anomaly.finding.kind != FindingKind::error_seen) (anomaly.opens ? openers : others).push_back(&anomaly);
  std::sort(openers.begin(), openers.end(), earlier);
  std::sort(others.begin(), others.end(), earlier);
  std::vector<Group> groups;
  for (const Anomaly* anomaly : openers) {
    if (groups.empty() || !belongs(groups.back(), *anomaly, config)) {
      groups.emplace_back();
      groups.back().onset = anomaly->onset;
    }
    Group& group = groups.back();
    group.openers.push_back(anomaly);
    group.latest = anomaly->onset;
    group.end = std::max(group.end, anomaly->end);
  }
  for (Group& group : groups) group.storm = is_storm(group);
  for (const Anomaly* anomaly : others)
    if (Group* group = nearest(groups, *anomaly, config)) group->joined.push_back(anomaly);
  return groups;
}

}  // namespace loglode

#include "correlate/group.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kStormSigns = 50;
constexpr Duration kStormWindow = std::chrono::minutes{1};

bool earlier(const Sign* a, const Sign* b) {
  return std::tie(a->onset, a->offset, a->finding.kind, a->service, a->finding.finding_id) <
         std::tie(b->onset, b->offset, b->finding.kind, b->service, b->finding.finding_id);
}

bool belongs(const Group& group, const Sign& sign, const JudgeConfig& config) {
  if (sign.onset > plus(group.onset, config.incident_span_max)) return false;
  if (sign.onset <= plus(group.latest, config.incident_gap)) return true;
  return std::any_of(group.openers.begin(), group.openers.end(), [&](const Sign* opener) {
    return opener->service == sign.service && sign.onset <= plus(opener->end, config.incident_gap);
  });
}

/// What one service begins to say within one second (a stack trace, line by line) is one sign of trouble.
bool is_storm(const Group& group) {
  std::set<std::pair<Timestamp, std::uint32_t>> distinct;
  for (const Sign* opener : group.openers) distinct.emplace(window_start(opener->onset, std::chrono::seconds{1}), opener->service);
  const std::vector<std::pair<Timestamp, std::uint32_t>> onsets{distinct.begin(), distinct.end()};
  for (std::size_t from = 0, to = 0; to < onsets.size(); ++to) {
    while (plus(onsets[from].first, kStormWindow) < onsets[to].first) ++from;
    if (to - from + 1 > kStormSigns) return true;
  }
  return false;
}

/// The group that `sign` can be part of and that begins nearest to it; null for none.
Group* nearest(std::vector<Group>& groups, const Sign& sign, const JudgeConfig& config) {
  // What people did shows its effect later than what programs say.
  const Duration lead = sign.finding.kind == FindingKind::deploy ? config.incident_span_max : config.incident_gap;
  Group* best = nullptr;
  double best_distance = 0;
  for (Group& group : groups) {
    if (plus(sign.onset, lead) < group.onset || sign.onset > plus(std::max(group.end, group.latest), config.incident_gap)) continue;
    if (sign.onset > plus(group.onset, config.incident_span_max)) continue;
    const double distance = seconds_between(sign.onset, group.onset) + seconds_between(group.onset, sign.onset);
    if (best != nullptr && distance >= best_distance) continue;
    best = &group;
    best_distance = distance;
  }
  return best;
}

}  // namespace

std::vector<Group> group_signs(const std::vector<Sign>& signs, const JudgeConfig& config) {
  std::vector<const Sign*> openers, others;
  for (const Sign& sign : signs) (sign.opens ? openers : others).push_back(&sign);
  std::sort(openers.begin(), openers.end(), earlier);
  std::sort(others.begin(), others.end(), earlier);
  std::vector<Group> groups;
  for (const Sign* sign : openers) {
    if (groups.empty() || !belongs(groups.back(), *sign, config)) {
      groups.emplace_back();
      groups.back().onset = sign->onset;
    }
    Group& group = groups.back();
    group.openers.push_back(sign);
    group.latest = sign->onset;
    group.end = std::max(group.end, sign->end);
  }
  for (Group& group : groups) group.storm = is_storm(group);
  for (const Sign* sign : others)
    if (Group* group = nearest(groups, *sign, config)) group->joined.push_back(sign);
  return groups;
}

}  // namespace loglode

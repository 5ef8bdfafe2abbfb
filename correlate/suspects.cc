#include "correlate/suspects.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "correlate/statistics.h"

namespace loglode {

namespace {

constexpr std::size_t kSuspectsMax = 10;
constexpr double kEarliness = 4, kEarlinessHalf_s = 10;  // half of the median lag to the next service, and a little more
constexpr double kNewError = 3, kNewErrorMax = 6, kNewFatal = 1.5;
constexpr double kChanged = 0.6;
constexpr double kQuietChange = 30;  // |G| from which a service without an anomaly is suspected
constexpr std::size_t kQuietMax = 5;
constexpr double kUpstream = 1.5, kUpstreamMax = 6;
constexpr Duration kLead = std::chrono::seconds{10};

/// For each service the largest |G| of its templates between the baseline and the incident: what it says more, or less, than it did.
std::vector<double> largest_changes(const Timeline& timeline, const Group& group) {
  const Timestamp from = plus(group.onset, -kLead);
  const Timestamp to = std::max(group.end, group.latest);
  const auto count_if = [](const std::vector<Point>& points, auto wanted) {
    double count = 0;
    for (const Point& point : points)
      if (wanted(point)) count += static_cast<double>(point.count);
    return count;
  };
  const auto inside = [&](const Series& series) {
    return count_if(series.points, [&](const Point& point) { return point.last >= from && point.first <= to; });
  };
  const auto before = [&](const Series& series) {
    return timeline.has_baseline ? static_cast<double>(series.learned_total)
                                 : count_if(series.points, [&](const Point& point) { return point.last < from; });
  };
  double all_before = 0, all_inside = 0;
  for (const Series& lines : timeline.lines) {
    all_before += before(lines);
    all_inside += inside(lines);
  }
  std::vector<double> largest(timeline.services.size(), 0);
  for (const Series& series : timeline.series) {
    double& most = largest[series.service];
    most = std::max(most, std::fabs(signed_g(before(series), all_before, inside(series), all_inside)));
  }
  return largest;
}

/// How much followed: every service that edges lead to from here, one that traces show counting twice one that merely came later.
double downstream_of(const std::string& service, const std::vector<CascadeEdge>& edges) {
  std::set<std::string> reached{service};
  double sum = 0;
  for (bool grew = true; grew;) {
    grew = false;
    for (const CascadeEdge& edge : edges) {
      if (!reached.contains(edge.from) || !reached.insert(edge.to).second) continue;
      sum += edge.basis == EdgeBasis::order ? 0.5 : 1;
      grew = true;
    }
  }
  return sum;
}

/// Services that show no anomaly of their own but changed: with a baseline to tell, the guilty one may be the one that fell quiet.
std::vector<std::uint32_t> quiet_suspects(const Timeline& timeline, const Cascade& cascade, const std::vector<double>& changes) {
  std::vector<std::uint32_t> quiet;
  if (!timeline.has_baseline) return quiet;
  for (std::uint32_t service = 0; service < changes.size(); ++service) {
    const bool affected =
        std::any_of(cascade.services.begin(), cascade.services.end(), [&](const AffectedService& one) { return one.service == service; });
    if (!affected && changes[service] >= kQuietChange) quiet.push_back(service);
  }
  std::stable_sort(quiet.begin(), quiet.end(), [&](std::uint32_t a, std::uint32_t b) { return changes[a] > changes[b]; });
  if (quiet.size() > kQuietMax) quiet.resize(kQuietMax);
  return quiet;
}

}  // namespace

std::vector<Suspect> rank_suspects(const Timeline& timeline, const Group& group, const Cascade& cascade) {
  std::vector<Suspect> suspects;
  const std::vector<double> changes = largest_changes(timeline, group);
  for (const AffectedService& one : cascade.services) {
    const std::string& name = timeline.services[one.service];
    double upstream = 0;
    bool fatal = false;
    std::set<Timestamp> onsets;  // the lines of one stack trace are one new error
    for (const Anomaly* anomaly : one.anomalies)
      if (anomaly->finding.kind == FindingKind::new_error && anomaly->opens) {
        onsets.insert(window_start(anomaly->onset, std::chrono::seconds{1}));
        fatal = fatal || anomaly->finding.severity >= Severity::fatal;
      }
    const auto new_errors = static_cast<double>(onsets.size());
    upstream += downstream_of(name, cascade.edges);
    for (const AffectedService& other : cascade.services)
      if (std::find(other.names.begin(), other.names.end(), one.service) != other.names.end()) upstream += 1;
    Suspect suspect;
    suspect.service = name;
    const AffectedService& first = cascade.services.front();
    const bool later = timeline.ordinal || timeline.surely_before(first.service, first.onset, one.service, one.onset);
    const double delay = later ? seconds_between(first.onset, one.onset) : 0;
    suspect.terms = {
        {"earliness", kEarliness * std::exp2(-delay / kEarlinessHalf_s)},
        {"new_errors", new_errors > 0 ? std::min(kNewErrorMax, kNewError + std::log2(new_errors) + (fatal ? kNewFatal : 0)) : 0},
        {"changed", kChanged * std::log1p(changes[one.service])},
        {"upstream", std::min(kUpstreamMax, kUpstream * upstream)}};
    for (const ScoreTerm& term : suspect.terms) suspect.score += term.value;
    if (!one.first->finding.evidence.empty()) suspect.evidence.push_back(one.first->finding.evidence.front());
    suspects.push_back(std::move(suspect));
  }
  for (const std::uint32_t service : quiet_suspects(timeline, cascade, changes)) {
    Suspect suspect;
    suspect.service = timeline.services[service];
    suspect.terms = {{"earliness", 0}, {"new_errors", 0}, {"changed", kChanged * std::log1p(changes[service])}, {"upstream", 0}};
    suspect.score = suspect.terms[2].value;
    suspects.push_back(std::move(suspect));
  }
  std::stable_sort(suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) { return a.score > b.score; });
  if (suspects.size() > kSuspectsMax) suspects.resize(kSuspectsMax);
  for (std::size_t i = 0; i < suspects.size(); ++i) suspects[i].rank = static_cast<std::uint32_t>(i + 1);
  return suspects;
}

}  // namespace loglode

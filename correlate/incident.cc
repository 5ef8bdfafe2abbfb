#include "correlate/incident.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>

#include "correlate/cascade.h"
#include "correlate/suspects.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kTimelineMax = 60;
constexpr std::uint64_t kChanceRecords = 2, kManyTimes = 10;
constexpr Duration kSurelyBefore = std::chrono::seconds{10};
constexpr std::size_t kNewWarningsGrave = 3;  // so many new kinds of WARN, where WARN counts at all, are as bad as an error

IncidentSeverity severity_of(const Group& group) {
  IncidentSeverity severity = IncidentSeverity::info;
  std::set<std::uint32_t> failing;
  std::set<std::string_view> new_warnings;  // by text: what four services say of one host at once is one thing
  for (const Anomaly* anomaly : group.openers) {
    severity = std::max(severity, anomaly->level);
    if (anomaly->level >= IncidentSeverity::error) failing.insert(anomaly->service);
    if (anomaly->finding.kind == FindingKind::new_warning) new_warnings.insert(anomaly->finding.template_text);
  }
  if (new_warnings.size() >= kNewWarningsGrave) severity = std::max(severity, IncidentSeverity::error);
  return failing.size() >= 2 ? IncidentSeverity::critical : severity;
}

Notify notify_of(IncidentSeverity severity, std::uint64_t shared_traces) {
  if (severity == IncidentSeverity::critical || (severity == IncidentSeverity::error && shared_traces >= 2)) return Notify::page;
  if (severity == IncidentSeverity::error) return Notify::ticket;
  return severity == IncidentSeverity::warning ? Notify::digest : Notify::none;
}

/// What the outside world talks to, by what such programs are called.
bool faces_users(std::string_view service) {
  static constexpr std::array<std::string_view, 9> kNames{"nginx",   "gateway", "frontend", "front-end", "ingress",
                                                          "haproxy", "envoy",   "web",      "-ui"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return service.find(name) != std::string_view::npos; });
}

std::vector<TimelineEntry> timeline_of(const Timeline& timeline, const Group& group) {
  std::vector<TimelineEntry> entries;
  std::set<const Series*> told;      // what is new is not told again as frequent,
  std::set<std::uint32_t> services;  // nor what all errors of a service come to
  for (const Anomaly* anomaly : group.openers) {
    if (anomaly->finding.kind == FindingKind::new_error) told.insert(anomaly->series);
    if (anomaly->finding.kind == FindingKind::new_error) services.insert(anomaly->service);
  }
  const auto is_told = [&](const Anomaly* anomaly) {
    if (anomaly->finding.kind != FindingKind::frequent) return false;
    return told.contains(anomaly->series) ||
           (anomaly->series->info == nullptr && anomaly->series->rule == nullptr && services.contains(anomaly->service));
  };
  for (const auto* anomalies : {&group.openers, &group.joined})
    for (const Anomaly* anomaly : *anomalies)
      if (!is_told(anomaly))
        entries.push_back(TimelineEntry{anomaly->onset, timeline.services[anomaly->service], anomaly->what, anomaly->finding.finding_id});
  std::sort(entries.begin(), entries.end(), [](const TimelineEntry& a, const TimelineEntry& b) {
    return std::tie(a.time, a.service, a.what) < std::tie(b.time, b.service, b.what);
  });
  if (entries.size() > kTimelineMax) entries.resize(kTimelineMax);
  return entries;
}

const AffectedService* affected(const Cascade& cascade, const Timeline& timeline, std::string_view service) {
  for (const AffectedService& one : cascade.services)
    if (timeline.services[one.service] == service) return &one;
  return nullptr;
}

/// The anomaly of a service that says most: what is new and grave before what is merely often.
const Anomaly& telling(const AffectedService& one) {
  const Anomaly* best = one.first;
  for (const Anomaly* anomaly : one.anomalies)
    if (std::tuple{anomaly->opens, anomaly->finding.kind == FindingKind::new_error, anomaly->finding.score} >
        std::tuple{best->opens, best->finding.kind == FindingKind::new_error, best->finding.score})
      best = anomaly;
  // Of what is equally grave and new, the first is the cause of the rest.
  IncidentSeverity gravest = IncidentSeverity::info;
  for (const Anomaly* anomaly : one.anomalies)
    if (anomaly->opens) gravest = std::max(gravest, anomaly->level);
  const auto first_of = [&](FindingKind kind) {
    const auto found = std::find_if(one.anomalies.begin(), one.anomalies.end(), [&](const Anomaly* anomaly) {
      return anomaly->opens && anomaly->level == gravest && anomaly->finding.kind == kind;
    });
    return found == one.anomalies.end() ? nullptr : *found;
  };
  const Anomaly *fresh = first_of(FindingKind::new_error), *often = first_of(FindingKind::frequent);
  if (fresh == nullptr) return *best;
  // What is said once amid what goes wrong all the time since before is no cause of it.
  const bool amid = often != nullptr && fresh->finding.total <= kChanceRecords &&
                    often->finding.total >= kManyTimes * fresh->finding.total && plus(often->onset, kSurelyBefore) <= fresh->onset;
  return amid ? *often : *fresh;
}

/// Whether it came before the incident's first sign. At the same instant only one stream has an order: that of its lines.
bool came_before(const Anomaly& change, const Group& group) {
  if (change.onset != group.onset) return change.onset < group.onset;
  const auto summary_of = [](const Anomaly& one) -> const WindowSummary* {
    for (const Point& point : one.series->points)
      if (point.first == one.onset) return point.summary;
    return nullptr;
  };
  const WindowSummary* of_change = summary_of(change);
  return of_change != nullptr && std::all_of(group.openers.begin(), group.openers.end(), [&](const Anomaly* opener) {
           if (opener->onset != change.onset) return true;
           const WindowSummary* of_opener = summary_of(*opener);
           return of_opener != nullptr && of_opener->stream == of_change->stream && change.offset < opener->offset;
         });
}

/// A change explains only what comes after it. Of several, the one that says most: what names a version, then the last.
const Anomaly* change_before(const Group& group) {
  const Anomaly* best = nullptr;
  for (const Anomaly* anomaly : group.joined) {
    if (anomaly->finding.kind != FindingKind::deploy || !came_before(*anomaly, group)) continue;
    if (best == nullptr || std::tie(anomaly->finding.score, anomaly->onset) > std::tie(best->finding.score, best->onset)) best = anomaly;
  }
  return best;
}

/// By clocks, or by traces where clocks cannot tell.
bool is_told_later(const Timeline& timeline, const Cascade& cascade, const AffectedService& root, const AffectedService& one) {
  if (one.onset <= root.onset) return false;
  return timeline.surely_before(root.service, root.onset, one.service, one.onset) ||
         std::any_of(cascade.edges.begin(), cascade.edges.end(), [&](const CascadeEdge& edge) {
           return edge.basis == EdgeBasis::trace && edge.from == timeline.services[root.service] &&
                  edge.to == timeline.services[one.service];
         });
}

std::string sentence(const Timeline& timeline, const Group& group, const Cascade& cascade, const Incident& incident) {
  const AffectedService* root = incident.suspects.empty() ? nullptr : affected(cascade, timeline, incident.suspects.front().service);
  if (root == nullptr) return "several services changed at once";
  std::string text = telling(*root).finding.summary;
  std::string spread;
  for (const AffectedService& one : cascade.services) {
    if (&one == root) continue;
    spread += spread.empty() ? "" : ", ";
    spread += timeline.services[one.service];
    if (!timeline.ordinal && is_told_later(timeline, cascade, *root, one))
      spread += " " + lag_text(seconds_between(root->onset, one.onset));
  }
  if (!spread.empty()) text += std::string{incident.shared_traces > 0 ? "; seen together in shared traces with " : "; with "} + spread;
  if (const Anomaly* change = change_before(group))
    text += "; after a change: " + timeline.services[change->service] + " " + subject_of(*change->series);
  return text;
}

/// The finding that the headline is about is the first of its incident, so that its evidence is the first that is shown.
void put_headline_first(const Timeline& timeline, const Cascade& cascade, Incident& incident) {
  const AffectedService* root = incident.suspects.empty() ? nullptr : affected(cascade, timeline, incident.suspects.front().service);
  if (root == nullptr) return;
  const auto place = std::find(incident.findings.begin(), incident.findings.end(), telling(*root).finding.finding_id);
  if (place != incident.findings.end()) std::rotate(incident.findings.begin(), place, place + 1);
}

Finding storm_finding(const Timeline& timeline, const Group& group, const Incident& incident) {
  Finding storm;
  storm.kind = FindingKind::storm;
  storm.service = incident.services.empty() ? std::string{} : incident.services.front();
  storm.severity = Severity::error;
  storm.start = group.onset;
  storm.end = group.latest;
  storm.observed = static_cast<double>(group.openers.size());
  storm.total = group.openers.size();
  storm.score = 20;
  storm.q = 0;
  storm.notify = Notify::page;
  storm.evidence = group.openers.front()->finding.evidence;
  storm.finding_id = stable_id("storm\n" + incident.fingerprint + std::to_string(group.onset.time_since_epoch().count()));
  storm.summary = grouped(group.openers.size()) + " kinds of trouble in " + grouped(incident.services.size()) + " services within minutes" +
                  (timeline.ordinal ? std::string{} : " from " + clock_time(timeline, group.onset));
  return storm;
}

}  // namespace

Incident make_incident(const Timeline& timeline, const Group& group, const JudgeConfig& config, std::vector<Finding>& extra) {
  const Cascade cascade = trace_cascade(timeline, group);
  Incident incident;
  incident.severity = severity_of(group);
  incident.shared_traces = cascade.shared_traces;
  incident.notify = notify_of(incident.severity, cascade.shared_traces);
  incident.opened_at = incident.onset = group.onset;
  incident.state = plus(group.end, config.incident_gap) >= timeline.last && !timeline.ordinal ? IncidentState::open : IncidentState::closed;
  incident.closed_at = incident.state == IncidentState::closed ? group.end : kNoTime;
  std::set<std::string> prints;
  for (const AffectedService& one : cascade.services) {
    incident.services.push_back(timeline.services[one.service]);
    if (incident.first_user_visible.empty() && faces_users(incident.services.back()))
      incident.first_user_visible = incident.services.back();
  }
  std::vector<const Anomaly*> all = group.openers;
  all.insert(all.end(), group.joined.begin(), group.joined.end());
  std::sort(all.begin(), all.end(), [](const Anomaly* a, const Anomaly* b) {
    return a->finding.score != b->finding.score ? a->finding.score > b->finding.score : a->finding.finding_id < b->finding.finding_id;
  });
  for (const Anomaly* anomaly : all) {
    incident.findings.push_back(anomaly->finding.finding_id);
    if (anomaly->opens)
      prints.insert(std::string{name_of(anomaly->finding.kind)} + '\n' + anomaly->finding.service + '\n' +
                    to_hex(anomaly->finding.template_id) + '\n' + anomaly->finding.rule_id);
  }
  std::string print;
  for (const std::string& each : prints) print += each + '\0';
  incident.fingerprint = stable_id(print);
  incident.edges = cascade.edges;
  incident.suspects = rank_suspects(timeline, group, cascade);
  incident.timeline = timeline_of(timeline, group);
  incident.summary = sentence(timeline, group, cascade, incident);
  put_headline_first(timeline, cascade, incident);
  if (group.storm) {
    extra.push_back(storm_finding(timeline, group, incident));
    incident.findings.insert(incident.findings.begin(), extra.back().finding_id);
    incident.summary = extra.back().summary + "; first " + incident.summary;
  }
  return incident;
}

}  // namespace loglode

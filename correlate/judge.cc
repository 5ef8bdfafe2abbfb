#include "correlate/judge.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "correlate/detect.h"
#include "correlate/group.h"
#include "correlate/incident.h"
#include "correlate/overview.h"
#include "correlate/timeline.h"

namespace loglode {

namespace {

constexpr std::size_t kQuietOfAService = 5;  // findings that alarm nobody: the strongest are enough

/// Rates and changes are evidence; alone they wake nobody.
bool alarms_nobody(const Anomaly& anomaly) {
  const FindingKind kind = anomaly.finding.kind;
  return anomaly.level == IncidentSeverity::info &&
         (kind == FindingKind::rate_up || kind == FindingKind::rate_down || kind == FindingKind::deploy);
}

void keep_strongest_quiet(std::vector<Anomaly>& anomalies) {
  std::map<std::uint32_t, std::vector<std::pair<double, std::string>>> of_service;
  for (const Anomaly& anomaly : anomalies)
    if (alarms_nobody(anomaly)) of_service[anomaly.service].emplace_back(-anomaly.finding.score, anomaly.finding.finding_id);
  std::set<std::string> kept;
  for (auto& [service, ranked] : of_service) {
    std::sort(ranked.begin(), ranked.end());
    for (std::size_t i = 0; i < std::min(ranked.size(), kQuietOfAService); ++i) kept.insert(ranked[i].second);
  }
  std::erase_if(anomalies, [&](const Anomaly& anomaly) { return alarms_nobody(anomaly) && !kept.contains(anomaly.finding.finding_id); });
}

bool is_new(const Anomaly& anomaly) {
  return !anomaly.early && (anomaly.finding.kind == FindingKind::new_error || anomaly.finding.kind == FindingKind::new_warning);
}

/// What is new is not also louder than it was; a text that has another severity now is told once, with its rate.
void drop_told(std::vector<Anomaly>& rates, std::vector<Anomaly>& anomalies) {
  std::erase_if(rates, [&](const Anomaly& rate) {
    const auto told = std::find_if(anomalies.begin(), anomalies.end(), [&](const Anomaly& anomaly) {
      return is_new(anomaly) && (anomaly.series == rate.series || (anomaly.series->joined && anomaly.service == rate.service &&
                                                                   anomaly.series->info->text == rate.series->info->text));
    });
    if (told == anomalies.end()) return false;
    if (told->series != rate.series) told->finding.summary += "; with any severity " + rate.change;
    return true;
  });
}

std::vector<Anomaly> find_all(const Timeline& timeline, const JudgeConfig& config, std::string& rates_note) {
  std::vector<Anomaly> anomalies = find_new(timeline, config);
  const auto append = [&](std::vector<Anomaly> more) {
    anomalies.insert(anomalies.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  append(find_frequent(timeline, config));
  append(find_loops(timeline, anomalies));
  std::vector<Anomaly> rates = find_rates(timeline, config, rates_note);
  drop_told(rates, anomalies);
  append(std::move(rates));
  append(find_silent(timeline, config));
  append(find_slow(timeline, config));
  append(find_changes(timeline, config));
  keep_strongest_quiet(anomalies);
  append(find_seen(timeline, config, anomalies));
  return anomalies;
}

/// Where there are no times, none are shown: those inside are numbers of lines.
void forget_times(std::vector<Finding>& findings, std::vector<Incident>& incidents) {
  const auto forget = [](std::vector<Evidence>& evidence) {
    for (Evidence& each : evidence) each.time = kNoTime;
  };
  for (Finding& finding : findings) {
    finding.start = finding.end = kNoTime;
    forget(finding.evidence);
  }
  for (Incident& incident : incidents) {
    incident.opened_at = incident.closed_at = incident.onset = kNoTime;
    for (TimelineEntry& entry : incident.timeline) entry.time = kNoTime;
    for (Suspect& suspect : incident.suspects) forget(suspect.evidence);
    for (CascadeEdge& edge : incident.edges) {
      edge.lag_s_p10 = edge.lag_s_p50 = edge.lag_s_p90 = 0;
      forget(edge.evidence);
    }
  }
}

template <class T>
void move_to_end(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// What is muted leaves before anything is grouped: it opens no incident and joins none.
void take_muted(const Timeline& timeline, std::vector<Anomaly>& anomalies, const JudgeConfig& config, std::vector<MutedFinding>& muted) {
  std::erase_if(anomalies, [&](const Anomaly& anomaly) {
    const std::string_view rule = anomaly.series->rule == nullptr ? std::string_view{} : std::string_view{anomaly.series->rule->name};
    const Mute* mute = find_mute(config.mutes, anomaly.finding, rule, timeline.ordinal ? config.now : anomaly.finding.end);
    if (mute == nullptr) return false;
    MutedFinding& taken = muted.emplace_back(MutedFinding{anomaly.finding, mute->reason, mute->until});
    if (timeline.ordinal) taken.finding.start = taken.finding.end = kNoTime;
    return true;
  });
}

void judge_timeline(const Timeline& timeline, const JudgeConfig& config, Judgement& judgement) {
  std::string rates_note;
  std::vector<Anomaly> anomalies = find_all(timeline, config, rates_note);
  const std::size_t known = std::erase_if(anomalies, [&](const Anomaly& anomaly) {
    return std::binary_search(config.ignored.begin(), config.ignored.end(), anomaly.finding.template_id);
  });
  if (known != 0)
    judgement.scope.remarks.push_back(std::to_string(known) + (known == 1 ? " finding about a template" : " findings about templates") +
                                      " marked as known: not shown");
  take_muted(timeline, anomalies, config, judgement.muted);
  std::vector<Finding> findings;
  std::vector<Incident> incidents;
  for (const Anomaly& anomaly : anomalies) findings.push_back(anomaly.finding);
  for (const Group& group : group_signs(anomalies, config)) incidents.push_back(make_incident(timeline, group, config, findings));
  add_overview(timeline, anomalies, judgement);
  if (timeline.ordinal) forget_times(findings, incidents);
  const JudgedScope scope = scope_of(timeline, rates_note);
  if (judgement.scope.windows == 0) {
    std::vector<std::string> remarks = std::exchange(judgement.scope.remarks, {});
    judgement.scope = scope;
    judgement.scope.remarks = std::move(remarks);
  } else {
    judgement.scope.windows += scope.windows;
    for (const std::string& note : scope.notes)
      if (std::find(judgement.scope.notes.begin(), judgement.scope.notes.end(), note) == judgement.scope.notes.end())
        judgement.scope.notes.push_back(note);
  }
  move_to_end(judgement.findings, findings);
  move_to_end(judgement.incidents, incidents);
}

}  // namespace

Judgement judge(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog, const RuleCatalog& rules,
                const JudgeConfig& config) {
  Judgement judgement;
  for (const Timeline& timeline : make_timelines(windows, catalog, rules, config)) judge_timeline(timeline, config, judgement);
  if (judgement.scope.windows == 0) judgement.scope.notes.emplace_back("nothing to judge: no record was read");
  sort_overview(judgement);
  note_unhealthy_mining(judgement);
  std::stable_sort(judgement.findings.begin(), judgement.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.score != b.score ? a.score > b.score : a.finding_id < b.finding_id; });
  std::stable_sort(judgement.incidents.begin(), judgement.incidents.end(), [](const Incident& a, const Incident& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.onset < b.onset;
  });
  for (std::size_t i = 0; i < judgement.incidents.size(); ++i) judgement.incidents[i].incident_id = std::to_string(i + 1);
  return judgement;
}

}  // namespace loglode

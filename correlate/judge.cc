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
bool alarms_nobody(const Sign& sign) {
  const FindingKind kind = sign.finding.kind;
  return sign.level == IncidentSeverity::info &&
         (kind == FindingKind::rate_up || kind == FindingKind::rate_down || kind == FindingKind::deploy);
}

void keep_strongest_quiet(std::vector<Sign>& signs) {
  std::map<std::uint32_t, std::vector<std::pair<double, std::string>>> of_service;
  for (const Sign& sign : signs)
    if (alarms_nobody(sign)) of_service[sign.service].emplace_back(-sign.finding.score, sign.finding.finding_id);
  std::set<std::string> kept;
  for (auto& [service, ranked] : of_service) {
    std::sort(ranked.begin(), ranked.end());
    for (std::size_t i = 0; i < std::min(ranked.size(), kQuietOfAService); ++i) kept.insert(ranked[i].second);
  }
  std::erase_if(signs, [&](const Sign& sign) { return alarms_nobody(sign) && !kept.contains(sign.finding.finding_id); });
}

bool is_new(const Sign& sign) {
  return !sign.early && (sign.finding.kind == FindingKind::new_error || sign.finding.kind == FindingKind::new_warning);
}

/// What is new is not also louder than it was; a text that has another severity now is told once, with its rate.
void drop_told(std::vector<Sign>& rates, std::vector<Sign>& signs) {
  std::erase_if(rates, [&](const Sign& rate) {
    const auto told = std::find_if(signs.begin(), signs.end(), [&](const Sign& sign) {
      return is_new(sign) && (sign.series == rate.series ||
                              (sign.series->joined && sign.service == rate.service && sign.series->info->text == rate.series->info->text));
    });
    if (told == signs.end()) return false;
    if (told->series != rate.series) told->finding.summary += "; with any severity " + rate.change;
    return true;
  });
}

std::vector<Sign> find_all(const Timeline& timeline, const JudgeConfig& config, std::string& rates_note) {
  std::vector<Sign> signs = find_new(timeline, config);
  const auto append = [&](std::vector<Sign> more) {
    signs.insert(signs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  append(find_frequent(timeline, config));
  std::vector<Sign> rates = find_rates(timeline, config, rates_note);
  drop_told(rates, signs);
  append(std::move(rates));
  append(find_silent(timeline, config));
  append(find_changes(timeline, config));
  keep_strongest_quiet(signs);
  return signs;
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
void take_muted(const Timeline& timeline, std::vector<Sign>& signs, const JudgeConfig& config, std::vector<MutedFinding>& muted) {
  std::erase_if(signs, [&](const Sign& sign) {
    const std::string_view rule = sign.series->rule == nullptr ? std::string_view{} : std::string_view{sign.series->rule->name};
    const Mute* mute = find_mute(config.mutes, sign.finding, rule, timeline.ordinal ? config.now : sign.finding.end);
    if (mute == nullptr) return false;
    MutedFinding& taken = muted.emplace_back(MutedFinding{sign.finding, mute->reason, mute->until});
    if (timeline.ordinal) taken.finding.start = taken.finding.end = kNoTime;
    return true;
  });
}

void judge_timeline(const Timeline& timeline, const JudgeConfig& config, Judgement& judgement) {
  std::string rates_note;
  std::vector<Sign> signs = find_all(timeline, config, rates_note);
  const std::size_t known = std::erase_if(
      signs, [&](const Sign& sign) { return std::binary_search(config.ignored.begin(), config.ignored.end(), sign.finding.template_id); });
  if (known != 0)
    judgement.scope.remarks.push_back(std::to_string(known) + (known == 1 ? " finding about a template" : " findings about templates") +
                                      " marked as known: not shown");
  take_muted(timeline, signs, config, judgement.muted);
  std::vector<Finding> findings;
  std::vector<Incident> incidents;
  for (const Sign& sign : signs) findings.push_back(sign.finding);
  for (const Group& group : group_signs(signs, config)) incidents.push_back(make_incident(timeline, group, config, findings));
  add_overview(timeline, signs, judgement);
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

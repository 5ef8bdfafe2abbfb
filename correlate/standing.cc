#include "correlate/standing.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "correlate/timeline.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kFindingsMax = 5000, kIncidentsMax = 1000;

bool is_near(Timestamp start_a, Timestamp end_a, Timestamp start_b, Timestamp end_b) {
  return start_a <= plus(end_b, kSameSpan) && start_b <= plus(end_a, kSameSpan);
}

double distance(Timestamp a, Timestamp b) { return seconds_between(a, b) + seconds_between(b, a); }

/// The same under the id that its template has now.
std::string subject_now(const Finding& finding, const TemplateCatalog& catalog) {
  const TemplateInfo* const info = finding.template_id == kNoTemplate ? nullptr : catalog.find(finding.template_id);
  if (info == nullptr || info->id == finding.template_id) return subject_of(finding);
  Finding renamed;
  renamed.kind = finding.kind;
  renamed.service = finding.service;
  renamed.template_id = info->id;
  renamed.rule_id = finding.rule_id;
  renamed.hits_alone = finding.hits_alone;
  return subject_of(renamed);
}

class Successor {
 public:
  Successor(const Standing& before, const Judgement& judgement, const TemplateCatalog& catalog, Timestamp at, Timestamp judged_from,
            Timestamp forgotten_before)
      : before_{before},
        judgement_{judgement},
        catalog_{catalog},
        at_{at},
        judged_from_{judged_from},
        forgotten_before_{forgotten_before} {}

  Standing make() {
    after_.at = at_;
    add_findings();
    add_incidents();
    return std::move(after_);
  }

 private:
  [[nodiscard]] bool is_over(Timestamp end) const { return plus(end, kSameSpan) <= at_; }

  void add_findings() {
    std::multimap<std::string, std::size_t> known;
    for (std::size_t i = 0; i < before_.findings.size(); ++i) known.emplace(subject_now(*before_.findings[i].finding, catalog_), i);
    std::vector<const Finding*> found;
    for (const Finding& finding : judgement_.findings)
      if (finding.start != kNoTime) found.push_back(&finding);
    std::sort(found.begin(), found.end(),
              [](const Finding* a, const Finding* b) { return std::tie(a->start, a->finding_id) < std::tie(b->start, b->finding_id); });
    for (const Finding* const finding : found) {
      const std::string subject = subject_of(*finding);
      subjects_.emplace(finding->finding_id, subject);
      const auto [first, last] = known.equal_range(subject);
      auto nearest = last;
      for (auto each = first; each != last; ++each) {
        const Standing::OfFinding& one = before_.findings[each->second];
        if (!is_near(one.finding->start, one.end, finding->start, finding->end)) continue;
        if (nearest == last ||
            distance(one.finding->start, finding->start) < distance(before_.findings[nearest->second].finding->start, finding->start))
          nearest = each;
      }
      if (nearest == last) {
        add_new(*finding);
      } else {
        add_known(before_.findings[nearest->second], *finding);
        known.erase(nearest);
      }
    }
    std::vector<std::size_t> gone;
    for (const auto& [subject, index] : known) gone.push_back(index);
    std::sort(gone.begin(), gone.end());
    for (const std::size_t index : gone) add_absent(before_.findings[index]);
    std::stable_sort(after_.findings.begin(), after_.findings.end(), [](const Standing::OfFinding& a, const Standing::OfFinding& b) {
      return std::tie(a.end, a.finding->finding_id) < std::tie(b.end, b.finding->finding_id);
    });
    if (after_.findings.size() > kFindingsMax) after_.findings.erase(after_.findings.begin(), after_.findings.end() - kFindingsMax);
  }

  void put(Standing::OfFinding one) {
    if (one.end >= forgotten_before_ && finding_ids_.insert(one.finding->finding_id).second) after_.findings.push_back(std::move(one));
  }

  void add_new(const Finding& finding) {
    names_.emplace(finding.finding_id, finding.finding_id);
    put({std::make_shared<const Finding>(finding), finding.end, is_over(finding.end)});
  }

  void add_known(const Standing::OfFinding& known, const Finding& finding) {
    names_.emplace(finding.finding_id, known.finding->finding_id);
    Standing::OfFinding next{known.finding, std::max(known.end, finding.end), false};
    next.settled = known.settled || is_over(next.end);
    const bool stays = (known.settled && finding.end <= known.end) || known.finding->start < judged_from_;
    if (!stays) {
      auto said = std::make_shared<Finding>(finding);
      said->finding_id = known.finding->finding_id;
      next.finding = std::move(said);
    }
    put(std::move(next));
  }

  void add_absent(const Standing::OfFinding& known) {
    const bool cut_off = known.finding->start < judged_from_;
    if (known.settled || cut_off) put({known.finding, known.end, known.settled || is_over(known.end)});
  }

  void add_incidents() {
    std::vector<const Incident*> found;
    for (const Incident& incident : judgement_.incidents)
      if (incident.opened_at != kNoTime) found.push_back(&incident);
    std::stable_sort(found.begin(), found.end(), [](const Incident* a, const Incident* b) {
      return std::tie(a->opened_at, a->fingerprint) < std::tie(b->opened_at, b->fingerprint);
    });
    std::vector<bool> taken(before_.incidents.size());
    for (const Incident* const incident : found) {
      Standing::OfIncident next;
      for (const std::string& id : incident->findings)
        if (const auto subject = subjects_.find(id); subject != subjects_.end()) next.subjects.push_back(subject->second);
      std::sort(next.subjects.begin(), next.subjects.end());
      const bool over = incident->state == IncidentState::closed;
      next.last = over ? incident->closed_at : at_;
      next.settled = over && is_over(next.last);
      const std::size_t known = nearest_incident(*incident, next, taken);
      if (known < taken.size()) {
        taken[known] = true;
        put(succeed(before_.incidents[known], *incident, std::move(next)));
      } else {
        next.incident = renamed(*incident, lasting_id_of(*incident));
        put(std::move(next));
      }
    }
    for (std::size_t i = 0; i < taken.size(); ++i)
      if (!taken[i]) add_absent(before_.incidents[i]);
    std::stable_sort(after_.incidents.begin(), after_.incidents.end(), [](const Standing::OfIncident& a, const Standing::OfIncident& b) {
      return std::tie(a.last, a.incident->incident_id) < std::tie(b.last, b.incident->incident_id);
    });
    if (after_.incidents.size() > kIncidentsMax) after_.incidents.erase(after_.incidents.begin(), after_.incidents.end() - kIncidentsMax);
  }

  void put(Standing::OfIncident one) {
    if (one.last >= forgotten_before_ && incident_ids_.insert(one.incident->incident_id).second) after_.incidents.push_back(std::move(one));
  }

  /// Of those that have something in common with it, the one that opened at nearly its time.
  [[nodiscard]] std::size_t nearest_incident(const Incident& incident, const Standing::OfIncident& now,
                                             const std::vector<bool>& taken) const {
    std::size_t best = taken.size();
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const Standing::OfIncident& one = before_.incidents[i];
      if (taken[i] || !is_near(one.incident->opened_at, one.last, incident.opened_at, now.last)) continue;
      const bool shares = std::any_of(one.subjects.begin(), one.subjects.end(), [&](const std::string& subject) {
        return std::binary_search(now.subjects.begin(), now.subjects.end(), subject);
      });
      if (!shares) continue;
      if (best == taken.size() ||
          distance(one.incident->opened_at, incident.opened_at) < distance(before_.incidents[best].incident->opened_at, incident.opened_at))
        best = i;
    }
    return best;
  }

  Standing::OfIncident succeed(const Standing::OfIncident& known, const Incident& incident, Standing::OfIncident next) const {
    const bool over = incident.state == IncidentState::closed;
    if (known.settled && over && next.last <= known.last) return known;
    next.last = std::max(next.last, known.last);
    next.settled = known.settled || next.settled;
    if (known.incident->opened_at >= judged_from_) {
      next.incident = renamed(incident, known.incident->incident_id);
    } else {
      next.subjects = known.subjects;
      next.incident = over ? ended(known.incident, next.last) : known.incident;
    }
    return next;
  }

  void add_absent(const Standing::OfIncident& known) {
    if (!known.settled && known.incident->opened_at >= judged_from_) return;
    Standing::OfIncident next = known;
    next.incident = ended(known.incident, known.last);
    next.settled = known.settled || is_over(known.last);
    put(std::move(next));
  }

  /// Under its own id and those of its findings that last.
  [[nodiscard]] std::shared_ptr<const Incident> renamed(const Incident& incident, const std::string& id) const {
    auto named = std::make_shared<Incident>(incident);
    named->incident_id = id;
    const auto rename = [this](std::string& finding) {
      if (const auto name = names_.find(finding); name != names_.end()) finding = name->second;
    };
    for (std::string& finding : named->findings) rename(finding);
    for (TimelineEntry& entry : named->timeline) rename(entry.finding_id);
    return named;
  }

  const Standing& before_;
  const Judgement& judgement_;
  const TemplateCatalog& catalog_;
  const Timestamp at_, judged_from_, forgotten_before_;
  Standing after_;
  std::map<std::string, std::string> subjects_, names_;  // of the judgement's findings: what they are about; the id that lasts
  std::set<std::string> finding_ids_, incident_ids_;
};

}  // namespace

Standing go_on(const Standing& before, const Judgement& judgement, const TemplateCatalog& catalog, Timestamp at, Timestamp judged_from,
               Timestamp forgotten_before) {
  return Successor{before, judgement, catalog, at, judged_from, forgotten_before}.make();
}

std::shared_ptr<const Incident> ended(const std::shared_ptr<const Incident>& incident, Timestamp at) {
  if (incident->state == IncidentState::closed) return incident;
  auto closed = std::make_shared<Incident>(*incident);
  closed->state = IncidentState::closed;
  closed->closed_at = at;
  return closed;
}

void show_standing(const Standing& standing, Judgement& judgement) {
  std::erase_if(judgement.findings, [](const Finding& finding) { return finding.start != kNoTime; });
  std::erase_if(judgement.incidents, [](const Incident& incident) { return incident.opened_at != kNoTime; });
  for (const Standing::OfFinding& one : standing.findings) judgement.findings.push_back(*one.finding);
  for (const Standing::OfIncident& one : standing.incidents) judgement.incidents.push_back(*one.incident);
  std::stable_sort(judgement.findings.begin(), judgement.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.score != b.score ? a.score > b.score : a.finding_id < b.finding_id; });
  std::stable_sort(judgement.incidents.begin(), judgement.incidents.end(), [](const Incident& a, const Incident& b) {
    return std::tie(b.severity, a.onset, a.incident_id) < std::tie(a.severity, b.onset, b.incident_id);
  });
}

}  // namespace loglode

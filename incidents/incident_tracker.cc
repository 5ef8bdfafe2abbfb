#include "incidents/incident_tracker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/finding_identity.h"

namespace loglode {

namespace {

constexpr Duration kSameSpan = std::chrono::minutes{15};  // two spans that lie closer together are of one finding
constexpr Duration kRemembered = std::chrono::hours{6};   // what no judgement has had for so long is told again when it comes back
constexpr std::size_t kIncidentsKept = 1000, kFindingsKept = 20'000;

Duration distance(Timestamp a, Timestamp b) {
  if (a == kNoTime || b == kNoTime) return a == b ? Duration::zero() : Duration::max();
  return a < b ? b - a : a - b;
}

bool shares_any(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& each) { return std::binary_search(b.begin(), b.end(), each); });
}

}  // namespace

bool IncidentTracker::is_near(Timestamp start_a, Timestamp end_a, Timestamp start_b, Timestamp end_b) noexcept {
  if (start_a == kNoTime || start_b == kNoTime) return true;
  return start_a <= end_b + kSameSpan && start_b <= end_a + kSameSpan;
}

std::string IncidentTracker::subject_of(const Finding& finding) { return loglode::subject_of(finding); }

std::string IncidentTracker::id_of(const Incident& incident) {
  constexpr std::size_t kLastingDigits = 16;  // of an incident that stands; else it is a number within its judgement
  return incident.incident_id.size() == kLastingDigits ? incident.incident_id : lasting_id_of(incident);
}

void IncidentTracker::rename(std::uint64_t number, const std::string& id) {
  for (KnownIncident& known : incidents_)
    if (known.number == number) known.id = id;
}

LiveChanges IncidentTracker::compare(const Judgement& judgement, Timestamp newest) {
  LiveChanges changes;
  renewed_ = false;
  compare_findings(judgement, newest, changes);
  compare_incidents(judgement, newest, changes);
  return changes;
}

void IncidentTracker::take_as_known(const Judgement& judgement, Timestamp newest) {
  static_cast<void>(compare(judgement, newest));
  findings_opened_ = 0;
}

bool IncidentTracker::knows(const Finding& finding) const {
  const auto [first, last] = findings_.equal_range(subject_of(finding));
  return std::any_of(first, last,
                     [&](const auto& each) { return is_near(each.second.start, each.second.end, finding.start, finding.end); });
}

Judgement IncidentTracker::told_before(const Judgement& judgement) const {
  Judgement before;
  std::set<std::string_view> told;
  for (const Finding& finding : judgement.findings) {
    const bool is_new = finding.kind == FindingKind::new_error || finding.kind == FindingKind::new_warning;
    if (is_new && !knows(finding)) continue;
    before.findings.push_back(finding);
    told.insert(finding.finding_id);
  }
  for (const Incident& incident : judgement.incidents)
    if (std::all_of(incident.findings.begin(), incident.findings.end(), [&](const std::string& id) { return told.contains(id); }))
      before.incidents.push_back(incident);
  before.muted = judgement.muted;
  return before;
}

void IncidentTracker::compare_findings(const Judgement& judgement, Timestamp newest, LiveChanges& out) {
  std::multimap<std::string, KnownFinding> now;
  for (const Finding& finding : judgement.findings) {
    const std::string key = subject_of(finding);
    const auto [first, last] = findings_.equal_range(key);
    const auto known = std::find_if(
        first, last, [&](const auto& each) { return is_near(each.second.start, each.second.end, finding.start, finding.end); });
    KnownFinding next{finding.start, finding.end, finding.total, finding.total};
    if (known == last) {
      out.findings.push_back({EventChange::opened, &finding});
      ++findings_opened_;
    } else {
      next.told = known->second.told;
      if (finding.total >= 10 * std::max<std::uint64_t>(next.told, 1)) {  // told again when it is ten times as much
        out.findings.push_back({EventChange::updated, &finding});
        next.told = finding.total;
      }
      findings_.erase(known);
    }
    now.emplace(key, next);
  }
  // What this judgement does not have may come back with the next: a rate that is at its limit does.
  for (auto& [key, finding] : findings_)
    if (now.size() < kFindingsKept && (newest == kNoTime || finding.end == kNoTime || newest - finding.end < kRemembered))
      now.emplace(key, finding);
  findings_ = std::move(now);
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const LiveFinding& a, const LiveFinding& b) { return a.finding->start < b.finding->start; });
}

/// Of those that have something in common with it and are not taken by another of this judgement, the one that opened at nearly its time.
IncidentTracker::KnownIncident* IncidentTracker::find(const std::vector<std::string>& subjects, Timestamp opened, Timestamp latest) {
  KnownIncident* best = nullptr;
  for (KnownIncident& known : incidents_) {
    if (known.compared == compared_ || !shares_any(subjects, known.subjects) || !is_near(known.opened, known.last, opened, latest))
      continue;
    if (best == nullptr || distance(known.opened, opened) < distance(best->opened, opened)) best = &known;
  }
  return best;
}

void IncidentTracker::compare_incidents(const Judgement& judgement, Timestamp newest, LiveChanges& out) {
  ++compared_;
  std::map<std::string, const Finding*> findings;
  for (const Finding& finding : judgement.findings) findings.emplace(finding.finding_id, &finding);
  std::vector<const Incident*> ordered;
  for (const Incident& incident : judgement.incidents) ordered.push_back(&incident);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Incident* a, const Incident* b) { return a->opened_at < b->opened_at; });
  for (const Incident* const incident : ordered) {
    std::vector<std::string> subjects;
    for (const std::string& id : incident->findings)
      if (const auto found = findings.find(id); found != findings.end()) subjects.push_back(subject_of(*found->second));
    std::sort(subjects.begin(), subjects.end());
    subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
    const bool over = incident->state == IncidentState::closed;
    const Timestamp latest = over ? incident->closed_at : newest;
    KnownIncident* known = find(subjects, incident->opened_at, latest);
    const bool is_new = known == nullptr;
    if (is_new) known = &incidents_.emplace_back();
    known->compared = compared_;
    if (!is_new) out.present.push_back({EventChange::updated, known->number, known->id, incident, incident->summary});
    if (is_new) {
      known->number = next_incident_++;
      known->opened = incident->opened_at;
      known->id = id_of(*incident);
      out.present.push_back({EventChange::opened, known->number, known->id, incident, incident->summary});
      out.incidents.push_back({EventChange::opened, known->number, known->id, incident, incident->summary});
    } else if (known->closed && !over) {  // lines that came late
      known->closed = false;
      out.incidents.push_back({EventChange::opened, known->number, known->id, incident, incident->summary});
    } else if (!known->closed && (incident->severity > known->severity || incident->findings.size() >= known->findings + 3 ||
                                  incident->findings.size() >= 2 * std::max<std::size_t>(known->findings, 1))) {
      out.incidents.push_back({EventChange::updated, known->number, known->id, incident, incident->summary});
    } else {
      known->last = std::max(known->last, latest);
      known->subjects = std::move(subjects);
      if (over && !std::exchange(known->closed, true))
        out.incidents.push_back({EventChange::resolved, known->number, known->id, incident, incident->summary});
      continue;
    }
    known->subjects = std::move(subjects);
    known->last = std::max(known->last, latest);
    known->findings = incident->findings.size();
    known->severity = std::max(known->severity, incident->severity);
    known->summary = incident->summary;
    if (over && !std::exchange(known->closed, true))
      out.incidents.push_back({EventChange::resolved, known->number, known->id, incident, incident->summary});
  }
  for (KnownIncident& known : incidents_) {
    if (known.closed || newest == kNoTime || newest <= known.last + kSameSpan) continue;
    known.closed = true;  // the judgement has joined it to another, or let it go
    out.incidents.push_back({EventChange::resolved, known.number, known.id, nullptr, known.summary, known.last});
  }
  forget_oldest(out);
}

/// Of incidents: closed ones first. What is still open is closed before it is forgotten, or it would be open for ever wherever it was told.
void IncidentTracker::forget_oldest(LiveChanges& out) {
  if (incidents_.size() <= kIncidentsKept) return;
  std::size_t over = incidents_.size() - kIncidentsKept;
  std::erase_if(incidents_, [&](const KnownIncident& known) { return over != 0 && known.closed && over-- != 0; });
  for (std::size_t i = 0; i < over; ++i)
    out.incidents.push_back(
        {EventChange::resolved, incidents_[i].number, incidents_[i].id, nullptr, incidents_[i].summary, incidents_[i].last});
  incidents_.erase(incidents_.begin(), incidents_.begin() + static_cast<std::ptrdiff_t>(over));
}

std::size_t IncidentTracker::incidents_open() const {
  return static_cast<std::size_t>(
      std::count_if(incidents_.begin(), incidents_.end(), [](const KnownIncident& each) { return !each.closed; }));
}

}  // namespace loglode

#include "incidents/event_documents.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

Judgement muted_of(const Judgement& judgement) {
  Judgement muted;
  for (const MutedFinding& each : judgement.muted) muted.findings.push_back(each.finding);
  return muted;
}

constexpr Duration kSettled = std::chrono::minutes{2};

bool is_quiet(Timestamp end, Timestamp newest) { return end != kNoTime && newest != kNoTime && newest - end >= kSettled; }

PublishedEvents::Facts facts_of(const Finding& finding) {
  const std::string subject = IncidentTracker::subject_of(finding);
  return {std::max<std::uint64_t>(1, XXH3_64bits(subject.data(), subject.size())), finding.start, finding.end, finding.total};
}

PublishedEvents::Facts facts_of(const Incident& incident, Timestamp newest) {
  const Timestamp end = incident.state == IncidentState::closed ? incident.closed_at : newest;
  return {0, incident.opened_at, std::max(incident.opened_at, end), incident.findings.size()};
}

std::string place_of(const std::string& place, Document kind) { return std::string{name_of(kind)} + '\n' + place; }

}  // namespace

void EventDocuments::set_targets(std::vector<Target> targets) {
  targets_ = std::move(targets);
  lacking_.assign(targets_.size(), {});
  if (!targeted_) return;
  for (std::size_t number = 0; number < targets_.size(); ++number)
    for (std::size_t kind = 0; kind < targets_[number].events.size(); ++kind)
      lacking_[number][kind] = targets_[number].events[kind] &&
                               !targeted_->contains(place_of(targets_[number].place, Document{static_cast<std::uint8_t>(kind)}));
}

std::vector<OutgoingEvent> EventDocuments::announce(const std::shared_ptr<const Assessment>& assessment) {
  const Assessment& judged = *assessment;
  std::vector<OutgoingEvent> out;
  if (judged.known) {
    take_as_known(judged.judgement, judged.newest);
    return out;
  }
  std::vector<Event> changes = changes_of(assessment);
  bring_up_to_date(judged, changes, out);
  for (Event& event : changes) out.push_back({std::move(event)});
  for (auto& [event, only_to] : out)
    if (event.kind != Document::template_info) {
      event.revision = ++last_revision_;
      if (event.opened_at == kNoTime) event.opened_at = published_.opened_at(event.kind, event.key);
    }
  return out;
}

/// Sinks that were not there before get what stands and is not told to all just now.
void EventDocuments::bring_up_to_date(const Assessment& judged, const std::vector<Event>& changes, std::vector<OutgoingEvent>& out) {
  std::array<std::vector<std::size_t>, static_cast<std::size_t>(Document::kCount)> lacking;  // by kind: numbers of sinks
  for (std::size_t number = 0; number < lacking_.size(); ++number)
    for (std::size_t kind = 0; kind < lacking.size(); ++kind)
      if (lacking_[number][kind]) lacking[kind].push_back(number);
  lacking_.assign(lacking_.size(), {});
  std::set<std::pair<Document, std::string_view>> told;
  for (const Event& event : changes) told.emplace(event.kind, event.key);
  const auto add = [&](Document kind, const std::string& key, const auto& json) {
    const auto& to = lacking[static_cast<std::size_t>(kind)];
    if (!to.empty() && !told.contains({kind, key})) out.push_back({{kind, key, json()}, to});
  };
  for (const TemplateCount& row : judged.judgement.templates)
    add(Document::template_info, to_hex(row.info->id), [&] { return texts_.of(row); });
  for (const Finding& finding : judged.judgement.findings)
    if (published_.knows(Document::finding, finding.finding_id) && !published_.is_only_known(Document::finding, finding.finding_id))
      add(Document::finding, finding.finding_id, [&] { return texts_.of(finding); });
  for (const auto& open : published_.open_incidents()) add(Document::incident, open.first, [&] { return open.second; });
}

std::vector<Event> EventDocuments::changes_of(const std::shared_ptr<const Assessment>& assessment) {
  const Assessment& judged = *assessment;
  if (tracker_.was_renewed()) {
    const Judgement before = tracker_.told_before(judged.judgement);
    take_as_known(before, judged.newest);
  }
  std::vector<Event> documents;
  add_templates(judged, documents);
  note_muted(judged);
  LiveChanges changes = tracker_.compare(judged.judgement, judged.newest);
  incidents_open_ = tracker_.incidents_open();
  if (changes_listener_) changes_listener_(assessment, changes);
  for (const LiveFinding& live : changes.findings)
    if (live.change == EventChange::opened) ++findings_[static_cast<std::size_t>(live.finding->kind)];
  add_findings(judged, changes, documents);
  add_incidents(judged, changes, documents);
  published_.keep_lasting(judged.lasting);
  return documents;
}

void EventDocuments::add_templates(const Assessment& judged, std::vector<Event>& out) {
  for (const TemplateCount& row : judged.judgement.templates) {
    std::uint64_t& told = templates_[row.info->id];
    if (told != 0 && row.count < 10 * told && !(judged.last && row.count != told)) continue;  // again when it is ten times as much
    const EventChange change = std::exchange(told, row.count) == 0 ? EventChange::opened : EventChange::updated;
    out.push_back({Document::template_info, to_hex(row.info->id), texts_.of(row), change});
  }
}

void EventDocuments::add_findings(const Assessment& judged, const LiveChanges& changes, std::vector<Event>& out) {
  std::set<const Finding*> told;
  for (const LiveFinding& live : changes.findings) {
    told.insert(live.finding);
    send_finding(*live.finding, out);
  }
  PublishedEvents::Present present;
  std::map<std::uint64_t, std::string> heirs;
  for (const Finding& finding : judged.judgement.findings) {
    const PublishedEvents::Facts facts = facts_of(finding);
    present.ids.insert(finding.finding_id);
    heirs.emplace(facts.about, finding.finding_id);
    if (told.contains(&finding) || published_.is_only_known(Document::finding, finding.finding_id)) continue;
    const bool same = published_.has_said(Document::finding, finding.finding_id, facts);
    if (judged.last || is_quiet(finding.end, judged.newest))
      send_finding(finding, out);
    else if (!same)
      present.unsent.insert(facts.about);
  }
  withdraw(Document::finding, present, heirs, judged, out);
}

void EventDocuments::send_finding(const Finding& finding, std::vector<Event>& out) {
  std::string json = texts_.of(finding);
  const EventChange change = change_of(Document::finding, finding.finding_id, false);
  if (published_.note(Document::finding, finding.finding_id, json, facts_of(finding)))
    out.push_back(
        {Document::finding, finding.finding_id, std::move(json), change, 0, published_.opened_at(Document::finding, finding.finding_id)});
}

void EventDocuments::add_incidents(const Assessment& judged, LiveChanges& changes, std::vector<Event>& out) {
  // What a judgement does not have any more stands as it was told, or is withdrawn below.
  for (const LiveIncident& live : changes.incidents)
    if (live.incident != nullptr) send_incident(live, live.change == EventChange::resolved, judged, out);
  PublishedEvents::Present present;
  for (LiveIncident& live : changes.present) {
    const bool over = live.incident->state == IncidentState::closed && is_quiet(live.incident->closed_at, judged.newest);
    if (judged.last || over) {
      settle_incident(live, judged, out);
    } else if (!published_.knows(Document::incident, live.id)) {
      send_incident(live, live.incident->state == IncidentState::closed, judged, out);  // it had been withdrawn
    } else {
      published_.refresh(Document::incident, live.id, facts_of(*live.incident, judged.newest));
    }
    present.ids.insert(live.id);
  }
  withdraw(Document::incident, present, {}, judged, out);
}

/// When it is over: under the id that follows from the judgement alone.
void EventDocuments::settle_incident(LiveIncident& live, const Assessment& judged, std::vector<Event>& out) {
  if (published_.is_only_known(Document::incident, live.id)) return;
  std::string id = IncidentTracker::id_of(*live.incident);
  if (id != live.id) {
    const Timestamp opened_at = published_.opened_at(Document::incident, live.id);
    if (published_.forget(Document::incident, live.id)) out.push_back(withdrawal(Document::incident, live.id, id, opened_at));
    tracker_.rename(live.number, id);
    live.id = std::move(id);
  }
  send_incident(live, live.incident->state == IncidentState::closed, judged, out);
}

Event EventDocuments::withdrawal(Document kind, const std::string& id, const std::string& superseded_by, Timestamp opened_at) const {
  return {kind, id, texts_.withdrawal(kind, id, superseded_by), EventChange::withdrawn, 0, opened_at};
}

EventChange EventDocuments::change_of(Document kind, const std::string& id, bool closed) const {
  if (closed) return EventChange::resolved;
  const bool was_sent = published_.knows(kind, id) && !published_.is_only_known(kind, id);
  return was_sent ? EventChange::updated : EventChange::opened;
}

void EventDocuments::send_incident(const LiveIncident& live, bool closed, const Assessment& judged, std::vector<Event>& out) {
  std::string json = texts_.of(*live.incident, live.id, closed ? IncidentState::closed : IncidentState::open);
  const bool reopened = !closed && live.change == EventChange::opened;
  const EventChange change = reopened ? EventChange::opened : change_of(Document::incident, live.id, closed);
  if (published_.note(Document::incident, live.id, json, facts_of(*live.incident, judged.newest), !closed))
    out.push_back({Document::incident, live.id, std::move(json), change, 0, published_.opened_at(Document::incident, live.id)});
}

/// What one judgement does not have may come back with the next: a rate that is at its limit does. So it is waited for, but at the end.
void EventDocuments::withdraw(Document kind, const PublishedEvents::Present& present, const std::map<std::uint64_t, std::string>& heirs,
                              const Assessment& judged, std::vector<Event>& out) {
  if (judged.newest == kNoTime && !judged.last) return;
  const Timestamp ended_before = judged.last ? Timestamp::max() : judged.newest - kSettled;
  for (const PublishedEvents::Gone& gone : published_.take_gone(kind, present, ended_before)) {
    const auto heir = heirs.find(gone.about);
    if (gone.open_text.empty())
      out.push_back(withdrawal(kind, gone.id, heir == heirs.end() ? std::string{} : heir->second, gone.opened_at));
    else
      out.push_back({Document::incident, gone.id, texts_.closed(gone.open_text, gone.end), EventChange::resolved, 0, gone.opened_at});
  }
}

void EventDocuments::take_as_known(const Judgement& judgement, Timestamp newest) {
  for (const TemplateCount& row : judgement.templates) templates_[row.info->id] = row.count;
  tracker_.take_as_known(judgement, newest);
  for (const Finding& finding : judgement.findings) published_.note_known(Document::finding, finding.finding_id, facts_of(finding));
  for (const Incident& incident : judgement.incidents)
    published_.note_known(Document::incident, IncidentTracker::id_of(incident), facts_of(incident, newest));
  muted_tracker_.take_as_known(muted_of(judgement), newest);
  incidents_open_ = tracker_.incidents_open();
}

Announced EventDocuments::announced() const {
  Announced all;
  tracker_.add_to(all);
  muted_tracker_.add_to(all, true);
  all.documents = published_.documents();
  for (const auto& [id, count] : templates_) all.templates.push_back({id, count});
  std::optional<std::set<std::string>> places = targeted_;  // as they were, where nobody has set others: nothing went anywhere since
  if (!targets_.empty()) places.emplace();
  for (const Target& target : targets_)
    for (std::size_t kind = 0; kind < target.events.size(); ++kind)
      if (target.events[kind]) places->insert(place_of(target.place, Document{static_cast<std::uint8_t>(kind)}));
  if (places) all.targets.emplace(places->begin(), places->end());
  all.last_revision = last_revision_;
  return all;
}

void EventDocuments::restore(const Announced& before) {
  tracker_.restore(before);
  muted_tracker_.restore(before, true);
  published_.restore(before.documents);
  for (const AnnouncedTemplate& one : before.templates) templates_[one.id] = one.count;
  if (before.targets) targeted_.emplace(before.targets->begin(), before.targets->end());
  last_revision_ = before.last_revision;
  incidents_open_ = tracker_.incidents_open();
}

void EventDocuments::renew(const std::function<TemplateId(TemplateId)>& now) {
  tracker_.renew(now);
  muted_tracker_.renew(now);
  templates_.clear();
  published_.keep_as_known();
}

/// Muted findings are known again from judgement to judgement as others are.
void EventDocuments::note_muted(const Assessment& judged) {
  const Judgement muted = muted_of(judged.judgement);
  for (const LiveFinding& live : muted_tracker_.compare(muted, judged.newest).findings) {
    if (live.change != EventChange::opened) continue;
    const MutedFinding& about = judged.judgement.muted[static_cast<std::size_t>(live.finding - muted.findings.data())];
    ++muted_[static_cast<std::size_t>(live.finding->kind)];
    if (muted_listener_)
      muted_listener_(fmt::format("muted until {} ({}): {} {}", to_rfc3339(about.until).substr(0, 19) + "Z", about.reason,
                                  name_of(live.finding->kind), live.finding->summary));
  }
}

std::map<std::string, std::uint64_t> EventDocuments::by_kind(const Counts& all) {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t kind = 0; kind < all.size(); ++kind) counts.emplace(name_of(static_cast<FindingKind>(kind)), all[kind].load());
  return counts;
}

}  // namespace loglode

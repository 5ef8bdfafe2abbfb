// What a judgement changed, as documents for sinks: findings and incidents as they open, grow, settle and close, templates as they become
// known. A judgement speaks of what was read until then, so a document may be corrected by a later one of the same id, and withdrawn when
// what it says holds no more (loglode.withdrawal/1). After the last judgement of a run, what stands is what that judgement says: the same
// for the same records, however they came.
// Used by the judging thread but for the figures.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/assessment.h"
#include "core/event_texts.h"
#include "incidents/incident_tracker.h"
#include "incidents/published_events.h"

namespace loglode {

class EventDocuments final : public Announcer {
 public:
  /// `texts` must outlive it.
  explicit EventDocuments(const EventTexts& texts) : texts_{texts} {}

  /// A sink of the configuration: where it writes to, whatever it is called, and the kinds of events that it takes.
  struct Target {
    std::string place;
    DocumentKinds events;
  };
  /// Before announce() and behind restore(): where the events go, in the order of the configuration. What a sink was not among the targets
  /// of the run before for, it is given with the first judgement as far as it stands: open incidents, findings and templates.
  void set_targets(std::vector<Target> targets);
  /// In the order in which they are to be written.
  std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) override;
  /// What announce() has given, for the EventDocuments of a later run.
  [[nodiscard]] Announced announced() const override;
  /// Before announce(): goes on from what announced() gave.
  void restore(const Announced& before);
  /// Ids of templates are others now, as in IncidentTracker: templates are told again, under them; findings and incidents that were told
  /// are not, but for what comes of them later.
  void renew(const std::function<TemplateId(TemplateId)>& now);
  /// Called with a sentence for each finding that is muted and was not before.
  void on_muted(std::function<void(const std::string&)> listener) { muted_listener_ = std::move(listener); }
  /// Called with what each judgement changed, before it is announced.
  void on_changes(std::function<void(const std::shared_ptr<const Assessment>&, const LiveChanges&)> listener) {
    changes_listener_ = std::move(listener);
  }
  // Any thread:
  [[nodiscard]] std::map<std::string, std::uint64_t> findings_by_kind() const { return by_kind(findings_); }
  [[nodiscard]] std::map<std::string, std::uint64_t> muted_by_kind() const { return by_kind(muted_); }
  [[nodiscard]] std::uint64_t incidents_open() const noexcept { return incidents_open_.load(); }

 private:
  using Counts = std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(FindingKind::error_seen) + 1>;
  std::vector<Event> changes_of(const std::shared_ptr<const Assessment>& assessment);
  void take_as_known(const Judgement& judgement, Timestamp newest);
  void bring_up_to_date(const Assessment& judged, const std::vector<Event>& changes, std::vector<OutgoingEvent>& out);
  void add_templates(const Assessment& judged, std::vector<Event>& out);
  void add_findings(const Assessment& judged, const LiveChanges& changes, std::vector<Event>& out);
  void add_incidents(const Assessment& judged, LiveChanges& changes, std::vector<Event>& out);
  void send_finding(const Finding& finding, std::vector<Event>& out);
  void send_incident(const LiveIncident& live, bool closed, const Assessment& judged, std::vector<Event>& out);
  [[nodiscard]] Event withdrawal(Document kind, const std::string& id, const std::string& superseded_by, Timestamp opened_at) const;
  [[nodiscard]] EventChange change_of(Document kind, const std::string& id, bool closed) const;
  void settle_incident(LiveIncident& live, const Assessment& judged, std::vector<Event>& out);
  void withdraw(Document kind, const PublishedEvents::Present& present, const std::map<std::uint64_t, std::string>& heirs,
                const Assessment& judged, std::vector<Event>& out);
  void note_muted(const Assessment& judged);
  static std::map<std::string, std::uint64_t> by_kind(const Counts& counts);

  const EventTexts& texts_;
  std::vector<Target> targets_;
  std::vector<DocumentKinds> lacking_;             // for each of them: what it was never given
  std::optional<std::set<std::string>> targeted_;  // by the run before; none: an older version, or none, has kept it
  IncidentTracker tracker_, muted_tracker_;
  PublishedEvents published_;
  std::function<void(const std::string&)> muted_listener_;
  std::function<void(const std::shared_ptr<const Assessment>&, const LiveChanges&)> changes_listener_;
  std::map<TemplateId, std::uint64_t> templates_;  // count when it was last told
  Counts findings_{}, muted_{};                    // opened, by kind
  std::atomic<std::uint64_t> incidents_open_{0};
  std::uint64_t last_revision_ = 0;
};

}  // namespace loglode

// What changed from one judgement to the next: findings and incidents that opened, grew or closed. A judgement is made again each time, so
// ids and windows of the same thing may move; the tracker knows them again by what they are about and when.
// Used by the judging thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/announced.h"
#include "core/finding.h"

namespace loglode {

struct LiveFinding {
  EventChange change = EventChange::opened;
  const Finding* finding = nullptr;  // in the judgement
};
struct LiveIncident {
  EventChange change = EventChange::opened;
  std::uint64_t number = 0;            // 1, 2, 3 … since the program began; the same for the incident's life
  std::string id;                      // 16 hex: of what it began with and when; the same after a restart
  const Incident* incident = nullptr;  // in the judgement; null when it closed and the judgement does not have it any more
  std::string summary;
  Timestamp last = kNoTime;  // when `incident` is null: until when it was seen to go on
};
struct LiveChanges {
  std::vector<LiveFinding> findings;    // in order of time
  std::vector<LiveIncident> incidents;  // the same
  std::vector<LiveIncident> present;    // all incidents of the judgement, changed or not; `change` says nothing
};

class IncidentTracker {
 public:
  /// `newest`: time of the newest record.
  /// `last`: nothing comes after this, what is open is left open.
  [[nodiscard]] LiveChanges compare(const Judgement& judgement, Timestamp newest);
  /// The same, where nobody is to be told: what is in it is known from now on.
  void take_as_known(const Judgement& judgement, Timestamp newest);
  /// Names what a finding is about, whatever its windows are.
  [[nodiscard]] static std::string subject_of(const Finding& finding);
  /// What an incident's id is when it is first told: its own where it stands, else of what it began with and when.
  [[nodiscard]] static std::string id_of(const Incident& incident);
  void rename(std::uint64_t number, const std::string& id);
  [[nodiscard]] std::uint64_t findings_opened() const noexcept { return findings_opened_; }
  [[nodiscard]] std::size_t incidents_open() const;

  /// Adds all that it knows, for a tracker of a later run. `muted`: what it knows is muted.
  void add_to(Announced& all, bool muted = false) const;
  /// Goes on from what add_to() gave, and nothing else.
  void restore(const Announced& all, bool muted = false);

  /// Ids of templates are others now, by `now(before)`. Until its next comparison a tracker knows that it was renewed.
  void renew(const std::function<TemplateId(TemplateId)>& now);
  [[nodiscard]] bool was_renewed() const noexcept { return renewed_; }
  /// What of `judgement` counts as told before ids were renewed: all but what is new and not known. What was counted under several
  /// templates then, and under one now, may be frequent or a change of rate; that is of the past.
  [[nodiscard]] Judgement told_before(const Judgement& judgement) const;

 private:
  struct KnownFinding {
    Timestamp start = kNoTime, end = kNoTime;
    std::uint64_t total = 0, told = 0;
  };
  struct KnownIncident : AnnouncedIncident {
    std::uint64_t compared = 0;  // which comparison met it last
  };

  /// Whether two spans are of one finding.
  [[nodiscard]] static bool is_near(Timestamp start_a, Timestamp end_a, Timestamp start_b, Timestamp end_b) noexcept;
  [[nodiscard]] bool knows(const Finding& finding) const;
  void compare_findings(const Judgement& judgement, Timestamp newest, LiveChanges& out);
  void compare_incidents(const Judgement& judgement, Timestamp newest, LiveChanges& out);
  void forget_oldest(LiveChanges& out);
  [[nodiscard]] KnownIncident* find(const std::vector<std::string>& subjects, Timestamp opened, Timestamp latest);

  std::multimap<std::string, KnownFinding> findings_;  // by what they are about
  std::vector<KnownIncident> incidents_;
  std::uint64_t findings_opened_ = 0, next_incident_ = 1, compared_ = 0;
  bool renewed_ = false;
};

}  // namespace loglode

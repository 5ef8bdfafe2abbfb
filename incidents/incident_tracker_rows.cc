// What an IncidentTracker knows, as rows, and how it goes on when templates have other ids.
#include <algorithm>
#include <charconv>
#include <optional>

#include "incidents/incident_tracker.h"

namespace loglode {

namespace {

/// An id as a subject has it: 32 hex digits, or the 16 that ids of version 1 had.
std::optional<TemplateId> id_in(std::string_view text) {
  constexpr std::size_t kWordDigits = 16;
  if (text.size() != kWordDigits && text.size() != 2 * kWordDigits) return std::nullopt;
  TemplateId id;
  for (std::uint64_t* const word : {&id.high, &id.low}) {
    if (text.empty()) break;
    const auto read = std::from_chars(text.data(), text.data() + kWordDigits, *word, 16);
    if (read.ec != std::errc{} || read.ptr != text.data() + kWordDigits) return std::nullopt;
    text.remove_prefix(kWordDigits);
  }
  return id;
}

}  // namespace

void IncidentTracker::add_to(Announced& all, bool muted) const {
  for (const auto& [subject, known] : findings_) all.findings.push_back({subject, known.start, known.end, known.total, known.told, muted});
  if (muted) return;
  all.incidents.assign(incidents_.begin(), incidents_.end());
  std::sort(all.incidents.begin(), all.incidents.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  all.next_incident = next_incident_;
  all.renewed = renewed_;
}

void IncidentTracker::restore(const Announced& all, bool muted) {
  *this = IncidentTracker{};
  for (const AnnouncedFinding& one : all.findings)
    if (one.muted == muted) findings_.emplace(one.subject, KnownFinding{one.start, one.end, one.total, one.announced});
  renewed_ = all.renewed;
  if (muted) return;
  for (const AnnouncedIncident& one : all.incidents) incidents_.push_back({one});
  next_incident_ = all.next_incident;
}

void IncidentTracker::renew(const std::function<TemplateId(TemplateId)>& now) {
  const auto renamed = [&](const std::string& subject) {
    const std::size_t begin = subject.rfind('\n') + 1;
    const std::optional<TemplateId> before = id_in(std::string_view{subject}.substr(begin));
    return before ? subject.substr(0, begin) + to_long_hex(now(*before)) : subject;  // else about a rule or a service
  };
  std::multimap<std::string, KnownFinding> findings;
  for (const auto& [subject, known] : findings_) {
    const auto [first, last] = findings.equal_range(renamed(subject));
    const auto same = std::find_if(
        first, last, [&, &known = known](const auto& each) { return is_near(each.second.start, each.second.end, known.start, known.end); });
    if (same == last) {
      findings.emplace(renamed(subject), known);
      continue;
    }
    same->second.start = std::min(same->second.start, known.start);
    same->second.end = std::max(same->second.end, known.end);
    same->second.total += known.total;
    same->second.told += known.told;
  }
  findings_ = std::move(findings);
  for (KnownIncident& incident : incidents_) {
    for (std::string& subject : incident.subjects) subject = renamed(subject);
    std::sort(incident.subjects.begin(), incident.subjects.end());
  }
  renewed_ = true;
}

}  // namespace loglode

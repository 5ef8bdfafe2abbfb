// What a IncidentTracker knows, as CBOR, since names of services may be any bytes: a few hundred for each finding and incident. And how it
// goes on when templates have other ids.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "incidents/incident_tracker.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

std::int64_t number_of(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp time_of(const Json& number) { return Timestamp{Duration{number.get<std::int64_t>()}}; }

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

std::string IncidentTracker::encode() const {
  Json findings = Json::array(), incidents = Json::array();
  for (const auto& [about, known] : findings_)
    findings.push_back({about, number_of(known.start), number_of(known.end), known.total, known.told});
  for (const KnownIncident& known : incidents_)
    incidents.push_back({{"number", known.number},
                         {"id", known.id},
                         {"subjects", known.subjects},
                         {"opened", number_of(known.opened)},
                         {"last", number_of(known.last)},
                         {"findings", known.findings},
                         {"severity", static_cast<unsigned>(known.severity)},
                         {"closed", known.closed},
                         {"summary", known.summary}});
  std::string bytes;
  Json::to_cbor(
      {{"findings", std::move(findings)}, {"incidents", std::move(incidents)}, {"next_incident", next_incident_}, {"renewed", renewed_}},
      bytes);
  return bytes;
}

bool IncidentTracker::restore(std::string_view bytes) {
  *this = IncidentTracker{};
  if (bytes.empty()) return true;
  try {
    IncidentTracker tracker;
    const Json all = Json::from_cbor(bytes);
    for (const Json& row : all.at("findings"))
      tracker.findings_.emplace(row.at(0).get<std::string>(), KnownFinding{time_of(row.at(1)), time_of(row.at(2)), row.at(3), row.at(4)});
    for (const Json& row : all.at("incidents")) {
      KnownIncident& known = tracker.incidents_.emplace_back();
      known.number = row.at("number");
      known.id = row.at("id").get<std::string>();
      known.subjects = row.at("subjects").get<std::vector<std::string>>();
      known.opened = time_of(row.at("opened"));
      known.last = time_of(row.at("last"));
      known.findings = row.at("findings");
      known.severity = static_cast<IncidentSeverity>(std::min(row.at("severity").get<unsigned>(), 3U));
      known.closed = row.at("closed");
      known.summary = row.at("summary").get<std::string>();
    }
    tracker.next_incident_ = all.at("next_incident");
    tracker.renewed_ = all.value("renewed", false);
    *this = std::move(tracker);
    return true;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return false;
  }
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

// What a LiveBook knows, as CBOR, since names of services may be any bytes: a few hundred for each finding and incident.
#include <nlohmann/json.hpp>

#include <algorithm>

#include "app/live/live_book.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

std::int64_t number_of(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp time_of(const Json& number) { return Timestamp{Duration{number.get<std::int64_t>()}}; }

}  // namespace

std::string LiveBook::encode() const {
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
  Json::to_cbor({{"findings", std::move(findings)}, {"incidents", std::move(incidents)}, {"next_incident", next_incident_}}, bytes);
  return bytes;
}

bool LiveBook::restore(std::string_view bytes) {
  *this = LiveBook{};
  if (bytes.empty()) return true;
  try {
    LiveBook book;
    const Json all = Json::from_cbor(bytes);
    for (const Json& row : all.at("findings"))
      book.findings_.emplace(row.at(0).get<std::string>(), KnownFinding{time_of(row.at(1)), time_of(row.at(2)), row.at(3), row.at(4)});
    for (const Json& row : all.at("incidents")) {
      KnownIncident& known = book.incidents_.emplace_back();
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
    book.next_incident_ = all.at("next_incident");
    *this = std::move(book);
    return true;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return false;
  }
}

}  // namespace loglode

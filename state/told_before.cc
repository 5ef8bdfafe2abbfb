#include "state/told_before.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kPending = "/pending";

Timestamp time_of(const Json& number) { return Timestamp{Duration{number.get<std::int64_t>()}}; }

/// CBOR of a tracker: findings as arrays, incidents as objects. Empty bytes are of a tracker that knew nothing.
void read_tracker(const std::string& bytes, bool muted, Announced& all) {
  if (bytes.empty()) return;
  const Json tracker = Json::from_cbor(bytes);
  for (const Json& row : tracker.at("findings"))
    all.findings.push_back({row.at(0).get<std::string>(), time_of(row.at(1)), time_of(row.at(2)), row.at(3), row.at(4), muted});
  if (muted) return;
  for (const Json& row : tracker.at("incidents")) {
    auto subjects = row.at("subjects").get<std::vector<std::string>>();
    subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
    const auto severity = static_cast<IncidentSeverity>(std::min(row.at("severity").get<unsigned>(), 3U));
    all.incidents.push_back({row.at("number"), row.at("id").get<std::string>(), std::move(subjects), time_of(row.at("opened")),
                             time_of(row.at("last")), row.at("findings"), severity, row.at("closed"),
                             row.at("summary").get<std::string>()});
  }
  all.next_incident = tracker.at("next_incident");
  all.renewed = tracker.value("renewed", false);
}

/// JSON, an array a document: kind, id, hash, about, start, end, size, text, lasting.
void read_documents(const std::string& text, Announced& all) {
  if (text.empty()) return;
  for (const Json& row : Json::parse(text)) {
    const auto kind = row.at(0).get<std::uint8_t>();
    if (kind >= static_cast<std::uint8_t>(Document::kCount)) continue;
    all.documents.push_back({Document{kind}, row.at(1).get<std::string>(), row.at(2), row.at(3), time_of(row.at(4)), time_of(row.at(5)),
                             row.at(6), row.at(7).get<std::string>(), row.size() > 8 && row.at(8).get<bool>()});
  }
}

Announced announced_by_run(const std::string& bytes) {
  Announced all;
  if (bytes.empty()) return all;
  const Json told = Json::from_cbor(bytes);
  constexpr std::size_t kWithLowHalf = 3;  // ids of version 1 had one half, and are forgotten
  for (const Json& row : told.at("templates"))
    if (row.size() == kWithLowHalf) all.templates.push_back({{row.at(0), row.at(1)}, row.at(2)});
  if (told.contains("targets")) all.targets = told.at("targets").get<std::vector<std::string>>();
  read_tracker(told.at("book").get<std::string>(), false, all);
  read_tracker(told.at("muted").get<std::string>(), true, all);
  read_documents(told.at("sent").get<std::string>(), all);
  return all;
}

std::vector<Event> pending_events(const std::string& bytes) {
  std::vector<Event> events;
  for (const Json& row : Json::from_cbor(bytes)) {
    const auto kind = row.at(0).get<std::uint8_t>();
    if (kind < static_cast<std::uint8_t>(Document::kCount))
      events.push_back({Document{kind}, row.at(1).get<std::string>(), row.at(2).get<std::string>()});
  }
  return events;
}

}  // namespace

void told_as_rows(StateContents& contents) {
  for (const StoredTold& each : std::exchange(contents.told, {})) {
    try {
      if (each.teller.ends_with(kPending)) {
        contents.pending.push_back({each.teller.substr(0, each.teller.size() - kPending.size()), pending_events(each.bytes)});
      } else if (each.teller == "run") {
        contents.announced.push_back({each.teller, announced_by_run(each.bytes)});
      } else {
        Announced all;
        read_tracker(each.bytes, false, all);
        contents.announced.push_back({each.teller, std::move(all)});
      }
    } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    }
  }
}

}  // namespace loglode

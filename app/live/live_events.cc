#include "app/live/live_events.h"

#include <nlohmann/json.hpp>

namespace loglode {

using Json = nlohmann::json;

std::string encode_events(const std::vector<LiveEvent>& events) {
  Json rows = Json::array();
  for (const auto& [event, only_to] : events) rows.push_back({static_cast<unsigned>(event.kind), event.key, event.json});
  std::string bytes;
  Json::to_cbor(rows, bytes);
  return bytes;
}

std::optional<std::vector<LiveEvent>> decode_events(std::string_view bytes) {
  try {
    std::vector<LiveEvent> events;
    for (const Json& row : Json::from_cbor(bytes))
      events.push_back({{Document{row.at(0).get<std::uint8_t>()}, row.at(1).get<std::string>(), row.at(2).get<std::string>()}});
    return events;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return std::nullopt;
  }
}

}  // namespace loglode

#include "app/live/live_documents.h"

#include <nlohmann/json.hpp>

namespace loglode {

using Json = nlohmann::json;

std::string encode_documents(const std::vector<LiveDocument>& documents) {
  Json rows = Json::array();
  for (const LiveDocument& each : documents) rows.push_back({static_cast<unsigned>(each.kind), each.key, each.json});
  std::string bytes;
  Json::to_cbor(rows, bytes);
  return bytes;
}

std::optional<std::vector<LiveDocument>> decode_documents(std::string_view bytes) {
  try {
    std::vector<LiveDocument> documents;
    for (const Json& row : Json::from_cbor(bytes))
      documents.push_back({Document{row.at(0).get<std::uint8_t>()}, row.at(1).get<std::string>(), row.at(2).get<std::string>()});
    return documents;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return std::nullopt;
  }
}

}  // namespace loglode

#include "sinks/elasticsearch/repair.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sinks/elasticsearch/search_document.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 13> kKept{"@timestamp",   "message",      "event.id",        "event.hash",   "event.created",
                                                 "event.reason", "kafka.topic",  "kafka.partition", "kafka.offset", "log.file.path",
                                                 "log.offset",   "service.name", "loglode.stream"};

constexpr std::string_view kTime = "@timestamp";  // no document of a data stream is without

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// `failed to parse field [NAME] of type …`, `… object mapping for [NAME] …`: the first name in brackets that the document has.
std::string field_named_in(std::string_view reason, const Json& document) {
  for (std::size_t open = reason.find('['); open != std::string_view::npos; open = reason.find('[', open + 1)) {
    const std::size_t close = reason.find(']', open);
    if (close == std::string_view::npos) return {};
    std::string name{reason.substr(open + 1, close - open - 1)};
    if (document.contains(name)) return name;
  }
  return {};
}

void move_field(Json& document, const std::string& field) {
  Json& attributes = document[std::string{kAttributesField}];
  if (!attributes.is_object()) attributes = Json::object();
  std::string name = field;
  while (attributes.contains(name)) name += '_';
  attributes[name] = text_of(document[field]);
  document.erase(field);
}

/// `refused`: a field that must go, even if it would stay.
Json smallest(const Json& document, const std::string& refused) {
  Json kept = Json::object(), rest = Json::object();
  for (const auto& [name, value] : document.items()) {
    const bool stays = name != refused && std::find(kKept.begin(), kKept.end(), name) != kKept.end();
    (stays ? kept : rest)[name] = value;
  }
  kept["loglode.rest"] = text_of(rest);
  return kept;
}

}  // namespace

std::string repaired_lines(std::string_view lines, std::size_t action_size, std::string_view reason, unsigned repairs) {
  Json document = Json::parse(lines.substr(action_size), nullptr, false);
  if (!document.is_object()) return {};
  const std::string field = field_named_in(reason, document);
  const bool can_move = repairs == 0 && !field.empty() && field != kAttributesField && field != kTime;
  if (can_move)
    move_field(document, field);
  else
    document = smallest(document, field == kTime ? std::string{} : field);
  document["loglode.repaired"] = can_move ? "field " + field : "all but time, message, ids and origin";
  return std::string{lines.substr(0, action_size)} + document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loglode

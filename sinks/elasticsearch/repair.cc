#include "sinks/elasticsearch/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sinks/elasticsearch/search_document.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

/// The objects in which our documents have fields: those of OpenTelemetry's shape have all but the root.
constexpr std::array<std::string_view, 5> kPlaces{"", "attributes", "resource.attributes", "body", "scope"};

constexpr std::array<std::string_view, 25> kKept{"@timestamp",
                                                 "message",
                                                 "event.id",
                                                 "event.hash",
                                                 "event.created",
                                                 "event.reason",
                                                 "kafka.topic",
                                                 "kafka.partition",
                                                 "kafka.offset",
                                                 "log.file.path",
                                                 "log.offset",
                                                 "service.name",
                                                 "loglode.stream",
                                                 "body.text",
                                                 "observed_timestamp",
                                                 "attributes.log.record.uid",
                                                 "attributes.event.hash",
                                                 "attributes.event.reason",
                                                 "attributes.messaging.destination.name",
                                                 "attributes.messaging.destination.partition.id",
                                                 "attributes.messaging.kafka.offset",
                                                 "attributes.log.file.path",
                                                 "attributes.log.offset",
                                                 "attributes.loglode.stream",
                                                 "resource.attributes.service.name"};

constexpr std::string_view kTime = "@timestamp";  // no document of a data stream is without

Json::json_pointer pointer_of(std::string_view place) {
  std::string path = place.empty() ? "" : "/" + std::string{place};
  std::replace(path.begin(), path.end(), '.', '/');
  return Json::json_pointer{path};
}

std::string full_name(std::string_view place, const std::string& name) { return place.empty() ? name : fmt::format("{}.{}", place, name); }

bool is_otel(const Json& document) { return document.contains("body") || document.contains("attributes"); }

/// Where what we say of a repair stands.
Json& marks_of(Json& document) { return is_otel(document) ? document["attributes"] : document; }

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct Field {
  std::string_view place;
  std::string name;
  [[nodiscard]] std::string full() const { return full_name(place, name); }
};

/// `failed to parse field [NAME] of type …`, `… object mapping for [NAME] …`: the first name in brackets that the document has.
Field field_named_in(std::string_view reason, const Json& document) {
  for (std::size_t open = reason.find('['); open != std::string_view::npos; open = reason.find('[', open + 1)) {
    const std::size_t close = reason.find(']', open);
    if (close == std::string_view::npos) return {};
    const std::string_view named = reason.substr(open + 1, close - open - 1);
    for (const std::string_view place : kPlaces) {
      if (!named.starts_with(place)) continue;
      const std::string name{named.substr(std::min(named.size(), place.empty() ? 0 : place.size() + 1))};
      const Json::json_pointer at = pointer_of(place);
      if (!name.empty() && document.contains(at) && document[at].is_object() && document[at].contains(name)) return {place, name};
    }
  }
  return {};
}

void move_field(Json& document, const Field& field) {
  Json& owner = document[pointer_of(field.place)];
  const std::string value = text_of(owner[field.name]);
  owner.erase(field.name);
  Json& unknown = marks_of(document)[std::string{kAttributesField}];
  if (!unknown.is_object()) unknown = Json::object();
  std::string name = field.full();
  while (unknown.contains(name)) name += '_';
  unknown[name] = value;
}

/// `refused`: a field that must go, even if it would stay.
Json smallest(const Json& document, const std::string& refused) {
  Json kept = Json::object(), rest = Json::object();
  for (const std::string_view place : kPlaces) {
    const Json::json_pointer at = pointer_of(place);
    if (!document.contains(at) || !document[at].is_object()) continue;
    for (const auto& [name, value] : document[at].items()) {
      const std::string full = full_name(place, name);
      const bool is_place =
          place.empty() && value.is_object() && (name == "resource" || std::find(kPlaces.begin(), kPlaces.end(), name) != kPlaces.end());
      if (is_place) continue;
      const bool stays = full != refused && std::find(kKept.begin(), kKept.end(), full) != kKept.end();
      if (stays)
        kept[at][name] = value;
      else
        rest[full] = value;
    }
  }
  (is_otel(document) ? kept["attributes"] : kept)["loglode.rest"] = text_of(rest);
  return kept;
}

}  // namespace

std::string repaired_lines(std::string_view lines, std::size_t action_size, std::string_view reason, unsigned repairs) {
  Json document = Json::parse(lines.substr(action_size), nullptr, false);
  if (!document.is_object()) return {};
  const Field field = field_named_in(reason, document);
  const std::string full = field.full();
  const bool can_move = repairs == 0 && !full.empty() && field.name != kAttributesField && full != kTime;
  if (can_move)
    move_field(document, field);
  else
    document = smallest(document, full == kTime ? std::string{} : full);
  marks_of(document)["loglode.repaired"] = can_move ? "field " + full : "all but time, message, ids and origin";
  return std::string{lines.substr(0, action_size)} + document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loglode

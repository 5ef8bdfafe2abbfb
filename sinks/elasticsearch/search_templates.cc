#include "sinks/elasticsearch/search_templates.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "sinks/elasticsearch/template_texts.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

/// Of `8.19.2`: 8019; 0 where it is no version.
unsigned version_number(const std::string& version) {
  unsigned major = 0, minor = 0;
  const char* const end = version.data() + version.size();
  const auto read = std::from_chars(version.data(), end, major);
  if (read.ec != std::errc{}) return 0;
  if (read.ptr != end) std::from_chars(read.ptr + 1, end, minor);
  return major * 1000 + minor;
}

/// `data_stream_options` of an index template: 8.19, and 9.1 and newer. A version that is not known counts as new.
bool has_failure_store(unsigned version) { return version == 0 || (version >= 8019 && version / 1000 != 9) || version >= 9001; }

void adapt(Json& body, const SearchCluster& cluster, const char* which) {
  if (cluster.is_opensearch)
    body.merge_patch(Json::parse(kOpensearchTexts).value(which, Json::object()));
  else if (!has_failure_store(version_number(cluster.version)))
    body.merge_patch(Json::parse(kBeforeFailureStoreTexts).value(which, Json::object()));
}

void set_lifecycle(Json& body, bool of_events, const TemplateChoices& choices) {
  const auto kept = of_events ? choices.retention.events : choices.retention.records;
  if (kept == std::chrono::hours{0}) return;
  Json& of = body["template"];
  if (choices.by == LifecycleBy::ilm)
    of["settings"]["index"]["lifecycle"]["name"] = lifecycle_policy_name(of_events, choices.events_prefix);
  if (choices.by == LifecycleBy::data_stream && !of_events) {
    of["lifecycle"] = {{"data_retention", server_time(kept)}};
    if (choices.shape == SearchShape::otel) of["settings"]["index"]["lifecycle"]["prefer_ilm"] = false;  // Elastic's parts name a policy
  }
}

/// Made of the parts of Elastic's template, whatever they are in this version: its own priority is below that of our pattern for records,
/// which matches these streams too.
void compose_of(Json& body, const Json& elastic) {
  for (const char* const list : {"composed_of", "ignore_missing_component_templates"})
    if (elastic.contains(list)) body[list] = elastic[list];
  body["template"]["mappings"] = {{"properties", {{"@timestamp", {{"type", "date_nanos"}}}}}};
}

IndexTemplate finished(std::string name, Json body) {
  const std::string text = body.dump();
  body["_meta"]["loglode_body"] = fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
  return {std::move(name), body.dump()};
}

}  // namespace

std::string records_template(SearchShape shape) { return std::string{shape == SearchShape::otel ? kOtelTemplate : kRecordsTemplate}; }

std::string events_template(std::string_view prefix) {
  return prefix == "loglode" ? std::string{"loglode-events"} : "loglode-events-" + std::string{prefix};
}

bool has_own_retention(const SearchCluster& cluster) {
  const unsigned version = version_number(cluster.version);
  return !cluster.is_opensearch && (version == 0 || version >= 8014);
}

std::array<IndexTemplate, 2> index_templates(const SearchCluster& cluster, const TemplateChoices& choices) {
  const bool is_otel = choices.shape == SearchShape::otel;
  Json records = Json::parse(is_otel ? kOtelTemplateText : kRecordsTemplateText), events = Json::parse(kEventsTemplateText);
  adapt(records, cluster, is_otel ? "otel" : "records");
  if (const Json elastic = Json::parse(choices.elastic_otel, nullptr, false); is_otel && elastic.is_object()) compose_of(records, elastic);
  adapt(events, cluster, "events");
  for (Json* const body : {&records, &events}) {
    Json& index = (*body)["template"]["settings"]["index"];
    index["number_of_shards"] = choices.shards;
    index["number_of_replicas"] = choices.replicas;
  }
  if (choices.is_logsdb) records["template"]["settings"]["index"]["mode"] = "logsdb";
  set_lifecycle(records, false, choices);
  set_lifecycle(events, true, choices);
  for (Json& pattern : events["index_patterns"]) {
    std::string text = pattern.get<std::string>();
    if (text.starts_with("loglode-")) pattern = choices.events_prefix + text.substr(text.find('-'));
  }
  return {finished(records_template(choices.shape), std::move(records)),
          finished(events_template(choices.events_prefix), std::move(events))};
}

}  // namespace loglode

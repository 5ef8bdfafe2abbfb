#include "sinks/elasticsearch/search_lifecycle.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace loglode {

namespace {

using Json = nlohmann::json;
using std::chrono::hours;

constexpr std::string_view kMark = "put by loglode setup: ";
constexpr hours kDay{24};

hours rollover_age(hours retention) { return std::clamp(retention / 10, kDay, 30 * kDay); }

std::string hash_of(const Json& body) {
  const std::string text = body.dump();
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

Json ilm_policy(bool of_events, hours retention) {
  Json hot{{"min_age", "0ms"}, {"actions", Json::object()}};
  if (!of_events) hot["actions"]["rollover"] = {{"max_primary_shard_size", "50gb"}, {"max_age", server_time(rollover_age(retention))}};
  Json phases{{"hot", std::move(hot)}, {"delete", {{"min_age", server_time(retention)}, {"actions", {{"delete", Json::object()}}}}}};
  Json policy{{"phases", std::move(phases)}};
  policy["_meta"] = {{"loglode_body", hash_of(policy)}};
  return {{"policy", std::move(policy)}};
}

Json ism_policy(bool of_events, hours retention, std::string_view prefix) {
  Json patterns = Json::array();
  if (of_events)
    for (const char* const kind : {"findings", "incidents", "templates", "reports"})
      patterns.push_back(fmt::format("{}-{}-*", prefix, kind));
  else
    patterns = {".ds-logs-loglode-*", ".ds-logs-loglode.*-*"};
  Json actions = Json::array();
  if (!of_events)
    actions.push_back({{"rollover", {{"min_primary_shard_size", "50gb"}, {"min_index_age", server_time(rollover_age(retention))}}}});
  const char* const age = of_events ? "min_index_age" : "min_rollover_age";
  Json transitions = Json::array();
  transitions.push_back({{"state_name", "delete"}, {"conditions", {{age, server_time(retention)}}}});
  Json states = Json::array();
  states.push_back({{"name", "hot"}, {"actions", std::move(actions)}, {"transitions", std::move(transitions)}});
  Json deletion = Json::array();
  deletion.push_back({{"delete", Json::object()}});
  states.push_back({{"name", "delete"}, {"actions", std::move(deletion)}, {"transitions", Json::array()}});
  Json matches = Json::array();
  matches.push_back({{"index_patterns", std::move(patterns)}, {"priority", 500}});
  Json policy{{"default_state", "hot"}, {"states", std::move(states)}, {"ism_template", std::move(matches)}};
  policy["description"] = std::string{kMark} + hash_of(policy);
  return {{"policy", std::move(policy)}};
}

}  // namespace

std::string server_time(hours of) { return of % kDay == hours{0} ? fmt::format("{}d", of / kDay) : fmt::format("{}h", of.count()); }

std::string lifecycle_policy_name(bool of_events, std::string_view prefix) {
  if (!of_events) return "loglode-records";
  return prefix == "loglode" ? std::string{"loglode-events"} : "loglode-events-" + std::string{prefix};
}

std::vector<LifecyclePolicy> lifecycle_policies(LifecycleBy by, const SearchRetention& retention, std::string_view prefix) {
  std::vector<LifecyclePolicy> all;
  for (const bool of_events : {false, true}) {
    const hours kept = of_events ? retention.events : retention.records;
    if (kept == hours{0} || (by != LifecycleBy::ilm && by != LifecycleBy::ism)) continue;
    const std::string name = lifecycle_policy_name(of_events, prefix);
    if (by == LifecycleBy::ilm)
      all.push_back({"_ilm/policy/" + name, ilm_policy(of_events, kept).dump()});
    else
      all.push_back({"_plugins/_ism/policies/" + name, ism_policy(of_events, kept, prefix).dump()});
  }
  return all;
}

std::string policy_hash(std::string_view body) {
  const Json read = Json::parse(body, nullptr, false);
  const Json policy = read.is_object() ? read.value("policy", Json::object()) : Json::object();
  if (!policy.is_object()) return {};
  const Json::json_pointer meta{"/_meta/loglode_body"};
  if (policy.contains(meta) && policy[meta].is_string()) return policy[meta].get<std::string>();
  const std::string said =
      policy.contains("description") && policy["description"].is_string() ? policy["description"].get<std::string>() : "";
  return said.starts_with(kMark) ? said.substr(kMark.size()) : std::string{};
}

}  // namespace loglode

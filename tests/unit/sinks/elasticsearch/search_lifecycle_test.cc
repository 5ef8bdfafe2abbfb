#include "sinks/elasticsearch/search_lifecycle.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sinks/elasticsearch/search_templates.h"

namespace loglode {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;

constexpr SearchRetention kMonthAndYear{hours{30 * 24}, hours{365 * 24}};

TEST_CASE("policies delete what is older, and only where somebody carries them out") {
  const auto ilm = lifecycle_policies(LifecycleBy::ilm, kMonthAndYear, "loglode");
  REQUIRE(ilm.size() == 2);
  CHECK(ilm[0].path == "_ilm/policy/loglode-records");
  const Json records = Json::parse(ilm[0].body)["policy"]["phases"], events = Json::parse(ilm[1].body)["policy"]["phases"];
  CHECK(records["delete"]["min_age"] == "30d");
  CHECK(records["hot"]["actions"]["rollover"]["max_age"] == "3d");
  CHECK(events["delete"]["min_age"] == "365d");
  CHECK_FALSE(events["hot"]["actions"].contains("rollover"));  // plain indices have nothing to roll over to

  const auto ism = lifecycle_policies(LifecycleBy::ism, {hours{36}, hours{0}}, "team");
  REQUIRE(ism.size() == 1);
  CHECK(ism[0].path == "_plugins/_ism/policies/loglode-records");
  const Json policy = Json::parse(ism[0].body)["policy"];
  CHECK(policy["states"][0]["transitions"][0]["conditions"]["min_rollover_age"] == "36h");
  CHECK(policy["ism_template"][0]["index_patterns"] == Json{".ds-logs-loglode-*", ".ds-logs-loglode.*-*"});
  CHECK(lifecycle_policies(LifecycleBy::ism, kMonthAndYear, "team")[1].path == "_plugins/_ism/policies/loglode-events-team");

  CHECK(lifecycle_policies(LifecycleBy::data_stream, kMonthAndYear, "loglode").empty());
  CHECK(lifecycle_policies(LifecycleBy::none, kMonthAndYear, "loglode").empty());
}

TEST_CASE("a policy is known by its hash, and by nothing else") {
  for (const LifecycleBy by : {LifecycleBy::ilm, LifecycleBy::ism}) {
    const auto one = lifecycle_policies(by, kMonthAndYear, "loglode"), same = lifecycle_policies(by, kMonthAndYear, "loglode");
    const auto other = lifecycle_policies(by, {hours{48}, hours{72}}, "loglode");
    CHECK_FALSE(policy_hash(one[0].body).empty());
    CHECK(policy_hash(one[0].body) == policy_hash(same[0].body));
    CHECK(policy_hash(one[0].body) != policy_hash(other[0].body));
    CHECK(policy_hash(one[0].body) != policy_hash(one[1].body));
  }
  for (const char* const body :
       {"", "[]", "{}", R"({"policy": 1})", R"({"policy": {"description": "mine", "_meta": {"loglode_body": 1}}})"})
    CHECK(policy_hash(body).empty());
}

TEST_CASE("templates name who deletes old documents, and logsdb") {
  const auto settings = [](const IndexTemplate& of) { return Json::parse(of.body)["template"]; };
  TemplateChoices choices;
  choices.retention = kMonthAndYear;
  choices.by = LifecycleBy::ilm;
  choices.is_logsdb = true;
  const SearchCluster nine{false, "9.1.0", {}};
  auto both = index_templates(nine, choices);
  CHECK(settings(both[0])["settings"]["index"]["lifecycle"]["name"] == "loglode-records");
  CHECK(settings(both[1])["settings"]["index"]["lifecycle"]["name"] == "loglode-events");
  CHECK(settings(both[0])["settings"]["index"]["mode"] == "logsdb");
  CHECK_FALSE(settings(both[1])["settings"]["index"].contains("mode"));
  choices.by = LifecycleBy::data_stream;
  both = index_templates(nine, choices);
  CHECK(settings(both[0])["lifecycle"]["data_retention"] == "30d");
  CHECK_FALSE(settings(both[1]).contains("lifecycle"));
  CHECK(has_own_retention(nine));
  CHECK_FALSE(has_own_retention({false, "8.13.4", {}}));
  CHECK_FALSE(has_own_retention({true, "3.9.0", {}}));
}

}  // namespace
}  // namespace loglode

// The catalogue that the program brings. That each pattern compiles and fits an example, and that commands only look, is asked when it is
// built (encode_known_errors).
#include "rca/known_errors/builtin_known_errors.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "patterns/rules/rule_pack.h"
#include "rca/known_errors/fixed_text.h"

namespace loglode::rca {
namespace {

TEST_CASE("the catalogue: an example's own entry comes first, or one that says more of it", "[rca]") {
  const KnownErrors known{builtin_known_errors()};
  REQUIRE(known.all().size() >= 200);
  for (const KnownError& error : known.all()) {
    for (const std::string& example : error.examples) {
      INFO(error.id << ": " << example);
      const auto hits = known.match(error.match.patterns.empty() ? error.match.rules : std::vector<std::string>{}, example, "");
      REQUIRE_FALSE(hits.empty());
      INFO("first is " << hits[0].error->id << " by " << hits[0].pattern);
      CHECK(hits[0].error == &error);
    }
  }
}

TEST_CASE("the catalogue: every rule that an entry names exists", "[rca]") {
  std::vector<RuleProblem> problems;
  std::set<std::string> rules;
  for (const RulePackText& pack : read_pack_files({LOGLODE_SOURCE_DIR "/configs/rules"}, problems))
    for (const Rule& rule : read_pack(pack, problems)) rules.insert(rule.info.id);
  REQUIRE(rules.size() > 100);
  for (const KnownError& error : builtin_known_errors()) {
    for (const std::string& rule : error.match.rules) {
      INFO(error.id << ": " << rule);
      CHECK(rules.contains(rule));
    }
  }
}

TEST_CASE("the catalogue: what a person reads is whole sentences of some length", "[rca]") {
  std::map<std::string, int> products;
  for (const KnownError& error : builtin_known_errors()) {
    INFO(error.id);
    ++products[error.product];
    for (const std::string& text : {error.meaning, error.action, error.verify}) {
      INFO(text);
      CHECK(text.size() >= 10);
      CHECK(text.back() == '.');
    }
    CHECK(error.checks.size() <= 5);
    CHECK_FALSE(error.references.empty());
    CHECK(error.title.size() <= 90);
  }
  for (const char* product :
       {"nginx",   "postgres", "redis",      "rabbitmq", "mysql",   "kafka",         "kernel",  "disk", "dns",     "tls",
        "systemd", "jvm",      "kubernetes", "docker",   "haproxy", "elasticsearch", "mongodb", "ssh",  "network", "runtime"})
    CHECK(products[product] > 0);
}

}  // namespace
}  // namespace loglode::rca

// What a run that does not end leaves for `incidents` and `context`.
#include "sinks/last_run_keeper.h"

#include <catch2/catch.hpp>
#include <filesystem>

namespace loglode {

namespace {

std::shared_ptr<const Assessment> assessment_of(const std::string& incident, const std::string& finding) {
  auto assessment = std::make_shared<Assessment>();
  assessment->input.rules = std::make_shared<const RuleCatalog>();
  Finding found;
  found.finding_id = finding;
  found.summary = "about " + finding;
  assessment->judgement.findings.push_back(found);
  Incident one;
  one.incident_id = incident;
  one.findings = {finding};
  one.summary = "incident of " + finding;
  assessment->judgement.incidents.push_back(one);
  return assessment;
}

void take(LastRunKeeper& keeper, const std::shared_ptr<const Assessment>& assessment, std::uint64_t number) {
  keeper.take(assessment, {{&assessment->judgement.incidents.front(), number}});
}

}  // namespace

TEST_CASE("last run of tail: incidents have the numbers that were shown, and stay when no judgement has them any more", "[sinks]") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "loglode-last-run-keeper-test";
  std::filesystem::remove_all(folder);
  const RunCounters counters;
  for (const bool anew : {false, true}) {
    LastRunKeeper keeper{folder.string(), true, counters};
    take(keeper, anew ? assessment_of("00000000000000b2", "later") : assessment_of("00000000000000a1", "earlier"), anew ? 2 : 1);
    REQUIRE(keeper.write(true));
    REQUIRE(keeper.write(true));  // nothing new: nothing to do
  }
  const auto run = LastRun::open(folder.string());
  REQUIRE(run);
  REQUIRE(run->incidents().size() == 2);
  CHECK(run->incidents()[0]["incident_id"] == "1");
  CHECK(run->incidents()[1]["incident_id"] == "2");
  CHECK(run->incidents()[0]["lasting_id"] == "00000000000000a1");
  CHECK(run->finding("earlier") != nullptr);
  CHECK(run->finding("later") != nullptr);
  LastRunKeeper another{folder.string(), false, counters};
  take(another, assessment_of("00000000000000c3", "own"), 1);
  REQUIRE(another.write(true));
  const auto own = LastRun::open(folder.string());
  REQUIRE(own);
  CHECK(own->incidents().size() == 1);  // a run of its own has none of another's
  std::filesystem::remove_all(folder);
}

}  // namespace loglode

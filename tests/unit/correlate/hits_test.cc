// What an error rule hits of a template that it does not hit whole.
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scene.h"
#include "tests/unit/random_rounds.h"

namespace loglode {

namespace {

/// 2,000 lines of a usual template, and `hits` of them, at `places`, with the text of an error in the place of a value.
Scene with_hits(Severity said, const std::set<int>& places, const std::string& rule, Duration width = std::chrono::milliseconds{100}) {
  Scene scene{width};
  for (int i = 0; i < 2000; ++i) {
    scene.words = places.contains(i) ? "job ended with SIGSEGV" : "job ended with success";
    scene.line(i * 0.5, "api", said, "job ended with <*>", {},
               places.contains(i) ? std::vector<std::string>{rule} : std::vector<std::string>{});
  }
  return scene;
}

std::vector<const Finding*> about(const Judged& judged, const std::string& rule) {
  std::vector<const Finding*> found;
  for (const Finding& finding : judged.judgement.findings)
    if (finding.rule_id == rule) found.push_back(&finding);
  return found;
}

}  // namespace

TEST_CASE("hits: what an error rule hits of a usual template is said once, with its count, its line and its time, and the rest is calm",
          "[correlate]") {
  std::mt19937_64 random{7};
  for (const Severity said : {Severity::unspecified, Severity::info, Severity::error})
    for (const bool growing : {false, true})
      for (const std::string rule : {"http-5xx", "crashed"})
        for (int round = 0; round < test::random_rounds(8); ++round) {
          std::set<int> places;
          const std::size_t count = 1 + random() % 9;
          while (places.size() < count) places.insert(500 + static_cast<int>(random() % 1500));
          const Scene scene = with_hits(said, places, rule, random() % 2 == 0 ? first_width() : Duration{std::chrono::seconds{10}});
          JudgeConfig config;
          config.growing = growing;
          const Judged judged{scene, config};
          INFO(spelled_out(judged.judgement));
          const auto told = about(judged, rule);
          REQUIRE(told.size() == 1);
          CHECK(told[0]->total == places.size());
          REQUIRE_FALSE(told[0]->evidence.empty());
          CHECK(told[0]->evidence[0].origin.line == static_cast<std::uint64_t>(*places.begin()) + 1);
          CHECK(told[0]->evidence[0].excerpt == "job ended with SIGSEGV");
          CHECK(told[0]->start == at_second(*places.begin() * 0.5));
          CHECK(told[0]->end == at_second(*places.rbegin() * 0.5));
          CHECK(told[0]->summary.find("job ended with SIGSEGV") != std::string::npos);
          if (said != Severity::error) CHECK(judged.judgement.incidents.size() == (said == Severity::info ? 0 : 1));
          for (const Finding& finding : judged.judgement.findings)
            if (&finding != told[0]) CHECK(finding.severity == said);
        }
}

TEST_CASE("hits: a rule that the baseline has seen in the same template is not news", "[correlate]") {
  Scene scene = with_hits(Severity::unspecified, {100, 1500}, "crashed");
  const Judged judged{scene};
  CHECK(judged.judgement.incidents.empty());
  REQUIRE(about(judged, "crashed").size() == 1);
  CHECK(about(judged, "crashed")[0]->kind == FindingKind::error_seen);
  CHECK(about(judged, "crashed")[0]->total == 2);
}

}  // namespace loglode

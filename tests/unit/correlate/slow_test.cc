// Slow: durations that messages tell, and how far they must be from what they were to be told.
#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

/// `before` until `since`, then `now`, a line a second for twenty minutes; of the latter every `one_in`-th, the others as before.
Scene paced(std::uint32_t before, std::uint32_t now, double since, int one_in = 1, double until = 1200) {
  Scene scene;
  for (int second = 0; second < 1200; ++second) {
    const bool slow = second >= since && second < until && second % one_in == 0;
    // Real durations stray: by a fifth here.
    scene.took_us = (slow ? now : before) / 10 * (9 + static_cast<std::uint32_t>(second) % 3);
    scene.line(second, "billing", Severity::info, "invoice #<*> stored in #<*> ms");
  }
  return scene;
}

}  // namespace

TEST_CASE("slow: a message that tells far longer durations than before is one finding, which wakes nobody", "[correlate]") {
  const Judged judged{paced(50'000, 900'000, 700)};
  REQUIRE(judged.findings(FindingKind::value_shift).size() == 1);
  const Finding& finding = *judged.findings(FindingKind::value_shift)[0];
  INFO(finding.summary);
  CHECK(finding.notify == Notify::digest);
  CHECK(finding.category == FindingCategory::performance);
  CHECK(finding.summary.find(" takes 900 ms instead of 50 ms since ") != std::string::npos);
  CHECK(finding.start >= at_second(690));
  CHECK(finding.start <= at_second(710));
  CHECK(finding.observed > 8 * finding.expected);
  CHECK(judged.judgement.incidents.empty());
}

TEST_CASE("slow: what is slow for some is told as that", "[correlate]") {
  const Judged judged{paced(50'000, 900'000, 700, 3)};
  REQUIRE(judged.findings(FindingKind::value_shift).size() == 1);
  INFO(judged.findings(FindingKind::value_shift)[0]->summary);
  CHECK(judged.findings(FindingKind::value_shift)[0]->summary.find("one time in twenty") != std::string::npos);
}

TEST_CASE("slow: what nobody would notice is not told", "[correlate]") {
  struct Quiet {
    const char* what;
    Scene scene;
  };
  for (const Quiet& quiet : {Quiet{"as ever", paced(50'000, 50'000, 700)},
                             {"less than twice as long", paced(50'000, 85'000, 700)},
                             {"twice of nearly nothing", paced(200, 9'000, 700)},
                             {"faster", paced(900'000, 50'000, 700)},
                             {"one in ten", paced(50'000, 900'000, 700, 10)},
                             {"for ten seconds", paced(50'000, 900'000, 700, 1, 710)},
                             {"from the first line on", paced(50'000, 900'000, 0)}}) {
    INFO(quiet.what);
    CHECK(Judged{quiet.scene}.findings(FindingKind::value_shift).empty());
  }
}

TEST_CASE("slow: with a baseline the whole input may be slow, and is told so", "[correlate]") {
  Scene scene;
  scene.baseline = true;
  scene.took_us = 40'000;
  scene.lines(-600, 0, 2, "billing", Severity::info, "invoice stored");
  scene.baseline = false;
  scene.took_us = 400'000;
  scene.lines(0, 600, 2, "billing", Severity::info, "invoice stored");
  CHECK(Judged{scene}.findings(FindingKind::value_shift).size() == 1);
}

TEST_CASE("slow: a service whose messages are all slow is told by the three that changed most", "[correlate]") {
  Scene scene;
  for (std::uint32_t kind = 0; kind < 6; ++kind)
    for (int second = 0; second < 1200; second += 2) {
      scene.took_us = second < 700 ? 50'000 : 200'000 * (kind + 1);
      scene.line(second, "billing", Severity::info, std::string{"step of kind "} + static_cast<char>('a' + kind) + " done");
    }
  const Judged judged{scene};
  REQUIRE(judged.findings(FindingKind::value_shift).size() == 3);
  CHECK(judged.findings(FindingKind::value_shift)[0]->template_text == "step of kind f done");
}

}  // namespace loglode

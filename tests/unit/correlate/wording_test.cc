// Sentences: what stood in the log rather than what loglode made of it.
#include "correlate/wording.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "scene.h"

namespace loglode {

namespace {

/// A quiet service, and from second 500 on errors of `text`, one of which said `said`.
Judged with_error(const std::string& text, const std::string& said, bool since_boot = false) {
  Scene scene;
  scene.ordinal = scene.since_boot = since_boot;
  const Timestamp begin = since_boot ? Timestamp{} : at_second(0);
  for (int second = 0; second < 1000; second += 5) scene.line(begin + std::chrono::seconds{second}, "api", Severity::info, "served");
  for (int second = 500; second < 560; second += 10) scene.line(begin + std::chrono::seconds{second}, "api", Severity::error, text);
  const TemplateCatalog catalog = scene.catalog();
  std::vector<WindowSummary> windows = scene.windows();
  for (WindowSummary& window : windows)
    for (Cell& cell : window.cells)
      if (cell.severity == Severity::error) cell.excerpt = said;
  Judged judged{scene};
  judged.catalog = catalog;
  judged.windows = std::move(windows);
  judged.judgement = judge(judged.windows, judged.catalog, Scene::rules(), {});
  return judged;
}

}  // namespace

TEST_CASE("wording: a headline quotes a line of the log where a template has variables", "[correlate]") {
  const Judged judged = with_error("no connection from pool <*> after <*> ms", "no connection from pool main after 5000 ms");
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("\"no connection from pool main after 5000 ms\"") != std::string::npos);
  for (const Finding& finding : judged.judgement.findings) {
    INFO(finding.summary);
    CHECK(finding.summary.find("<*>") == std::string::npos);
  }
  for (const TimelineEntry& entry : judged.judgement.incidents[0].timeline) CHECK(entry.what.find("<*>") == std::string::npos);
}

TEST_CASE("wording: the cause that a stack trace names is part of the headline", "[correlate]") {
  const Judged judged = with_error("import failed", "import failed \u2026 TimeoutError: no answer from 10.0.0.9");
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("TimeoutError: no answer from 10.0.0.9") != std::string::npos);
}

TEST_CASE("wording: what is quoted of lines of one instant does not depend on the names of their files", "[correlate]") {
  std::set<std::string> told;
  for (const bool swapped : {false, true}) {
    Scene scene;
    for (const bool first : {true, false}) {
      scene.file = first == swapped ? "a.log" : "b.log";
      scene.words = first ? "no connection from pool main" : "no connection from pool spare";
      scene.line(500, "api", Severity::error, "no connection from pool <*>");
    }
    scene.words.clear();
    scene.lines(0, 1000, 5, "api", Severity::info, "served");
    const Judged judged{scene};
    REQUIRE(judged.judgement.incidents.size() == 1);
    told.insert(judged.judgement.incidents[0].summary);
  }
  CHECK(told.size() == 1);
}

TEST_CASE("wording: quotes that stand in a text are not doubled", "[correlate]") {
  for (const auto& [text, shown] : {std::pair{"\"pod is gone\" pod=\"api-1\"", "api: \"pod is gone\" pod=\"api-1\" never"},
                                    {"cannot open \"system\" bus", "api: 'cannot open \"system\" bus' never"}}) {
    const Judged judged = with_error(text, text);
    REQUIRE(judged.judgement.incidents.size() == 1);
    INFO(judged.judgement.incidents[0].summary);
    CHECK(judged.judgement.incidents[0].summary.find(shown) != std::string::npos);
  }
}

TEST_CASE("wording: what is said once amid what goes wrong since before is not the headline", "[correlate]") {
  Scene scene;
  for (int second = 0; second < 1000; second += 5) scene.line(second, "api", Severity::info, "served");
  for (int second = 500; second < 800; second += 2) scene.line(second, "api", Severity::error, "pod crashes again");
  scene.line(560, "api", Severity::error, "stale container removed");
  const Judged judged{scene};
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("\"pod crashes again\"") == 5);
}

TEST_CASE("wording: without an example the template stands for it", "[correlate]") {
  const Judged judged = with_error("no connection from pool <*>", "");
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("\"no connection from pool <*>\"") != std::string::npos);
}

TEST_CASE("wording: seconds since boot are places in time, and the scope says their span", "[correlate]") {
  const Judged judged = with_error("link is down", "link is down", true);
  REQUIRE(judged.judgement.scope.since_boot_s);
  CHECK(judged.judgement.scope.since_boot_s->first == Approx(0));
  CHECK(judged.judgement.scope.since_boot_s->second == Approx(995));
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("from 500 s after boot") != std::string::npos);
  CHECK(judged.judgement.incidents[0].onset == kNoTime);
}

TEST_CASE("wording: durations as people say them", "[correlate]") {
  CHECK(duration_text(350) == "350 µs");
  CHECK(duration_text(84'000) == "84 ms");
  CHECK(duration_text(1'800'000) == "1.8 s");
  CHECK(duration_text(180'000'000) == "3 min");
}

}  // namespace loglode

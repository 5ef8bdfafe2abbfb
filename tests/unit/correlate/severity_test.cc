// One text with two severities: told once, and with the severity that is meant.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

/// `text` as INFO before and as `now` since: by a baseline, or by the first part.
Scene changed(Severity now, double step_now, bool with_baseline = true) {
  Scene scene;
  scene.file = "then.log";
  scene.baseline = with_baseline;
  scene.lines(-600, 0, 1, "api", Severity::info, "pool usage");
  scene.lines(-600, 0, 1, "api", Severity::info, "request served");
  scene.file = "now.log";
  scene.baseline = false;
  scene.lines(0, 600, step_now, "api", now, "pool usage");
  scene.lines(0, 600, 1, "api", Severity::info, "request served");
  return scene;
}

std::size_t about(const Judged& judged, const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(judged.judgement.findings.begin(), judged.judgement.findings.end(),
                    [&](const Finding& each) { return each.template_text == text && each.kind != FindingKind::frequent; }));
}

}  // namespace

TEST_CASE("severity: a text that changes it is one finding, which says from what to what", "[correlate]") {
  for (const bool with_baseline : {true, false}) {
    const Judged judged{changed(Severity::error, 1, with_baseline)};
    REQUIRE(judged.findings(FindingKind::new_error).size() == 1);
    const std::string& summary = judged.findings(FindingKind::new_error)[0]->summary;
    INFO(summary);
    CHECK(summary.find("\"pool usage\" (ERROR)") != std::string::npos);
    CHECK(summary.find("until now only as INFO") != std::string::npos);
    CHECK(about(judged, "pool usage") == 1);
  }
}

TEST_CASE("severity: where the rate changes as well, the same finding says so", "[correlate]") {
  const Judged judged{changed(Severity::error, 20)};
  CHECK(about(judged, "pool usage") == 1);
  REQUIRE(judged.findings(FindingKind::new_error).size() == 1);
  const std::string& summary = judged.findings(FindingKind::new_error)[0]->summary;
  INFO(summary);
  CHECK(summary.find("; with any severity down, ") != std::string::npos);
  CHECK(judged.findings(FindingKind::rate_down).empty());
}

TEST_CASE("severity: a text said with two of them names the one that is meant", "[correlate]") {
  Scene scene = changed(Severity::info, 1);
  scene.baseline = true;
  scene.file = "then.log";
  scene.lines(-600, 0, 60, "api", Severity::error, "pool usage");
  scene.baseline = false;
  scene.file = "now.log";
  scene.lines(300, 330, 1, "api", Severity::error, "pool usage");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::frequent);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->summary.find("\"pool usage\" (ERROR) ") != std::string::npos);
  // A rate is that of both.
  Scene quieter = changed(Severity::info, 20);
  quieter.baseline = true;
  quieter.file = "then.log";
  quieter.lines(-600, 0, 60, "api", Severity::warn, "pool usage");
  const Judged down{quieter};
  REQUIRE(down.findings(FindingKind::rate_down).size() == 1);
  CHECK(down.findings(FindingKind::rate_down)[0]->summary.find("\"pool usage\" (INFO and WARN) down, ") != std::string::npos);
}

TEST_CASE("severity: a text that has only one is told without", "[correlate]") {
  Scene scene = changed(Severity::info, 1);
  scene.line(300, "api", Severity::error, "disk is full");
  const Judged judged{scene};
  REQUIRE(judged.findings(FindingKind::new_error).size() == 1);
  CHECK(judged.findings(FindingKind::new_error)[0]->summary.find("\"disk is full\" never seen before, once") != std::string::npos);
}

TEST_CASE("severity: one that a rule gives is not called the record's own", "[correlate]") {
  Scene scene;
  scene.lines(0, 600, 1, "web", Severity::unspecified, "GET / <*>");
  for (int i = 0; i < 20; ++i) scene.line(400.5 + i, "web", Severity::unspecified, "GET / <*>", "", {"http-5xx"});
  const Judged judged{scene};
  for (const Finding& each : judged.judgement.findings) CHECK(each.summary.find("unspecified") == std::string::npos);
}

TEST_CASE("sentences: where the input spans days, a time has its day", "[correlate]") {
  Scene day, days{std::chrono::seconds{40}};
  day.lines(0, 600, 1, "api", Severity::info, "work").line(500, "api", Severity::error, "boom");
  days.lines(0, 600'000, 300, "api", Severity::info, "work").line(500'000, "api", Severity::error, "boom");
  const Judged one{day}, many{days};
  REQUIRE(one.findings(FindingKind::new_error).size() == 1);
  REQUIRE(many.findings(FindingKind::new_error).size() == 1);
  CHECK(one.findings(FindingKind::new_error)[0]->summary.ends_with("once from " + to_rfc3339(at_second(500)).substr(11, 8)));
  CHECK(many.findings(FindingKind::new_error)[0]->summary.ends_with("once from " + to_rfc3339(at_second(500'000)).substr(0, 10) + ' ' +
                                                                    to_rfc3339(at_second(500'000)).substr(11, 8)));
}

TEST_CASE("sentences: a request and its answer are said, not quoted byte by byte", "[correlate]") {
  const auto told = [](const std::string& text) {
    Scene scene;
    scene.lines(0, 600, 1, "front", Severity::info, "request served");
    scene.lines(400, 430, 2, "front", Severity::error, text);
    return Judged{scene}.findings(FindingKind::new_error).at(0)->summary;
  };
  CHECK(told("\"GET /cart HTTP/1.1\" 502 157").find("front: GET /cart answered 502 never seen before") == 0);
  CHECK(told("\"POST /a b HTTP/2.0\" 503").find("front: POST /a b answered 503 never") == 0);
  for (const char* text : {"\"GET /cart\" refused by the pool", "\"GET /cart", "\"open the door\" 502 157"})
    CHECK(told(text).find(std::string{"front: "} + text + " never") == 0);
  CHECK(told("GET /cart 502 refused").find("front: \"GET /cart 502 refused\" never") == 0);
}

}  // namespace loglode

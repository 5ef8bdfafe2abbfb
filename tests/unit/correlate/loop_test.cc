// Crash loops, and what only looks like one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "scene.h"

namespace loglode {

namespace {

/// Lives of `api` that begin at `from`, each a little longer after the last; `last_words`: what it says behind its error.
void live(Scene& scene, double from, int lives, bool fails, int last_words, const std::string& start = "Starting api v2.4.1") {
  double at = from, pause = 20;
  for (int i = 0; i < lives; ++i) {
    scene.line(at, "api", Severity::info, start).line(at + 1, "api", Severity::info, "connecting to <*>");
    for (int line = 0; line < 12; ++line) scene.line(at + 1.1 + line * 0.1, "api", Severity::info, "cache warmed for <*>");
    if (fails) scene.line(at + 3, "api", Severity::error, "RuntimeError: no database");
    for (int line = 0; line < last_words; ++line) scene.line(at + 3.1 + line * 0.1, "api", Severity::info, "batch <*> done");
    at += pause;
    pause = std::min(300.0, pause * 2);
  }
}

bool is_loop(const Finding& finding) { return finding.summary.find("crash loop") != std::string::npos; }

std::size_t loops(const Scene& scene) {
  const Judged judged{scene};
  return static_cast<std::size_t>(std::count_if(judged.judgement.findings.begin(), judged.judgement.findings.end(), is_loop));
}

}  // namespace

TEST_CASE("loop: a service that fails and starts again, over and over from the beginning on, is an incident", "[correlate]") {
  for (const Duration width : {first_width(), Duration{std::chrono::seconds{1}}}) {
    Scene scene{width};
    scene.lines(0, 1500, 1, "web", Severity::info, "request served");
    live(scene, 2, 8, true, 0);
    const Judged judged{scene};
    INFO(spelled_out(judged.judgement));
    REQUIRE(judged.judgement.incidents.size() == 1);
    CHECK(judged.judgement.incidents[0].summary.find("started again after it 7 times, a crash loop") != std::string::npos);
    CHECK(judged.judgement.incidents[0].severity == IncidentSeverity::error);
    CHECK(judged.findings(FindingKind::error_seen).empty());
    CHECK(loops(scene) == 1);
    Scene other{width};  // whatever name it has there
    live(other, 2, 8, true, 0, "Starting shop <*> with PID <*>");
    CHECK(loops(other) == 1);
  }
}

TEST_CASE("loop: neither restarts without an error, nor errors after which the work goes on, nor one that was there before",
          "[correlate]") {
  Scene calm;
  live(calm, 2, 8, false, 0);
  CHECK(loops(calm) == 0);
  Scene jobs;
  live(jobs, 2, 8, true, 10);
  CHECK(loops(jobs) == 0);
  Scene twice;
  live(twice, 2, 3, true, 0);
  CHECK(loops(twice) == 0);
  Scene before;
  before.baseline = true;
  live(before, -9000, 8, true, 0);
  before.baseline = false;
  live(before, 2, 8, true, 0);
  CHECK(loops(before) == 0);
}

}  // namespace loglode

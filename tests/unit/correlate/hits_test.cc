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
          if (said != Severity::error) CHECK(judged.judgement.incidents.size() == 1);
          for (const Finding& finding : judged.judgement.findings)
            if (&finding != told[0]) CHECK(finding.severity == said);
        }
}

TEST_CASE(
    "hits: what a graver rule hits of lines that say less opens what a line of its severity would, unless it is known or a WARN got over",
    "[correlate]") {
  struct Case {
    std::string rule;
    bool whole, growing, baseline;  // whole: no other line has its template
    std::vector<double> usual;      // when it was said already
  };
  std::vector<Case> cases;
  for (const std::string rule : {"http-5xx", "crashed"})
    for (const bool whole : {false, true})
      for (const bool growing : {false, true})
        for (const bool baseline : {false, true})
          for (const std::vector<double>& usual : {std::vector<double>{}, std::vector<double>{20.5}})
            cases.push_back({rule, whole, growing, baseline, usual});
  for (const Severity said : {Severity::debug, Severity::info, Severity::warn})
    for (const Case& one : cases) {
      Scene scene;
      const auto hit = [&](double second) {
        scene.line(second, "api", said, one.whole ? "lost <*> for good" : "job ended with <*>", {}, {one.rule});
      };
      for (int i = 0; i < 1000; ++i) {
        scene.baseline = one.baseline && i < 300;
        scene.line(i, "api", said, "job ended with <*>");
        for (const double second : one.usual)
          if (i == static_cast<int>(second)) hit(second);
      }
      hit(700.5);
      JudgeConfig config;
      config.growing = one.growing;
      const Judged judged{scene, config};
      INFO(one.rule << " whole " << one.whole << " growing " << one.growing << " baseline " << one.baseline << " usual " << one.usual.size()
                    << '\n'
                    << spelled_out(judged.judgement));
      const auto told = about(judged, one.rule);
      if (!one.usual.empty()) {
        CHECK(judged.judgement.incidents.empty());
        if (!one.baseline && !one.growing) {
          REQUIRE(told.size() == 1);
          CHECK(told[0]->why_quiet.find("counts as usual") != std::string::npos);
        }
        continue;
      }
      if (said == Severity::warn && one.rule == "http-5xx") {  // a retry that worked
        CHECK(judged.judgement.incidents.empty());
        if (one.whole && one.growing) continue;  // a new WARN
        REQUIRE(told.size() == 1);
        CHECK((told[0]->why_quiet + told[0]->summary).find("it is said as WARN") != std::string::npos);
        continue;
      }
      REQUIRE(told.size() == 1);
      CHECK(told[0]->kind == FindingKind::new_error);
      CHECK(told[0]->why_quiet.empty());
      CHECK(told[0]->severity == (one.rule == "crashed" ? Severity::fatal : Severity::error));
      REQUIRE(judged.judgement.incidents.size() == 1);
      CHECK(judged.judgement.incidents[0].severity == (one.rule == "crashed" ? IncidentSeverity::critical : IncidentSeverity::error));
    }
}

TEST_CASE("hits: the reason why an error is only listed is true", "[correlate]") {
  const auto why = [](const Scene& scene) {
    const Judged judged{scene};
    INFO(spelled_out(judged.judgement));
    const auto seen = judged.findings(FindingKind::error_seen);
    REQUIRE(seen.size() == 1);
    CHECK(judged.judgement.incidents.empty());
    return seen[0]->why_quiet;
  };
  const auto has = [](const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; };
  CHECK(
      has(why(Scene{}.lines(0, 900, 1, "api", Severity::info, "fine").line(3, "api", Severity::fatal, "disk sdb is gone")), "first part"));
  Scene baseline;
  baseline.baseline = true;
  baseline.lines(0, 10, 1, "api", Severity::info, "fine");
  baseline.baseline = false;
  baseline.lines(20, 900, 1, "api", Severity::info, "fine").line(300, "api", Severity::fatal, "disk sdb is gone");
  CHECK(has(why(baseline), "baseline is too short"));
}

TEST_CASE("hits: a rule that the baseline has seen in the same template is not news", "[correlate]") {
  Scene scene = with_hits(Severity::unspecified, {100, 1500}, "crashed");
  const Judged judged{scene};
  CHECK(judged.judgement.incidents.empty());
  REQUIRE(about(judged, "crashed").size() == 1);
  CHECK(about(judged, "crashed")[0]->kind == FindingKind::error_seen);
  CHECK(about(judged, "crashed")[0]->total == 2);
}

TEST_CASE("hits: what is only told is one error_seen with its count, line and severity, and nothing else, at any level", "[correlate]") {
  for (const Severity said : {Severity::unspecified, Severity::info, Severity::warn})
    for (const bool whole : {false, true})
      for (const std::size_t count : {1U, 9U}) {
        Scene scene;
        for (int i = 0; i < 2000; ++i) {
          const bool hit = i >= 1500 && i < 1500 + static_cast<int>(count);
          scene.words = hit ? "job ended with SIGSEGV" : "job ended with success";
          scene.line(i * 0.5, "api", said, hit && whole ? "job ended with SIGSEGV" : "job ended with <*>", {},
                     hit ? std::vector<std::string>{"http-5xx?", "crashed?"} : std::vector<std::string>{});
        }
        const Judged judged{scene};
        INFO(spelled_out(judged.judgement));
        CHECK(judged.judgement.incidents.empty());
        const auto seen = judged.findings(FindingKind::error_seen);
        REQUIRE(seen.size() == 1);
        CHECK(seen[0]->rule_id == "crashed");
        CHECK(seen[0]->total == count);
        CHECK(seen[0]->notify == Notify::none);
        REQUIRE_FALSE(seen[0]->evidence.empty());
        CHECK(seen[0]->evidence[0].origin.line == 1501);
        for (const Finding& finding : judged.judgement.findings)
          if (&finding != seen[0]) CHECK(finding.severity < Severity::error);
        JudgeConfig growing;
        growing.growing = true;
        CHECK(Judged{scene, growing}.findings(FindingKind::error_seen).empty());
      }
}

TEST_CASE("hits: what is only told does not repeat an error, and a change that tells of one is told as both", "[correlate]") {
  Scene scene;
  scene.lines(0, 900, 0.5, "api", Severity::info, "order stored");
  scene.line(800, "api", Severity::error, "no room left", {}, {"crashed?"});
  scene.line(801, "api", Severity::warn, "request failed", {}, {"http-5xx", "crashed?"});
  scene.line(802, "api", Severity::info, "received SIGTERM, shutting down", {}, {"crashed?"});
  const Judged judged{scene};
  INFO(spelled_out(judged.judgement));
  const auto seen = judged.findings(FindingKind::error_seen);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0]->rule_id != seen[1]->rule_id);
  CHECK(judged.findings(FindingKind::deploy).size() == 1);
  CHECK(judged.findings(FindingKind::new_error).size() == 1);
}

TEST_CASE("new: an error that says that it is staged or tried again opens nothing while it stays at that", "[correlate]") {
  struct Row {
    const char* text;
    int times;
    bool goes_on, opens;
  };
  for (const Row& row : std::initializer_list<Row>{{"attempt 1/3 failed: refused", 1, true, false},
                                                   {"attempt 1/3 failed: refused", 2, true, false},
                                                   {"attempt 1/3 failed: refused", 3, true, true},
                                                   {"attempt 1/3 failed: refused", 1, false, true},
                                                   {"attempt 3/3 failed: refused", 1, true, true},
                                                   {"upload failed, retrying", 1, true, false},
                                                   {"expected: rejected login", 9, false, false},
                                                   {"simulated failure: node down", 3, true, false},
                                                   {"unexpected failure: node down", 1, true, true}}) {
    INFO(row.text << ' ' << row.times);
    Scene scene;
    scene.lines(0, 900, 0.5, "api", Severity::info, "order stored");
    for (int i = 0; i < row.times; ++i) scene.line(901 + i, "api", Severity::error, row.text);
    if (row.goes_on) scene.line(950, "api", Severity::info, "order stored");
    const Judged judged{scene};
    INFO(spelled_out(judged.judgement));
    CHECK(judged.judgement.incidents.empty() != row.opens);
    CHECK(judged.findings(FindingKind::new_error).size() == 1);
  }
}

}  // namespace loglode

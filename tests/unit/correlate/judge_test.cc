// The judge as a whole: odd inputs, and that nothing but the content decides.
#include "correlate/judge.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "scene.h"

namespace loglode {

namespace {

Scene incident_scene() {
  Scene scene;
  scene.lines(0, 1200, 0.7, "web", Severity::info, "GET / 200");
  scene.lines(0, 1200, 1.3, "db", Severity::info, "query done");
  scene.file = "db.log";
  scene.lines(700, 760, 1, "db", Severity::fatal, "too many clients");
  scene.file = "web.log";
  scene.lines(700.4, 760, 0.5, "web", Severity::error, "no connection from pool");
  return scene;
}

}  // namespace

TEST_CASE("judge: nothing at all is judged as nothing", "[correlate]") {
  const Judgement judgement = judge({}, {}, {}, {});
  CHECK(judgement.findings.empty());
  CHECK(judgement.incidents.empty());
  CHECK(judgement.services.empty());
  CHECK(judgement.scope.windows == 0);
  CHECK_FALSE(judgement.scope.notes.empty());
}

TEST_CASE("judge: one line", "[correlate]") {
  Scene scene;
  scene.line(5, "api", Severity::error, "boom");
  const Judged judged{scene};
  CHECK(judged.judgement.incidents.empty());
  REQUIRE(judged.judgement.services.size() == 1);
  CHECK(judged.judgement.services[0].errors == 1);
  REQUIRE(judged.judgement.templates.size() == 1);
  CHECK(judged.judgement.templates[0].examples.size() == 1);
  CHECK(judged.judgement.scope.first == judged.judgement.scope.last);
  CHECK_FALSE(judged.judgement.scope.notes.empty());
}

TEST_CASE("judge: everything at the same instant", "[correlate]") {
  Scene scene;
  for (int i = 0; i < 500; ++i) scene.line(5, "api", i % 5 == 0 ? Severity::error : Severity::info, i % 5 == 0 ? "boom" : "fine");
  const Judged judged{scene};
  CHECK(judged.findings(FindingKind::frequent).size() == 1);
  CHECK(judged.judgement.incidents.size() == 1);
}

TEST_CASE("judge: a thousand services", "[correlate]") {
  Scene scene{std::chrono::seconds{10}};
  for (int service = 0; service < 1000; ++service)
    for (int i = 0; i < 5; ++i) scene.line(i * 200 + service * 0.1, "svc-" + std::to_string(service), Severity::info, "work");
  scene.line(900, "svc-77", Severity::error, "boom");
  const Judged judged{scene};
  CHECK(judged.judgement.services.size() == 1000);
  CHECK(judged.judgement.templates.size() == 1001);
  CHECK(judged.judgement.incidents.size() == 1);
}

TEST_CASE("judge: ten years, before 1970, and the ends of time", "[correlate]") {
  constexpr double kYear = 365.25 * 86400;
  Scene decade{std::chrono::seconds{40} * (1 << 11)};
  for (int i = 0; i < 4000; ++i) decade.line(i * kYear / 400, "api", Severity::info, "work");
  decade.line(9 * kYear, "api", Severity::error, "boom");
  CHECK(Judged{decade}.judgement.incidents.size() == 1);

  Scene old;
  for (int i = 0; i < 500; ++i)
    old.line(Timestamp{Duration{-5'000'000'000'000'000'000 + i * 1'000'000'000LL}}, "api", Severity::info, "work");
  old.line(Timestamp{Duration{-5'000'000'000'000'000'000 + 400'000'000'000LL}}, "api", Severity::error, "boom");
  const Judged before{old};
  REQUIRE(before.judgement.incidents.size() == 1);
  CHECK(to_rfc3339(before.judgement.incidents[0].onset).substr(0, 4) == "1811");

  Scene ends{Duration{std::chrono::seconds{10} * (1 << 28)}};
  for (int i = 0; i < 50; ++i) {
    ends.line(Timestamp{Duration{std::numeric_limits<std::int64_t>::min() + 1 + i}}, "api", Severity::info, "work");
    ends.line(Timestamp{Duration{std::numeric_limits<std::int64_t>::max() - i}}, "api", i % 2 == 0 ? Severity::info : Severity::error,
              "late work");
  }
  CHECK(Judged{ends}.judgement.services.size() == 1);
}

TEST_CASE("judge: the order in which windows come changes nothing that is said", "[correlate]") {
  const Scene scene = incident_scene();
  const TemplateCatalog catalog = scene.catalog();
  std::vector<WindowSummary> windows = scene.windows();
  SummaryStore store;
  for (const WindowSummary& window : windows) store.accept(window);
  const auto judged = [&](const SummaryStore& from) {
    const std::vector<WindowSummary> all = from.windows();
    return spelled_out(judge(all, catalog, Scene::rules(), {}));
  };
  const std::string expected = judged(store);
  CHECK(expected.find("too many clients") != std::string::npos);
  std::reverse(windows.begin(), windows.end());
  SummaryStore reversed;
  for (const WindowSummary& window : windows) reversed.accept(window);
  for (const WindowSummary& window : windows) reversed.accept(window);  // and a replay
  CHECK(judged(reversed) == expected);
  // Over the wire and back
  SummaryStore wired;
  for (const WindowSummary& window : windows) wired.accept(*decode(encode(window)));
  CHECK(judged(wired) == expected);
}

TEST_CASE("judge: an incident names its root, who followed, and what to look at", "[correlate]") {
  const Judged judged{incident_scene()};
  REQUIRE(judged.judgement.incidents.size() == 1);
  const Incident& incident = judged.judgement.incidents[0];
  CHECK(incident.severity == IncidentSeverity::critical);
  CHECK(incident.notify == Notify::page);
  CHECK(incident.suspects.at(0).service == "db");
  CHECK(incident.services == std::vector<std::string>{"db", "web"});
  CHECK(incident.first_user_visible == "web");
  CHECK(incident.state == IncidentState::closed);
  CHECK(incident.closed_at >= at_second(759));
  for (const std::string& id : incident.findings)
    CHECK(std::any_of(judged.judgement.findings.begin(), judged.judgement.findings.end(),
                      [&](const Finding& finding) { return finding.finding_id == id; }));
}

TEST_CASE("judge: input without times is judged by the order of its lines, and shows none", "[correlate]") {
  Scene scene{std::chrono::milliseconds{10}};
  scene.ordinal = true;
  for (int i = 0; i < 1000; ++i) scene.line(Timestamp{kOrdinalStep * i}, "app", Severity::info, "work");
  for (int i = 800; i < 830; ++i) scene.line(Timestamp{kOrdinalStep * i}, "app", Severity::error, "boom");
  const Judged judged{scene};
  CHECK(judged.judgement.scope.ordinal);
  CHECK(judged.judgement.scope.first == kNoTime);
  REQUIRE(judged.findings(FindingKind::new_error).size() == 1);
  const Finding& finding = *judged.findings(FindingKind::new_error)[0];
  CHECK(finding.start == kNoTime);
  CHECK(finding.evidence.at(0).time == kNoTime);
  CHECK(finding.summary.find("from line ") != std::string::npos);
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].onset == kNoTime);
}

TEST_CASE("judge: the counts of templates add up to the records reported on", "[correlate]") {
  Scene scene = incident_scene();
  scene.baseline = true;
  scene.file = "before.log";
  scene.lines(-500, -400, 1, "web", Severity::info, "GET / 200");
  const Judged judged{scene};
  std::uint64_t templates = 0, services = 0, records = 0;
  for (const TemplateCount& each : judged.judgement.templates) templates += each.count;
  for (const ServiceOverview& each : judged.judgement.services) services += each.records;
  for (const WindowSummary& each : scene.windows()) records += each.baseline ? 0 : each.records;
  CHECK(templates == records);
  CHECK(services == records);
  for (const TemplateCount& each : judged.judgement.templates) CHECK(each.examples.size() <= 3);
}

}  // namespace loglode

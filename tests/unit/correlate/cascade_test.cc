// Grouping, order and suspects: what belongs together, what came first, and on what grounds that is said.
#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

Scene calm() {
  Scene scene;
  for (const char* service : {"web", "api", "db"}) scene.lines(0, 3000, 2, service, Severity::info, std::string{"work of "} + service);
  return scene;
}

}  // namespace

TEST_CASE("incidents: troubles within two minutes are one, those further apart are two", "[correlate]") {
  Scene near = calm(), far = calm();
  near.line(1000, "db", Severity::error, "disk is full").line(1100, "api", Severity::error, "query failed");
  far.line(1000, "db", Severity::error, "disk is full").line(1200, "api", Severity::error, "query failed");
  const Judged one{near}, two{far};
  REQUIRE(one.judgement.incidents.size() == 1);
  CHECK(one.judgement.incidents[0].severity == IncidentSeverity::critical);  // two services
  CHECK(one.judgement.incidents[0].services == std::vector<std::string>{"db", "api"});
  REQUIRE(two.judgement.incidents.size() == 2);
  CHECK(two.judgement.incidents[0].incident_id == "1");
  CHECK(two.judgement.incidents[0].opened_at < two.judgement.incidents[1].opened_at);
  CHECK(two.judgement.incidents[0].fingerprint != two.judgement.incidents[1].fingerprint);
}

TEST_CASE("incidents: never longer than a quarter of an hour, however it goes on", "[correlate]") {
  Scene scene = calm();
  for (int i = 0; i < 20; ++i) scene.line(1000 + i * 100, "db", Severity::error, "trouble " + std::string(1, static_cast<char>('a' + i)));
  const Judged judged{scene};
  CHECK(judged.judgement.incidents.size() == 2);
  for (const Incident& incident : judged.judgement.incidents)
    for (const TimelineEntry& entry : incident.timeline) CHECK(entry.time <= incident.onset + std::chrono::minutes{15});
}

TEST_CASE("cascade: without traces the order of onsets is told as order, with its lag", "[correlate]") {
  Scene scene = calm();
  scene.line(1000, "db", Severity::error, "too many connections")
      .line(1004, "api", Severity::error, "no connection from pool")
      .line(1010, "web", Severity::error, "bad gateway");
  const Judged judged{scene};
  const Incident& incident = judged.judgement.incidents.at(0);
  CHECK(incident.services == std::vector<std::string>{"db", "api", "web"});
  REQUIRE(incident.edges.size() == 2);
  CHECK(incident.edges[0].from == "db");
  CHECK(incident.edges[0].to == "api");
  CHECK(incident.edges[0].basis == EdgeBasis::order);
  CHECK(incident.edges[0].lag_s_p50 == Approx(4));
  CHECK(incident.edges[0].evidence.size() == 2);
  CHECK(incident.edges[1].from == "api");
  CHECK(incident.suspects.at(0).service == "db");
  CHECK(incident.suspects.at(0).rank == 1);
  double sum = 0;
  for (const ScoreTerm& term : incident.suspects[0].terms) sum += term.value;
  CHECK(sum == Approx(incident.suspects[0].score));
  CHECK(incident.summary.find("db: \"too many connections\" never seen before") == 0);
  CHECK(incident.summary.find("api +4.0 s") != std::string::npos);
}

TEST_CASE("cascade: at the same instant nothing is said of order", "[correlate]") {
  Scene scene = calm();
  scene.line(1000, "db", Severity::error, "too many connections").line(1000, "api", Severity::error, "no connection");
  CHECK(Judged{scene}.judgement.incidents.at(0).edges.empty());
}

TEST_CASE("cascade: no order is claimed below what the coarser of two clocks can tell", "[correlate]") {
  // The web logs whole seconds, the api thousandths: what api says at 500.4 may have been before or after what web says at 500.
  const auto edges_with = [](double api_failed) {
    Scene scene;
    scene.lines(0, 900, 2, "web", Severity::info, "page sent").lines(0.001, 900, 0.7, "api", Severity::info, "query answered");
    scene.line(500, "web", Severity::error, "bad gateway").line(api_failed, "api", Severity::error, "pool is empty");
    return Judged{scene}.judgement.incidents.at(0);
  };
  for (const double same : {500.004, 500.4, 500.999}) {
    INFO(same);
    const Incident incident = edges_with(same);
    CHECK(incident.edges.empty());
    CHECK(incident.summary.find(" ms") == std::string::npos);
    CHECK(incident.suspects.at(0).terms.at(0).value == incident.suspects.at(1).terms.at(0).value);  // neither is earlier
  }
  CHECK(edges_with(500.4).services == std::vector<std::string>{"api", "web"});  // by the middle of the second
  const Incident later = edges_with(501.25);
  REQUIRE(later.edges.size() == 1);
  CHECK(later.edges[0].from == "web");
  CHECK(edges_with(498.5).edges.at(0).from == "api");
}

TEST_CASE("cascade: shared traces show who failed first, whatever the first line says", "[correlate]") {
  Scene scene = calm();
  scene.line(999, "api", Severity::error, "slow answer");
  for (int i = 0; i < 20; ++i) {
    const std::string trace = "trace" + std::to_string(i);
    scene.line(1000 + i, "db", Severity::error, "lock timeout", trace)
        .line(1000.3 + i, "api", Severity::error, "query failed", trace)
        .line(1000.1 + i, "web", Severity::info, "waiting", trace);
  }
  const Judged judged{scene};
  const Incident& incident = judged.judgement.incidents.at(0);
  CHECK(incident.shared_traces == 20);
  const auto edge =
      std::find_if(incident.edges.begin(), incident.edges.end(), [](const CascadeEdge& each) { return each.basis == EdgeBasis::trace; });
  REQUIRE(edge == incident.edges.end());  // api began before db did: an edge into the first of them is not drawn
  CHECK(incident.notify == Notify::page);
}

TEST_CASE("cascade: lags of shared traces are their quantiles", "[correlate]") {
  Scene scene = calm();
  for (int i = 0; i < 21; ++i) {
    const std::string trace = "trace" + std::to_string(i);
    scene.line(1000 + i, "db", Severity::error, "lock timeout", trace)
        .line(1000.1 + i + 0.01 * i, "api", Severity::error, "query failed", trace);
  }
  const Incident incident = Judged{scene}.judgement.incidents.at(0);
  REQUIRE(incident.edges.size() == 1);
  CHECK(incident.edges[0].basis == EdgeBasis::trace);
  CHECK(incident.edges[0].pairs == 21);
  CHECK(incident.edges[0].lag_s_p50 == Approx(0.2));
  CHECK(incident.edges[0].lag_s_p10 == Approx(0.12));
  CHECK(incident.edges[0].lag_s_p90 == Approx(0.28));
}

TEST_CASE("cascade: a service that names another is taken at its word before mere order is", "[correlate]") {
  Scene scene = calm();
  scene.line(1000, "db", Severity::error, "disk is full")
      .line(1001, "api", Severity::error, "query failed")
      .line(1002, "web", Severity::error, "timeout calling db");
  const Incident incident = Judged{scene}.judgement.incidents.at(0);
  REQUIRE(incident.edges.size() == 2);
  CHECK(incident.edges[1].from == "db");
  CHECK(incident.edges[1].to == "web");
}

TEST_CASE("storm: over fifty kinds of trouble in a minute are one storm", "[correlate]") {
  Scene scene;
  for (int service = 0; service < 60; ++service)
    scene.lines(service * 0.01, 1000, 10, "svc-" + std::to_string(service), Severity::info, "work");
  Scene few = scene;
  for (int service = 0; service < 60; ++service) {
    scene.line(600 + service * 0.5, "svc-" + std::to_string(service), Severity::error, "lost network");
    if (service < 10) few.line(600 + service * 0.5, "svc-" + std::to_string(service), Severity::error, "lost network");
  }
  const Judged judged{scene};
  CHECK(judged.findings(FindingKind::storm).size() == 1);
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].suspects.size() == 10);
  CHECK(Judged{few}.findings(FindingKind::storm).empty());
}

}  // namespace loglode

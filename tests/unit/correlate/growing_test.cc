// What is said while more is to come: a person watches, and it is judged again and again as it grows.
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "scene.h"

namespace loglode {

namespace {

/// What was said of any beginning of `scene`, judged every `step` seconds of its first `length`.
std::set<std::string> said_while_growing(FindingKind kind, double length, double step, const std::function<void(Scene&, double)>& write,
                                         bool growing = true) {
  JudgeConfig config;
  config.growing = growing;
  std::set<std::string> said;
  for (double now = step; now <= length; now += step) {
    Scene scene;
    write(scene, now);
    const Judged judged{scene, config};
    for (const Finding* finding : judged.findings(kind)) said.insert(finding->service + ": " + finding->template_text);
  }
  return said;
}

using Said = std::set<std::string>;

}  // namespace

TEST_CASE("growing: a short quiet of a stream with few lines is no silence", "[correlate]") {
  const auto shop = [](Scene& scene, double now) {
    for (int i = 0; i * 3.0 < now; ++i)
      if (i % 40 < 35) scene.line(i * 3.0 + 0.01 * (i % 7), "shop", Severity::info, "order placed");  // 15 s of nothing each two minutes
    scene.lines(0.5, now, 10.7, "shop", Severity::info, "pool has <*> connections");
  };
  CHECK_FALSE(said_while_growing(FindingKind::silent, 600, 5, shop, false).empty());
  CHECK(said_while_growing(FindingKind::silent, 600, 5, shop).empty());
}

TEST_CASE("growing: a service that is quiet for a moment soon after the start is not silent", "[correlate]") {
  const auto two = [](Scene& scene, double now) {
    scene.lines(0, now, 0.7, "web", Severity::info, "GET /");
    scene.lines(0, std::min(now, 20.0), 0.5, "db", Severity::info, "query done");
    scene.lines(60, now, 0.5, "db", Severity::info, "query done");
  };
  CHECK_FALSE(said_while_growing(FindingKind::silent, 80, 2, two, false).empty());
  CHECK(said_while_growing(FindingKind::silent, 80, 2, two).empty());
}

TEST_CASE("growing: what stays silent is told after a minute", "[correlate]") {
  const auto beat = [](double until) {
    return [until](Scene& scene, double now) {
      scene.lines(0, now, 0.7, "web", Severity::info, "GET /");
      scene.lines(0.1, std::min(now, until), 5, "web", Severity::info, "tick");
      scene.lines(0.2, std::min(now, until), 0.5, "db", Severity::info, "query done");
    };
  };
  CHECK(said_while_growing(FindingKind::silent, 1255, 50, beat(1200)).empty());
  CHECK(said_while_growing(FindingKind::silent, 1300, 50, beat(1200)) == Said{"db: ", "web: tick"});
}

TEST_CASE("growing: the first errors of a service are told from the first line on, and open nothing", "[correlate]") {
  Scene scene;
  scene.line(0, "shop", Severity::info, "started").line(1, "shop", Severity::error, "the ledger refused");
  JudgeConfig config;
  config.growing = true;
  const Judged judged{scene, config};
  const auto found = judged.findings(FindingKind::new_error);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->notify == Notify::digest);
  CHECK(found[0]->summary.find("too early in the input to know whether that is new") != std::string::npos);
  CHECK(judged.judgement.incidents.empty());
}

TEST_CASE("growing: a service that calls everything an error is told of a few times, the fatal ones first", "[correlate]") {
  Scene scene;
  for (int i = 0; i < 15; ++i)
    scene.line(i, "shop", i == 12 ? Severity::fatal : Severity::error, "step " + std::string(1, static_cast<char>('a' + i)));
  JudgeConfig config;
  config.growing = true;
  const Judged judged{scene, config};
  std::set<std::string> texts;
  for (const Finding* finding : judged.findings(FindingKind::new_error)) texts.insert(finding->template_text);
  CHECK(texts == Said{"step a", "step b", "step m"});
}

TEST_CASE("growing: with a baseline there is something to compare with, and nothing is told early", "[correlate]") {
  Scene scene;
  scene.baseline = true;
  scene.lines(-600, -10, 1, "shop", Severity::error, "harmless as ever");
  scene.baseline = false;
  scene.file = "today.log";
  scene.lines(0, 5, 1, "shop", Severity::error, "harmless as ever");
  JudgeConfig config;
  config.growing = true;
  CHECK(Judged(scene, config).findings(FindingKind::new_error).empty());
}

TEST_CASE("growing: an early error that becomes louder is still louder", "[correlate]") {
  Scene scene;
  scene.lines(0, 1200, 0.5, "shop", Severity::info, "order placed");
  scene.lines(0, 1200, 4, "shop", Severity::error, "the ledger refused");
  scene.lines(900, 1200, 0.2, "shop", Severity::error, "the ledger refused");
  JudgeConfig config;
  config.growing = true;
  const Judged judged{scene, config};
  CHECK(judged.findings(FindingKind::new_error).size() == 1);
  CHECK(judged.findings(FindingKind::rate_up).size() == 1);
  CHECK(judged.judgement.incidents.size() == 1);
}

}  // namespace loglode

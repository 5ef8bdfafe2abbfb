// Each detector on scenes where it has to speak and on scenes, as like as possible, where it has to be silent.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "scene.h"

namespace loglode {

namespace {

/// Ten minutes of two services at work.
Scene calm() {
  Scene scene;
  scene.lines(0, 600, 0.5, "api", Severity::info, "request served");
  scene.lines(0.2, 600, 1, "db", Severity::info, "query done");
  return scene;
}

/// The same as a baseline, an hour earlier, and ten minutes to be judged.
Scene calm_after_baseline() {
  Scene scene;
  scene.baseline = true;
  scene.file = "yesterday.log";
  scene.lines(-3600, -3000, 0.5, "api", Severity::info, "request served");
  scene.lines(-3600, -3000, 1, "db", Severity::info, "query done");
  scene.lines(-3600, -3000, 30, "api", Severity::error, "cache was cold");
  scene.baseline = false;
  scene.file = "today.log";
  scene.lines(0, 600, 0.5, "api", Severity::info, "request served");
  scene.lines(0.2, 600, 1, "db", Severity::info, "query done");
  return scene;
}

}  // namespace

TEST_CASE("new: an ERROR never seen before opens an incident, with its first record as evidence", "[correlate]") {
  Scene scene = calm();
  scene.line(400, "db", Severity::error, "disk is full").line(401, "db", Severity::error, "disk is full");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::new_error);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->service == "db");
  CHECK(found[0]->template_text == "disk is full");
  CHECK(found[0]->total == 2);
  CHECK(found[0]->start == at_second(400));
  CHECK(found[0]->end == at_second(401));
  CHECK(found[0]->notify == Notify::ticket);
  CHECK(found[0]->finding_id.size() == 16);
  REQUIRE_FALSE(found[0]->evidence.empty());
  CHECK(found[0]->evidence[0].excerpt == "disk is full");
  CHECK(found[0]->evidence[0].record_id == record_id(found[0]->evidence[0].origin.stream, found[0]->evidence[0].origin.offset));
  CHECK(found[0]->summary.find("db: \"disk is full\" never seen before, 2 times from ") == 0);
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].severity == IncidentSeverity::error);
  CHECK(judged.judgement.incidents[0].opened_at == at_second(400));
  CHECK(judged.judgement.services[1].first_error == at_second(400));
}

TEST_CASE("new: what the first part or the baseline holds is not new, what only INFO says never alarms", "[correlate]") {
  const auto silent = [](const char* what, auto change, bool with_baseline) {
    INFO(what);
    Scene scene = with_baseline ? calm_after_baseline() : calm();
    change(scene);
    const Judged judged{scene};
    CHECK(judged.findings(FindingKind::new_error).empty());
    CHECK(judged.judgement.incidents.empty());
  };
  silent(
      "nothing happened", [](Scene&) {}, false);
  silent(
      "nothing happened after the baseline", [](Scene&) {}, true);
  silent(
      "seen in the first part",
      [](Scene& scene) { scene.line(20, "db", Severity::error, "slow disk").line(400, "db", Severity::error, "slow disk"); }, false);
  silent(
      "seen in the baseline", [](Scene& scene) { scene.line(400, "api", Severity::error, "cache was cold"); }, true);
  silent(
      "new INFO", [](Scene& scene) { scene.lines(400, 420, 1, "db", Severity::info, "vacuum running"); }, false);
  silent(
      "a few new WARN without a broad baseline", [](Scene& scene) { scene.line(400, "db", Severity::warn, "lag is growing"); }, true);
}

TEST_CASE("new: with a baseline no warm-up is asked for", "[correlate]") {
  Scene scene = calm_after_baseline();
  scene.line(0.05, "api", Severity::error, "no route to host");
  const Judged judged{scene};
  REQUIRE(judged.findings(FindingKind::new_error).size() == 1);
  CHECK(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.scope.has_baseline);
}

TEST_CASE("new: a service of which something is not known any more warms up again, others do not", "[correlate]") {
  const auto told = [](double error_at, const std::string& service, double since, double step) {
    Scene scene = calm_after_baseline();
    scene.lines(600, 5000, step, "api", Severity::info, "request served");
    scene.line(error_at, service, Severity::error, "no route to host");
    JudgeConfig config;
    config.warm_ups = {{"api", at_second(since)}};
    return !Judged{scene, config}.findings(FindingKind::new_error).empty();
  };
  CHECK_FALSE(told(100, "api", -10, 1));
  CHECK_FALSE(told(500, "api", -10, 1));
  CHECK(told(650, "api", -10, 1));  // ten minutes and 500 lines later
  CHECK(told(100, "db", -10, 1));   // another service
  CHECK(told(100, "api", 200, 1));  // said before
  CHECK_FALSE(told(2000, "api", 1000, 100));
  CHECK(told(4700, "api", 1000, 100));  // after an hour, however little it says
}

TEST_CASE("new: an error inside a long first part is new all the same once the service is known", "[correlate]") {
  Scene scene{std::chrono::seconds{1}};
  scene.lines(0, 20'000, 1, "api", Severity::info, "request served");
  scene.line(1500, "api", Severity::error, "lost the database");
  CHECK(Judged{scene}.findings(FindingKind::new_error).size() == 1);
}

TEST_CASE("new: WARN counts where the baseline is broad, and a deprecation is nobody's fault", "[correlate]") {
  Scene scene;
  scene.baseline = true;
  for (int run = 0; run < 20; ++run) {
    scene.file = "run" + std::to_string(run) + ".log";
    scene.lines(-40'000 + run * 1000, -39'900 + run * 1000, 1, "api", Severity::info, "request served");
  }
  scene.baseline = false;
  scene.file = "now.log";
  scene.lines(0, 100, 1, "api", Severity::info, "request served");
  Scene warned = scene, announced = scene;
  warned.line(50, "api", Severity::warn, "replica is behind");
  announced.line(50, "api", Severity::warn, "option x is deprecated");
  const Judged judged{warned};
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].severity == IncidentSeverity::warning);
  CHECK(Judged{announced}.judgement.incidents.empty());
  // Three new kinds of WARN at once are as bad as an error; one kind in three services is not.
  Scene three = warned, everywhere = warned;
  three.line(51, "api", Severity::warn, "replica lost").line(52, "api", Severity::warn, "falling back");
  everywhere.line(51, "db", Severity::warn, "replica is behind").line(52, "web", Severity::warn, "replica is behind");
  CHECK(Judged{three}.judgement.incidents.at(0).severity == IncidentSeverity::error);
  CHECK(Judged{everywhere}.judgement.incidents.at(0).severity == IncidentSeverity::warning);
}

TEST_CASE("new: where new kinds are the rule, one said once or twice is chance, one said often is not", "[correlate]") {
  const auto judged_with = [](int times) {
    Scene scene;
    for (int i = 0; i < 1000; ++i) {
      scene.line(i, "chatty", Severity::info, "work");
      if (i < 200 && i % 10 == 0)
        scene.line(i + 0.1, "chatty", Severity::error, "trouble" + std::string(3, static_cast<char>('a' + i / 10)));
    }
    for (int i = 0; i < times; ++i) scene.line(800 + i, "chatty", Severity::error, "database is read-only");
    return Judged{scene};
  };
  for (const auto& [times, notify] : {std::pair{1, Notify::digest}, {2, Notify::digest}, {3, Notify::ticket}, {9, Notify::ticket}}) {
    INFO(times);
    const Judged judged = judged_with(times);
    const auto found = judged.findings(FindingKind::new_error);
    REQUIRE(found.size() == 1);
    CHECK(found[0]->notify == notify);
    CHECK(judged.judgement.incidents.size() == (notify == Notify::ticket ? 1 : 0));
  }
}

TEST_CASE("new: one odd error in the baseline hides none that comes later", "[correlate]") {
  Scene scene;
  scene.lines(0, 2000, 1, "mailer", Severity::info, "mail sent");
  scene.line(150, "mailer", Severity::error, "mail to user <*> bounced");
  scene.lines(1300, 1750, 50, "mailer", Severity::error, "cannot write order <*>: database is read-only");
  const Judged judged{scene};
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].summary.find("database is read-only") != std::string::npos);
}

TEST_CASE("new: an input too short to compare tells its errors, and opens nothing", "[correlate]") {
  const auto judged_after = [](int lines_before, int lines_after) {
    Scene scene;
    scene.lines(0, lines_before, 1, "job", Severity::info, "step done");
    scene.line(lines_before, "job", Severity::fatal, "cannot open the ledger");
    scene.lines(lines_before + 1, lines_before + 1 + lines_after, 1, "job", Severity::info, "step done");
    return Judged{scene};
  };
  for (const auto& [before, after] : {std::pair{0, 0}, {9, 0}, {5, 20}, {1, 400}}) {
    INFO(before << " lines before, " << after << " after");
    const Judged judged = judged_after(before, after);
    const auto found = judged.findings(FindingKind::new_error);
    REQUIRE(found.size() == 1);
    CHECK(found[0]->summary.find("cannot open the ledger") != std::string::npos);
    CHECK(found[0]->summary.find("too early in the input to know") != std::string::npos);
    CHECK(found[0]->evidence.at(0).origin.line == static_cast<std::uint64_t>(before) + 1);
    CHECK(judged.judgement.incidents.empty());
  }
  CHECK(judged_after(1, 600).findings(FindingKind::new_error).empty());  // the first part is long enough to be how things are
  CHECK(judged_after(100, 3).judgement.incidents.size() == 1);
}

TEST_CASE("frequent: more than ten in a minute, not ten, not eleven in an hour", "[correlate]") {
  const auto count = [](int errors, double step) {
    Scene scene = calm();
    for (int i = 0; i < errors; ++i) scene.line(1 + i * step, "db", Severity::error, "deadlock found");
    return Judged{scene}.findings(FindingKind::frequent).size();
  };
  CHECK(count(11, 1) == 1);
  CHECK(count(10, 1) == 0);
  CHECK(count(11, 5.99) == 1);
  CHECK(count(11, 6.1) == 0);
  CHECK(count(60, 10) == 0);
}

TEST_CASE("frequent: one finding for the whole span, with the count of its fullest minute", "[correlate]") {
  Scene scene = calm();
  scene.lines(0, 600, 5, "db", Severity::error, "deadlock found");
  scene.lines(300, 310, 0.5, "db", Severity::error, "deadlock found");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::frequent);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->total == 140);
  CHECK(found[0]->observed == Approx(32));
  CHECK(found[0]->start == at_second(0));
  CHECK(found[0]->end == at_second(595));
}

TEST_CASE("frequent: begins where it is more than usual, and what was always so opens nothing", "[correlate]") {
  Scene background = calm();
  background.lines(3, 600, 9, "db", Severity::error, "client went away");
  background.lines(6, 600, 9, "db", Severity::error, "lock not available");
  const Judged usual{background};
  REQUIRE(usual.findings(FindingKind::frequent).size() == 1);  // 13 a minute, told for the service
  CHECK(usual.findings(FindingKind::frequent)[0]->summary.find("as from the beginning") == std::string::npos);
  Scene seldom = calm();
  seldom.lines(3, 600, 15, "db", Severity::error, "client went away");
  seldom.lines(300, 330, 5, "db", Severity::error, "client went away");
  const Judged chance{seldom};
  REQUIRE(chance.findings(FindingKind::frequent).size() <= 1);
  CHECK(chance.judgement.incidents.empty());
  Scene burst = seldom;
  burst.lines(400, 460, 0.5, "db", Severity::error, "client went away");
  const Judged judged{burst};
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.judgement.incidents[0].onset >= at_second(395));
  CHECK(judged.judgement.incidents[0].onset <= at_second(405));
}

TEST_CASE("frequent: kinds that are too few one by one are counted for their service", "[correlate]") {
  Scene scene = calm();
  for (int i = 0; i < 15; ++i) scene.line(10 + i, "db", Severity::error, "error kind " + std::string(1, static_cast<char>('a' + i % 5)));
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::frequent);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->template_id == kNoTemplate);
  CHECK(found[0]->summary.find("\" ×3 and 4 other kinds of error, in all 15 times") != std::string::npos);
  CHECK(found[0]->summary.find("; also \"error kind ") != std::string::npos);
}

TEST_CASE("frequent: as ever in the baseline is said, and wakes nobody", "[correlate]") {
  const auto scene_with = [](double step_now) {
    Scene scene = calm_after_baseline();
    scene.baseline = true;
    scene.file = "yesterday.log";
    scene.lines(-3600, -3000, 2, "db", Severity::error, "deadlock found");
    scene.baseline = false;
    scene.file = "today.log";
    scene.lines(0, 600, step_now, "db", Severity::error, "deadlock found");
    return scene;
  };
  const Judged same{scene_with(2)}, worse{scene_with(0.2)};
  REQUIRE(same.findings(FindingKind::frequent).size() == 1);
  CHECK(same.findings(FindingKind::frequent)[0]->notify == Notify::none);
  CHECK(same.judgement.incidents.empty());
  REQUIRE(worse.findings(FindingKind::frequent).size() == 1);
  CHECK(worse.judgement.incidents.size() == 1);
}

TEST_CASE("frequent: rules give a type to lines that have no severity, and keep their category", "[correlate]") {
  Scene scene = calm();
  for (int i = 0; i < 20; ++i) scene.line(300 + i, "web", Severity::unspecified, "GET /checkout 502", "", {"http-5xx"});
  for (int i = 0; i < 20; ++i) scene.line(400 + i, "ssh", Severity::info, "password refused for user", "", {"failed-login"});
  const Judged judged{scene};
  const auto frequent = judged.findings(FindingKind::frequent);
  REQUIRE(frequent.size() == 1);
  CHECK(frequent[0]->rule_id == "http-5xx");
  CHECK(frequent[0]->severity == Severity::error);
  CHECK(frequent[0]->template_text == "GET /checkout 502");  // the rule does not say it again
  const auto security = judged.findings(FindingKind::security);
  REQUIRE(security.size() == 1);
  CHECK(security[0]->category == FindingCategory::security);
}

TEST_CASE("rate: up and down are told, with what was expected", "[correlate]") {
  Scene scene;
  scene.baseline = true;
  scene.file = "yesterday.log";
  scene.lines(-3600, -3000, 1, "cache", Severity::info, "cache hit");
  scene.lines(-3600, -3000, 5, "cache", Severity::info, "cache miss");
  scene.baseline = false;
  scene.file = "today.log";
  scene.lines(0, 600, 1, "api", Severity::info, "request served");
  scene.lines(0, 300, 1, "cache", Severity::info, "cache hit");
  scene.lines(0, 300, 5, "cache", Severity::info, "cache miss");
  scene.lines(300, 600, 5, "cache", Severity::info, "cache hit");
  scene.lines(300, 600, 1, "cache", Severity::info, "cache miss");
  const Judged judged{scene};
  const auto up = judged.findings(FindingKind::rate_up), down = judged.findings(FindingKind::rate_down);
  const auto about = [](const std::vector<const Finding*>& found, const std::string& text) {
    return std::count_if(found.begin(), found.end(), [&](const Finding* each) { return each->template_text == text; });
  };
  CHECK(about(up, "cache miss") == 1);
  CHECK(about(down, "cache hit") == 1);
  CHECK(about(up, "cache hit") == 0);
  CHECK(about(down, "cache miss") == 0);
  for (const Finding* each : down) {
    CHECK(each->observed < each->expected);
    CHECK(each->q <= 0.05);
  }
  CHECK(judged.judgement.incidents.empty());  // nothing but INFO
}

TEST_CASE("rate: ordinary bursts and a short baseline say nothing", "[correlate]") {
  Scene steady = calm_after_baseline();
  CHECK(Judged{steady}.findings(FindingKind::rate_up).empty());
  CHECK(Judged{steady}.findings(FindingKind::rate_down).empty());

  Scene bursts;
  for (const bool baseline : {true, false}) {
    bursts.baseline = baseline;
    bursts.file = baseline ? "then.log" : "now.log";
    const double from = baseline ? -2000 : 0;
    for (int burst = 0; burst < 20; ++burst)
      bursts.lines(from + burst * 90 + (burst % 3) * 7, from + burst * 90 + (burst % 3) * 7 + 10 + burst % 5, 0.5, "batch", Severity::info,
                   "item done");
  }
  CHECK(Judged{bursts}.findings(FindingKind::rate_up).empty());
  CHECK(Judged{bursts}.findings(FindingKind::rate_down).empty());

  Scene brief{std::chrono::seconds{10}};
  brief.lines(0, 60, 1, "api", Severity::info, "request served");
  const Judged judged{brief};
  const auto& notes = judged.judgement.scope.notes;
  CHECK(std::any_of(notes.begin(), notes.end(), [](const std::string& note) { return note.find("rates need 20 windows") == 0; }));
}

TEST_CASE("rate: a text that changes its severity keeps one rate", "[correlate]") {
  Scene scene = calm_after_baseline();
  scene.baseline = true;
  scene.file = "yesterday.log";
  scene.lines(-3600, -3000, 1, "api", Severity::info, "pool usage");
  scene.baseline = false;
  scene.file = "today.log";
  scene.lines(0, 600, 1, "api", Severity::warn, "pool usage");
  const Judged judged{scene};
  CHECK(judged.findings(FindingKind::rate_down).empty());
  REQUIRE(judged.findings(FindingKind::new_warning).size() == 1);
  CHECK(judged.findings(FindingKind::new_warning)[0]->summary.find("until now only as INFO, 600 times") != std::string::npos);
}

TEST_CASE("silent: a heartbeat that stops is missed, one that is only late or uneven is not", "[correlate]") {
  const auto missed = [](auto write) {
    Scene scene = calm();
    write(scene);
    return Judged{scene}.findings(FindingKind::silent).size();
  };
  CHECK(missed([](Scene& scene) { scene.lines(0, 300, 10, "api", Severity::info, "tick"); }) == 1);
  CHECK(missed([](Scene& scene) { scene.lines(0, 600, 10, "api", Severity::info, "tick"); }) == 0);
  CHECK(missed([](Scene& scene) { scene.lines(0, 580, 10, "api", Severity::info, "tick"); }) == 0);
  CHECK(missed([](Scene& scene) {
          for (int i = 0; i < 25; ++i) scene.line(i * i * 0.5, "api", Severity::info, "tick");
        }) == 0);
  CHECK(missed([](Scene& scene) { scene.lines(0, 100, 10, "api", Severity::info, "tick"); }) == 0);  // ten beats are no steady rate
}

TEST_CASE("silent: a heartbeat as close as windows are wide, or closer, is one too", "[correlate]") {
  const auto missed = [](auto write) {
    Scene scene{std::chrono::seconds{10}};
    scene.lines(0, 3600, 7, "api", Severity::info, "request served");
    write(scene);
    return Judged{scene}.findings(FindingKind::silent).size();
  };
  for (const double period : {5.0, 10.0, 15.0, 20.0}) {
    INFO("a beat each " << period << " s");
    const auto beats_until = [&](double end) {
      return [=](Scene& scene) {
        scene.lines(0.3, end, period, "mailer", Severity::info, "tick");
        scene.lines(0, 3600, 9, "mailer", Severity::info, "mail sent");
      };
    };
    CHECK(missed(beats_until(2000)) == 1);
    CHECK(missed(beats_until(3590)) == 0);
    CHECK(missed(beats_until(period * 15)) == 0);
  }
  std::mt19937 random{5};
  CHECK(missed([&](Scene& scene) {  // as often, but by chance
          for (double at = 0; at < 2000; at += 10 * std::log(4294967296.0 / (static_cast<double>(random()) + 1)))
            scene.line(at, "mailer", Severity::info, "tick");
          scene.lines(0, 3600, 9, "mailer", Severity::info, "mail sent");
        }) == 0);
  CHECK(missed([](Scene& scene) {  // what a job says while it runs
          scene.lines(100, 1500, 1, "mailer", Severity::info, "row imported");
          scene.lines(0, 3600, 9, "mailer", Severity::info, "mail sent");
        }) == 0);
}

TEST_CASE("silent: an error or a warning that stops is no loss", "[correlate]") {
  for (const auto& [severity, silent] : {std::pair{Severity::info, 1}, {Severity::warn, 0}, {Severity::error, 0}}) {
    Scene scene = calm();
    scene.lines(0, 300, 10, "api", severity, "queue is full");
    CHECK(Judged{scene}.findings(FindingKind::silent).size() == static_cast<std::size_t>(silent));
  }
}

TEST_CASE("silent: a service that stops while others go on", "[correlate]") {
  Scene scene;
  scene.lines(0, 600, 0.5, "api", Severity::info, "request served");
  scene.lines(0.2, 300, 0.7, "db", Severity::info, "query done");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::silent);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->service == "db");
  CHECK(found[0]->expected > 100);
}

TEST_CASE("change: banners of starts and ends and what people bring out are changes, everyday work is none", "[correlate]") {
  const auto is_change = [](const std::string& text) {
    Scene scene = calm();
    scene.line(395, "api", Severity::info, text).line(400, "api", Severity::error, "upstream refused");
    const Judged judged{scene};
    return judged.judgement.incidents.at(0).summary.find("after a change: api") != std::string::npos;
  };
  for (const char* text :
       {"configuration reloaded", "Deployment of build <*> finished", "rolling back to release <*>", "starting api version <*>",
        "api <*> starting", "Starting ledger v<*>", "received SIGTERM, draining", "Application startup complete.", "listening on port <*>",
        "Shutting down", "feature flag new_cart switched on", "scaled from <*> to <*> replicas", "migration <*> applied",
        "server started in <*> s", "restart requested by operator", "database failover finished", "entering maintenance mode",
        "Upgraded schema from <*> to <*>"}) {
    INFO(text);
    CHECK(is_change(text));
  }
  for (const char* text : {"Waiting for rollback thread to terminate", "transaction <*> rolled back", "Starting checkpoint",
                           "checkpoint starting: time", "job <*> started", "loaded firmware version <*>", "value <*> stored",
                           "new version of document <*> stored", "Upgrade-Insecure-Requests header seen",
                           "deadlock, try restarting transaction", "shutting down idle connection <*>", "batch started by user <*>"}) {
    INFO(text);
    CHECK_FALSE(is_change(text));
  }
}

TEST_CASE("change: it explains only what comes after it, and the one with a version says most", "[correlate]") {
  Scene scene = calm();
  scene.line(400, "api", Severity::error, "upstream refused");
  scene.line(405, "api", Severity::info, "received SIGTERM, draining");
  CHECK(Judged{scene}.judgement.incidents.at(0).summary.find("after a change") == std::string::npos);
  scene.line(380, "api", Severity::info, "shutting down").line(385, "api", Severity::info, "starting api version <*>");
  scene.line(388, "api", Severity::info, "listening on port <*>");
  CHECK(Judged{scene}.judgement.incidents.at(0).summary.find("after a change: api \"starting api version <*>\"") != std::string::npos);
}

TEST_CASE("change: what people did is told inside an incident, and alarms nobody alone", "[correlate]") {
  Scene scene = calm();
  scene.line(395, "api", Severity::info, "configuration reloaded");
  CHECK(Judged{scene}.judgement.incidents.empty());
  scene.line(400, "api", Severity::error, "upstream refused");
  const Judged judged{scene};
  REQUIRE(judged.judgement.incidents.size() == 1);
  const Incident& incident = judged.judgement.incidents[0];
  CHECK(incident.onset == at_second(400));
  CHECK(incident.summary.find("after a change: api \"configuration reloaded\"") != std::string::npos);
  CHECK(incident.timeline.at(0).what.find("change: ") == 0);
}

}  // namespace loglode

namespace loglode {

TEST_CASE("silent: a busy service whose file ends a little before the others is not silent, one that stops for long is", "[correlate]") {
  const auto silent_after = [](double end) {
    Scene scene = calm();
    scene.lines(0, end, 0.02, "web", Severity::info, "GET / 200");
    return Judged{scene}.findings(FindingKind::silent).size();
  };
  CHECK(silent_after(599) == 0);
  CHECK(silent_after(540) == 1);
}

TEST_CASE("silent: a service that stops while others go on is an incident, one that only ends with its file is none", "[correlate]") {
  const auto opened = [](auto write) {
    Scene scene;
    scene.file = "front.log";
    scene.lines(0, 900, 0.5, "front", Severity::info, "request served");
    write(scene);
    return Judged{scene}.judgement.incidents;
  };
  const auto in_file = [](Scene& scene, const std::string& service, double to) {
    scene.file = service + ".log";
    scene.lines(0.2, to, 0.7, service, Severity::info, service + " worked");
  };
  const auto stopped = opened([&](Scene& scene) {
    in_file(scene, "db", 500);
    in_file(scene, "cart", 900);
  });
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].notify == Notify::ticket);
  CHECK(stopped[0].severity == IncidentSeverity::error);
  CHECK(stopped[0].summary.find("db has said nothing since") == 0);
  const auto same_file = opened([](Scene& scene) { scene.lines(0.2, 500, 0.7, "db", Severity::info, "query done"); });
  CHECK(same_file.size() == 1);                                             // the file goes on
  CHECK(opened([&](Scene& scene) { in_file(scene, "db", 500); }).empty());  // two files of different times
  CHECK(opened([&](Scene& scene) {
          in_file(scene, "db", 500);
          in_file(scene, "cart", 600);
          in_file(scene, "mail", 700);
        }).empty());  // taken at different times
  CHECK(opened([&](Scene& scene) {
          in_file(scene, "db", 850);
          in_file(scene, "cart", 900);
        }).empty());  // as long as a restart
}

TEST_CASE("silent: a service that says errors alone and stops is well again", "[correlate]") {
  Scene scene;
  scene.lines(0, 900, 0.5, "front", Severity::info, "request served").lines(0, 900, 0.6, "cart", Severity::info, "cart loaded");
  scene.lines(0.2, 500, 0.7, "db", Severity::error, "cannot reach replica");
  CHECK(Judged{scene}.findings(FindingKind::silent).empty());
}

TEST_CASE("silent: what beats until its file ends is not missed after it", "[correlate]") {
  Scene scene = calm();
  scene.file = "batch.log";
  scene.lines(0, 300, 10, "batch", Severity::info, "tick").lines(0, 300, 0.9, "batch", Severity::info, "item done");
  const Judged judged{scene};
  for (const Finding* const finding : judged.findings(FindingKind::silent)) CHECK(finding->template_text != "tick");
}

TEST_CASE("seen: every error that nothing else tells of is listed once, and wakes nobody", "[correlate]") {
  Scene scene = calm();
  scene.line(3, "api", Severity::error, "cannot open cache").line(9, "api", Severity::error, "cannot open cache");
  scene.line(4, "api", Severity::fatal, "giving up on shard");
  scene.line(5, "api", Severity::unspecified, "answered with a failure", {}, {"http-5xx"});
  const Judged judged{scene};
  CHECK(judged.judgement.incidents.empty());
  const auto seen = judged.findings(FindingKind::error_seen);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0]->template_text == "giving up on shard");  // the gravest first
  for (const Finding* finding : seen) {
    CHECK(finding->notify == Notify::none);
    CHECK_FALSE(finding->evidence.empty());
    CHECK(finding->total == (finding->template_text == "cannot open cache" ? 2 : 1));
  }
}

TEST_CASE("seen: an error that the baseline holds or another finding reports is not listed, and none is while logs are followed",
          "[correlate]") {
  Scene scene = calm();
  scene.line(3, "api", Severity::error, "cannot open cache");
  JudgeConfig growing;
  growing.growing = true;
  CHECK(Judged(scene, growing).findings(FindingKind::error_seen).empty());
  scene.lines(400, 403, 1, "api", Severity::error, "upstream refused");
  const Judged judged{scene};
  REQUIRE(judged.judgement.incidents.size() == 1);
  CHECK(judged.findings(FindingKind::error_seen).size() == 1);
  CHECK(judged.judgement.incidents[0].findings.size() == 1);  // it joins none
  scene.baseline = true;
  scene.lines(-1000, -900, 1, "api", Severity::info, "request served").line(-950, "api", Severity::error, "cannot open cache");
  CHECK(Judged{scene}.findings(FindingKind::error_seen).empty());
}

TEST_CASE("incidents: the headline and the first finding are the gravest, not the earliest", "[correlate]") {
  Scene scene = calm();
  scene.line(400, "api", Severity::error, "link is down").line(401, "api", Severity::fatal, "panic, not going on");
  const Judged judged{scene};
  REQUIRE(judged.judgement.incidents.size() == 1);
  const Incident& incident = judged.judgement.incidents[0];
  CHECK(incident.summary.find("panic, not going on") != std::string::npos);
  CHECK(incident.summary.find("link is down") == std::string::npos);
  const auto news = judged.findings(FindingKind::new_error);
  CHECK(std::any_of(news.begin(), news.end(), [&](const Finding* one) {
    return one->finding_id == incident.findings.front() && one->template_text == "panic, not going on";
  }));
}

}  // namespace loglode

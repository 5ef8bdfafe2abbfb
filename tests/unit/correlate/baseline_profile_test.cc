// What was never steady is neither down nor silent: bursts, gaps between runs, months with a few busy hours.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

constexpr double kMinute = 60, kHour = 3600, kDay = 24 * kHour;

/// What is found of the kinds that speak of a rate.
std::size_t rates_and_silences(const Judged& judged) {
  return judged.findings(FindingKind::rate_up).size() + judged.findings(FindingKind::rate_down).size() +
         judged.findings(FindingKind::silent).size();
}

/// A package manager at work: hundreds of lines within minutes, then nothing for weeks.
void run_of_installs(Scene& scene, double from, int lines) {
  for (int i = 0; i < lines; ++i) {
    scene.line(from + i * 0.5, "dpkg", Severity::info, "status installed");
    if (i % 3 == 0) scene.line(from + i * 0.5 + 0.1, "dpkg", Severity::info, "configure package");
  }
}

Scene months_of_installs(const std::vector<double>& days) {
  Scene scene{std::chrono::seconds{40}};
  int run = 0;
  for (const double day : days) run_of_installs(scene, day * kDay, 400 - 60 * (run++ % 5));
  return scene;
}

}  // namespace

TEST_CASE("baseline profile: months of bursts have no rate that could fall, and no silence that could be missed", "[correlate]") {
  const std::vector<std::vector<double>> calendars{{0, 0.2, 0.4, 90, 180, 360, 500},  // much at first, then seldom
                                                   {0, 100, 101, 102, 400},
                                                   {0, 20, 45, 61, 90, 130, 160, 165, 210, 300},
                                                   {0, 499.9, 500}};
  for (const std::vector<double>& days : calendars) {
    INFO("the runs begin with days 0, " << days[1]);
    CHECK(rates_and_silences(Judged{months_of_installs(days)}) == 0);
    Scene with_neighbour = months_of_installs(days);
    for (int hour = 0; hour < 500 * 24; hour += 6) with_neighbour.line(hour * kHour, "cron", Severity::info, "hourly");
    CHECK(rates_and_silences(Judged{with_neighbour}) == 0);
  }
}

TEST_CASE("baseline profile: a batch job that ran in the first part and not since is not down", "[correlate]") {
  Scene scene;
  scene.lines(0, 2000, 1, "api", Severity::info, "request served");
  scene.lines(50, 90, 0.1, "api", Severity::info, "row imported");
  CHECK(rates_and_silences(Judged{scene}) == 0);
  // Nor is it when it ran in each of many days but for a few minutes.
  Scene nightly{std::chrono::seconds{10}};
  for (int day = 0; day < 30; ++day) {
    nightly.lines(day * kDay, day * kDay + 5 * kMinute, 2, "backup", Severity::info, "file saved");
    for (int minute = 0; minute < 1440; minute += 10) nightly.line(day * kDay + minute * kMinute, "api", Severity::info, "alive");
  }
  CHECK(Judged{nightly}.findings(FindingKind::rate_down).empty());
  CHECK(Judged{nightly}.findings(FindingKind::rate_up).empty());
  CHECK(Judged{nightly}.findings(FindingKind::silent).empty());
}

TEST_CASE("baseline profile: what was steady and falls, or stops, is told", "[correlate]") {
  const auto falls = [](double step_before, double step_after) {
    Scene scene;
    scene.lines(0, 2000, 1, "api", Severity::info, "request served");
    scene.lines(0.3, 1000, step_before, "api", Severity::info, "order placed");
    if (step_after > 0) scene.lines(1000, 2000, step_after, "api", Severity::info, "order placed");
    const Judged judged{scene};
    const auto found = judged.findings(FindingKind::rate_down);
    return std::count_if(found.begin(), found.end(), [](const Finding* each) { return each->template_text == "order placed"; });
  };
  CHECK(falls(1, 0) == 1);
  CHECK(falls(1, 10) == 1);
  CHECK(falls(3, 30) == 1);
  CHECK(falls(1, 1.3) == 0);
  Scene scene;
  scene.lines(0, 2000, 1, "api", Severity::info, "request served");
  scene.lines(0.3, 1000, 1, "db", Severity::info, "query done");
  CHECK(Judged{scene}.findings(FindingKind::silent).size() == 1);
}

TEST_CASE("baseline profile: what the baseline had all the time and the input has not at all is down, shown by the baseline's records",
          "[correlate]") {
  Scene scene;
  scene.baseline = true;
  scene.file = "yesterday.log";
  scene.lines(-3600, -3000, 1, "api", Severity::info, "request served");
  scene.lines(-3600, -3000, 1, "api", Severity::info, "order placed");
  scene.baseline = false;
  scene.file = "today.log";
  scene.lines(0, 600, 1, "api", Severity::info, "request served");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::rate_down);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->template_text == "order placed");
  CHECK(found[0]->observed == 0);
  REQUIRE_FALSE(found[0]->evidence.empty());
  CHECK(found[0]->evidence[0].excerpt == "order placed");
}

TEST_CASE("baseline profile: a few records are too little to know a rate by", "[correlate]") {
  // Five lines in the first part, by chance in its middle, and none in the rest: 20 where nobody knows whether 20 were to come.
  Scene scene;
  scene.lines(0, 2000, 1, "api", Severity::info, "request served");
  for (int i = 0; i < 5; ++i) scene.line(100 + i * 45, "api", Severity::info, "cache was refreshed");
  CHECK(Judged{scene}.findings(FindingKind::rate_down).empty());
}

TEST_CASE("baseline profile: as loud as it was in the baseline is not up, however seldom that was", "[correlate]") {
  const auto loud = [](double step) {
    Scene scene;
    scene.baseline = true;
    scene.file = "yesterday.log";
    scene.lines(-8000, -6000, 1, "api", Severity::info, "request served");
    scene.lines(-7000, -6880, 0.5, "api", Severity::error, "slow disk");  // two loud minutes
    scene.baseline = false;
    scene.file = "today.log";
    scene.lines(0, 600, 1, "api", Severity::info, "request served");
    scene.lines(200, 320, step, "api", Severity::error, "slow disk");
    return Judged{scene}.findings(FindingKind::rate_up).size();
  };
  CHECK(loud(0.5) == 0);
  CHECK(loud(0.6) == 0);
}

TEST_CASE("baseline profile: the time between two runs is covered by neither", "[correlate]") {
  Scene scene;
  scene.file = "first.log";
  scene.lines(0, 600, 1, "api", Severity::info, "request served");
  scene.lines(0, 600, 1, "db", Severity::info, "query done");
  scene.file = "second.log";
  scene.lines(20'000, 20'600, 1, "api", Severity::info, "request served");
  scene.lines(20'000, 20'600, 1, "db", Severity::info, "query done");
  CHECK(rates_and_silences(Judged{scene}) == 0);
  // With a baseline too, whose runs lie apart as well.
  Scene after;
  after.baseline = true;
  for (const double from : {-90'000.0, -60'000.0}) {
    after.file = "run" + std::to_string(from);
    after.lines(from, from + 300, 1, "api", Severity::info, "request served");
  }
  after.baseline = false;
  for (const double from : {0.0, 30'000.0}) {
    after.file = "now" + std::to_string(from);
    after.lines(from, from + 300, 1, "api", Severity::info, "request served");
  }
  CHECK(rates_and_silences(Judged{after}) == 0);
}

TEST_CASE("baseline profile: a heartbeat is one that hardly ever paused before", "[correlate]") {
  const auto missed = [](int groups, int beats) {
    Scene scene{std::chrono::seconds{1}};
    scene.lines(0, 100'000, 20, "api", Severity::info, "request served");
    for (int group = 0; group < groups; ++group)  // sessions that come evenly, and then not for hours
      for (int beat = 0; beat < beats; ++beat) scene.line(group * 9000.0 + beat * 60, "cron", Severity::info, "session opened");
    return Judged{scene}.findings(FindingKind::silent).size();
  };
  CHECK(missed(10, 4) == 0);
  CHECK(missed(1, 40) == 1);
}

TEST_CASE("baseline profile: a run that was cut short at any moment is judged", "[correlate]") {
  // As `tail` judges: again and again, however little came since the part that is learned from.
  for (int records = 1; records < 200; ++records) {
    Scene scene{std::chrono::milliseconds{10}};
    for (int i = 0; i < records; ++i) scene.line(i * 0.02, "api", Severity::info, "request served");
    if (records > 50) scene.line(records * 0.02, "api", Severity::error, "no connection");
    CHECK(Judged{scene}.judgement.scope.windows > 0);
  }
}

}  // namespace loglode

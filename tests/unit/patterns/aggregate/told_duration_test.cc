#include "patterns/aggregate/told_duration.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "aggregator_run.h"

using namespace loglode;
using namespace loglode::test;

TEST_CASE("duration: what a message says that something took, in its unit", "[aggregate]") {
  struct Told {
    const char* message;
    std::uint32_t microseconds;
  };
  for (const Told& one : {Told{"invoice stored in 88 ms", 88'000},
                          {"took=1.25s rows=3", 1'250'000},
                          {"(350 µs) done", 350},
                          {"GET /x 200 12ms", 12'000},
                          {"Finished 3 steps in 2 seconds.", 2'000'000},
                          {"Completed 200 OK in 7.5ms", 7'500},
                          {"job 17 ran 3 min", 180'000'000},
                          {"duration: 204.113 ms  statement: SELECT", 204'113},
                          {"timeout 30 s, answered after 250 ms", 250'000},
                          {"elapsed 99999999999 ms", 4'294'967'295},
                          {"request done duration_ms=5000", 5'000'000},
                          {"rows=3 latency_us=350 ok", 350},
                          {R"({"elapsedMs": 12.5, "rows": 3})", 12'500},
                          {"timeout_ms=300 took_seconds: 1.5", 1'500'000}}) {
    INFO(one.message);
    REQUIRE(told_duration(one.message));
    CHECK(*told_duration(one.message) == one.microseconds);
  }
  for (const char* message :
       {"",          "88",          "order 88 placed", "12:00:05 s",         "v1.2.3 started",   "read 5 MB",
        "88msx",     "x88 ms",      "-5 ms",           "retrying in 200 ms", "timeout of 30 s",  "every 10 seconds",
        "within 5s", "page 3 of 9", "timeout_ms=5000", "retry_delay_ms: 20", "uptime_ms=912345", "ts_ms=1732400000000",
        "params=5",  "items: 5"}) {
    INFO(message);
    CHECK_FALSE(told_duration(message));
  }
  CHECK_FALSE(told_duration(std::string(100'000, '1') + " ms"));
  CHECK_FALSE(told_duration(std::string(2000, 'x') + " 5 ms"));
}

TEST_CASE("aggregate: a cell keeps a few durations, whose choice does not depend on batches or a restart", "[aggregate]") {
  const auto stream = stream_named("api");
  std::vector<Line> lines;
  for (int i = 0; i < 500; ++i) {
    lines.push_back({.time = at(i * 0.5), .message = "stored in " + std::to_string(i) + " ms"});
    lines.push_back({.time = at(i * 0.5), .message = "nothing told", .shape = ShapeId{2}});
  }
  Run whole, parts, restarted;
  whole.feed(stream, lines);
  for (std::size_t from = 0; from < lines.size(); from += 7)
    parts.feed(stream, {lines.begin() + static_cast<std::ptrdiff_t>(from),
                        lines.begin() + static_cast<std::ptrdiff_t>(std::min(from + 7, lines.size()))});
  CHECK(whole.bytes() == parts.bytes());
  std::size_t told = 0;
  for (const WindowSummary& window : whole.summaries())
    for (const Cell& cell : window.cells) {
      CHECK(cell.durations.size() <= kDurationsKept);
      CHECK(
          (cell.shape == ShapeId{2} ? cell.durations.empty() : cell.durations.size() == std::min<std::size_t>(cell.count, kDurationsKept)));
      told += cell.durations.size();
    }
  CHECK(told > 0);
  restarted.restore(whole.summaries());
  CHECK(restarted.bytes() == whole.bytes());
}

TEST_CASE("aggregate: the time since boot places a record, and a second boot comes after the first", "[aggregate]") {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  Run run;
  std::vector<Line> lines;
  for (const Duration uptime :
       {Duration{seconds{1}}, Duration{seconds{30}}, Duration{milliseconds{29'990}}, Duration{-1}, Duration{seconds{2}}})
    lines.push_back({.message = "kernel speaks", .since_boot = uptime});
  run.feed(stream_named("kernel"), lines);
  CHECK(run.counters.without_time == 0);
  std::vector<Timestamp> places;
  for (const WindowSummary& window : run.summaries()) {
    CHECK(window.ordinal);
    CHECK(window.since_boot);
    for (const Cell& cell : window.cells) places.insert(places.end(), {cell.first, cell.last});
  }
  REQUIRE_FALSE(places.empty());
  CHECK(*std::min_element(places.begin(), places.end()) == Timestamp{seconds{1}});
  CHECK(*std::max_element(places.begin(), places.end()) == Timestamp{seconds{32}});
}

// What a WindowAggregator keeps of traces and excerpts, its limits, and what it takes of extreme input.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <string>
#include <tuple>

#include "patterns/aggregate/excerpt.h"
#include "tests/unit/patterns/aggregate/aggregator_run.h"

namespace loglode {

using namespace test;

TEST_CASE("aggregate: a trace is kept whole or not at all, and which depends on its id alone", "[aggregate]") {
  AggregateConfig config;
  config.trace_steps_max = 40;
  const auto stream = stream_named("api");
  std::vector<Line> lines;
  for (int i = 0; i < 300; ++i) lines.push_back(Line{.time = at(i), .trace = "trace-" + std::to_string(i % 60)});
  Run run{config};
  run.feed(stream, lines);
  std::map<std::uint64_t, int> steps;
  for (const WindowSummary& window : run.summaries())
    for (const TraceStep& step : window.trace_steps) ++steps[step.trace];
  CHECK_FALSE(steps.empty());
  CHECK(steps.size() <= 8);
  for (const auto& [trace, count] : steps) CHECK(count == 5);
  CHECK(run.counters.hits(Limit::trace_steps) > 0);

  Run none;
  none.feed(stream, {{.time = at(0), .trace = "0000000000000000"}, {.time = at(0), .trace = "-"}});
  CHECK(none.summaries().at(0).trace_steps.empty());
}

TEST_CASE("aggregate: excerpts are kept for what is bad, and for the first of what is quiet", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  std::vector<Line> lines;
  for (int i = 0; i < 400; ++i) lines.push_back(Line{.time = at(i), .message = "quiet " + std::to_string(i)});
  for (int i = 0; i < 3; ++i)
    lines.push_back(Line{.time = at(500 + i), .message = "loud", .severity = Severity::warn, .shape = ShapeId{2}});
  lines.push_back(Line{.time = at(-5), .message = "an older one comes late"});
  run.feed(stream, lines);
  const std::vector<std::string> excerpts = excerpts_in(run.summaries());
  CHECK(std::count(excerpts.begin(), excerpts.end(), "loud") == 3);
  CHECK(std::count(excerpts.begin(), excerpts.end(), "an older one comes late") == 1);
  // One in eight of the others, give or take.
  CHECK(excerpts.size() > 20);
  CHECK(excerpts.size() < 100);
}

TEST_CASE("excerpt: the first line, the cause, at most 300 bytes, never half a character", "[aggregate]") {
  const auto expect = [](std::string message, std::string wanted) {
    INFO(message);
    CHECK(make_excerpt(message) == wanted);
  };
  expect("", "");
  expect("one line", "one line");
  expect("  padded \r\n", "padded");
  expect(
      "Request failed\n  at a.B.c(B.java:1)\nCaused by: java.io.IOException: first\n  at x\nCaused by: java.net.ConnectException: "
      "refused\n  at y\n  ... 12 more",
      "Request failed … Caused by: java.net.ConnectException: refused");
  expect("Traceback (most recent call last):\n  File \"a.py\", line 1\n    f()\nValueError: bad literal\n",
         "Traceback (most recent call last): … ValueError: bad literal");
  expect("select a,\n  b\nfrom t", "select a,");
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "é";
  CHECK(make_excerpt(wide).size() == 300);
  CHECK(make_excerpt("x" + wide).size() == 299);
  CHECK(make_excerpt(wide + "\nValueError: " + wide).size() <= 300);
  CHECK(make_excerpt(std::string(1000, '\x80')).size() <= 300);
  CHECK(make_excerpt(std::string(5, '\0')).size() == 5);
}

// Limits and faults

TEST_CASE("aggregate: services past the limit share _other, and are counted and told once", "[aggregate][errors]") {
  AggregateConfig config;
  config.services_max = 3;
  Run run{config};
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) lines.push_back(Line{.time = at(0), .service = "s" + std::to_string(i)});
  run.feed(stream_named("api"), lines);
  const WindowSummary window = run.summaries().at(0);
  CHECK(window.services == std::vector<std::string>{"_other", "s7", "s8", "s9"});
  CHECK(window.cells[0].count == 7);
  CHECK(run.counters.hits(Limit::services) == 7);
  const std::vector<InputProblem> told = run.counters.problems();
  REQUIRE(told.size() == 1);
  CHECK(told[0].what.find("/var/log/api.log names so many services") == 0);
}

TEST_CASE("aggregate: many files that name a service each are told once, and cost each no look at all of them", "[aggregate][errors]") {
  AggregateConfig config;
  config.services_max = 3;
  Run run{config};
  for (int i = 0; i < 10; ++i) {
    const std::string name = "s" + std::to_string(i);
    run.feed(stream_named(name), {Line{.time = at(0), .service = name}});
  }
  CHECK(run.counters.hits(Limit::services) == 7);
  const std::vector<InputProblem> told = run.counters.problems();
  REQUIRE(told.size() == 1);
  CHECK(told[0].what.find("the files, such as /var/log/s3.log, name so many services") == 0);
}

namespace {

std::map<std::string, std::uint64_t> records_by_service(const std::vector<WindowSummary>& windows) {
  std::map<std::string, std::uint64_t> records;
  for (const WindowSummary& window : windows)
    for (const Cell& cell : window.cells) records[window.services[cell.service]] += cell.count;
  return records;
}

/// Few services that go on, among them a new one now and then, and in between `invented` ones that are seen once each.
std::vector<Line> lines_with_invented_services(int invented) {
  std::vector<Line> lines;
  for (int i = 0; i < invented; ++i) {
    lines.push_back(Line{.time = at(i * 0.1), .service = "invented-" + std::to_string(i)});
    if (i % 10 != 0) continue;
    for (int real = 0; real <= i / 500; ++real)
      lines.push_back(Line{.time = at(i * 0.1), .service = "real-" + std::to_string(real), .shape = ShapeId{2}, .rules = {1}});
  }
  return lines;
}

}  // namespace

TEST_CASE("aggregate: services that somebody invents keep no room from those that go on, in their stream or in others",
          "[aggregate][errors]") {
  AggregateConfig config;
  config.services_max = 50;
  Run run{config};
  run.feed(stream_named("shop"), lines_with_invented_services(2000));
  std::vector<Line> others;
  for (int i = 0; i < 200; ++i) others.push_back(Line{.time = at(200 + i), .service = "other-" + std::to_string(i % 20)});
  run.feed(stream_named("stock"), others);
  std::map<std::string, std::uint64_t> records = records_by_service(run.summaries());
  CHECK(records.size() <= 51);
  for (int real = 0; real < 4; ++real) CHECK(records["real-" + std::to_string(real)] == static_cast<std::uint64_t>(50 * (4 - real)));
  for (int other = 0; other < 20; ++other) CHECK(records["other-" + std::to_string(other)] == 10);
  CHECK(count_in(run.summaries()) == 2000 + 500 + 200);
}

TEST_CASE("aggregate: which services share _other follows from the records, not from batches or a restart", "[aggregate][errors]") {
  AggregateConfig config;
  config.services_max = 20;
  const std::vector<Line> lines = lines_with_invented_services(700);
  const auto stream = stream_named("shop");
  Run whole{config};
  whole.feed(stream, lines);
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    Run run{config};
    for (std::size_t begin = 0; begin < lines.size(); begin += size)
      run.feed(stream, {lines.begin() + static_cast<std::ptrdiff_t>(begin),
                        lines.begin() + static_cast<std::ptrdiff_t>(std::min(begin + size, lines.size()))});
    INFO("batches of " << size);
    CHECK(run.bytes() == whole.bytes());
  }
  Run reloaded{config};
  const auto middle = lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 2);
  reloaded.feed(stream, {lines.begin(), middle});
  reloaded.reload();
  reloaded.feed(stream, {middle, lines.end()});
  CHECK(reloaded.bytes() == whole.bytes());
}

TEST_CASE("aggregate: excerpts past their budget are thinned out, not cut off", "[aggregate][errors]") {
  AggregateConfig config;
  config.excerpts_bytes_max = 2000;
  Run run{config};
  std::vector<Line> lines;
  for (int i = 0; i < 500; ++i)
    lines.push_back(Line{.time = at(i),
                         .message = "error number " + std::to_string(i),
                         .severity = Severity::error,
                         .shape = ShapeId{1 + static_cast<std::uint64_t>(i % 9)}});
  run.feed(stream_named("api"), lines);
  std::size_t bytes = 0;
  for (const std::string& excerpt : excerpts_in(run.summaries())) bytes += excerpt.size();
  CHECK(bytes <= 2000);
  CHECK(bytes > 500);
  CHECK(run.counters.hits(Limit::excerpts) > 0);
  CHECK(count_in(run.summaries()) == 500);
}

TEST_CASE("aggregate: on the widest step of the ladder memory stays bounded and counts stay right", "[aggregate][errors]") {
  AggregateConfig config;
  config.cells_max = 10;
  Run run{config};
  std::vector<Line> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(Line{.time = at(i * 1e6), .shape = ShapeId{1 + static_cast<std::uint64_t>(i)}});
  run.feed(stream_named("api"), lines);
  std::size_t cells = 0;
  for (const WindowSummary& window : run.summaries()) cells += window.cells.size();
  CHECK(cells <= 14);
  CHECK(count_in(run.summaries()) == 200);
  CHECK(run.counters.hits(Limit::windows) > 0);
  CHECK(run.bytes().size() > 0);
}

TEST_CASE("aggregate: times at the ends of what a timestamp holds", "[aggregate][errors]") {
  Run run;
  const auto far = [](std::int64_t nanoseconds) { return Timestamp{Duration{nanoseconds}}; };
  run.feed(stream_named("api"), {{.time = far(std::numeric_limits<std::int64_t>::min() + 1)},
                                 {.time = far(std::numeric_limits<std::int64_t>::max())},
                                 {.time = far(-1)},
                                 {.time = far(0)},
                                 {.time = far(std::numeric_limits<std::int64_t>::min() + 2)}});
  CHECK(count_in(run.summaries()) == 5);
  CHECK(run.bytes().size() > 0);
}

TEST_CASE("aggregate: an empty batch and no batch at all", "[aggregate][errors]") {
  Run run;
  run.feed(stream_named("api"), {});
  CHECK(run.summaries().empty());
}

}  // namespace loglode

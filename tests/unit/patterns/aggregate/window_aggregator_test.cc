#include "patterns/aggregate/window_aggregator.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <tuple>

#include "tests/unit/patterns/aggregate/aggregator_run.h"

namespace loglode {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("aggregate: a record is counted by window, service and shape, with the first of them as evidence", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  run.feed(stream, {{.time = at(0.001), .message = "one", .severity = Severity::error},
                    {.time = at(0.002), .message = "two", .severity = Severity::error},
                    {.time = at(0.003), .message = "other", .service = "db", .severity = Severity::error},
                    {.time = at(0.5), .message = "three", .severity = Severity::fatal}});
  const std::vector<WindowSummary> windows = run.summaries();
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].width == milliseconds{10});
  CHECK(windows[0].start == at(0));
  CHECK(windows[0].records == 3);
  CHECK(windows[0].services == std::vector<std::string>{"api", "db"});
  REQUIRE(windows[0].cells.size() == 2);
  const Cell& cell = windows[0].cells[0];
  CHECK(cell.count == 2);
  CHECK(cell.first == at(0.001));
  CHECK(cell.last == at(0.002));
  CHECK(cell.first_offset == 0);
  CHECK(cell.first_line == 1);
  CHECK(cell.excerpt == "one");
  CHECK(windows[1].cells[0].severity == Severity::fatal);
  CHECK(windows[1].reaches == 4 + 4 + 6 + 5);
}

TEST_CASE("aggregate: counters add up: lines = records + continuation lines + blank ones", "[aggregate]") {
  Run run;
  run.feed(stream_named("api"), {{.time = at(0), .line_count = 5}, {.message = "", .line_count = 2, .blank = true}, {.time = at(1)}});
  CHECK(run.counters.records == 2);
  CHECK(run.counters.continuation_lines == 4);
  CHECK(run.counters.dropped(DropReason::blank) == 2);
  CHECK(count_in(run.summaries()) == 2);
}

TEST_CASE("aggregate: a record without a time takes the previous one of its stream", "[aggregate]") {
  Run run;
  const auto a = stream_named("api"), b = stream_named("db");
  run.feed(a, {{.time = at(5)}});
  run.feed(b, {{.time = at(100)}});
  const std::vector<Record> records = run.feed(a, {{}, {.time = at(7)}, {}});
  CHECK(records[0].time == at(5));
  CHECK(records[0].has(RecordFlag::time_inherited));
  CHECK_FALSE(records[1].has(RecordFlag::time_inherited));
  CHECK(records[2].time == at(7));
  CHECK(run.counters.without_time == 2);
}

TEST_CASE("aggregate: records before a stream's first time take that one, whenever it comes", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  run.feed(stream, {{.message = "banner", .severity = Severity::error}, {.message = "banner 2", .severity = Severity::error}});
  CHECK(run.summaries()[0].ordinal);
  run.feed(stream, {{.message = "more"}, {.time = at(3)}});
  const std::vector<WindowSummary> windows = run.summaries();
  REQUIRE(windows.size() == 1);
  CHECK_FALSE(windows[0].ordinal);
  CHECK(windows[0].start == at(3));
  CHECK(windows[0].records == 4);
  CHECK(windows[0].without_time == 3);
  CHECK(windows[0].cells[0].first_offset == 0);
  CHECK(windows[0].cells[0].excerpt == "banner");
  CHECK(windows[0].cells[0].severity == Severity::error);
  CHECK(run.bytes().size() > 0);
}

TEST_CASE("aggregate: a stream without times is counted by runs of lines", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  for (int batch = 0; batch < 5; ++batch) run.feed(stream, std::vector<Line>(10));
  const std::vector<WindowSummary> windows = run.summaries();
  REQUIRE(windows.size() == 5);
  for (const WindowSummary& window : windows) {
    CHECK(window.ordinal);
    CHECK(window.records == 10);
    CHECK(window.without_time == 10);
  }
  CHECK(windows[4].start == Timestamp{40 * kOrdinalStep});
}

TEST_CASE("aggregate: late is older than the stream's newest less the lateness, and counted in its own window", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  run.feed(stream, {{.time = at(100)}, {.time = at(96)}, {.time = at(94)}, {.time = at(100'000'000)}, {.time = at(101)}});
  CHECK(run.counters.late == 2);  // 94, and 101 after the line from the future, which stays
  CHECK(count_in(run.summaries()) == 5);
  CHECK(run.summaries().front().late == 1);
  CHECK(run.summaries().front().start == at(94));
}

TEST_CASE("aggregate: rule hits are counted by service, rule and shape", "[aggregate]") {
  Run run;
  run.feed(stream_named("api"), {{.time = at(0), .message = "killed", .rules = {0, 1}},
                                 {.time = at(0.001), .rules = {1}},
                                 {.time = at(0.002), .shape = ShapeId{2}, .rules = {1}}});
  const WindowSummary window = run.summaries().at(0);
  CHECK(window.rules == std::vector<std::string>{"login", "oom"});
  REQUIRE(window.rule_cells.size() == 3);
  CHECK(window.rule_cells[0].count == 2);
  CHECK(window.rule_cells[1].shape == ShapeId{2});
  CHECK(window.rule_cells[2].rule == 1);
  CHECK(window.cells[0].excerpt == "killed");  // an error rule makes even an INFO line worth keeping
}

TEST_CASE("aggregate: of an error rule the first record that it hits is known, whatever stands before it in its window", "[aggregate]") {
  Run run;
  run.feed(stream_named("api"), {{.time = at(0.001), .message = "fine"},
                                 {.time = at(0.002), .message = "lost again", .rules = {0}},
                                 {.time = at(0.001), .message = "lost", .rules = {0}},
                                 {.time = at(0.003), .message = "denied", .rules = {1}}});
  const WindowSummary window = run.summaries().at(0);
  REQUIRE(window.rule_cells.size() == 2);
  const RuleCell& lost = window.rule_cells[1];
  CHECK(window.rules[lost.rule] == "oom");
  CHECK(lost.count == 2);
  CHECK(lost.first == at(0.001));
  CHECK(lost.last == at(0.002));
  CHECK(lost.first_line == 3);
  CHECK(lost.excerpt == "lost");
  CHECK(window.cells[0].excerpt == "fine");
  CHECK(window.rule_cells[0].first_line == 0);  // of no error rule
}

TEST_CASE("aggregate: that an error rule hit a line is known behind a restart and a reload", "[aggregate]") {
  Run run;
  const auto stream = stream_named("api");
  for (int window = 0; window < 50; ++window) run.feed(stream, {{.time = at(10 * window), .message = "killed", .rules = {0}}});
  const auto excerpts = [](const Run& of) {
    const std::vector<WindowSummary> windows = of.summaries();
    return std::count_if(windows.begin(), windows.end(), [](const WindowSummary& each) { return each.cells.at(0).excerpt == "killed"; });
  };
  REQUIRE(excerpts(run) == 50);  // not one in eight, as of quiet lines
  const std::string before = run.bytes();
  std::vector<WindowSummary> kept;
  for (const WindowSummary& each : run.summaries()) kept.push_back(decode(encode(each)).value());  // as the state keeps it
  Run restarted;
  restarted.restore(kept);
  CHECK(excerpts(restarted) == 50);
  CHECK(restarted.bytes() == before);
  run.reload();
  CHECK(excerpts(run) == 50);
  CHECK(run.bytes() == before);
}

TEST_CASE("aggregate: a record of a sample counts as many as it stands for, and is one that came", "[aggregate]") {
  Run run;
  Line sampled{at(0)};
  sampled.weight = 20;
  sampled.rules = {0};
  run.feed(stream_named("api"), {sampled, Line{at(0)}});
  const auto summaries = run.summaries();
  REQUIRE(summaries.size() == 1);
  CHECK(summaries[0].records == 2);
  REQUIRE(summaries[0].cells.size() == 1);
  CHECK(summaries[0].cells[0].count == 21);
  REQUIRE(summaries[0].rule_cells.size() == 1);
  CHECK(summaries[0].rule_cells[0].count == 20);
  CHECK(run.counters.records == 2);
}

TEST_CASE("aggregate: the baseline mark of a stream reaches its windows", "[aggregate]") {
  Run run;
  run.feed(stream_named("api", true), {{.time = at(0)}});
  CHECK(run.summaries().at(0).baseline);
}

TEST_CASE("aggregate: where batches end changes nothing", "[aggregate]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Dice dice{seed};
    const auto stream = stream_named("api");
    const std::vector<Line> lines = random_lines(dice, 120);
    AggregateConfig config;
    config.windows_max = 10;
    config.cells_max = 60;
    config.trace_steps_max = 20;
    config.excerpts_bytes_max = 300;
    Run whole{config}, split{config};
    whole.feed(stream, lines);
    for (std::size_t from = 0; from < lines.size();) {
      const std::size_t to = std::min(lines.size(), from + 1 + dice.below(30));
      split.feed(stream, {lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to)});
      from = to;
    }
    CHECK((whole.bytes() == split.bytes()));
  }
}

TEST_CASE("aggregate: in which order streams come changes nothing", "[aggregate]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Dice dice{seed};
    const auto a = stream_named("api"), b = stream_named("db");
    std::vector<Line> of_a = random_lines(dice, 100), of_b = random_lines(dice, 100);
    of_a[0].time = of_b[0].time = at(1);  // streams that show a time later hold ordinal windows until then
    AggregateConfig config;
    config.windows_max = 12;
    config.cells_max = 150;
    config.trace_steps_max = 30;
    Run one{config}, other{config};
    one.feed(a, of_a);
    one.feed(b, of_b);
    std::size_t at_a = 0, at_b = 0;
    while (at_a < of_a.size() || at_b < of_b.size()) {
      const bool take_a = at_b == of_b.size() || (at_a < of_a.size() && dice.below(2) == 0);
      other.feed(take_a ? a : b, {take_a ? of_a[at_a++] : of_b[at_b++]});
    }
    CHECK((one.bytes() == other.bytes()));
  }
}

TEST_CASE("aggregate: by span, the width follows from the time between the records, not from how many windows there are", "[aggregate]") {
  AggregateConfig config;
  config.by_span = true;
  config.fine_windows_max = 512;
  config.windows_max = 4;
  const auto width_of = [&](std::vector<double> seconds) {
    Run run{config};
    std::vector<Line> lines;
    for (const double second : seconds) lines.push_back({at(second), "hello", "api"});
    run.feed(stream_named("api"), lines);
    return run.summaries().front().width;
  };
  CHECK(width_of({0, 0.1, 0.2, 0.3, 0.4, 0.5}) == std::chrono::milliseconds{10});
  CHECK(width_of({0, 60}) == std::chrono::seconds{1});
  CHECK(width_of({60, 0}) == std::chrono::seconds{1});
  CHECK(width_of({0, 600}) == std::chrono::seconds{10});
  CHECK(width_of({0, 86'400, 2 * 86'400, 3 * 86'400, 4 * 86'400, 30 * 86'400}) == std::chrono::seconds{10});
}

TEST_CASE("aggregate: agrees with slow, obvious counting, and stays within its bounds", "[aggregate]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Dice dice{seed};
    const std::vector<Line> lines = random_lines(dice, 300, false);
    AggregateConfig config;
    config.windows_max = 1 + dice.below(30);
    config.cells_max = 70 + dice.below(200);  // the widest step has to fit
    Run run{config};
    run.feed(stream_named("api"), lines);
    const std::vector<WindowSummary> windows = run.summaries();
    std::size_t cells = 0;
    for (const WindowSummary& window : windows) cells += window.cells.size() + window.rule_cells.size();
    CHECK(windows.size() <= config.windows_max);
    CHECK(cells <= config.cells_max);
    const Duration width = windows.front().width;
    std::map<std::tuple<Timestamp, std::string, ShapeId>, std::uint64_t> slow, counted;
    for (const Line& line : lines) ++slow[{window_start(line.time, width), line.service.empty() ? "api" : line.service, line.shape}];
    for (const WindowSummary& window : windows)
      for (const Cell& cell : window.cells) counted[{window.start, window.services[cell.service], cell.shape}] += cell.count;
    CHECK(slow == counted);
    // Not wider than it has to be: one step down breaks a bound.
    if (width == first_width()) continue;
    Duration narrower = first_width();
    while (wider(narrower) != width) narrower = wider(narrower);
    std::map<Timestamp, int> narrow_windows;
    std::map<std::tuple<Timestamp, std::string, ShapeId>, int> narrow_cells;
    std::map<std::tuple<Timestamp, std::string, ShapeId, std::uint32_t>, int> narrow_rules;
    for (const Line& line : lines) {
      const Timestamp start = window_start(line.time, narrower);
      const std::string service = line.service.empty() ? "api" : line.service;
      ++narrow_windows[start];
      ++narrow_cells[{start, service, line.shape}];
      for (const std::uint32_t rule : line.rules) ++narrow_rules[{start, service, line.shape, rule}];
    }
    CHECK((narrow_windows.size() > config.windows_max || narrow_cells.size() + narrow_rules.size() > config.cells_max));
  }
}

}  // namespace loglode

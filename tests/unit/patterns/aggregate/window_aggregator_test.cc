#include "patterns/aggregate/window_aggregator.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "patterns/aggregate/excerpt.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kNoon = 1'700'000'000'000'000'000;

/// One record as a test writes it down.
struct Line {
  Timestamp time = kNoTime;
  std::string message = "hello";
  std::string service{};
  Severity severity = Severity::info;
  ShapeId shape = ShapeId{1};
  std::string trace{};
  std::vector<std::uint32_t> rules{};
  std::uint32_t line_count = 1;
  bool blank = false;
  std::uint32_t weight = 1;
};

Timestamp at(double seconds_after_noon) { return Timestamp{Duration{kNoon + static_cast<std::int64_t>(seconds_after_noon * 1e9)}}; }

std::shared_ptr<const Stream> stream_named(const std::string& name, bool baseline = false) {
  auto stream = std::make_shared<Stream>();
  stream->info.path = "/var/log/" + name + ".log";
  stream->info.service = name;
  stream->info.identity = StreamIdentity{std::hash<char>{}(name[0]), name.size() * 1000 + static_cast<unsigned char>(name.back())};
  stream->info.baseline = baseline;
  return stream;
}

std::shared_ptr<const RuleCatalog> catalog() {
  static const auto rules =
      std::make_shared<const RuleCatalog>(RuleCatalog{RuleInfo{"oom", "out of memory", RuleCategory::error, Severity::fatal, "", ""},
                                                      RuleInfo{"login", "failed login", RuleCategory::security, Severity::warn, "", ""}});
  return rules;
}

class Run {
 public:
  explicit Run(AggregateConfig config = {}) : aggregator_{config, catalog(), counters} {}

  /// Feeds `lines` as one batch; offsets go on from the stream's last.
  std::vector<Record> feed(const std::shared_ptr<const Stream>& stream, const std::vector<Line>& lines) {
    Batch batch;
    batch.stream = stream;
    for (const Line& line : lines) {
      Place& place = places_[stream->info.path];
      Record record;
      record.raw = record.message = batch.keep(line.message);
      record.offset = place.offset;
      record.line = place.line;
      record.line_count = line.line_count;
      record.severity = line.severity;
      record.time = line.time;
      record.service = batch.keep(line.service);
      record.trace_id = batch.keep(line.trace);
      record.shape = line.shape;
      record.weight = line.weight;
      if (line.blank) record.set(RecordFlag::blank);
      record.hits_begin = static_cast<std::uint32_t>(batch.hits.size());
      record.hits_count = static_cast<std::uint32_t>(line.rules.size());
      for (const std::uint32_t rule : line.rules) batch.hits.push_back(RuleHit{RuleIndex{rule}});
      batch.records.push_back(record);
      place.offset += line.message.size() + 1;
      place.line += line.line_count;
    }
    REQUIRE(aggregator_.run(batch));
    return batch.records;
  }
  [[nodiscard]] std::vector<WindowSummary> summaries() const { return aggregator_.summaries(); }
  /// As a run that begins with what another has kept.
  void restore(const std::vector<WindowSummary>& summaries) { aggregator_.restore(summaries); }
  void reload() { aggregator_.change_rules(catalog()); }
  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const WindowSummary& each : aggregator_.summaries()) {
      const std::string one = encode(each);
      const Result<WindowSummary> back = decode(one);  // what is emitted is always a valid, normalised summary
      INFO((back ? std::string{} : back.error().message));
      REQUIRE(back);
      all += one + "|";
    }
    return all;
  }

  RunCounters counters;

 private:
  struct Place {
    std::uint64_t offset = 0, line = 1;
  };
  std::map<std::string, Place> places_;
  WindowAggregator aggregator_;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15ULL + 1} {}
  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % bound;
  }

 private:
  std::uint64_t state_;
};

std::vector<Line> random_lines(Dice& dice, std::size_t count, bool timeless = true) {
  std::vector<Line> lines;
  double now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    now += static_cast<double>(dice.below(2000)) / 1000;
    Line line;
    if (!timeless || dice.below(4) != 0) line.time = at(now - (dice.below(10) == 0 ? 20.0 : 0.0));
    line.shape = ShapeId{1 + dice.below(5)};
    line.severity = line.shape == ShapeId{5} ? Severity::error : Severity::info;
    line.service = dice.below(3) == 0 ? "" : "svc-" + std::to_string(dice.below(3));
    line.message = "message " + std::to_string(dice.below(1000));
    line.trace = dice.below(2) == 0 ? "" : "trace" + std::to_string(dice.below(20));
    if (dice.below(5) == 0) line.rules = {static_cast<std::uint32_t>(dice.below(2))};
    lines.push_back(line);
  }
  return lines;
}

std::uint64_t count_in(const std::vector<WindowSummary>& summaries) {
  std::uint64_t count = 0;
  for (const WindowSummary& summary : summaries)
    for (const Cell& cell : summary.cells) count += cell.count;
  return count;
}

std::vector<std::string> excerpts_in(const std::vector<WindowSummary>& summaries) {
  std::vector<std::string> found;
  for (const WindowSummary& summary : summaries)
    for (const Cell& cell : summary.cells)
      if (!cell.excerpt.empty()) found.push_back(cell.excerpt);
  return found;
}

}  // namespace

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

TEST_CASE("aggregate: services past the limit share _other, and are counted", "[aggregate][errors]") {
  AggregateConfig config;
  config.services_max = 3;
  Run run{config};
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) lines.push_back(Line{.time = at(0), .service = "s" + std::to_string(i)});
  run.feed(stream_named("api"), lines);
  const WindowSummary window = run.summaries().at(0);
  CHECK(window.services == std::vector<std::string>{"_other", "s0", "s1", "s2"});
  CHECK(window.cells[0].count == 7);
  CHECK(run.counters.hits(Limit::services) == 7);
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

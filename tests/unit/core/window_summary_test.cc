#include "core/window_summary.h"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "summary_samples.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr StreamIdentity kStream{7, 11};

Timestamp at(std::int64_t nanoseconds) { return Timestamp{Duration{nanoseconds}}; }

}  // namespace

TEST_CASE("widths: each step of the ladder divides the next, and the ladder ends", "[core]") {
  Duration width = first_width();
  CHECK(width == milliseconds{10});
  CHECK(wider(seconds{1}) == seconds{10});
  CHECK(wider(seconds{10}) == seconds{20});
  int steps = 0;
  for (; wider(width) != width; ++steps) {
    CHECK(wider(width).count() % width.count() == 0);
    width = wider(width);
    REQUIRE(steps < 100);
  }
  CHECK(steps > 20);
}

TEST_CASE("window_start: every instant lies in its window, and narrow windows lie in wide ones", "[core]") {
  const std::int64_t kMin = std::numeric_limits<std::int64_t>::min(), kMax = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{9'999'999}, std::int64_t{10'000'000},
                                  std::int64_t{-10'000'000}, std::int64_t{1'700'000'000'123'456'789}, kMin + 1, kMin + 2, kMax, kMax - 1}) {
    INFO(time);
    for (Duration width = first_width();; width = wider(width)) {
      const Timestamp start = window_start(at(time), width);
      CHECK(start != kNoTime);
      CHECK(start <= at(time));
      CHECK(static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(start.time_since_epoch().count()) <
            static_cast<std::uint64_t>(width.count()));
      CHECK(window_start(start, width) == start);
      CHECK(window_start(start, wider(width)) == window_start(at(time), wider(width)));
      if (wider(width) == width) break;
    }
  }
  CHECK(window_start(at(-1), seconds{1}) == at(-1'000'000'000));
}

TEST_CASE("record_id: 32 hex digits that depend on the stream and the offset alone", "[core]") {
  CHECK(record_id(kStream, 0).size() == 32);
  CHECK(record_id(kStream, 0).find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(record_id(kStream, 5) == record_id(StreamIdentity{7, 11}, 5));
  std::set<std::string> ids;
  for (std::uint64_t offset = 0; offset < 1000; ++offset) ids.insert(record_id(kStream, offset));
  ids.insert(record_id(StreamIdentity{11, 7}, 0));
  ids.insert(record_id(StreamIdentity{0, 7}, 11));
  CHECK(ids.size() == 1002);
  // Delivered documents are found again by this id: it never changes.
  CHECK(record_id(StreamIdentity{1, 2}, 3) == "d0d66ae2837a0117026f21f9c50dcf1f");
}

TEST_CASE("normalise: sorts, joins equal keys and drops names that nothing uses", "[core]") {
  WindowSummary summary;
  summary.width = seconds{1};
  summary.start = at(0);
  summary.services = {"web", "unused", "api", "web"};
  summary.rules = {"r2", "r1"};
  summary.trace_sample_below = 100;
  summary.cells = {Cell{3, ShapeId{5}, Severity::info, 2, at(30), at(40), 300, 3, 1, "later"},
                   Cell{0, ShapeId{5}, Severity::warn, 1, at(10), at(20), 100, 1, 1, "first"},
                   Cell{2, ShapeId{9}, Severity::info, 1, at(5), at(5), 50, 1, 1, {}}};
  summary.rule_cells = {RuleCell{3, 1, ShapeId{5}, 1, at(30), at(30)}, RuleCell{0, 1, ShapeId{5}, 2, at(10), at(10)}};
  summary.trace_steps = {TraceStep{99, 2, ShapeId{1}, Severity::info, at(1)}, TraceStep{100, 2, ShapeId{1}, Severity::info, at(1)}};
  normalise(summary);
  CHECK(summary.services == std::vector<std::string>{"api", "web"});
  CHECK(summary.rules == std::vector<std::string>{"r1"});
  REQUIRE(summary.cells.size() == 2);
  CHECK(summary.cells[1].count == 3);
  CHECK(summary.cells[1].severity == Severity::warn);
  CHECK(summary.cells[1].first == at(10));
  CHECK(summary.cells[1].last == at(40));
  CHECK(summary.cells[1].excerpt == "first");
  REQUIRE(summary.rule_cells.size() == 1);
  CHECK(summary.rule_cells[0].count == 3);
  CHECK(summary.trace_steps.size() == 1);
}

TEST_CASE("add: the excerpt stays with the earliest record, even when that one has none", "[core]") {
  const auto one = [](std::int64_t time, std::string excerpt) {
    WindowSummary summary;
    summary.stream = kStream;
    summary.start = at(0);
    summary.width = seconds{1};
    summary.services = {"api"};
    summary.cells = {
        Cell{0, ShapeId{1}, Severity::info, 1, at(time), at(time), static_cast<std::uint64_t>(time), 1, 1, std::move(excerpt)}};
    return summary;
  };
  WindowSummary early = one(1, ""), late = one(2, "late");
  add(late, early);
  CHECK(late.cells[0].excerpt.empty());
  CHECK(late.cells[0].first_offset == 1);
}

TEST_CASE("add: commutative and associative, whatever is added", "[core]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    SummarySamples samples{seed};
    const Timestamp base = at(1'000'000'000'000);
    std::vector<WindowSummary> parts;
    for (int i = 0; i < 3; ++i)
      parts.push_back(samples.make(kStream, base + milliseconds{10 * static_cast<std::int64_t>(samples.below(20))}, milliseconds{10}));
    const auto sum = [&](std::vector<int> order) {
      WindowSummary into;
      into.stream = kStream;
      into.width = seconds{1};
      into.start = window_start(base, into.width);
      for (const int i : order) add(into, parts[static_cast<std::size_t>(i)]);
      return encode(into);
    };
    CHECK(sum({0, 1, 2}) == sum({2, 1, 0}));
    CHECK(sum({0, 1, 2}) == sum({1, 0, 2}));
    // (a + b) + c and a + (b + c), the sums being in windows of their own width first
    WindowSummary ab, bc;
    for (auto* each : {&ab, &bc}) {
      each->stream = kStream;
      each->width = milliseconds{100};
    }
    if (window_start(parts[0].start, ab.width) != window_start(parts[1].start, ab.width) ||
        window_start(parts[1].start, bc.width) != window_start(parts[2].start, bc.width))
      continue;
    ab.start = window_start(parts[0].start, ab.width);
    bc.start = window_start(parts[1].start, bc.width);
    add(ab, parts[0]);
    add(ab, parts[1]);
    add(ab, parts[2]);
    add(bc, parts[1]);
    add(bc, parts[2]);
    add(bc, parts[0]);
    CHECK(encode(ab) == encode(bc));
  }
}

TEST_CASE("encode and decode: what comes out is what went in", "[core]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    SummarySamples samples{seed};
    WindowSummary summary = samples.make(kStream, at(-5'000'000'000) + seconds{static_cast<std::int64_t>(samples.below(10))}, seconds{10});
    summary.baseline = seed % 2 == 0;
    summary.ordinal = seed % 3 == 0;
    const std::string bytes = encode(summary);
    const Result<WindowSummary> back = decode(bytes);
    REQUIRE(back);
    CHECK(encode(*back) == bytes);
    CHECK(back->path == summary.path);
    CHECK(back->services == summary.services);
    CHECK(back->trace_steps == summary.trace_steps);
    CHECK(back->cells.size() == summary.cells.size());
    CHECK(back->baseline == summary.baseline);
    CHECK(back->ordinal == summary.ordinal);
    CHECK(back->start == summary.start);
    CHECK(back->reaches == summary.reaches);
  }
}

// Faults

TEST_CASE("decode: any bytes give a summary or an error, and a summary is a normalised one", "[core][errors]") {
  CHECK_FALSE(decode(""));  // a width of nothing
  CHECK_FALSE(decode(std::string(100, '\xFF')));
  CHECK_FALSE(decode(std::string(100, '\0')));
  int refused = 0, taken = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SummarySamples samples{seed};
    std::string bytes = encode(samples.make(kStream, at(5), seconds{10}));
    for (std::uint64_t edits = 1 + samples.below(4); edits > 0; --edits) {
      if (bytes.empty()) break;
      if (samples.below(4) == 0) {
        bytes.resize(samples.below(bytes.size()));
      } else {
        bytes[samples.below(bytes.size())] = static_cast<char>(samples.below(256));
      }
    }
    const Result<WindowSummary> decoded = decode(bytes);
    if (!decoded) {
      ++refused;
      CHECK(decoded.error().code == std::errc::bad_message);
      CHECK_FALSE(decoded.error().message.empty());
      continue;
    }
    ++taken;
    WindowSummary again = *decoded;
    normalise(again);
    CHECK(encode(again) == encode(*decoded));
  }
  CHECK(refused > 100);
  CHECK(taken > 100);  // otherwise the second half of this test says nothing
}

TEST_CASE("decode: refuses what the judge could not trust", "[core][errors]") {
  const auto base = [] {
    WindowSummary summary;
    summary.stream = kStream;
    summary.start = at(0);
    summary.width = seconds{1};
    summary.services = {"api"};
    summary.cells = {Cell{0, ShapeId{1}, Severity::info, 1, at(1), at(2), 0, 1, 1, {}}};
    return summary;
  };
  REQUIRE(decode(encode(base())));
  const auto refuses = [&](const char* what, auto spoil) {
    INFO(what);
    WindowSummary summary = base();
    spoil(summary);
    CHECK_FALSE(decode(encode(summary)));
  };
  refuses("an index past the names", [](WindowSummary& s) { s.cells[0].service = 1; });
  refuses("a width of its own", [](WindowSummary& s) { s.width = seconds{3}; });
  refuses("a start inside a window", [](WindowSummary& s) { s.start = at(5); });
  refuses("a record outside the window", [](WindowSummary& s) { s.cells[0].last = at(1'000'000'000); });
  refuses("a record without a time", [](WindowSummary& s) { s.cells[0].first = kNoTime; });
  refuses("a cell of nothing", [](WindowSummary& s) { s.cells[0].count = 0; });
  refuses("the same cell twice", [](WindowSummary& s) { s.cells.push_back(s.cells[0]); });
  refuses("a name that nothing uses", [](WindowSummary& s) { s.services.push_back("web"); });
  refuses("names out of order", [](WindowSummary& s) {
    s.services = {"web", "api"};
    s.cells.push_back(s.cells[0]);
    s.cells[1].service = 1;
  });
  refuses("a trace outside the sample", [](WindowSummary& s) {
    s.trace_sample_below = 10;
    s.trace_steps = {TraceStep{10, 0, ShapeId{1}, Severity::info, at(1)}};
  });
}

}  // namespace loglode

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "patterns/aggregate/clock_leads.h"
#include "tests/unit/patterns/aggregate/aggregator_run.h"

namespace loglode {

using namespace test;

namespace {

struct LiveRecords {
  double now = 0;  // seconds after noon
  Run run;
  LiveRecords() : run{config()} {}
  AggregateConfig config() {
    AggregateConfig made;
    made.by_span = true;
    made.now = [this] { return at(now); };
    return made;
  }
  /// A line of `service` a second, dated `ahead` after it is read; gives what was told.
  std::vector<std::string> live(const std::string& service, double ahead, int count) {
    for (int i = 0; i < count; ++i, now += 1) run.feed(stream_named(service), {{.time = at(now + ahead)}});
    return told();
  }
  std::vector<std::string> told() {
    std::vector<std::string> all;
    for (const InputProblem& problem : run.counters.take_problems()) all.push_back(problem.what);
    return all;
  }
};

}  // namespace

TEST_CASE("aggregate: with a clock no record counts as of later than it was read and the lateness", "[aggregate]") {
  for (const double ahead : {6.0, 3600.0, 20000.0, 8 * 3600.0, 23 * 3600.0}) {
    INFO(ahead);
    LiveRecords records;
    records.live("payments", 0, 60);
    const std::vector<Record> odd = records.run.feed(stream_named("payments"), {{.time = at(records.now + ahead), .message = "odd"}});
    CHECK(odd[0].time == at(records.now + ahead));  // its own words stay
    records.live("payments", 0, 60);
    CHECK(newest_record(records.run.summaries()) <= at(records.now + 5));
    CHECK(count_in(records.run.summaries()) == 121);
    CHECK(records.run.counters.future == 1);
    CHECK(records.run.counters.late == 0);
  }
}

TEST_CASE("aggregate: without a clock, and within the lateness, times are believed", "[aggregate]") {
  Run run;
  run.feed(stream_named("api"), {{.time = at(0)}, {.time = at(86'000)}});
  CHECK(newest_record(run.summaries()) == at(86'000));
  LiveRecords records;
  CHECK(records.live("api", 4, 30).empty());
  CHECK(newest_record(records.run.summaries()) == at(29 + 4));
  CHECK(records.run.counters.future == 0);
}

TEST_CASE("aggregate: who goes on from the windows of a run goes on as that run, whatever was dated ahead", "[aggregate]") {
  LiveRecords whole, first;
  for (LiveRecords* each : {&whole, &first}) {
    each->live("payments", 0, 20);
    each->live("legacy", 8 * 3600, 20);
    each->live("payments", 5000, 1);
  }
  LiveRecords second;
  second.run.restore(first.run.summaries());
  CHECK(second.run.bytes() == whole.run.bytes());
}

TEST_CASE("aggregate: a service that is ahead all the time is told with how much, a single line as one", "[aggregate]") {
  struct Row {
    double ahead;
    int count;
    std::string told;  // how the report begins that is made when records are on time again; empty: there is none
  };
  for (const Row& row :
       {Row{8 * 3600, 20, "legacy is 8 h ahead of this machine's clock"}, Row{19'800, 40, "legacy is 5 h 30 min ahead"},
        Row{7, 15, "legacy is 7 s ahead"}, Row{90, 15, "legacy is 2 min ahead"}, Row{8 * 3600, 1, "a line of legacy is dated 8 h ahead"},
        Row{20'000, 3, "a line of legacy is dated 5 h 33 min ahead"}, Row{3, 40, ""}}) {
    INFO(row.ahead << " " << row.count);
    LiveRecords records;
    records.live("payments", 0, 5);
    std::vector<std::string> told = records.live("legacy", row.ahead, row.count);
    for (const std::string& more : records.live("legacy", 0, 5)) told.push_back(more);
    REQUIRE(told.size() == (row.told.empty() ? 0 : 1));
    if (!told.empty()) CHECK(told[0].substr(0, row.told.size()) == row.told);
  }
}

TEST_CASE("aggregate: what was told of a lead is not told again after a reload or when windows are forgotten", "[aggregate]") {
  LiveRecords records;
  CHECK(records.live("legacy", 8 * 3600, 20).size() == 1);
  records.run.reload();
  CHECK(records.live("legacy", 8 * 3600, 20).empty());
}

TEST_CASE("aggregate: a lead that grows as a backlog is read is no steady one until it stays", "[aggregate]") {
  LiveRecords records;
  for (double past = -3600; past < 0; past += 10) records.run.feed(stream_named("legacy"), {{.time = at(8 * 3600 + past)}});
  CHECK(records.told().empty());
  CHECK(records.live("legacy", 8 * 3600, 20).size() == 1);
}

}  // namespace loglode

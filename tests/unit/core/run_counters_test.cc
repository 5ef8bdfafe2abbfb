#include "core/run_counters.h"

#include <catch2/catch.hpp>

using namespace loglode;

TEST_CASE("problems are listed up to a limit and counted behind it, fatal ones among them", "[core]") {
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}, std::size_t{5}}) {
    for (const bool fatal : {false, true}) {
      RunCounters counters;
      for (std::size_t i = 0; i < kInputProblemsMax + more; ++i)
        counters.report({"/in/" + std::to_string(i), "unreadable", fatal && i + 1 == kInputProblemsMax + more});
      const auto problems = counters.problems();
      REQUIRE(problems.size() == kInputProblemsMax + (more == 0 ? 0 : 1));
      CHECK(problems.front().path == "/in/0");
      CHECK(problems.back().fatal == fatal);
      if (more != 0) CHECK(problems.back().what.find(std::to_string(more) + " further problems") == 0);
    }
  }
}

TEST_CASE("a run that does not end takes each problem once, however many there have been", "[core]") {
  RunCounters counters;
  CHECK(counters.take_problems().empty());
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < kInputProblemsMax + 2; ++i) counters.report({"/in", "unreadable", true});
    const auto taken = counters.take_problems();
    REQUIRE(taken.size() == kInputProblemsMax + 1);
    CHECK(taken.back().what.find("2 further problems") == 0);
    CHECK(counters.take_problems().empty());
    counters.report({"/in/next", "unreadable", false});
    CHECK(counters.problems().size() == 1);
    CHECK(counters.take_problems().at(0).path == "/in/next");
  }
}

TEST_CASE("the offset from UTC is known while all that is noted of it agrees", "[core]") {
  RunCounters counters;
  CHECK_FALSE(counters.utc_offset());
  counters.note_utc_offset(7200);
  counters.note_utc_offset(7200);
  CHECK(counters.utc_offset() == 7200);
  counters.note_utc_offset(0);
  CHECK_FALSE(counters.utc_offset());
  counters.note_utc_offset(7200);
  CHECK_FALSE(counters.utc_offset());
}

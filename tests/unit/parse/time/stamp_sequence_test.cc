#include "parse/time/stamp_sequence.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "parse/time/stamp_sight.h"

using namespace loglode;

namespace {

Timestamp moment_of(std::string_view text) {
  Timestamp time = kNoTime;
  REQUIRE(read_timestamp(text, {}, time) == text.size());
  return time;
}

/// What a stamp leaves open; one that leaves nothing open must not be given.
CivilTime civil_of(std::string_view text, const ZoneRules* zone = nullptr) {
  INFO(text);
  StampSight sight;
  Timestamp time = kNoTime;
  TimeContext context{Timestamp{}, zone, kNoTime, &sight};
  if (read_timestamp(text, context, time) == 0) {
    context.near = Timestamp{};
    REQUIRE(read_time_of_day(text, context, time) == text.size());
  }
  REQUIRE(sight.of(time) != nullptr);
  return *sight.of(time);
}

/// The days (or, with `digits`, more) of stamps in their order, as a stream that begins with them gives them.
std::vector<std::string> read(std::string_view reference, const std::vector<std::string>& stamps, std::size_t digits = 10,
                              const ZoneRules* zone = nullptr) {
  std::vector<CivilTime> civils;
  for (const std::string& stamp : stamps) civils.push_back(civil_of(stamp, zone));
  DateOrders orders;
  orders.study(civils, moment_of(reference));
  for (CivilTime& civil : civils) static_cast<void>(orders.apply(civil));
  StampSequence sequence{moment_of(reference), zone};
  sequence.study(civils);
  std::vector<std::string> result;
  for (const CivilTime& civil : civils) {
    const auto moment = sequence.next(civil);
    REQUIRE(moment);
    result.push_back(to_rfc3339(*moment).substr(0, digits));
  }
  return result;
}

using Days = std::vector<std::string>;

}  // namespace

TEST_CASE("sequence: years follow from the reference and from steps back over more than 30 days", "[parse][time]") {
  CHECK(read("2026-11-20 11:00:00", {"Jan  5 10:00:00", "May  5 10:00:00", "Nov  5 10:00:00"}) ==
        Days{"2026-01-05", "2026-05-05", "2026-11-05"});
  CHECK(read("2026-01-01 00:05:00", {"Dec 31 23:59:50", "Jan  1 00:00:10"}) == Days{"2025-12-31", "2026-01-01"});
  // A file of several years: the steps within it say in which year it began.
  CHECK(read("2026-03-10 00:00:00", {"Jan  5 10:00:00", "Oct  5 10:00:00", "Jan  7 10:00:00", "Mar  9 10:00:00"}) ==
        Days{"2025-01-05", "2025-10-05", "2026-01-07", "2026-03-09"});
  CHECK(read("2026-03-10 00:00:00", {"Jun  5 10:00:00", "Jan  5 10:00:00", "Jun  7 10:00:00", "Jan  7 10:00:00"}) ==
        Days{"2024-06-05", "2025-01-05", "2025-06-07", "2026-01-07"});
  // Begun before the day of the reference, ended behind it: it was copied a year later.
  CHECK(read("2026-12-15 00:00:00", {"Nov 20 10:00:00", "Dec 30 10:00:00", "Jan  2 10:00:00"}) ==
        Days{"2025-11-20", "2025-12-30", "2026-01-02"});
  // Lines that overtake each other are no new year.
  CHECK(read("2026-01-01 00:05:00", {"Dec 31 23:59:59", "Jan  1 00:00:01", "Dec 31 23:59:59", "Jan  1 00:00:02"}) ==
        Days{"2025-12-31", "2026-01-01", "2025-12-31", "2026-01-01"});
  CHECK(read("2026-06-01 00:05:00", {"May 31 10:00:00", "May  2 10:00:00", "May 31 10:00:01"}) ==
        Days{"2026-05-31", "2026-05-02", "2026-05-31"});
  CHECK(read("2026-06-01 00:05:00", {"Feb 28 10:00:00", "Feb 29 10:00:00"}).back() == "2024-02-29");
}

TEST_CASE("sequence: a file goes on after its reference was taken", "[parse][time]") {
  StampSequence sequence{moment_of("2026-11-20 11:00:00"), nullptr};
  const auto day = [&](std::string_view stamp) { return to_rfc3339(sequence.next(civil_of(stamp)).value_or(kNoTime)).substr(0, 10); };
  CHECK(day("Nov 20 10:59:00") == "2026-11-20");
  CHECK(day("Dec 24 10:00:00") == "2026-12-24");
  CHECK(day("Jan  3 10:00:00") == "2027-01-03");
  CHECK(day("Apr  3 10:00:00") == "2027-04-03");
  CHECK(day("Apr  1 10:00:00") == "2027-04-01");
  CHECK(day("Jan  3 10:00:00") == "2027-01-03");  // no writer is silent for nine months and goes on out of order
}

TEST_CASE("sequence: a weekday decides the year before anything else", "[parse][time]") {
  CHECK(read("2026-11-20 11:00:00", {"Sun Nov 24 10:00:00", "Mon Nov 25 10:00:00"}) == Days{"2024-11-24", "2024-11-25"});
  CHECK(read("2026-11-20 11:00:00", {"Nov 19 10:00:00", "Sun Nov 24 10:00:00"}) == Days{"2026-11-19", "2024-11-24"});
}

TEST_CASE("sequence: day and month are told apart by the whole prefix", "[parse][time]") {
  const std::string later = "2026-11-28 12:00:00";
  CHECK(read(later, {"09/11/2026 08:47:18", "12/11/2026 08:47:18", "13/11/2026 08:47:18"}) ==
        Days{"2026-11-09", "2026-11-12", "2026-11-13"});
  CHECK(read(later, {"11/09/2026 08:47:18", "11/12/2026 08:47:18", "11/13/2026 08:47:18"}) ==
        Days{"2026-11-09", "2026-11-12", "2026-11-13"});
  CHECK(read(later, {"01/11/2026 08:47:18", "02/11/2026 08:47:18", "03/11/2026 08:47:18"}) ==
        Days{"2026-11-01", "2026-11-02", "2026-11-03"});
  CHECK(read(later, {"11/01/2026 08:47:18", "11/02/2026 08:47:18", "11/03/2026 08:47:18"}) ==
        Days{"2026-11-01", "2026-11-02", "2026-11-03"});
  CHECK(read(later, {"03/12/2026 08:47:18"}) == Days{"2026-03-12"});                                   // the other order is in the future
  CHECK(read("2026-11-05 12:00:00", {"05/11/2026 08:47:18"}) == Days{"2026-11-05"});                   // written just now
  CHECK(read(later, {"03.04.2026 08:47:18"}) == Days{"2026-04-03"});                                   // nothing tells: the usual order
  CHECK(read(later, {"11/10/26 08:47:18", "11/10/26 09:47:18"}) == Days{"2026-11-10", "2026-11-10"});  // 2011 in log4j's order
  CHECK(read(later, {"17/06/09 08:47:18"}) == Days{"2017-06-09"});
  CHECK(read(later, {"24-11 08:47:18", "25-11 08:47:18"}) == Days{"2026-11-24", "2026-11-25"});
  CHECK(read(later, {"Mon 02/11/2026 08:47:18", "03/11/2026 08:47:18"}) == Days{"2026-11-02", "2026-11-03"});
}

TEST_CASE("sequence: a later contradiction changes the order of day and month from there", "[parse][time]") {
  DateOrders orders;
  const std::vector<CivilTime> prefix{civil_of("11/24/2026 10:00:00")};
  orders.study(prefix, moment_of("2026-11-28 12:00:00"));
  const auto apply = [&](std::string_view stamp, bool& changed) {
    CivilTime civil = civil_of(stamp);
    changed = orders.apply(civil);
    return std::pair{civil.month, civil.day};
  };
  bool changed = false;
  CHECK(apply("11/05/2026 10:00:00", changed) == std::pair{11U, 5U});
  CHECK_FALSE(changed);
  CHECK(apply("25/11/2026 10:00:00", changed) == std::pair{11U, 25U});
  CHECK(changed);
  CHECK(apply("05/11/2026 10:00:00", changed) == std::pair{11U, 5U});
  CHECK_FALSE(changed);
  DateOrders resumed;
  resumed.recall(orders.memory());
  CivilTime civil = civil_of("06/11/2026 10:00:00");
  CHECK_FALSE(resumed.apply(civil));
  CHECK(civil.day == 6);
}

TEST_CASE("sequence: a clock that is set back keeps the file's order", "[parse][time]") {
  const ZoneRules* const berlin = *find_zone("Europe/Berlin");
  CHECK(read("2026-10-26 12:00:00",
             {"2026-10-25 01:59:00", "2026-10-25 02:58:00", "2026-10-25 02:59:00", "2026-10-25 02:00:00", "2026-10-25 02:30:00",
              "2026-10-25 03:00:00"},
             16, berlin) ==
        Days{"2026-10-24T23:59", "2026-10-25T00:58", "2026-10-25T00:59", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"});
  // Lines that overtake each other by less than a minute, and one from the evening before, are no such step.
  CHECK(read("2026-10-26 12:00:00", {"2026-10-25 02:10:00.500", "2026-10-25 02:10:00.400", "2026-10-24 20:00:00", "2026-10-25 02:11:00"},
             16, berlin) == Days{"2026-10-25T00:10", "2026-10-25T00:10", "2026-10-24T18:00", "2026-10-25T00:11"});
}

TEST_CASE("sequence: a time of day alone is of the reference's day, and midnight begins the next", "[parse][time]") {
  CHECK(read("2026-11-28 12:00:00", {"10:00:00", "10:00:05.5", "10:00:04", "11:59:59"}) == Days(4, "2026-11-28"));
  CHECK(read("2026-11-28 00:30:00", {"23:50:00", "00:10:00", "00:09:59"}) == Days{"2026-11-27", "2026-11-28", "2026-11-28"});
  CHECK(read("2026-11-28 12:00:00", {"18:00:00", "08:00:00", "19:00:00", "11:00:00"}) ==
        Days{"2026-11-26", "2026-11-27", "2026-11-27", "2026-11-28"});
}

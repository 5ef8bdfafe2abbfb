#include "parse/time/stamp_finder.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

using namespace loglode;

namespace {

// 2027-01-01T00:00:00Z
const TimeContext kNewYear2027{Timestamp{std::chrono::seconds{1798761600}}, nullptr};

std::string found(std::string_view text) {
  Timestamp time = kNoTime;
  const FoundStamp stamp = find_timestamp(text, kNewYear2027, time);
  if (stamp.length == 0) return "none";
  return std::string{text.substr(stamp.begin, stamp.length)} + " = " + to_rfc3339(time).substr(0, 23);
}

}  // namespace

TEST_CASE("finder: a time is found wherever it stands", "[parse][time]") {
  static constexpr const char* kLines[][2] = {
      {"type=LOGIN msg=audit(1609519900.161:44607): pid=1", "1609519900.161 = 2021-01-01T16:51:40.161"},
      {"[1606472574] Auto-save of retention data", "1606472574 = 2020-11-27T10:22:54.000"},
      {"5092:signal-handler (1496141844) Received SIGINT", "1496141844 = 2017-05-30T10:57:24.000"},
      {"E20261128 13:00:02.02 worker failed", "20261128 13:00:02.02 = 2026-11-28T13:00:02.020"},
      {"I20260223-00:10:38.662(-3)? started", "20260223-00:10:38.662(-3) = 2026-02-23T03:10:38.662"},
      {"W261124 15:04:25.849080 1 cli/start.go:987", "261124 15:04:25.849080 = 2026-11-24T15:04:25.849"},
      {"I1124 04:15:13.816036       8 config.go:489]", "1124 04:15:13.816036 = 2026-11-24T04:15:13.816"},
      {"*Oct 27 13:31:08.142: %LINK-3-UPDOWN: Interface", "Oct 27 13:31:08.142 = 2026-10-27T13:31:08.142"},
      {"####<Nov 24, 2026 10:12:13 AM UTC> <Info> <Server>", "Nov 24, 2026 10:12:13 AM UTC = 2026-11-24T10:12:13.000"},
      {"[2026-11-24 10:12:13,123: INFO/MainProcess] Task", "2026-11-24 10:12:13,123 = 2026-11-24T10:12:13.123"},
      {"worker 7 | job=4 @2026-11-24T10:12:13Z done", "2026-11-24T10:12:13Z = 2026-11-24T10:12:13.000"},
      {"<165>Oct 04 2019 15:27:55: %ASA-5-106100", "Oct 04 2019 15:27:55 = 2019-10-04T15:27:55.000"},
      {"app 10.0.0.1 v1.2.3 [24/Nov/2026:10:12:13 +0100] x", "24/Nov/2026:10:12:13 +0100 = 2026-11-24T09:12:13.000"},
      {"start=\"Tue Nov 24 10:12:13 2026\" a", "Tue Nov 24 10:12:13 2026 = 2026-11-24T10:12:13.000"},
      {"\xE2\x97\x8F shop 2026-11-24\t10:12:13\tGET", "2026-11-24\t10:12:13 = 2026-11-24T10:12:13.000"},
  };
  for (const auto& [line, expected] : kLines) {
    INFO(line);
    CHECK(found(line) == expected);
  }
}

TEST_CASE("finder: what is no record's time is not taken", "[parse][time]") {
  for (const char* line :
       {"", "nothing here", "(12345678901234567) is an id", "order 1606472574 done", "[16064725741] x", "[1234567] x",
        "certificate valid until 2026-11-24 10:12:13", "token expires=2026-11-24T10:12:13Z", "Not After : Nov 24 10:12:13 2026",
        "next run at 2030-01-01 00:00:00", "/var/log/app-2026-11-24T10:12:13.log", "node 4242 10:11:12", "pid 0614 10:11:12",
        "session 20261124101112 opened", "took 10:11:12", "version 10.11.12.13 13:14:15 x", "[4102444799] in the year 2099"}) {
    INFO(line);
    CHECK(found(line) == "none");
  }
}

TEST_CASE("finder: only the beginning of a line is searched, and any bytes are safe", "[parse][time]") {
  const std::string stamp = "2026-11-24 10:12:13";
  CHECK(found(std::string(kSearchedBytes - 1, ' ') + stamp) != "none");
  CHECK(found(std::string(kSearchedBytes, ' ') + stamp) == "none");
  CHECK(found(std::string(1 << 20, '9')) == "none");
  CHECK(found(std::string(1 << 20, '[')) == "none");
  std::string mixed;
  for (unsigned i = 0; i < 256; ++i) mixed += static_cast<char>(i);
  CHECK(found(mixed) == "none");
}

TEST_CASE("finder: a stamp without a year is found without asking when it was", "[parse][time]") {
  for (const std::string_view line :
       {"Nov 24 10:12:13 web1 shop: x", "[Tue Nov 24 10:12:13] x", "since Nov 24 10:12:13 x", "Feb 29 10:12:13 x", "Feb 30 10:12:13 x",
        "Nov 24 10:12:13 2026 x", "Nov 24 10:12:13.5 IST x", "2026-11-24 10:12:13 x", "11-24 10:12:13 x", "November rain", ""}) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      CivilTime civil;
      Timestamp time = kNoTime;
      const std::size_t length = yearless_stamp_at(line, at, civil);
      INFO(line << " at " << at);
      if (length != 0) REQUIRE(timestamp_at(line, at, kNewYear2027, time).length == length);
      if (length != 0) REQUIRE(civil.year == kNoYear);
    }
  }
  CivilTime civil;
  CHECK(yearless_stamp_at("Nov 24 10:12:13 web1 shop: x", 0, civil) == 15);
  CHECK(yearless_stamp_at("[Tue Nov 24 10:12:13] x", 1, civil) == 19);
  CHECK(yearless_stamp_at("since Nov 24 10:12:13 x", 6, civil) == 0);
  CHECK(yearless_stamp_at("Feb 29 10:12:13 x", 0, civil) == 0);
}

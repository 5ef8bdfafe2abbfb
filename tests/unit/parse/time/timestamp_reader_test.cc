#include "parse/time/timestamp_reader.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "parse/time/stamp_sight.h"

using namespace loglode;

namespace {

Timestamp at(std::int64_t seconds, std::int64_t nanoseconds = 0) { return Timestamp{Duration{seconds * 1'000'000'000 + nanoseconds}}; }

// 2005-07-01T00:00:00Z: what a date without a year does not lie after.
const TimeContext kSummer2005{at(1120176000), nullptr};

/// `text` is a stamp as a whole, whatever follows it.
void expect(std::string text, const char* rfc3339) {
  INFO(text);
  for (const std::string behind : {"", " message", "] x", "\t{", "|", ", y", "\"}"}) {
    INFO(behind);
    Timestamp time = kNoTime;
    CHECK(read_timestamp(text + behind, kSummer2005, time) == text.size());
    CHECK(to_rfc3339(time) == rfc3339);
  }
}

void expect_none(std::string_view text) {
  INFO(text);
  Timestamp time = at(42);
  CHECK(read_timestamp(text, kSummer2005, time) == 0);
  CHECK(time == at(42));
}

}  // namespace

TEST_CASE("timestamps: ISO 8601 is read with all its separators, fractions and offsets", "[parse][time]") {
  expect("2023-11-23T10:11:12Z", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23t10:11:12z", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23 10:11:12", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23_10:11:12", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23T10:11Z", "2023-11-23T10:11:00.000000000Z");
  expect("2023-11-23T10:11:12.1Z", "2023-11-23T10:11:12.100000000Z");
  expect("2023-11-23T10:11:12.123456789Z", "2023-11-23T10:11:12.123456789Z");
  expect("2023-11-23T10:11:12.123456789123Z", "2023-11-23T10:11:12.123456789Z");
  expect("2023-11-23T10:11:12,123456Z", "2023-11-23T10:11:12.123456000Z");
  expect("2023-11-23T10:11:12+02:00", "2023-11-23T08:11:12.000000000Z");
  expect("2023-11-23T10:11:12-0530", "2023-11-23T15:41:12.000000000Z");
  expect("2023-11-23 10:11:12.5+02", "2023-11-23T08:11:12.500000000Z");
  expect("2023-11-23 10:11:12 +0200", "2023-11-23T08:11:12.000000000Z");
  expect("2023-11-23 10:11:12.123 UTC", "2023-11-23T10:11:12.123000000Z");
  expect("2023-11-23 10:11:12 GMT", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23 10:11:12.123 CET", "2023-11-23T09:11:12.123000000Z");
  expect("2023-06-23 10:11:12 PDT", "2023-06-23T17:11:12.000000000Z");
  expect("2023-11-23T10:11:12.123456789+00:00[Europe/Berlin]", "2023-11-23T10:11:12.123456789Z");
  expect("20231123T101112Z", "2023-11-23T10:11:12.000000000Z");
  expect("20231123T101112.25+0100", "2023-11-23T09:11:12.250000000Z");
  expect("20231123101112", "2023-11-23T10:11:12.000000000Z");
  expect("2023-11-23T24:00:00Z", "2023-11-24T00:00:00.000000000Z");
  expect("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z");
}

TEST_CASE("timestamps: date and time may be two columns, and the time may come first", "[parse][time]") {
  for (const char* between : {"T", " ", "\t", "  ", "_", "-", " - ", ":", "|", ", ", ",", ";", "] [", "][", "\" \"", "\",\""}) {
    expect(std::string{"2023-11-23"} + between + "10:11:12.5", "2023-11-23T10:11:12.500000000Z");
    expect(std::string{"23/11/2023"} + between + "10:11:12.5 +03", "2023-11-23T07:11:12.500000000Z");
  }
  expect("10:11:12 2023-11-23", "2023-11-23T10:11:12.000000000Z");
  expect("10:11:12.123 23-Nov-2023", "2023-11-23T10:11:12.123000000Z");
  expect("10:11:12,123 23/11/2023", "2023-11-23T10:11:12.123000000Z");
  expect("10:11:12 AM 11/23/2023", "2023-11-23T10:11:12.000000000Z");
  expect("24.11.2026 10:12", "2026-11-24T10:12:00.000000000Z");
  expect("11/24/2026 10:12 PM", "2026-11-24T22:12:00.000000000Z");
}

TEST_CASE("timestamps: every spelling of a zone that means one thing is an offset", "[parse][time]") {
  static constexpr struct {
    const char* zone;
    const char* hour;  // what 12:00:00 there is in UTC
  } kZones[] = {{"Z", "12:00"},
                {" UTC", "12:00"},
                {" GMT", "12:00"},
                {"+0000", "12:00"},
                {" +03", "09:00"},
                {" -03", "15:00"},
                {"-03", "15:00"},
                {" +03:30", "08:30"},
                {" -0330", "15:30"},
                {"(-3)", "15:00"},
                {" (+05:30)", "06:30"},
                {" UTC+2", "10:00"},
                {" GMT-05:00", "17:00"},
                {" EST", "17:00"},
                {" PDT", "19:00"},
                {" CET", "11:00"},
                {" CEST", "10:00"},
                {" WEST", "11:00"},
                {" MSK", "09:00"},
                {" PKT", "07:00"},
                {" NPT", "06:15"},
                {" JST", "03:00"},
                {" AEDT", "01:00"},
                {" ACST", "02:30"},
                {" NZDT", "23:00"},
                {" BRT", "15:00"},
                {" NST", "15:30"},
                {" WIB", "05:00"},
                {" Europe/Berlin", "11:00"},
                {" Asia/Kolkata", "06:30"},
                {" America/Argentina/Buenos_Aires", "15:00"},
                {" Etc/UTC", "12:00"},
                {" +0100 CET", "11:00"},
                {" +0000 UTC", "12:00"},
                {" (CET)", "11:00"}};
  for (const auto& [zone, hour] : kZones) {
    const std::string day = std::string_view{hour} == "23:00" ? "2023-11-22T" : "2023-11-23T";
    expect(std::string{"2023-11-23 12:00:00"} + zone, (day + hour + ":00.000000000Z").c_str());
    expect(std::string{"23-Nov-2023 12:00:00.250"} + zone, (day + hour + ":00.250000000Z").c_str());
  }
}

TEST_CASE("timestamps: an abbreviation of several zones has the context's, and is noted as assumed", "[parse][time]") {
  for (const char* zone : {"IST", "CST", "BST", "SST", "AST", "GST"}) {
    expect(std::string{"2023-11-23 12:00:00 "} + zone, "2023-11-23T12:00:00.000000000Z");
    StampSight sight;
    const TimeContext context{at(1120176000), *find_zone("Asia/Kolkata"), kNoTime, &sight};
    Timestamp time = kNoTime;
    CHECK(read_timestamp(std::string{"2023-11-23 12:00:00 "} + zone, context, time) == 23);
    CHECK(to_rfc3339(time) == "2023-11-23T06:30:00.000000000Z");
    REQUIRE(sight.of(time) != nullptr);
    CHECK(sight.of(time)->zone_assumed);
  }
}

TEST_CASE("timestamps: programs' own spellings are read", "[parse][time]") {
  expect("2005-06-03-15.42.50.675872", "2005-06-03T15:42:50.675872000Z");  // DB2, Blue Gene RAS
  expect("2005/06/03 15:42:50", "2005-06-03T15:42:50.000000000Z");         // Go, nginx error
  expect("2005.06.03 15:42:50", "2005-06-03T15:42:50.000000000Z");
  expect("2015-07-29 17:41:44,747", "2015-07-29T17:41:44.747000000Z");  // log4j
  expect("20171223-22:15:29:606", "2017-12-23T22:15:29.606000000Z");    // Android health apps
  expect("20171224-0:28:0:83", "2017-12-24T00:28:00.083000000Z");
  expect("20230614 15:16:01.123456", "2023-06-14T15:16:01.123456000Z");    // glog
  expect("081109 203615", "2008-11-09T20:36:15.000000000Z");               // HDFS
  expect("140305 10:11:12", "2014-03-05T10:11:12.000000000Z");             // MySQL 5.5
  expect("261124  0:05:17", "2026-11-24T00:05:17.000000000Z");             // MySQL slow log
  expect("17/06/09 20:10:40", "2017-06-09T20:10:40.000000000Z");           // Spark
  expect("04/Dec/2005:04:47:44 +0100", "2005-12-04T03:47:44.000000000Z");  // CLF
  expect("23/Nov/2026:23:57:58.414", "2026-11-23T23:57:58.414000000Z");    // HAProxy
  expect("Sun Dec 04 04:47:44 2005", "2005-12-04T04:47:44.000000000Z");    // ctime
  expect("Sun Dec  4 04:47:44 2005", "2005-12-04T04:47:44.000000000Z");
  expect("Mon Nov 23 23:57:55.804519 2026", "2026-11-23T23:57:55.804519000Z");      // Apache 2.4
  expect("Sun Dec  4 04:47:44 UTC 2005", "2005-12-04T04:47:44.000000000Z");         // date(1)
  expect("Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05.000000000Z");        // RFC 2822
  expect("Thu Nov 23 2023 10:11:12 GMT+0100", "2023-11-23T09:11:12.000000000Z");    // JavaScript
  expect("Nov 24, 2026 12:00:55 AM", "2026-11-24T00:00:55.000000000Z");             // java.util.logging
  expect("Nov 24, 2026, 1:00:55\xE2\x80\xAFPM", "2026-11-24T13:00:55.000000000Z");  // and since JDK 20
  expect("Jun 14 2005 15:16:01", "2005-06-14T15:16:01.000000000Z");                 // Cisco
  expect("14 Jun 2005 15:16:01.123", "2005-06-14T15:16:01.123000000Z");             // Redis
  expect("23-Nov-2023::10:11:12", "2023-11-23T10:11:12.000000000Z");                // Erlang
  expect("23-Nov-2023 10:11:12.123", "2023-11-23T10:11:12.123000000Z");             // BIND, Tomcat
  expect("06/14/2005 03:16:01 PM", "2005-06-14T15:16:01.000000000Z");
  expect("06/14/2005 12:16:01 AM", "2005-06-14T00:16:01.000000000Z");
  expect("14/06/2005 15:16:01", "2005-06-14T15:16:01.000000000Z");  // day first when it cannot be a month
  expect("03/04/2005 15:16:01", "2005-03-04T15:16:01.000000000Z");  // month first when it can
  expect("03.04.2005 15:16:01", "2005-04-03T15:16:01.000000000Z");  // with dots the day is first
  expect("24.11.26 15:16:01", "2026-11-24T15:16:01.000000000Z");
  expect("11/10/26, 10:12:13:123 UTC", "2011-10-26T10:12:13.123000000Z");    // log4j's order, unless the stream knows better
  expect("2026 Nov 24 10:12:13.123 UTC", "2026-11-24T10:12:13.123000000Z");  // Cisco NX-OS
  expect("Tue 2026-11-24 10:12:20 UTC", "2026-11-24T10:12:20.000000000Z");   // systemd
  expect("Nov-24-2026 10:12:13", "2026-11-24T10:12:13.000000000Z");
  expect("November 24, 2026 at 10:12:13 p.m.", "2026-11-24T22:12:13.000000000Z");
  expect("Dec 6, 2021, 2:34:15,191 PM EST", "2021-12-06T19:34:15.191000000Z");  // WebLogic
  expect("210503 15:04:25.849080", "2021-05-03T15:04:25.849080000Z");           // CockroachDB, without its letter
  expect("20260223-00:10:38.662(-3)", "2026-02-23T03:10:38.662000000Z");
  expect("20260223001038662", "2026-02-23T00:10:38.662000000Z");
}

TEST_CASE("timestamps: a missing year is the latest that does not lie after the reference", "[parse][time]") {
  expect("Jun 14 15:16:01", "2005-06-14T15:16:01.000000000Z");
  expect("Jun  4 15:16:01.5", "2005-06-04T15:16:01.500000000Z");
  expect("06-14 15:16:01.123", "2005-06-14T15:16:01.123000000Z");    // logcat
  expect("0614 15:16:01.123456", "2005-06-14T15:16:01.123456000Z");  // klog, without its letter
  expect("06-14|15:16:01.123", "2005-06-14T15:16:01.123000000Z");    // log15
  expect("10.30 16:49:06", "2004-10-30T16:49:06.000000000Z");
  const auto year_before = [](std::int64_t reference, std::string_view text) {
    INFO(text);
    Timestamp time = kNoTime;
    REQUIRE(read_timestamp(text, TimeContext{at(reference), nullptr}, time) == text.size());
    return to_rfc3339(time).substr(0, 4);
  };
  CHECK(year_before(1136073600, "Dec 31 23:59:59") == "2005");  // 2006-01-01
  CHECK(year_before(1136073600, "Jan  1 00:00:01") == "2006");
  CHECK(year_before(1136073600, "Jan  1 23:59:59") == "2006");  // a day is what clocks and zones may differ by
  CHECK(year_before(1136073600, "Jan  3 00:00:01") == "2005");
  CHECK(year_before(1135987200, "Jan  1 00:00:00") == "2006");  // 2005-12-31
  CHECK(year_before(1136073600, "Feb 29 12:00:00") == "2004");  // the latest leap year
}

TEST_CASE("timestamps: a weekday decides the year, and the order of day and month, before anything else", "[parse][time]") {
  expect("Tue Jun 14 15:16:01", "2005-06-14T15:16:01.000000000Z");
  expect("Mon Jun 14 15:16:01", "2004-06-14T15:16:01.000000000Z");
  expect("Sat Jun 14 15:16:01", "2003-06-14T15:16:01.000000000Z");
  expect("Sunday, Feb 29 15:16:01", "2004-02-29T15:16:01.000000000Z");
  expect("Tue Feb 29 15:16:01", "2000-02-29T15:16:01.000000000Z");
  expect("Fri 03/04/2005 15:16:01", "2005-03-04T15:16:01.000000000Z");
  expect("Sun 03/04/2005 15:16:01", "2005-04-03T15:16:01.000000000Z");
  expect("Wed 03/04/2005 15:16:01", "2005-03-04T15:16:01.000000000Z");  // neither: as if it were not there
}

TEST_CASE("timestamps: without a reference a date without a year is not in the future", "[parse][time]") {
  const auto now = std::chrono::system_clock::now();
  for (const char* text : {"Jan  1 00:00:00", "Jun 14 15:16:01", "Dec 31 23:59:59"}) {
    Timestamp time = kNoTime;
    REQUIRE(read_timestamp(text, TimeContext{}, time) != 0);
    CHECK(time <= now + std::chrono::hours{25});
    CHECK(time > now - std::chrono::hours{24 * 367});
  }
}

TEST_CASE("timestamps: a zone counts for stamps that have no offset, and only for them", "[parse][time]") {
  const auto berlin = find_zone("Europe/Berlin");
  REQUIRE(berlin);
  const auto read = [&](std::string_view text) {
    Timestamp time = kNoTime;
    CHECK(read_timestamp(text, TimeContext{at(1120176000), *berlin}, time) == text.size());
    return to_rfc3339(time).substr(0, 19);
  };
  CHECK(read("2023-11-23 10:11:12") == "2023-11-23T09:11:12");
  CHECK(read("2023-07-23 10:11:12") == "2023-07-23T08:11:12");
  CHECK(read("2023-07-23 10:11:12Z") == "2023-07-23T10:11:12");
  CHECK(read("2023-07-23 10:11:12+05:00") == "2023-07-23T05:11:12");
  CHECK(read("Jun 14 15:16:01") == "2005-06-14T13:16:01");
  CHECK(read("2023-11-23 10:11:12 CST") == "2023-11-23T09:11:12");  // Chicago, Shanghai or Havana: nobody knows
}

TEST_CASE("timestamps: what follows a stamp stays where it is", "[parse][time]") {
  const auto length = [](std::string_view text) {
    Timestamp time = kNoTime;
    return read_timestamp(text, kSummer2005, time);
  };
  CHECK(length("2015-07-29 17:41:44,747 - INFO") == 23);
  CHECK(length("2015-07-29 17:41:44, Info") == 19);
  CHECK(length("2015-07-29 17:41:44,5,9") == 19);       // a column of a CSV file
  CHECK(length("2015-07-29 17:41:44,747,INFO") == 23);  // milliseconds
  CHECK(length("2015-07-29 17:41:44 -5 items") == 19);
  CHECK(length("2015-07-29 17:41:44 -42 items") == 19);
  CHECK(length("2015-07-29 17:41:44 -05.3 degrees") == 19);
  CHECK(length("2015-07-29 17:41:44 GET /orders") == 19);
  CHECK(length("2015-07-29 17:41:44 Europe/Nowhere x") == 19);
  CHECK(length("2015-07-29 17:41:44 (12) x") == 19);
  CHECK(length("2015-07-29 17:41:44 API/v1") == 19);
  CHECK(length("2015-07-29 17:41:44 4242 INFO") == 19);
  CHECK(length("2015-07-29 17:41:44. Done") == 19);
  CHECK(length("2015-07-29 17:41:44 UTCfoo") == 19);
  CHECK(length("2015-07-29 17:41:44 [Thread/1]") == 19);
  CHECK(length("Jun 14 15:16:01 2005x combo") == 15);
  CHECK(length("Jun 14 15:16:01 4321 combo") == 15);  // no year of a log
  CHECK(length("Jun 14 15:16:01 PMP: x") == 15);
}

TEST_CASE("timestamps: what is none is not read as one", "[parse][time]") {
  for (const char* text : {"",
                           "2",
                           "message",
                           "2023-13-01T00:00:00Z",
                           "2023-02-30T00:00:00Z",
                           "2023-02-29 00:00:00",
                           "2023-11-23T25:00:00Z",
                           "2023-11-23T24:00:01Z",
                           "2023-11-23T10:60:00Z",
                           "2023-11-23T10:11:61Z",
                           "2023-11-23",
                           "10:11:12.123",
                           "10:11:12",
                           "0000-00-00 00:00:00",
                           "1500-01-01T00:00:00Z",
                           "2500-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z",
                           "2023-11-23T10:11:12abc",
                           "2023-11-23T10:11:1234",
                           "2023-1x-23T10:11:12Z",
                           "10.30 apples",
                           "10.0.0.1 10:11:12",
                           "4242 10",
                           "06/14/2005 13:16:01 PM",
                           "06/14/2005 00:16:01 AM",
                           "Jun 31 15:16:01",
                           "Jum 14 15:16:01",
                           "June the 14th",
                           "Jun 14 message",
                           "May be 10:11:12",
                           "12345678901234567890",
                           "1.2.3.4:5678 - - [",
                           "17/13/09 20:10:40",
                           "Sunday",
                           "Sun Dec",
                           "Mon, 32 Jan 2006 15:04:05 GMT",
                           "20231123T1011",
                           "20231123101112123456",
                           "99991123101112123",
                           "06/14/0005 15:16:01",
                           "10:11:12 10.0.0.1 GET",
                           "10:11:12 11/24 done",
                           "2023 Nothing 23 10:11:12",
                           "123456-101112 x",
                           "99999999-10:11:12"}) {
    expect_none(text);
  }
}

TEST_CASE("timestamps: any bytes are safe, and no beginning of a stamp is read past its end", "[parse][time]") {
  const std::string stamps[] = {"2023-11-23T10:11:12.123456789+00:00[Europe/Berlin]",
                                "Sun Dec 04 04:47:44.5 UTC 2005",
                                "Mon, 02 Jan 2006 15:04:05 GMT",
                                "04/Dec/2005:04:47:44 +0100",
                                "2005-06-03-15.42.50.675872",
                                "Nov 24, 2026 12:00:55 AM",
                                "081109 203615"};
  for (const std::string& stamp : stamps) {
    for (std::size_t length = 0; length <= stamp.size(); ++length) {
      const std::vector<char> exact(stamp.begin(), stamp.begin() + static_cast<std::ptrdiff_t>(length));  // the sanitizer watches its end
      Timestamp time = kNoTime;
      CHECK(read_timestamp({exact.data(), exact.size()}, kSummer2005, time) <= length);
    }
    for (std::size_t i = 0; i < stamp.size(); ++i) {
      for (const char byte : {'\0', '\xFF', '9', ':', ' '}) {
        std::string broken = stamp;
        broken[i] = byte;
        Timestamp time = kNoTime;
        CHECK(read_timestamp(broken, kSummer2005, time) <= broken.size());
      }
    }
  }
  // A weekday with a day and nothing behind it, once also after its end was trimmed: found by fuzzing.
  for (const std::string_view cut : {"WED        0", "WED        0 ", "Monday,  23", "Sun 4/"}) {
    expect_none(std::string{cut});
    Timestamp time = kNoTime;
    CHECK_FALSE(read_timestamp_field(cut, kSummer2005, time));
  }
  expect_none(std::string(1 << 20, '9'));
  expect_none(std::string(1 << 20, ' '));
}

TEST_CASE("timestamp fields: stamps and epochs of every unit fill the whole field", "[parse][time]") {
  const auto expect_field = [](std::string_view text, const char* rfc3339) {
    INFO(text);
    Timestamp time = kNoTime;
    CHECK(read_timestamp_field(text, kSummer2005, time));
    CHECK(to_rfc3339(time) == rfc3339);
  };
  expect_field("2023-11-23T10:11:12Z", "2023-11-23T10:11:12.000000000Z");
  expect_field("  2023-11-23T10:11:12Z\r\n", "2023-11-23T10:11:12.000000000Z");
  expect_field("1117838570", "2005-06-03T22:42:50.000000000Z");
  expect_field("1117838570.5", "2005-06-03T22:42:50.500000000Z");
  expect_field("1700731872.123456789", "2023-11-23T09:31:12.123456789Z");
  expect_field("1700731872123", "2023-11-23T09:31:12.123000000Z");
  expect_field("1700731872123.456", "2023-11-23T09:31:12.123456000Z");
  expect_field("1700731872123456", "2023-11-23T09:31:12.123456000Z");
  expect_field("1700731872123456789", "2023-11-23T09:31:12.123456789Z");
  expect_field("1.700731872123456e+09", "2023-11-23T09:31:12.123456000Z");  // zap
  expect_field("1.7e+09", "2023-11-14T22:13:20.000000000Z");
  for (const char* text : {"", " ", "2023-11-23T10:11:12Z x", "2023-11-23", "12", "-1117838570", "1117838570x", "1117838570.5.5",
                           "99999999999999999999", "1e9", "1.7e+", "1.7e+99", "1.7e-09", "now"}) {
    INFO(text);
    Timestamp time = at(7);
    CHECK_FALSE(read_timestamp_field(text, kSummer2005, time));
    CHECK(time == at(7));
  }
}

TEST_CASE("epochs: numbers of 1990 to 2100 are told apart by magnitude, others are refused", "[parse][time]") {
  Timestamp time = kNoTime;
  CHECK(read_epoch(std::int64_t{1700731872}, time));
  CHECK(time == at(1700731872));
  CHECK(read_epoch(1700731872.123456, time));
  CHECK(time == at(1700731872, 123456000));
  CHECK(read_epoch(1700731872123.0, time));
  CHECK(time == at(1700731872, 123000000));
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{86400}, std::int64_t{5000000000}, INT64_MAX, INT64_MIN}) {
    INFO(value);
    CHECK_FALSE(read_epoch(value, time));
  }
  for (const double value : {0.0, -1.0, 1e300, 1.0 / 3, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    INFO(value);
    CHECK_FALSE(read_epoch(value, time));
  }
}

#include "parse/time/zone_rules.h"

#include <catch2/catch.hpp>

#include "parse/time/timestamp_reader.h"

using namespace loglode;

TEST_CASE("zones: IANA names, UTC and local are found, and stay the same object", "[parse][time]") {
  for (const char* name : {"UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "local"}) {
    INFO(name);
    const auto zone = find_zone(name);
    REQUIRE(zone);
    CHECK(*find_zone(name) == *zone);
  }
}

TEST_CASE("zones: offsets change with the season, and both ends of a change are decided", "[parse][time]") {
  const ZoneRules& berlin = **find_zone("Europe/Berlin");
  CHECK(berlin.offset_seconds(1700733600) == 3600);  // 2023-11-23T10:00
  CHECK(berlin.offset_seconds(1690106400) == 7200);  // 2023-07-23T10:00
  CHECK(berlin.offset_seconds(1698546600) == 7200);  // 2023-10-29T02:30 happens twice: the first
  CHECK(berlin.offset_seconds(1679797800) == 3600);  // 2023-03-26T02:30 never happens: as before the change
  CHECK((*find_zone("Asia/Kolkata"))->offset_seconds(1700733600) == 19800);
  CHECK((*find_zone("UTC"))->offset_seconds(1700733600) == 0);
}

TEST_CASE("zones: an unknown name is an error that says what to give", "[parse][time]") {
  for (const char* name : {"", "Europe/Nowhere", "../../etc/passwd", "berlin"}) {
    INFO(name);
    const auto zone = find_zone(name);
    REQUIRE_FALSE(zone);
    CHECK(zone.error().code == std::errc::invalid_argument);
    CHECK(zone.error().message.find("Europe/Berlin") != std::string::npos);
  }
}

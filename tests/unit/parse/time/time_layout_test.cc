#include "parse/time/time_layout.h"

#include <catch2/catch.hpp>

#include "core/timestamp.h"

using namespace loglode;

TEST_CASE("time layout: strptime's letters", "[parse][time]") {
  const auto expect = [](std::string_view layout, std::string_view text, std::string_view wanted, std::size_t left = 0) {
    INFO(layout << " reads " << text);
    const Result<TimeLayout> compiled = TimeLayout::compile(layout);
    REQUIRE(compiled);
    Timestamp time = kNoTime;
    const TimeContext context{Timestamp{std::chrono::seconds{1'772'352'000}}, nullptr};  // 2026-03-01T08:00:00Z
    CHECK(compiled->read(text, context, time) == text.size() - left);
    CHECK(to_rfc3339(time).substr(0, wanted.size()) == wanted);
  };
  expect("%Y-%m-%d %H:%M:%S", "2026-03-01 08:00:00 rest", "2026-03-01T08:00:00", 5);
  expect("%d.%m.%y %H:%M:%S,%f", "01.03.26 08:00:00,25", "2026-03-01T08:00:00.25");
  expect("%e/%b/%Y:%T %z", " 1/Mar/2026:08:00:00 +0100", "2026-03-01T07:00:00");
  expect("%a %d %B %Y %I:%M:%S %p", "Sun 01 March 2026 08:00:00 PM", "2026-03-01T20:00:00");
  expect("%m%d %T.%f", "0228 08:00:00.250000", "2026-02-28T08:00:00.25");
  expect("%y%j %H%M%S", "26060 080000", "2026-03-01T08:00:00");
  expect("%s.%f", "1772352000.250", "2026-03-01T08:00:00.25");
  expect("%Q", "1772352000250", "2026-03-01T08:00:00.25");
  expect("%F %R", "2026-03-01 08:00", "2026-03-01T08:00:00");
  expect("%D %H:%M", "03/01/26 8:00", "2026-03-01T08:00:00");
  expect("100%% %F", "100% 2026-03-01", "2026-03-01T00:00:00");
}

TEST_CASE("time layout: what is no such stamp is not read, what is no layout is refused with a reason", "[parse][time]") {
  Timestamp time = kNoTime;
  const auto reads = [&](std::string_view layout, std::string_view text) {
    return TimeLayout::compile(layout).value().read(text, {}, time);
  };
  CHECK(reads("%Y-%m-%d", "2026-13-01") == 0);
  CHECK(reads("%Y-%m-%d %I %p", "2026-12-01 13 PM") == 0);
  CHECK(reads("%y%j", "26400") == 0);
  CHECK(reads("%d %b %Y", "01 Foo 2026") == 0);
  CHECK(reads("%s", "99999999999999999999") == 0);
  CHECK(reads("%F", "") == 0);
  CHECK(time == kNoTime);
  for (const std::string_view layout : {"", "%", "%Y-%q-%d", "%H:%M:%S", "%Y"}) {
    INFO(layout);
    const Result<TimeLayout> compiled = TimeLayout::compile(layout);
    REQUIRE_FALSE(compiled);
    CHECK(compiled.error().message.find("time layout") != std::string::npos);
  }
  CHECK_FALSE(TimeLayout::compile(std::string(200, 'x')));
}

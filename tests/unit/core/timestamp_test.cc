// RFC 3339 in UTC with nine decimals, for every time there is.
#include "core/timestamp.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

using namespace loglode;

TEST_CASE("timestamps: every time there is has a text, from the first to the last", "[core]") {
  const auto expect = [](std::int64_t nanoseconds, const char* text) { CHECK(to_rfc3339(Timestamp{Duration{nanoseconds}}) == text); };
  expect(0, "1970-01-01T00:00:00.000000000Z");
  expect(1, "1970-01-01T00:00:00.000000001Z");
  expect(-1, "1969-12-31T23:59:59.999999999Z");
  expect(-86'400'000'000'000, "1969-12-31T00:00:00.000000000Z");
  expect(951'782'400'000'000'000, "2000-02-29T00:00:00.000000000Z");
  expect(1'700'731'872'123'456'789, "2023-11-23T09:31:12.123456789Z");
  expect(std::numeric_limits<std::int64_t>::min() + 1, "1677-09-21T00:12:43.145224193Z");
  expect(std::numeric_limits<std::int64_t>::max(), "2262-04-11T23:47:16.854775807Z");
  CHECK(to_rfc3339(kNoTime).empty());
}

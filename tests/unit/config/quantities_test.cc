#include "config/quantities.h"

#include <catch2/catch.hpp>
#include <string>

#include "config/expansion.h"

namespace loglode::config {
namespace {

TEST_CASE("durations and sizes: each unit is read, and nothing else", "[app][config]") {
  const auto duration = [](std::string_view text, std::int64_t expected) {
    INFO(text);
    REQUIRE(read_duration(text));
    CHECK(read_duration(text)->count() == expected);
  };
  duration("500ms", 500);
  duration("10s", 10'000);
  duration("5m", 300'000);
  duration("2h", 7'200'000);
  duration("1d", 86'400'000);
  duration("0s", 0);
  duration("10 s", 10'000);
  const auto size = [](std::string_view text, std::uint64_t expected) {
    INFO(text);
    CHECK(read_size(text) == expected);
  };
  size("4096", 4096);
  size("512B", 512);
  size("64KiB", 65'536);
  size("256MiB", 268'435'456);
  size("1GiB", 1'073'741'824);
  size("2TiB", 2'199'023'255'552);
}

TEST_CASE("durations and sizes: what is no quantity is refused", "[app][config]") {
  for (const std::string_view text : {"", "10", "s", "-1s", "1.5s", "10sec", "10S", "1w", "1h30m", "99999999999999999999s", "999999999d"}) {
    INFO(text);
    CHECK_FALSE(read_duration(text));
  }
  for (const std::string_view text : {"", "MiB", "-1", "1.5GiB", "256MB", "256mib", "1 GiB ", "99999999999999999999", "9999999999TiB"}) {
    INFO(text);
    CHECK_FALSE(read_size(text));
  }
  for (const std::string_view text : {"", "-1", "1.0", "0x10", "1 ", "many"}) CHECK_FALSE(read_count(text));
}

TEST_CASE("references: variables, defaults and what stands for itself", "[app][config]") {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOST") return "db1";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  const auto expect = [&](std::string_view written, std::string_view value, std::string_view shown, bool from_outside) {
    INFO(written);
    const Expanded out = expand(written, environment, "");
    CHECK(out.problems.empty());
    CHECK(out.value == value);
    CHECK(out.shown == shown);
    CHECK(out.from_outside == from_outside);
  };
  expect("plain $HOST $ {x} $", "plain $HOST $ {x} $", "plain $HOST $ {x} $", false);
  expect("${HOST}:9092", "db1:9092", "${HOST}:9092", true);
  expect("${NONE:a:b}-${HOST}", "a:b-db1", "${NONE}-${HOST}", true);
  expect("${EMPTY:not this}", "", "${EMPTY}", true);
  expect("${NONE:}", "", "${NONE}", true);
  expect("a$${HOST}", "a${HOST}", "a${HOST}", false);
}

TEST_CASE("references: those that lead nowhere are told by name", "[app][config]") {
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  const auto expect = [&](std::string_view written, std::string_view problem) {
    INFO(written);
    const Expanded out = expand(written, nothing, "");
    REQUIRE(out.problems.size() == 1);
    CHECK(out.problems.front() == problem);
  };
  expect("${NONE}", "${NONE} is not set in the environment, and has no default (${NONE:default})");
  expect("${NONE", "${ without its }; $${ stands for ${ itself");
  expect("${a-b}", "${a-b} does not name a variable; $${ stands for ${ itself");
  expect("${file:/nonexistent/x}", "${file:/nonexistent/x} cannot be read; does it exist and may this user read it?");
  expect("${file:/tmp}", "${file:/tmp} cannot be read; does it exist and may this user read it?");
}

}  // namespace
}  // namespace loglode::config

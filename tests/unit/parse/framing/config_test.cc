#include <catch2/catch.hpp>

#include "framed.h"

using namespace loglode;
using Catch::Contains;

namespace {

void expect_error(const ParseConfig& config, const std::string& part) {
  const auto made = make_framer_factory(config);
  INFO(part);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == std::make_error_code(std::errc::invalid_argument));
  CHECK_THAT(made.error().message, Contains(part));
}

}  // namespace

TEST_CASE("config: every known format makes a factory", "[framing]") {
  for (const std::string& name : known_formats()) {
    INFO(name);
    ParseConfig config;
    config.format = name;
    CHECK(make_framer_factory(config));
  }
  CHECK(known_formats()[0] == "auto");
  CHECK(known_formats()[1] == "message");
}

TEST_CASE("config: a named format is used whatever the lines look like", "[framing]") {
  ParseConfig config;
  config.format = "logfmt";
  CHECK(framed::format_of("{\"msg\":\"a\"}\n", config) == "logfmt");
}

TEST_CASE("config: columns are split, the last takes the rest", "[framing]") {
  const auto table = ColumnTable::make({"time", "service", "message"}, "\\x1f");
  REQUIRE(table);
  ColumnValues values;
  REQUIRE(table->split("t\x1fs\x1fm\x1fn", values));
  CHECK(values[0] == "t");
  CHECK(values[1] == "s");
  CHECK(values[2] == "m\x1fn");
  CHECK_FALSE(table->split("t\x1fs", values));
  CHECK(*read_escapes("\\t|\\\\\\x41\\0x") == std::string("\t|\\A\0x", 6));
}

TEST_CASE("config: what cannot work is refused with a sentence", "[framing]") {
  ParseConfig config;
  config.format = "jsn";
  expect_error(config, "Did you mean json");
  expect_error(config, "Known: auto message");
  config = {};
  config.columns = {"time", "time", "message"};
  expect_error(config, "'time' is named twice");
  config.columns = {"time", "", "message"};
  expect_error(config, "column 2 is empty");
  config.columns = {"time", "service"};
  expect_error(config, "`message` or `line`");
  config.columns = {"line", "message"};
  expect_error(config, "exactly one");
  config.columns = {"message"};
  config.delimiter = "\\q";
  expect_error(config, "escape");
  config.delimiter = "\\n";
  expect_error(config, "line end");
  config.columns = {};
  config.delimiter = ",";
  expect_error(config, "without --columns");
  config = {};
  config.zone = "Mars/Olympus";
  expect_error(config, "Mars/Olympus");
}

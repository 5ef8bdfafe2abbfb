#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "framed.h"
#include "parse/framing/format_registry.h"
#include "tests/unit/shared_data.h"

using namespace loglode;
using framed::format_of;

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("detection: the samples are read by the formats they were written in", "[framing]") {
  const std::filesystem::path folder = std::filesystem::path{LOGLODE_SOURCE_DIR} / "samples/formats";
  const auto expect = [&](std::string_view file, std::string_view format) {
    INFO(file);
    const std::string text = contents(folder / file);
    REQUIRE_FALSE(text.empty());
    CHECK(format_of(text) == format);
  };
  expect("postgresql_stderr.log", "postgresql");
  expect("postgresql_csvlog.log", "postgresql-csv");
  expect("postgresql_jsonlog.log", "json");
  expect("go_slog_json.log", "json");
  expect("go_slog_text.log", "logfmt");
  expect("java_jul.log", "java-util-logging");
  expect("journald_json.log", "json");
  expect("journald_export.log", "journald");
  expect("mariadb_slow.log", "mysql-slow");
  expect("mariadb_error.log", "mysql-error");
  expect("nginx_error.log", "nginx-error");
  expect("redis_stdout.log", "redis");
  expect("rsyslog_traditional.log", "syslog");
  expect("rsyslog_rfc5424.log", "syslog-5424");
  expect("rust_panic.log", "text");
  expect("node_console.log", "text");
}

TEST_CASE("detection: mixed streams keep the formats of their parts", "[framing]") {
  const std::string text =
      "starting up\n"
      "{\"level\":\"info\",\"msg\":\"a\"}\n{\"level\":\"info\",\"msg\":\"b\"}\n{\"level\":\"info\",\"msg\":\"c\"}\n"
      "level=info msg=\"d e\" n=1\nlevel=warn msg=\"f g\" n=2\nlevel=warn msg=\"h i\" n=3\n";
  const FramedStream stream = framed::open(framed::lines_of(text));
  const auto& plan = dynamic_cast<const ReadingPlan&>(*stream.plan);
  REQUIRE(plan.usual.formats.formats.size() >= 2);
  CHECK(plan.usual.formats.formats[0]->name() != plan.usual.formats.formats[1]->name());
}

TEST_CASE("detection: what wraps the lines is seen, and what is inside them", "[framing]") {
  CHECK(format_of("web-1  | {\"msg\":\"a\"}\ndb-1   | {\"msg\":\"b\"}\n") == "compose/json");
  CHECK(format_of("[pod/a-0/c] {\"msg\":\"a\"}\n[pod/a-1/c] {\"msg\":\"b\"}\n") == "kubectl/json");
  CHECK(format_of("2026-11-24T00:00:00.000000000Z stdout F {\"msg\":\"a\"}\n") == "cri/json");
  CHECK(format_of("{\"log\":\"{\\\"msg\\\":\\\"a\\\"}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-24T00:00:00Z\"}\n") == "docker/json");
}

TEST_CASE("detection: a wrapping can be named, what is inside is still detected", "[framing]") {
  ParseConfig config;
  config.format = "cri";
  CHECK(format_of("2026-11-24T00:00:00.000000000Z stdout F {\"msg\":\"a\"}\n", config) == "cri/json");
  config.format = "docker";
  CHECK(format_of("{\"log\":\"plain\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-24T00:00:00Z\"}\n", config) == "docker/text");
}

TEST_CASE("detection: an empty stream and one of blank lines are text", "[framing]") {
  CHECK(format_of("") == "text");
  CHECK(format_of("\n \n\t\n") == "text");
}

TEST_CASE("registry: names are unique and found again", "[framing]") {
  for (const LineFormat* format : all_formats()) {
    INFO(format->name());
    CHECK(find_format(format->name()) == format);
  }
  CHECK(find_format("no such format") == nullptr);
}

TEST_CASE("detection: public logs are cut into as many records as they have lines", "[framing][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".log") continue;
    const std::string text = contents(entry.path());
    INFO(entry.path());
    CHECK(framed::records_of(text).size() == framed::lines_of(text).size());
    CHECK(format_of(text) != "text");
  }
}

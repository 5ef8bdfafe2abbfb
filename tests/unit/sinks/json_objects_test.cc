// Where evidence is from, as JSON and in words: a file and a partition are told apart.
#include "sinks/json_objects.h"

#include <catch2/catch.hpp>
#include <string>

#include "core/batch.h"

namespace loglode {

TEST_CASE("the origin of evidence names a file, or a topic with partition and offset, and never one as the other", "[sinks]") {
  const struct {
    std::string path;
    std::uint64_t offset;
    std::string text;
    bool kafka;
  } rows[] = {
      {"/var/log/shop.log", 77, "/var/log/shop.log:5", false},
      {"/var/log/kafka:logs[3]", 77, "/var/log/kafka:logs[3]:5", false},
      {"kafka:logs", 77, "kafka:logs:5", false},
      {"kafka:logs[x]", 77, "kafka:logs[x]:5", false},
      {"kafka:logs[]", 77, "kafka:logs[]:5", false},
      {"kafka:logs.of-us[3]", (std::uint64_t{42} << kKafkaOffsetShift) + 2, "logs.of-us[3] offset 42", true},
      {"kafka:logs[0]", 0, "logs[0] offset 0", true},
  };
  for (const auto& row : rows) {
    INFO(row.path);
    Evidence evidence;
    evidence.origin = Origin{{1, 2}, row.path, row.offset, 5, 1};
    const Json origin = to_json(evidence)["origin"];
    CHECK(origin_text(origin) == row.text);
    CHECK(origin.contains("kafka.topic") == row.kafka);
    CHECK(origin.contains("log.file.path") != row.kafka);
    CHECK(origin.contains("line") != row.kafka);
  }
  CHECK(origin_text(Json::object()) == ":?");
}

}  // namespace loglode

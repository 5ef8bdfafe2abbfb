#include "sinks/elasticsearch/repair.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace loglode {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kAction = "{\"create\":{\"_index\":\"logs-loglode-default\",\"_id\":\"1\"}}\n";

Json repaired(const std::string& source, std::string_view reason, unsigned repairs) {
  const std::string lines = repaired_lines(std::string{kAction} + source + "\n", kAction.size(), reason, repairs);
  REQUIRE(lines.starts_with(kAction));
  REQUIRE(lines.ends_with("}\n"));
  return Json::parse(lines.substr(kAction.size()));
}

TEST_CASE("the field that the server names is moved among the unknown ones") {
  const Json out = repaired(R"({"@timestamp":"t","message":"m","log.offset":"x","loglode.unknown":{"a":"b"},"process.pid":"abc"})",
                            "400 document_parsing_exception: [1:20] failed to parse field [process.pid] of type [long]", 0);
  CHECK_FALSE(out.contains("process.pid"));
  CHECK(out["loglode.unknown"] == Json{{"a", "b"}, {"process.pid", "abc"}});
  CHECK(out["loglode.repaired"] == "field process.pid");
  CHECK(out["message"] == "m");
}

TEST_CASE("a document whose fault is not named, or that was repaired before, is cut down to what must stay") {
  const std::string source =
      R"({"@timestamp":"t","message":"m","event.id":"i","log.file.path":"/p","log.offset":3,"rule.id":["r"],"loglode.unknown":{"a":"b"}})";
  for (const auto& [reason, repairs] : {std::pair<std::string, unsigned>{"400 illegal_argument_exception: no field is named", 0},
                                        {"failed to parse field [rule.id] of type [keyword]", 1},
                                        {"failed to parse field [loglode.unknown]", 0},
                                        {"failed to parse field [@timestamp]", 0}}) {
    const Json out = repaired(source, reason, repairs);
    CHECK(out["@timestamp"] == "t");
    CHECK(out["message"] == "m");
    CHECK(out["event.id"] == "i");
    CHECK(out["log.file.path"] == "/p");
    CHECK(out["log.offset"] == 3);
    CHECK_FALSE(out.contains("rule.id"));
    CHECK_FALSE(out.contains("loglode.unknown"));
    CHECK(Json::parse(out["loglode.rest"].get<std::string>()) == Json{{"rule.id", {"r"}}, {"loglode.unknown", {{"a", "b"}}}});
  }
}

TEST_CASE("a field that would stay goes where the server names it, but for the time") {
  const std::string source = R"({"@timestamp":"t","message":"m","event.id":"i"})";
  CHECK(repaired(source, "failed to parse field [message]", 0)["loglode.unknown"] == Json{{"message", "m"}});
  const Json out = repaired(source, "failed to parse field [message]", 1);
  CHECK_FALSE(out.contains("message"));
  CHECK(Json::parse(out["loglode.rest"].get<std::string>()) == Json{{"message", "m"}});
  CHECK(repaired(source, "failed to parse field [@timestamp]", 1)["@timestamp"] == "t");
}

TEST_CASE("in OpenTelemetry's shape fields are found below attributes, and marks stand there") {
  const std::string source = R"({"@timestamp":"t","body":{"text":"m"},"severity_text":"info","attributes":{"log.record.uid":"i",
      "log.offset":3,"exception.type":"x"},"resource":{"attributes":{"service.name":"s","host.name":"h"}}})";
  Json out = repaired(source, "failed to parse field [attributes.exception.type] of type [long] in document [1]", 0);
  CHECK(out["attributes"] == Json{{"log.record.uid", "i"},
                                  {"log.offset", 3},
                                  {"loglode.unknown", {{"attributes.exception.type", "x"}}},
                                  {"loglode.repaired", "field attributes.exception.type"}});
  out = repaired(source, "no field is named", 1);
  CHECK(out["body"]["text"] == "m");
  CHECK(out["resource"] == Json{{"attributes", {{"service.name", "s"}}}});
  CHECK(out["attributes"]["log.offset"] == 3);
  CHECK(Json::parse(out["attributes"]["loglode.rest"].get<std::string>()) ==
        Json{{"severity_text", "info"}, {"attributes.exception.type", "x"}, {"resource.attributes.host.name", "h"}});
}

TEST_CASE("what is no object cannot be repaired") {
  CHECK(repaired_lines(std::string{kAction} + "[1]\n", kAction.size(), "reason [x]", 0).empty());
  CHECK(repaired_lines(std::string{kAction} + "{\"cut\":\n", kAction.size(), "reason [x]", 0).empty());
}

}  // namespace
}  // namespace loglode

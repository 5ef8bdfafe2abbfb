#include "parse/json/json_repair.h"

#include <catch2/catch.hpp>
#include <string>

#include "parse/json/json_format.h"
#include "tests/unit/parse/json/parsed.h"

using namespace loglode;

TEST_CASE("json repair: what other languages, hasty loggers and cuts leave is written as JSON", "[parse][json]") {
  const auto expect = [](std::string_view text, std::string_view whole) {
    INFO(text);
    const std::optional<std::string> got = repaired_json(text);
    REQUIRE(got);
    CHECK(*got == whole);
  };
  expect(R"({"a":NaN,"b":-Infinity,"c":undefined})", R"({"a":null,"b":null,"c":null})");
  expect(R"({'level': 'info', 'ok': True, 'e': None, 'msg': "it's"})", R"({"level":"info","ok":true,"e":null,"msg":"it's"})");
  expect(R"({'say': 'a "b" \'c\''})", R"({"say":"a \"b\" 'c'"})");
  expect(R"({"a":1,"b":[1,2,],})", R"({"a":1,"b":[1,2]})");
  expect(R"({"a":1,,"b":2})", R"({"a":1,"b":2})");
  expect(R"({"level":"error","msg":"connection to db lo)", R"({"level":"error","msg":"connection to db lo"})");
  expect(R"({"level":"error","n":{"m":[1,{"x)", R"({"level":"error","n":{"m":[1,{}]}})");
  expect(R"({"level":"error","msg":)", R"({"level":"error","msg":null})");
  expect("{\"a\":\"tab\there\\x\"}", R"({"a":"tab\u0009here\\x"})");
  expect(R"({"a":007,"b":1.,"c":1e5,"d":-3})", R"({"a":"007","b":"1.","c":1e5,"d":-3})");
}

TEST_CASE("json repair: what is no object stays what it is", "[parse][json]") {
  for (const std::string& text : {std::string{}, std::string{"{"}, std::string{"{}"}, std::string{"{file.py:12} ERROR - text"},
                                  std::string{"{a b}"}, std::string{R"({"a":1} and more)"}, std::string{R"({"a" "b"})"},
                                  std::string{R"({"a":})"}, std::string{"[1]"}, [] { return "{\"a\":" + std::string(100'000, '['); }()}) {
    INFO(text.substr(0, 50));
    CHECK_FALSE(repaired_json(text));
  }
}

TEST_CASE("json: what is repaired is read, objects of an array stand alone", "[parse][json]") {
  const auto expect = [](std::string_view text, Severity severity, std::string_view message) {
    INFO(text);
    Batch batch;
    Record record;
    record.raw = batch.keep(text);
    REQUIRE(parse_damaged_json(record.raw, record, batch, ParseContext{}));
    CHECK(record.severity == severity);
    CHECK(record.message == message);
  };
  expect(R"({"level":"error","took":NaN,"msg":"slow"})", Severity::error, "slow");
  expect(R"({'level': 'warning', 'msg': 'low'})", Severity::warn, "low");
  expect(R"({"level":"error","msg":"cut in the mid)", Severity::error, "cut in the mid");
  const Parsed row{JsonFormat{}, R"([{"level":"error","msg":"one"},)"};
  REQUIRE(row.good);
  CHECK(row.record.message == "one");
  CHECK_FALSE(row.record.has(RecordFlag::fallback));
  CHECK(Parsed(JsonFormat{}, R"({"level":"error","msg":"last"}])").record.message == "last");
}

TEST_CASE("json: small numbers are levels of the logger that wrote them, and a 0 pages nobody", "[parse][json]") {
  const auto expect = [](std::string_view text, Severity severity) {
    INFO(text);
    CHECK(Parsed(JsonFormat{}, std::string{text}).record.severity == severity);
  };
  expect(R"({"reqId":"a","remoteAddr":"::1","level":0,"message":"m"})", Severity::debug);
  expect(R"({"reqId":"a","remoteAddr":"::1","level":4,"message":"m"})", Severity::fatal);
  expect(R"({"version":"1.1","host":"h","short_message":"m","level":0})", Severity::fatal);
  expect(R"({"level":0,"message":"m"})", Severity::unspecified);
  expect(R"({"level":3,"message":"m"})", Severity::error);
  expect(R"({"PRIORITY":"0","MESSAGE":"m","_PID":"1"})", Severity::fatal);
  expect(R"({"level":50,"msg":"m"})", Severity::error);
  expect(R"({"level":40000,"msg":"m"})", Severity::error);
}

TEST_CASE("json: a body that a program logs does not choose severity and service", "[parse][json]") {
  const Parsed body{
      JsonFormat{},
      R"({"level":"info","service":"gateway","msg":"{\"level\":\"fatal\",\"service\":\"payments\",\"msg\":\"database lost\"}"})"};
  REQUIRE(body.good);
  CHECK(body.record.severity == Severity::info);
  CHECK(body.record.service == "gateway");
  const Parsed transport{JsonFormat{}, R"({"PRIORITY":"6","_PID":"1","MESSAGE":"{\"level\":\"fatal\",\"msg\":\"database lost\"}"})"};
  CHECK(transport.record.severity == Severity::fatal);
  CHECK(transport.record.message == "database lost");
}

TEST_CASE("json: trace ids are found in every propagation header", "[parse][json]") {
  const auto expect = [](std::string_view text, std::string_view trace, std::string_view span = "") {
    INFO(text);
    const Parsed got{JsonFormat{}, std::string{text}};
    CHECK(got.record.trace_id == trace);
    CHECK(got.record.span_id == span);
  };
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736", span = "00f067aa0ba902b7";
  expect(R"({"msg":"m","traceparent":"00-)" + trace + "-" + span + R"(-01"})", trace, span);
  expect(R"({"msg":"m","TraceId":"00-)" + trace + "-" + span + R"(-00"})", trace, span);
  expect(R"({"msg":"m","b3":")" + trace + "-" + span + R"(-1"})", trace, span);
  expect(R"({"msg":"m","uber-trace-id":")" + trace + ":" + span + R"(:0:1"})", trace, span);
  expect(R"({"msg":"m","x-amzn-trace-id":"Root=1-67891233-abcdef012345678912345678;Sampled=1"})", "1-67891233-abcdef012345678912345678");
}

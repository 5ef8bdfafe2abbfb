#include "parse/parser.h"

#include <catch2/catch.hpp>
#include <random>

using namespace loglode;

namespace {

/// One record read by the plan of a stream that has nothing but it (or `prefix`).
struct Parsed {
  Batch batch;
  RunCounters counters;
  [[nodiscard]] const Record& record() const { return batch.records.front(); }
};

std::unique_ptr<Parsed> parse(std::string_view raw, const ParseConfig& config = {}, std::vector<std::string_view> prefix = {},
                              Timestamp arrived = kNoTime) {
  auto parsed = std::make_unique<Parsed>();
  const auto factory = make_framer_factory(config);
  REQUIRE(factory);
  if (prefix.empty()) prefix = {raw.substr(0, raw.find('\n'))};
  auto stream = std::make_shared<Stream>();
  stream->plan = (*factory)->open(stream->info, prefix).plan;
  parsed->batch.stream = stream;
  Record record;
  record.raw = parsed->batch.keep(raw);
  record.time = arrived;
  parsed->batch.records.push_back(record);
  REQUIRE(make_parser(parsed->counters)->run(parsed->batch));
  return parsed;
}

}  // namespace

TEST_CASE("parser: lines of columns, and the header that their text still has", "[parse]") {
  ParseConfig config;
  config.columns = {"time", "service", "pod", "trace_id", "span_id", "severity", "zone", "message"};
  config.keep_attributes = true;
  const auto full = parse("2026-11-24T00:00:01.5Z\tapi\tapi-0\tabc\tdef\tWARN\teu\tslow\tindeed", config);
  CHECK(to_rfc3339(full->record().time) == "2026-11-24T00:00:01.500000000Z");
  CHECK(full->record().service == "api");
  CHECK(full->record().host == "api-0");
  CHECK(full->record().trace_id == "abc");
  CHECK(full->record().span_id == "def");
  CHECK(full->record().severity == Severity::warn);
  CHECK(full->record().message == "slow\tindeed");
  REQUIRE(full->record().attributes_count == 1);
  CHECK(full->batch.attributes_of(full->record())[0].key == "zone");

  config = {};
  config.columns = {"service", "line"};
  const auto inner = parse("api\t2026-11-24 00:00:01.500 17 ERROR shop.api [-] no connection", config);
  CHECK(inner->record().service == "api");
  CHECK(inner->record().severity == Severity::error);
  CHECK(to_rfc3339(inner->record().time) == "2026-11-24T00:00:01.500000000Z");

  const auto broken = parse("no columns here", config, {"api\tx"});
  CHECK(broken->record().message == "no columns here");
  CHECK(broken->record().has(RecordFlag::fallback));
  CHECK(broken->counters.fallback == 1);
}

TEST_CASE("parser: compose and kubectl name the service, what is inside is read", "[parse]") {
  const auto compose = parse("checkout-1  | {\"level\":\"error\",\"msg\":\"no stock\"}");
  CHECK(compose->record().service == "checkout");
  CHECK(compose->record().host == "checkout-1");
  CHECK(compose->record().message == "no stock");
  CHECK(compose->record().severity == Severity::error);
  const auto trace = parse("web-1  | Traceback (most recent call last):\nweb-1  |   File \"a.py\"\nweb-1  | ValueError: x");
  CHECK(trace->record().message == "ValueError: x");
  CHECK(trace->record().severity == Severity::error);
  const auto kubectl = parse("[pod/pay-7d9f8b6c5d-x2x4z/app] ready");
  CHECK(kubectl->record().service == "pay");
  CHECK(kubectl->record().message == "ready");
}

TEST_CASE("parser: crashes are errors, and their message is the line that says what happened", "[parse]") {
  const auto expect = [](std::string_view raw, std::string_view message) {
    INFO(raw);
    const auto parsed = parse(raw);
    CHECK(parsed->record().message == message);
    CHECK(parsed->record().severity >= Severity::error);
  };
  expect("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x\nKeyError: 'x'", "KeyError: 'x'");
  expect("Exception in thread Thread-1:\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'",
         "KeyError: 'x'");
  expect("thread 'main' panicked at src/main.rs:2:5:\nboom\nnote: run with `RUST_BACKTRACE=1`",
         "thread 'main' panicked at src/main.rs:2:5: boom");
  expect("/srv/a.js:1\nfoo()\n^\n\nReferenceError: foo is not defined\n    at f (/srv/a.js:1:1)\n\nNode.js v20.1.0",
         "ReferenceError: foo is not defined");
  expect("SyntaxError: bad\n    at JSON.parse (<anonymous>)", "SyntaxError: bad");
}

TEST_CASE("parser: severity is taken from the message's own header when nothing else says it", "[parse]") {
  const auto expect = [](std::string_view raw, Severity severity) {
    INFO(raw);
    CHECK(parse(raw)->record().severity == severity);
  };
  expect("ERROR: disk full", Severity::error);
  expect("[warn] disk nearly full", Severity::warn);
  expect("disk check done, level=error", Severity::error);
  expect("sealevel=error rises", Severity::unspecified);
  expect("an error happened", Severity::unspecified);
}

TEST_CASE("parser: bytes that are not UTF-8 show as U+FFFD and are counted", "[parse]") {
  const auto parsed = parse("caf\xe9 closed");
  CHECK(parsed->record().message == "caf\xef\xbf\xbd closed");
  CHECK(parsed->record().has(RecordFlag::not_utf8));
  CHECK(parsed->counters.not_utf8 == 1);
  CHECK_FALSE(parse("caf\xc3\xa9 open")->record().has(RecordFlag::not_utf8));
}

TEST_CASE("parser: a message is empty only when the line is", "[parse]") {
  CHECK_FALSE(parse("{\"a\":1}")->record().message.empty());
  CHECK_FALSE(parse("{}")->record().message.empty());
  CHECK_FALSE(parse("{\"msg\":\"\"}")->record().message.empty());
  CHECK(parse("2026-11-24T00:00:00.000000000Z stdout F ")->record().has(RecordFlag::blank));  // the program's line is
  ParseConfig bare;
  bare.format = "message";
  CHECK(parse("  ERROR: as it stands ", bare)->record().message == "  ERROR: as it stands ");
  CHECK(parse("  ERROR: as it stands ", bare)->record().severity == Severity::unspecified);
}

TEST_CASE("parser: lines that do not fit the stream's format are read as text and counted", "[parse]") {
  const std::vector<std::string_view> prefix(20,
                                             "127.0.0.1 - - [24/Nov/2026:00:04:01 +0000] \"GET / HTTP/1.1\" 200 225 \"-\" \"curl/7.88.1\"");
  const auto odd = parse("2026-11-24T00:00:00Z ERROR something else", {}, prefix);
  CHECK(odd->record().has(RecordFlag::fallback));
  CHECK(odd->counters.fallback == 1);
  CHECK(odd->record().severity == Severity::error);
  const auto json = parse("{\"level\":\"warn\",\"msg\":\"from a sidecar\"}", {}, prefix);
  CHECK_FALSE(json->record().has(RecordFlag::fallback));
  CHECK(json->record().message == "from a sidecar");
  CHECK_FALSE(parse("plain text")->record().has(RecordFlag::fallback));  // nothing was expected of it
}

TEST_CASE("parser: any bytes come out with a message", "[parse]") {
  std::mt19937 random{17};
  constexpr std::string_view kBytes = "{}[]\":,\\ \n\t=|-0123456789abcTZ<>\x00\xff\xc3\xa9";
  for (int round = 0; round < 3000; ++round) {
    std::string raw;
    for (std::size_t size = 1 + random() % 60; size > 0; --size) raw += kBytes[random() % kBytes.size()];
    INFO(raw);
    const auto parsed = parse(raw);
    const bool blank = raw.find_first_not_of(" \t\r\n") == std::string::npos;
    REQUIRE((blank || !parsed->record().message.empty()));
  }
}

TEST_CASE("explain: says the format, the fields and what was assumed", "[parse]") {
  const auto explained = explain_parse("{\"time\":\"2026-11-24T00:00:00Z\",\"level\":\"warn\",\"msg\":\"slow\",\"user\":\"bob\"}", {});
  REQUIRE(explained);
  CHECK(explained->format == "json");
  const auto field = [&](std::string_view name) {
    for (const auto& [key, value] : explained->fields)
      if (key == name) return value;
    return std::string{};
  };
  CHECK(field("time") == "2026-11-24T00:00:00.000000000Z");
  CHECK(field("severity") == "warn");
  CHECK(field("message") == "slow");
  CHECK(explained->notes.empty());
  const auto plain = explain_parse("hello", {});
  REQUIRE(plain);
  CHECK(plain->format == "text");
  CHECK(plain->notes.size() == 2);
  ParseConfig wrong;
  wrong.format = "nonsense";
  CHECK_FALSE(explain_parse("x", wrong));
}

TEST_CASE("parser: a record that says no time keeps the one it came with, inner headers are read as ever", "[parse]") {
  const Timestamp arrived{std::chrono::seconds{1'795'700'000}};
  CHECK(parse(R"({"level":"error","msg":"no connection"})", {}, {}, arrived)->record().time == arrived);
  const auto own = parse(R"({"level":"info","msg":"2026-11-24T00:00:01Z started"})", {}, {}, arrived),
             without = parse(R"({"level":"info","msg":"2026-11-24T00:00:01Z started"})");
  CHECK(own->record().time == (without->record().time == kNoTime ? arrived : without->record().time));
  CHECK(own->record().message == without->record().message);
  CHECK(to_rfc3339(parse(R"({"time":"2026-11-24T00:00:01Z","msg":"x"})", {}, {}, arrived)->record().time) ==
        "2026-11-24T00:00:01.000000000Z");
}

#include "pipeline/transforms/transforms.h"

#include "tests/unit/pipeline/transform_run.h"

namespace loglode {
namespace {

TEST_CASE("transforms: drop takes what all of its condition holds for", "[app][transforms]") {
  const auto expect = [](const std::string& condition, const Line& line, bool is_dropped) {
    INFO(condition << " / " << line.message);
    TransformRun run{"drop: " + condition};
    const Batch batch = run.feed({line});
    CHECK(dropped(batch.records[0]) == is_dropped);
    CHECK(run.counters.dropped(DropReason::filtered) == (is_dropped ? line.line_count : 0));
    CHECK(run.counters.dropped(DropReason::sampled) == 0);
  };
  expect("{ severity_below: info }", {"a", Severity::debug}, true);
  expect("{ severity_below: info }", {"a", Severity::info}, false);
  expect("{ severity_below: warn }", {"a", Severity::info2}, true);
  expect("{ severity_below: fatal }", {"no severity", Severity::unspecified}, false);
  expect("{ severity_at_least: trace }", {"no severity", Severity::unspecified}, false);
  expect("{ severity_at_least: error }", {"a", Severity::error2}, true);
  expect("{ severity_at_least: info, severity_below: error }", {"a", Severity::warn}, true);
  expect("{ severity_at_least: info, severity_below: error }", {"a", Severity::error}, false);
  expect("{ rule: nginx-access }", {"a", Severity::info, "", {}, {0, 1}}, true);
  expect("{ rule: nginx-access }", {"a", Severity::info, "", {}, {0}}, false);
  expect("{ pattern: 'health(z|check)' }", {"GET /healthz", Severity::info, "", {}, {}, 3}, true);
  expect("{ pattern: '^healthz' }", {"GET /healthz"}, false);
  expect("{ pattern: '$' }", {""}, true);
  expect("{ service: 'sh?p' }", {"the stream's service"}, true);
  expect("{ service: 'pay-*' }", {"a", Severity::info, "pay-api"}, true);
  expect("{ service: 'shop' }", {"the record's own", Severity::info, "pay-api"}, false);
  expect("{ service: shop, pattern: x }", {"a"}, false);
}

TEST_CASE("transforms: redact masks each match in message, attributes and raw", "[app][transforms]") {
  TransformRun run{"redact: { pattern: 'session=[0-9a-f]+' }"};
  const Batch batch = run.feed({{"a session=12 b session=ab", Severity::info, "", {{"url", "/x?session=1"}, {"n", "2"}}},
                                {"got session=12", Severity::info, "", {}, {}, 1, "12:00 got session=12 (session=13)"},
                                {"nothing", Severity::info, "", {}, {}, 1, "12:00 nothing"}});
  CHECK(batch.records[0].message == "a [masked] b [masked]");
  CHECK(batch.records[0].raw == "a [masked] b [masked]");
  CHECK(attributes_text(batch, batch.records[0]) == "url=/x?[masked] n=2");
  CHECK(batch.records[0].has(RecordFlag::masked));
  CHECK(batch.records[1].message == "got [masked]");
  CHECK(batch.records[1].raw == "12:00 got [masked] ([masked])");
  CHECK(batch.records[2].raw == "12:00 nothing");
  CHECK(!batch.records[2].has(RecordFlag::masked));
  CHECK(run.counters.secrets_masked == 5);
  CHECK(run.counters.hits(Limit::pattern_steps) == 0);
}

TEST_CASE("transforms: redact shows nothing of a line that spells the match otherwise", "[app][transforms]") {
  const auto expect = [](const std::string& pattern, const std::string& message, const std::string& raw, const std::string& masked) {
    INFO(pattern);
    const Batch batch = TransformRun{"redact: { pattern: '" + pattern + "' }"}.feed({{message, Severity::info, "", {}, {}, 1, raw}});
    CHECK(batch.records[0].message == masked);
    CHECK(batch.records[0].raw == masked);
  };
  expect("\"[a-z]+\"", "say \"secret\"", R"({"msg":"say \"secret\""})", "say [masked]");
  expect("pw \\S", "pw x", R"({"a":"pw x","msg":"p\u0077 x"})", "[masked]");
  expect("^key \\w+", "key abc", "12:00 key abc", "[masked]");
  expect("pw \\S+", "pw a\tb pw x", R"({"msg":"pw a\tb p\u0077 x"})", "[masked]\tb [masked]");
}

TEST_CASE("transforms: redact leaves whole characters, whatever the bytes are", "[app][transforms]") {
  const auto expect = [](const std::string& pattern, const std::string& message, const std::string& masked) {
    INFO(pattern << " / " << message);
    CHECK(TransformRun{"redact: { pattern: '" + pattern + "' }"}.feed({{message}}).records[0].message == masked);
  };
  expect("k=.", "k=\xc3\xa9!", "[masked]!");
  expect("k=.", "k=\xf0\x9f\x98\x80 x", "[masked] x");
  expect("\\xa9", "a\xc3\xa9z", "a[masked]z");
  expect("b+",
         "\xff\xfe"
         "bb\x80",
         "\xff\xfe[masked]");
  expect("a*", "baac", "b[masked]c");
  expect("x*", "", "");
  expect("abc\\K", "abcabc", "abcabc");
  expect("(?<=a)b", "ab bb", "a[masked] bb");
  expect("line\\ntwo", "line\ntwo three", "[masked] three");
  expect("[0-9]", "12", "[masked][masked]");
}

TEST_CASE("transforms: rename moves values between attributes and members", "[app][transforms]") {
  const auto rename = [](const std::string& from, const std::string& to) {
    return TransformRun{"rename: { from: " + from + ", to: " + to + " }"};
  };
  const Line line{"hello", Severity::warn, "pay", {{"svc", " api "}, {"lvl", "ERR"}, {"tid", "4bf92f"}, {"bad", "a\nb"}, {"msg", "other"}}};
  const auto one = [&](const std::string& from, const std::string& to) { return rename(from, to).feed({line}); };
  CHECK(attributes_text(one("svc", "team"), one("svc", "team").records[0]) == "lvl=ERR tid=4bf92f bad=a\nb msg=other team= api ");
  CHECK(one("svc", "service.name").records[0].service == "api");
  CHECK(one("svc", "service.name").records[0].attributes_count == 4);
  CHECK(one("svc", "host.name").records[0].host == "api");
  CHECK(one("lvl", "log.level").records[0].severity == Severity::error);
  CHECK(one("tid", "trace.id").records[0].trace_id == "4bf92f");
  CHECK(one("tid", "span.id").records[0].span_id == "4bf92f");
  CHECK(one("msg", "message").records[0].message == "other");
  CHECK(one("service.name", "host.name").records[0].host == "pay");
  CHECK(one("service.name", "host.name").records[0].service.empty());
  const Batch level = one("log.level", "level");
  CHECK(attributes_text(level, level.records[0]).ends_with("msg=other level=warn"));
  CHECK(level.records[0].severity == Severity::unspecified);
  const Batch over = one("svc", "msg");
  CHECK(attributes_text(over, over.records[0]) == "lvl=ERR tid=4bf92f bad=a\nb msg= api ");
}

TEST_CASE("transforms: what a Kafka message holds beside its payload is masked as its records are, and can be renamed from",
          "[app][transforms]") {
  TransformRun run{
      "drop: { pattern: health }, redact: { pattern: 'customer-[0-9]+' }, rename: { from: kafka.headers.x-request, to: trace.id }"};
  const std::vector<std::vector<MessageField>> fields{
      {{0, "kafka.key", "customer-12"}, {0, "kafka.headers.x-request", "af09"}, {2, "kafka.key", "of customer-3 and customer-4"}}, {}};
  const Batch batch = run.feed({{"health", Severity::info, "", {}, {}, 1, {}, 0},
                                {"paid", Severity::info, "", {}, {}, 1, {}, 1},  // of the same message
                                {"paid", Severity::info, "", {}, {}, 1, {}, std::uint64_t{2} << kKafkaOffsetShift}},
                               "web", fields[0]);
  CHECK(dropped(batch.records[0]));
  const auto first = batch.message_fields_of(batch.records[1]), second = batch.message_fields_of(batch.records[2]);
  REQUIRE((first.size() == 2 && second.size() == 1));
  CHECK(first[0].value == "[masked]");
  CHECK(first[1].value == "af09");  // a copy was taken
  CHECK(batch.records[1].trace_id == "af09");
  CHECK(second[0].value == "of [masked] and [masked]");
  CHECK(batch.records[2].trace_id.empty());
  CHECK(run.counters.secrets_masked == 3);
  CHECK(run.feed({{"paid"}}, "other", fields[0]).message_fields[0].value == "customer-12");  // another source's
}

TEST_CASE("transforms: rename leaves what the other field cannot hold", "[app][transforms]") {
  const Line line{
      "hello", Severity::warn, "pay", {{"bad", "a\nb"}, {"word", "two words"}, {"blank", " "}, {"long", std::string(300, 'x')}}};
  const auto expect = [&](const std::string& from, const std::string& to) {
    INFO(from << " -> " << to);
    const Batch batch = TransformRun{"rename: { from: " + from + ", to: " + to + " }"}.feed({line});
    const Record& record = batch.records[0];
    CHECK(record.attributes_count == 4);
    CHECK(record.service == "pay");
    CHECK(record.severity == Severity::warn);
    CHECK((record.host.empty() && record.trace_id.empty()));
  };
  expect("bad", "service.name");
  expect("word", "trace.id");
  expect("word", "log.level");
  expect("blank", "host.name");
  expect("long", "service.name");
  expect("absent", "service.name");
  expect("trace.id", "service.name");
}

TEST_CASE("transforms: attributes stay the record's own when others' follow", "[app][transforms]") {
  TransformRun run{"rename: { from: service.name, to: team }"};
  const Batch batch =
      run.feed({{"a", Severity::info, "one", {{"x", "1"}}}, {"b", Severity::info, "", {{"y", "2"}}}, {"c", Severity::info, "three"}});
  CHECK(attributes_text(batch, batch.records[0]) == "x=1 team=one");
  CHECK(attributes_text(batch, batch.records[1]) == "y=2");
  CHECK(attributes_text(batch, batch.records[2]) == "team=three");
}

TEST_CASE("transforms: each sees what those before it left", "[app][transforms]") {
  const auto expect = [](const std::string& transforms, bool is_dropped, const std::string& message) {
    INFO(transforms);
    const Batch batch = TransformRun{transforms}.feed({{"id=7", Severity::debug, "", {{"lvl", "error"}}}});
    CHECK(dropped(batch.records[0]) == is_dropped);
    CHECK(batch.records[0].message == message);
  };
  expect("redact: { pattern: '[0-9]' }, drop: { pattern: 'id=7' }", false, "id=[masked]");
  expect("drop: { pattern: 'id=7' }, redact: { pattern: '[0-9]' }", true, "id=7");
  expect("rename: { from: lvl, to: log.level }, drop: { severity_below: info }", false, "id=7");
  expect("drop: { severity_below: info }, rename: { from: lvl, to: log.level }", true, "id=7");
}

TEST_CASE("transforms: routes add up, and what none takes goes to all", "[app][transforms]") {
  TransformRun run{"route: { when: { rule: oom }, to: [s31, s0] }, route: { when: { severity_at_least: warn }, to: [s1] }", 32};
  const Batch batch = run.feed({{"a", Severity::error, "", {}, {0}}, {"b", Severity::info, "", {}, {0}}, {"c", Severity::warn}, {"d"}});
  CHECK(batch.records[0].routes == 0x80000003U);
  CHECK(batch.records[1].routes == 0x80000001U);
  CHECK(batch.records[2].routes == 2);
  CHECK(batch.records[3].routes == 0);
}

TEST_CASE("transforms: other sources, blank records and those out of range are left alone", "[app][transforms]") {
  TransformRun run{"drop: { pattern: a }"};
  CHECK(!dropped(run.feed({{"a"}}, "other").records[0]));
  CHECK(!dropped(run.feed({{"a"}}, "").records[0]));
  CHECK(dropped(run.feed({{"a"}}).records[0]));
  for (const RecordFlag flag : {RecordFlag::blank, RecordFlag::excluded}) {
    Line line{"a"};
    line.flags = static_cast<std::uint16_t>(flag);
    CHECK(run.feed({line}).records[0].flags == line.flags);
  }
  CHECK(run.counters.dropped(DropReason::filtered) == 1);
}

}  // namespace
}  // namespace loglode

// What messages may hold: lines, JSON, OTLP, nothing, too much, bytes that are no text.
#include <protozero/pbf_writer.hpp>

#include "ingest/kafka/message_reader.h"
#include "ingest/kafka/otlp.h"
#include "parse/parser.h"
#include "tests/integration/kafka/reading.h"

namespace loglode::test {

namespace {

using protozero::pbf_writer;

std::string attribute(const std::string& key, const std::string& value) {
  std::string out;
  pbf_writer pair{out};
  pair.add_string(1, key);
  pbf_writer any{pair, 2};
  any.add_string(1, value);
  any.commit();
  return out;
}

std::string otlp_proto(int records, const std::string& body = "payment declined") {
  std::string out;
  pbf_writer request{out};
  pbf_writer resource_logs{request, 1};
  {
    pbf_writer resource{resource_logs, 1};
    resource.add_message(1, attribute("service.name", "checkout"));
    resource.add_message(1, attribute("k8s.pod.name", "checkout-7d9f"));
  }
  {
    pbf_writer scope_logs{resource_logs, 2};
    {
      pbf_writer scope{scope_logs, 1};
      scope.add_string(1, "shop.Payment");
    }
    for (int i = 0; i < records; ++i) {
      pbf_writer record{scope_logs, 2};
      record.add_fixed64(1, 1'700'000'000'000'000'000U + static_cast<std::uint64_t>(i));
      record.add_int32(2, 17);
      record.add_string(3, "ERROR");
      {
        pbf_writer any{record, 5};
        any.add_string(1, body + ' ' + std::to_string(i));
      }
      record.add_message(6, attribute("order.id", "o-" + std::to_string(i)));
      record.add_bytes(9, std::string("\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36", 16));
      record.add_bytes(10, std::string("\x00\xf0\x67\xaa\x0b\xa9\x02\xb7", 8));
    }
  }
  resource_logs.commit();
  return out;
}

const std::string kOtlpJson =
    R"({"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}]},"scopeLogs":[{"scope":{"name":"shop.Payment"},)"
    R"("logRecords":[{"timeUnixNano":"1700000000000000000","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"payment declined 0"},)"
    R"("attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"list","value":{"arrayValue":{"values":[{"boolValue":true}]}}}],)"
    R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"},{"timeUnixNano":"1700000000000000001","body":{"kvlistValue":{"values":)"
    R"([{"key":"a","value":{"stringValue":"b"}}]}}}]}]}]})";

}  // namespace

TEST_CASE("payloads of every kind come out as records, and the position moves past those that hold none", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("shapes", 1, {{"max.message.bytes", "20000000"}});
  Producer producer{broker.address(), {{"compression.codec", "zstd"}}};
  const std::string bad_utf8 = "caf\xe9 \xff\xfe", nuls("a\0b\0\0c", 6), long_line(2'500'000, 'y');
  const std::string long_key = std::string(1023, 'k') + "\xc3\xa9 and more";
  std::vector<std::pair<std::string, std::string>> bomb(20'000, {"service.name", "bomb"});
  std::vector<ToSend> sent{
      {"plain\n", "", {}, 0},        // 0
      {std::nullopt, "key", {}, 0},  // 1
      {"", "key", {}, 0},            // 2
      {long_line, "", {}, 0},        // 3
      {nuls, "", {}, 0},             // 4
      {bad_utf8, "", {}, 0},         // 5
      {"with headers",
       "",
       {{"service.name", "cart"},
        {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
        {"tenant", "south"},
        {"blob", "caf\xe9"},
        {"tenant", "north"},
        {"other", "x"}},
       0},                                                                  // 6
      {"bomb", "", bomb, 0},                                                // 7
      {"Exception\r\n  at one\r\n  at two\nnext line\n", long_key, {}, 0},  // 8
      {" starts like a continuation", "", {}, 0},                           // 9
      {otlp_proto(3), "", {}, 0},                                           // 10
      {kOtlpJson, "", {}, 0},                                               // 11
      {std::string(10'000, '[') + "{\"deep\":", "", {}, 0},                 // 12
      {"\n\n", "", {}, 0},                                                  // 13
      {otlp_proto(1).substr(0, 60), "", {}, 0},                             // 14
  };
  for (const ToSend& message : sent) producer.send(topic, 0, message);
  producer.send(topic, 0, ToSend{std::nullopt, "", {}, 0});
  producer.flush();

  KafkaSourceConfig config = reading_of(topic, topic);
  config.headers = {"tenant", "blob", "absent"};
  TopicReading reading{config};
  reading.until([&] { return !reading.positions.empty() && reading.positions.begin()->second == std::uint64_t{16} << kKafkaOffsetShift; });
  std::map<std::uint64_t, std::vector<Got>> by_offset;
  for (const Got& got : reading.got) by_offset[got.offset].push_back(got);
  const auto raw = [&](std::uint64_t offset) { return by_offset[offset].size() == 1 ? by_offset[offset][0].raw : "not one record"; };
  const auto has = [&](std::uint64_t offset, RecordFlag flag) {
    return (by_offset[offset].at(0).flags & static_cast<unsigned>(flag)) != 0;
  };

  CHECK(raw(0) == "plain");
  CHECK(by_offset[1].empty());
  CHECK(by_offset[2].empty());
  CHECK(raw(3) == long_line.substr(0, kLineBytesMax));
  CHECK(has(3, RecordFlag::cut));
  CHECK(raw(4) == nuls);
  CHECK(raw(5) == bad_utf8);
  CHECK(by_offset[6].at(0).service == "cart");
  CHECK(by_offset[6].at(0).trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(by_offset[6].at(0).span_id == "00f067aa0ba902b7");
  CHECK(by_offset[6].at(0).fields == "kafka.headers.tenant=north kafka.headers.blob=caf\xe9");
  CHECK(by_offset[8].at(0).fields == "kafka.key=" + long_key.substr(0, 1023));  // the 1024th byte would cut a character
  CHECK(by_offset[8].at(1).fields == by_offset[8].at(0).fields);
  CHECK(by_offset[9].at(0).fields.empty());
  CHECK(raw(7) == "bomb");
  CHECK(by_offset[7].at(0).service.empty());
  REQUIRE(by_offset[8].size() == 2);
  CHECK(by_offset[8][0].raw == "Exception\n  at one\n  at two");
  CHECK(by_offset[8][0].line_count == 3);
  CHECK(by_offset[8][1].raw == "next line");
  CHECK(by_offset[8][1].place > 0);
  CHECK(raw(9) == " starts like a continuation");
  REQUIRE(by_offset[10].size() == 3);
  CHECK(by_offset[10][2].place == 2);
  CHECK(by_offset[10][2].raw.find("payment declined 2") != std::string::npos);
  CHECK(by_offset[11].size() == 2);
  CHECK(raw(12).size() == sent[12].payload->size());
  CHECK(has(13, RecordFlag::blank));
  CHECK(by_offset[14].size() > 1);  // it begins with a line end, so as text it is a blank line, and more
  CHECK(reading.counters.dropped(DropReason::tombstone) == 2);
  CHECK(reading.counters.dropped(DropReason::blank) == 1);  // an empty value deletes nothing
  CHECK(reading.counters.lines_cut == 1);
  CHECK(reading.source->statistics().tombstones == 2);
  std::uint64_t lines = 0;
  for (const Got& got : reading.got) lines += got.line_count;
  CHECK(reading.counters.lines == lines + 3);
}

TEST_CASE("OTLP is told from text by its content, all the way", "[kafka]") {
  using kafka::is_otlp_json;
  using kafka::is_otlp_proto;
  const std::string good = otlp_proto(2);
  CHECK(is_otlp_proto(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    INFO(size);
    CHECK_FALSE(is_otlp_proto(good.substr(0, size)));
  }
  for (const std::string& text :
       {std::string{"\n"}, std::string{"\n\x04text"}, std::string{"\nhello world, this is a line"}, std::string("\n\0", 2)}) {
    INFO(text);
    CHECK_FALSE(is_otlp_proto(text));
  }
  for (std::size_t at = 0; at < good.size(); ++at) {  // no damage is worse than a wrong answer
    std::string damaged = good;
    for (const int bit : {0, 3, 7}) {
      damaged[at] = static_cast<char>(good[at] ^ (1 << bit));
      kafka::OtlpReader reader{kLineBytesMax};
      static_cast<void>(reader.read(KafkaPayload::automatic, damaged, [](const kafka::OtlpRecord&) {}));
    }
  }
  CHECK(is_otlp_json(kOtlpJson));
  CHECK(is_otlp_json(" {\n\"resourceLogs\": []}"));
  CHECK_FALSE(is_otlp_json(R"({"resource":1})"));
  CHECK_FALSE(is_otlp_json("resourceLogs"));
}

TEST_CASE("what OTLP says of a record is what the parser reads of it", "[kafka]") {
  for (const std::string& payload : {otlp_proto(1), kOtlpJson}) {
    std::vector<std::string> lines;
    kafka::OtlpReader reader{kLineBytesMax};
    CHECK(reader.read(KafkaPayload::automatic, payload, [&](const kafka::OtlpRecord& record) { lines.emplace_back(record.json); }));
    REQUIRE_FALSE(lines.empty());
    const auto explained = explain_parse(lines[0], {});
    REQUIRE(explained);
    INFO(lines[0]);
    const auto field = [&](const std::string& name) {
      for (const auto& [key, value] : explained->fields)
        if (key == name) return value;
      return std::string{"none"};
    };
    CHECK(explained->format == "json");
    CHECK(field("message") == "payment declined 0");
    CHECK(field("service") == "checkout");
    CHECK(field("severity") == "error");
    CHECK(field("time").substr(0, 19) == "2023-11-14T22:13:20");
    CHECK(field("trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(field("span_id") == "00f067aa0ba902b7");
  }
  std::string long_body(3'000'000, 'z');
  bool cut = false;
  kafka::OtlpReader reader{1000};
  CHECK(reader.read(KafkaPayload::otlp_proto, otlp_proto(1, long_body), [&](const kafka::OtlpRecord& record) {
    cut = record.cut;
    CHECK(record.json.size() < 1500);
    CHECK(record.json.ends_with('}'));
  }));
  CHECK(cut);
}

TEST_CASE("a field of a JSON payload is found without reading all of it", "[kafka]") {
  using kafka::find_json_text;
  CHECK(find_json_text(R"({"a":1,"svc":"cart"})", "svc") == "cart");
  CHECK(find_json_text(R"({"x":{"svc":"no"},"svc" : "yes"})", "svc") == "yes");
  CHECK(find_json_text(R"({"log":{"offset":1,"file":{"path":"/var/log/a.log"}}})", "log.file.path") == "/var/log/a.log");
  CHECK(find_json_text(R"({"log.file.path":"/b"})", "log.file.path") == "/b");
  CHECK(find_json_text(R"({"log":{"file":{}},"log.file":{"path":"/c"}})", "log.file.path") == "/c");
  CHECK(find_json_text(R"({"svc":7})", "svc").empty());
  CHECK(find_json_text(R"({"a":"}\"","svc":"ok"})", "svc") == "ok");
  CHECK(find_json_text(R"({"svc)", "svc").empty());
  CHECK(find_json_text("plain", "svc").empty());
  CHECK(find_json_text("{", "svc").empty());
  CHECK(find_json_text(R"({"a":[[[)", "svc").empty());
}

}  // namespace loglode::test

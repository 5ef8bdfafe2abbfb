// What is written of a record is one line of JSON that says what the record says, however long its parts are.
#include "sinks/record_json.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace loglode {
namespace {

std::string text_of(std::mt19937& random, std::size_t size) {
  static constexpr std::string_view kPieces[] = {"a",    "plain words ", "\"", "\\",   "\n", "\t",       "\r", "\x01",
                                                 "\x1f", "\x7f",         "é",  "日本", "{}", "12345678", "~",  " "};
  std::string text;
  while (text.size() < size) text += kPieces[random() % std::size(kPieces)];
  return text;
}

class Written {
 public:
  Written() {
    StreamInfo info;
    info.path = "a \"file\".log";
    batch_.stream = std::make_shared<const Stream>(Stream{info, nullptr});
  }
  nlohmann::json operator()(const Record& record, std::string_view members = {}) {
    std::string line = "before\n";
    json_.append(line, batch_, record, members);
    REQUIRE(line.starts_with("before\n"));
    REQUIRE(line.find('\n', 7) == line.size() - 1);
    return nlohmann::json::parse(line.substr(7));
  }

 private:
  RuleCatalog rules_;
  Batch batch_;
  RecordJson json_{rules_};
};

TEST_CASE("record as JSON: texts of any length come back as they were", "[sinks]") {
  Written written;
  std::mt19937 random{11};
  for (const std::size_t size : std::vector<std::size_t>{0,    1,    7,    8,    9,    15,   16,   17,   63,   64,   1000, 1008, 1015,
                                                         1016, 1017, 1023, 1024, 1025, 2047, 2048, 3071, 4095, 4096, 4097, 9000, 70000}) {
    for (int round = 0; round < 20; ++round) {
      const std::string message = text_of(random, size), service = text_of(random, random() % 40), host = text_of(random, size / 2);
      Record record;
      record.message = message;
      record.service = service;
      record.host = host;
      record.offset = random();
      const std::string members = ",\"log.record.template\":\"" + std::string(size, 'm') + "\"";
      const nlohmann::json object = written(record, members);
      INFO(size << " <" << message.substr(0, 200) << ">");
      REQUIRE(object["message"] == message);
      REQUIRE(object["service.name"] == service);
      REQUIRE(object.value("host.name", std::string{}) == host);
      REQUIRE(object["log.record.template"] == std::string(size, 'm'));
      REQUIRE(object["log.offset"] == record.offset);
    }
  }
}

TEST_CASE("record as JSON: every byte is written so that it comes back, and none that a terminal obeys is written raw", "[sinks]") {
  for (int byte = 0; byte < 128; ++byte) {
    for (std::size_t at = 0; at < 18; ++at) {
      std::string text = "abcdefghijklmnopq";
      text.insert(at, 1, static_cast<char>(byte));
      std::string out;
      append_json_text(out, text);
      INFO(byte << " at " << at);
      REQUIRE(nlohmann::json::parse('"' + out + '"') == text);
      REQUIRE(std::none_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
      Record record;
      record.message = text;
      REQUIRE(Written{}(record)["message"] == text);
    }
  }
}

TEST_CASE("record as JSON: of a topic it names source, topic, partition and offset, and what its message held", "[sinks]") {
  StreamInfo info;
  info.path = "kafka:orders[3]";
  info.topic = "orders";
  info.partition = 3;
  info.source = "shop-\"eu\"";
  Batch batch;
  batch.stream = std::make_shared<const Stream>(Stream{info, nullptr});
  batch.message_fields = {{7, "kafka.key", "a \"key\" \xff\x1b"}, {9, "kafka.key", "k"}, {9, "kafka.headers.tenant", "north"}};
  RuleCatalog rules;
  RecordJson json{rules};
  const auto written = [&](std::uint64_t message, std::uint64_t place) {
    Record record;
    record.offset = message << kKafkaOffsetShift | place;
    std::string line;
    json.append(line, batch, record, {});
    return nlohmann::json::parse(line);
  };
  for (const std::uint64_t place : {0U, 1U, (1U << kKafkaOffsetShift) - 1}) {
    const nlohmann::json object = written(9, place);
    CHECK(object["loglode.source"] == "shop-\"eu\"");
    CHECK(object["kafka.topic"] == "orders");
    CHECK(object["kafka.partition"] == 3);
    CHECK(object["kafka.offset"] == 9);
    CHECK(object["kafka.key"] == "k");
    CHECK(object["kafka.headers.tenant"] == "north");
    CHECK_FALSE(object.contains("log.file.path"));
  }
  CHECK(written(7, 0)["kafka.key"] == "a \"key\" \xef\xbf\xbd\x1b");
  CHECK_FALSE(written(7, 0).contains("kafka.headers.tenant"));
  for (const std::uint64_t other : {0U, 8U, 10U}) CHECK_FALSE(written(other, 0).contains("kafka.key"));
}

TEST_CASE("record as JSON: times are written to the nanosecond, whatever was written before", "[sinks]") {
  Written written;
  for (const auto& [count, text] :
       std::initializer_list<std::pair<std::int64_t, std::string_view>>{{0, "1970-01-01T00:00:00.000000000Z"},
                                                                        {1, "1970-01-01T00:00:00.000000001Z"},
                                                                        {999'999'999, "1970-01-01T00:00:00.999999999Z"},
                                                                        {1'000'000'000, "1970-01-01T00:00:01.000000000Z"},
                                                                        {-1, "1969-12-31T23:59:59.999999999Z"},
                                                                        {-1'000'000'000, "1969-12-31T23:59:59.000000000Z"},
                                                                        {1'795'000'000'120'000'000, "2026-11-18T11:06:40.120000000Z"}}) {
    Record record;
    record.time = Timestamp{Duration{count}};
    CHECK(written(record)["@timestamp"] == text);
  }
  CHECK(written(Record{})["@timestamp"].is_null());
}

}  // namespace
}  // namespace loglode

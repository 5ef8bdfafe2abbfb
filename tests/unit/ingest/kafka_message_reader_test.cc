// What the records of a Kafka message hold beside its payload: key, headers, where it came from.
#include "ingest/kafka/message_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "ingest/kafka/staging_queue.h"
#include "tests/unit/ingest/test_framers.h"

namespace loglode::test {
namespace {

using kafka::Message;

/// One partition, whose messages are staged and read as a source does it.
class OnePartition {
 public:
  explicit OnePartition(std::vector<std::string> headers = {}, KafkaService service = {}) {
    StreamInfo info;
    info.source = "shop";
    info.topic = "orders";
    info.service = "orders";
    partition_->topic = info.topic;
    staging_.open(partition_);
    kafka::MessageReaderConfig config;
    config.headers = std::move(headers);
    config.service = std::move(service);
    reader_ = std::make_unique<kafka::MessageReader>(std::move(config), info, framers_, counters_);
  }
  void stage(std::int64_t offset, std::string_view payload, std::string_view key, const std::vector<std::string_view>& headers = {}) {
    Message message;
    message.offset = offset;
    message.payload = payload;
    message.key = key;
    message.headers = headers;
    REQUIRE(staging_.add(*partition_, message) == kafka::Added::staged);
  }
  /// What was staged, as one batch that was used before.
  Batch& batch() {
    const auto taken = staging_.take(std::chrono::steady_clock::now() + std::chrono::seconds{10});
    REQUIRE(taken);
    batch_.clear();
    reader_->read(taken->chunk, batch_);
    return batch_;
  }

 private:
  TestFactory framers_{Framed::indented};
  RunCounters counters_;
  kafka::StagingQueue staging_{{}};
  std::shared_ptr<kafka::Partition> partition_ = std::make_shared<kafka::Partition>();
  std::unique_ptr<kafka::MessageReader> reader_;
  Batch batch_;
};

/// `name=value name=value`.
std::string fields_of(const Batch& batch, std::size_t record) {
  std::string out;
  for (const MessageField& each : batch.message_fields_of(batch.records.at(record)))
    out += (out.empty() ? "" : " ") + std::string{each.name} + "=" + std::string{each.value};
  return out;
}

TEST_CASE("Kafka messages: a record has its message's key and the headers that were asked for", "[ingest]") {
  OnePartition orders{{"traceparent", "tenant"}};
  orders.stage(3, "first", "customer-7", {"00-ab", ""});
  orders.stage(4, "second", "", {"", ""});
  orders.stage(9, "third\nfourth\n it goes on", "customer-8", {"", "north"});  // two records; offsets 5 to 8 were compacted away
  orders.stage(10, "fifth", "", {"", "south"});
  for (int round = 0; round < 2; ++round) {  // of an assignment's second batch as of its first
    const Batch& batch = orders.batch();
    REQUIRE(batch.stream->info.source == "shop");
    REQUIRE(batch.records.size() == 5);
    CHECK(fields_of(batch, 0) == "kafka.key=customer-7 kafka.headers.traceparent=00-ab");
    CHECK(fields_of(batch, 1).empty());
    CHECK(fields_of(batch, 2) == "kafka.key=customer-8 kafka.headers.tenant=north");
    CHECK(fields_of(batch, 3) == fields_of(batch, 2));
    CHECK(fields_of(batch, 4) == "kafka.headers.tenant=south");
    CHECK(batch.records[3].raw == "fourth\n it goes on");
    if (round != 0) break;
    const std::vector<std::string_view> none{"", ""};
    orders.stage(13, "first", "customer-7", {"00-ab", ""});
    orders.stage(14, "second", "", none);
    orders.stage(19, "third\nfourth\n it goes on", "customer-8", {"", "north"});
    orders.stage(20, "fifth", "", {"", "south"});
  }
}

TEST_CASE("Kafka messages: what no record came of leaves no field, and nothing of it reaches the next batch", "[ingest]") {
  OnePartition orders{{"tenant"}};
  orders.stage(0, "", "of an empty value", {"north"});
  orders.stage(1, {}, "of a tombstone", {"north"});
  orders.stage(2, "line", "");
  CHECK(orders.batch().message_fields.empty());
  orders.stage(3, "line", "a key");
  CHECK(fields_of(orders.batch(), 0) == "kafka.key=a key");
  orders.stage(4, "line", "");
  CHECK(orders.batch().message_fields.empty());
}

TEST_CASE("Kafka messages: a key that names the service has no more than a name's bytes of it", "[ingest]") {
  OnePartition orders{{}, {KafkaService::From::key, {}}};
  const std::string key(900, 'k');
  orders.stage(0, "line", key);
  const Batch& batch = orders.batch();
  CHECK(batch.records.at(0).service == key.substr(0, 256));
  CHECK(fields_of(batch, 0) == "kafka.key=" + key);
}

}  // namespace
}  // namespace loglode::test

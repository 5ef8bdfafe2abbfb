// Records and documents go to a topic and are read back: all of them, once, as they were written.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>

#include "core/window_summary.h"
#include "sinks/kafka_sink.h"
#include "tests/integration/kafka/reading.h"
#include "tests/unit/every_record.h"

namespace loglode::test {

namespace {

class Kept final : public Verdicts {
 public:
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept override {
    const std::scoped_lock lock{mutex_};
    verdicts_[{batch.sequence, record}].emplace_back(verdict, reason);
  }
  std::size_t count(Verdict verdict) const {
    const std::scoped_lock lock{mutex_};
    std::size_t found = 0;
    for (const auto& [which, all] : verdicts_) found += all.size() == 1 && all[0].first == verdict;
    return found;
  }
  std::size_t size() const {
    const std::scoped_lock lock{mutex_};
    return verdicts_.size();
  }
  std::string reason(std::uint64_t sequence, std::size_t record) const {
    const std::scoped_lock lock{mutex_};
    return verdicts_.at({sequence, record}).at(0).second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<std::pair<Verdict, std::string>>> verdicts_;
};

std::shared_ptr<const Batch> batch_of(std::uint64_t sequence, std::size_t records, std::size_t bytes_each = 0) {
  Batch batch;
  batch.sequence = sequence;
  Stream stream;
  stream.info.path = "in[2]";
  stream.info.topic = "in";
  stream.info.partition = 2;
  stream.info.service = "shop";
  stream.info.identity = {7, 9};
  batch.stream = std::make_shared<const Stream>(stream);
  for (std::size_t i = 0; i < records; ++i) {
    Record& record = batch.records.emplace_back();
    const std::uint64_t id = sequence * 1000 + i;
    record.message = batch.keep(payload_of(id, 21) + std::string(bytes_each, 'm'));
    record.offset = id << kKafkaOffsetShift;
    record.time = Timestamp{std::chrono::seconds{1'700'000'000 + static_cast<std::int64_t>(i)}};
  }
  return std::make_shared<const Batch>(std::move(batch));
}

struct KeptEvents final : EventVerdicts {
  std::vector<std::string> settled;  // read behind a flush
  void settle(const Event& event, Verdict verdict, std::string_view reason) noexcept override {
    settled.push_back(event.key + (verdict == Verdict::delivered ? " delivered" : " rejected: " + std::string{reason}));
  }
};

const RuleCatalog kNoRules;

OpenedSink sink_to(
    const std::string& topic, const std::function<void(KafkaSinkConfig&)>& change = [](KafkaSinkConfig&) {}) {
  KafkaSinkConfig config;
  config.name = "out";
  config.brokers = Broker::shared().address();
  config.topic = topic;
  config.options = {{"reconnect.backoff.max.ms", "500"}};
  change(config);
  static const std::string kNothing;
  auto made = make_kafka_sink(std::move(config), kNoRules, [](ShapeId) -> const std::string& { return kNothing; });
  REQUIRE(made);
  return std::move(*made);
}

Result<void> write_all(RecordSink& sink, const std::shared_ptr<const Batch>& batch, Verdicts& to) {
  return sink.write(batch, every_record(*batch), to);
}

Deadline within(std::chrono::seconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

TEST_CASE("what a Kafka sink delivers is read back as it was written", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("out", 3);
  Kept kept;
  for (const char* const codec : {"lz4", "zstd"}) {
    const auto sink = sink_to(topic, [&](KafkaSinkConfig& config) { config.options["compression.codec"] = codec; });
    const std::uint64_t first = codec[0] == 'l' ? 0 : 5;
    for (std::uint64_t sequence = first; sequence < first + 5; ++sequence) REQUIRE(write_all(*sink.records, batch_of(sequence, 100), kept));
    REQUIRE(sink.sink->flush(within(90s)));
    CHECK(kept.count(Verdict::delivered) == (first + 5) * 100);
  }
  const auto sink = sink_to(topic);
  KeptEvents events;
  REQUIRE(sink.events->write({Document::finding, "finding-1", R"({"id":"finding-1"})"}, events));
  REQUIRE(sink.sink->flush(within(90s)));
  CHECK(events.settled == std::vector<std::string>{"finding-1 delivered"});

  KafkaSourceConfig config = reading_of(topic, topic);
  config.service.from = KafkaService::From::key;
  TopicReading reading{config};
  reading.until_records(1001);
  std::set<std::uint64_t> ids;
  for (const Got& got : reading.got) {
    const auto json = nlohmann::json::parse(got.raw);
    if (json.contains("id")) {
      CHECK(got.service == "finding-1");
      continue;
    }
    const std::string message = json["message"];
    const std::uint64_t id = id_of(message);
    ids.insert(id);
    CHECK(message == payload_of(id, 21));
    CHECK(json["kafka.topic"] == "in");
    CHECK(json["kafka.partition"] == 2);
    CHECK(json["kafka.offset"] == id);
    CHECK(json["service.name"] == "shop");
    CHECK(json["event.id"] == record_id({7, 9}, id << kKafkaOffsetShift));
    CHECK(got.service == json["event.id"]);
  }
  CHECK(ids.size() == 1000);
}

TEST_CASE("a broker that is killed while a sink writes gets everything once", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("out-crash", 2);
  Kept kept;
  const auto sink = sink_to(topic, [](KafkaSinkConfig& config) { config.queue_bytes_max = 200 * kKiB; });
  std::thread crash{[&] {
    std::this_thread::sleep_for(300ms);
    broker.crash();
    std::this_thread::sleep_for(1s);
    broker.start();
  }};
  std::size_t refused = 0;
  for (std::uint64_t sequence = 0; sequence < 100; ++sequence) {
    const auto batch = batch_of(sequence, 100);
    for (Result<void> written = sink.records->write(batch, every_record(*batch), kept); !written;
         written = sink.records->write(batch, every_record(*batch), kept)) {
      REQUIRE(written.error().retryable);
      ++refused;
    }
    if (sequence < 10) std::this_thread::sleep_for(50ms);
  }
  crash.join();
  REQUIRE(sink.sink->flush(within(180s)));
  CHECK(refused > 0);
  CHECK(kept.count(Verdict::delivered) == 10'000);
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(10'000);
  std::set<std::string> different;
  for (const Got& got : reading.got) different.insert(got.raw);
  CHECK(different.size() == 10'000);
  CHECK(broker.end(topic, 0) + broker.end(topic, 1) == 10'000);
}

TEST_CASE("records that a topic will never take are rejected with the reason, the others are delivered", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string small = broker.topic("out-small", 1, {{"max.message.bytes", "50000"}});
  Kept kept;
  const auto sink = sink_to(small, [](KafkaSinkConfig& config) { config.options["compression.codec"] = "none"; });
  const std::vector<std::uint32_t> selected{0, 2};
  REQUIRE(sink.records->write(batch_of(0, 3), selected, kept));
  REQUIRE(write_all(*sink.records, batch_of(1, 1, 100'000), kept));    // the broker refuses it
  REQUIRE(write_all(*sink.records, batch_of(2, 1, 3'000'000), kept));  // the client refuses it
  KeptEvents events;
  REQUIRE(sink.events->write({Document::finding, "small", R"({"id":"small"})"}, events));
  REQUIRE(sink.events->write({Document::incident, "large", '"' + std::string(100'000, 'm') + '"'}, events));
  REQUIRE(sink.sink->flush(within(90s)));
  CHECK(kept.count(Verdict::delivered) == 2);
  CHECK(kept.count(Verdict::rejected) == 2);
  std::sort(events.settled.begin(), events.settled.end());
  REQUIRE(events.settled.size() == 2);
  CHECK(events.settled[0].find("large rejected: ") == 0);
  CHECK(events.settled[0].find("too large") != std::string::npos);
  CHECK(events.settled[1] == "small delivered");
  CHECK(kept.reason(1, 0).find("too large") != std::string::npos);
  CHECK(kept.reason(2, 0).find("too large") != std::string::npos);
  CHECK(broker.end(small, 0) == 3);
}

TEST_CASE("a sink whose topic does not exist says so and delivers once it does", "[kafka]") {
  Broker& broker = Broker::shared();
  Kept kept;
  const auto sink = sink_to("not-there-yet", [](KafkaSinkConfig& config) { config.options["topic.metadata.propagation.max.ms"] = "500"; });
  REQUIRE(write_all(*sink.records, batch_of(0, 2), kept));
  const Result<void> flushed = sink.sink->flush(within(3s));
  REQUIRE_FALSE(flushed);
  CHECK(flushed.error().retryable);
  INFO(flushed.error().message);
  CHECK(flushed.error().message.find("nknown topic") != std::string::npos);
  CHECK(kept.size() == 0);
  broker.create("not-there-yet", 1);
  REQUIRE(sink.sink->flush(within(90s)));
  CHECK(kept.count(Verdict::delivered) == 2);
}

TEST_CASE("options that would break a sink's promise are refused, by name", "[kafka]") {
  static const std::string kNothing;
  for (const auto& [key, value] : Options{
           {"acks", "1"}, {"enable.idempotence", "false"}, {"message.timeout.ms", "10"}, {"no.such", "x"}, {"linger.ms", "secret-value"}}) {
    KafkaSinkConfig config;
    config.brokers = "127.0.0.1:1";
    config.topic = "t";
    config.options[key] = value;
    const auto made = make_kafka_sink(config, kNoRules, [](ShapeId) -> const std::string& { return kNothing; });
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find(key) != std::string::npos);
    CHECK(made.error().message.find("secret-value") == std::string::npos);
  }
}

}  // namespace loglode::test

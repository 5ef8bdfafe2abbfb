// What comes out of topics when nothing goes wrong, and where reading goes on.
#include <algorithm>
#include <set>
#include <thread>

#include "tests/integration/kafka/reading.h"

namespace loglode::test {

TEST_CASE("every message of three partitions is handed out once, and the next member goes on behind what was committed", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("plain", 3);
  Producer producer{broker.address(), {{"compression.codec", "zstd"}}};
  send_payloads(producer, topic, {0, 6000}, 1, 3);
  {
    TopicReading reading{reading_of(topic, topic)};
    reading.until_records(6000);
    std::set<std::uint64_t> ids;
    std::map<std::int32_t, std::uint64_t> next;
    for (const Got& got : reading.got) {
      ids.insert(id_of(got.raw));
      CHECK(got.raw == payload_of(id_of(got.raw), 1));
      CHECK(got.offset == next[got.partition]++);
    }
    CHECK(ids.size() == 6000);
    CHECK(reading.batches < 60);
    CHECK(reading.services.at(topic + "[1]") == topic);
    CHECK(reading.counters.lines == 6000);
    reading.commit_all();
    CHECK(reading.source->statistics().partitions.size() == 3);
    CHECK(reading.source->statistics().partitions[0].high_watermark == 2000);
  }
  CHECK(broker.committed(topic, topic, 2) == 2000);
  producer.send(topic, 0, payload_of(6000, 1));
  producer.flush();
  TopicReading next{reading_of(topic, topic)};
  next.until_records(1);
  CHECK(next.got.at(0).raw == payload_of(6000, 1));
  CHECK(next.got.at(0).offset == 2000);
}

TEST_CASE("what was handed out and not committed comes again to the next member", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("again", 1);
  Producer producer{broker.address()};
  send_payloads(producer, topic, {0, 100}, 2);
  StreamIdentity identity;
  {
    TopicReading reading{reading_of(topic, topic)};
    reading.until_records(100);
    identity = reading.infos.at(topic + "[0]").identity;
    StreamPosition position{reading.positions.begin()->first, std::uint64_t{40} << kKafkaOffsetShift};
    CHECK(reading.source->commit({&position, 1}));
    reading.until([&] { return reading.source->statistics().partitions.at(0).committed == 40; });
  }
  KafkaSourceConfig config = reading_of(topic, topic);
  config.commit_metadata = "seen by 7";
  {
    TopicReading next{config};
    next.until_records(60);
    CHECK(next.got.at(0).raw == payload_of(40, 2));
    CHECK(next.infos.at(topic + "[0]").identity == identity);
    next.commit_all();
  }
  std::string metadata;
  CHECK(broker.committed(topic, topic, 0, &metadata) == 100);
  CHECK(metadata.starts_with("seen by 7 mark 99:"));  // the last message before it

  std::string told;
  std::optional<std::uint64_t> told_offset;
  config.known_position = [&](const StreamIdentity& which, std::optional<std::uint64_t> committed, std::string_view written) {
    CHECK(which == identity);
    told = written;
    told_offset = committed;
    return std::optional{std::uint64_t{90} << kKafkaOffsetShift};
  };
  TopicReading ours{config};
  ours.until_records(10);
  CHECK(told == "seen by 7");
  CHECK(told_offset == std::uint64_t{100} << kKafkaOffsetShift);
}

TEST_CASE("a partition without a position is read from where the configuration says", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("starts", 1);
  Producer producer{broker.address()};
  for (int i = 0; i < 10; ++i) producer.send(topic, 0, ToSend{"at " + std::to_string(i), {}, {}, 1'700'000'000'000 + i * 1000});
  producer.flush();

  KafkaSourceConfig config = reading_of(topic, topic + "-latest");
  config.start = KafkaStart::latest;
  {
    TopicReading latest{config};
    latest.until([&] { return !latest.positions.empty(); });
    CHECK(latest.got.empty());
    latest.commit_all();
  }
  // The end of then was committed, so that what came meanwhile is not passed over.
  producer.send(topic, 0, ToSend{"later", {}, {}, 1'700'000'100'000});
  producer.flush();
  TopicReading latest{config};
  latest.until_records(1);
  CHECK(latest.got.at(0).raw == "later");

  config = reading_of(topic, topic + "-time");
  config.start = KafkaStart::time;
  config.start_time = Timestamp{std::chrono::milliseconds{1'700'000'006'500}};
  TopicReading since{config};
  since.until_records(4);
  CHECK(since.got.at(0).raw == "at 7");
  CHECK(since.infos.at(topic + "[0]").modified == Timestamp{std::chrono::milliseconds{1'700'000'007'000}});
}

TEST_CASE("topics that fit a pattern and partitions that are added are read as they come", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string first = broker.topic("pattern.a", 1);
  KafkaSourceConfig config = reading_of("^pattern\\..*", first);
  config.options["topic.metadata.refresh.interval.ms"] = "500";
  config.service = {KafkaService::From::fixed, "all"};
  config.overrides.push_back({"^pattern\\.b.*", {}, KafkaService{KafkaService::From::key, ""}, nullptr});
  Producer producer{broker.address()};
  producer.send(first, 0, "one");
  TopicReading reading{config};
  reading.until_records(1);
  reading.commit_all();

  const std::string second = broker.topic("pattern.b", 1);
  producer.send(second, 0, ToSend{"two", "cart", {}, 0});
  reading.until_records(2);
  CHECK(reading.got.back().service == "cart");
  CHECK(reading.services.at(first + "[0]") == "all");
  reading.commit();

  broker.add_partitions(first, 2);
  Producer knows_more{broker.address()};
  knows_more.send(first, 1, "three");
  reading.until([&] {
    reading.commit();
    return std::any_of(reading.got.begin(), reading.got.end(), [](const Got& got) { return got.raw == "three"; });
  });
  CHECK(std::count_if(reading.got.begin(), reading.got.end(), [](const Got& got) { return got.raw == "two"; }) == 1);
}

TEST_CASE("what names the service: a header, else what the configuration says", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("services", 1);
  Producer producer{broker.address()};
  producer.send(topic, 0, ToSend{R"({"svc":"cart","log":{"file":{"path":"/var/log/pay/pay-2026-11-26.log"}}})", "key", {}, 0});
  producer.send(topic, 0, ToSend{R"({"file":"/var/log/pay/pay-2026-11-26.log"})", "key", {{"service.name", "header"}}, 0});
  producer.send(topic, 0, "neither");
  producer.flush();
  const auto expect = [&](KafkaService service, const std::string& of_stream, const std::vector<std::string>& of_records) {
    KafkaSourceConfig config = reading_of(topic, topic);
    config.service = std::move(service);
    TopicReading reading{config};
    reading.until_records(3);
    CHECK(reading.services.at(topic + "[0]") == of_stream);
    std::vector<std::string> services;
    for (const Got& got : reading.got) services.push_back(got.service);
    CHECK(services == of_records);
  };
  using From = KafkaService::From;
  expect({From::field, "svc"}, topic, {"cart", "header", ""});
  expect({From::path, ""}, topic, {"pay", "header", ""});
  expect({From::fixed, "one"}, "one", {"", "header", ""});
  expect({From::key, ""}, topic, {"key", "header", ""});
}

TEST_CASE("stop() hands out what was taken and then ends", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("stop", 2);
  Producer producer{broker.address()};
  send_payloads(producer, topic, {0, 1000}, 3, 2);
  TopicReading reading{reading_of(topic, topic)};
  wait_until([&] { return reading.source->statistics().messages == 1000; });
  reading.source->stop();
  producer.send(topic, 0, payload_of(1000, 3));
  producer.flush();
  reading.until([&] { return reading.ended; });
  CHECK(reading.got.size() == 1000);
  reading.commit_all();
  CHECK(broker.committed(topic, topic, 0) == 500);
}

TEST_CASE("a pipeline that stands still pauses its partitions, keeps them, and misses nothing", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("still", 2);
  Producer producer{broker.address()};
  const std::string line(10'000, 'x');
  for (int i = 0; i < 2000; ++i) producer.send(topic, i % 2, std::to_string(i) + ' ' + line);
  producer.flush();
  KafkaSourceConfig config = reading_of(topic, topic);
  config.staged_bytes_max = 1 * kMiB;
  config.queue_bytes_max = 2 * kMiB;
  config.batch_bytes = 256 * kKiB;
  config.options["max.poll.interval.ms"] = "6000";
  TopicReading reading{config};
  wait_until([&] { return reading.source->statistics().staged_bytes > kMiB; });
  std::this_thread::sleep_for(8s);  // longer than max.poll.interval.ms
  const KafkaStatistics still = reading.source->statistics();
  CHECK(still.paused);
  CHECK(still.staged_bytes < 2 * kMiB);
  CHECK(still.rebalances == 1);
  reading.until_records(2000);
  std::map<std::int32_t, std::uint64_t> next;
  for (const Got& got : reading.got) CHECK(got.offset == next[got.partition]++);
  CHECK_FALSE(reading.source->statistics().paused);
}

TEST_CASE("options that would break a promise are refused, by name", "[kafka]") {
  const IndentFramers framers;
  RunCounters counters;
  const auto refused = [&](const std::string& key, const std::string& value) {
    KafkaSourceConfig config = reading_of("any", "any");
    config.options[key] = value;
    const auto made = make_kafka_source(std::move(config), framers, counters);
    REQUIRE_FALSE(made);
    INFO(made.error().message);
    CHECK(made.error().message.find(key) != std::string::npos);
    CHECK(made.error().message.find("secret-value") == std::string::npos);
  };
  refused("enable.auto.commit", "true");
  refused("auto.offset.reset", "latest");
  refused("plugin.library.paths", "secret-value");
  refused("no.such.option", "secret-value");
  refused("session.timeout.ms", "secret-value");
  if (rd_kafka_version() < 0x02060100) refused("partition.assignment.strategy", "cooperative-sticky");
}

TEST_CASE("a record has the message's time until the parser finds one of its own", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("times", 1);
  const std::int64_t sent = 1'795'700'000'000;
  Producer{broker.address()}.send(topic, 0, ToSend{"{\"level\":\"error\",\"msg\":\"no connection\"}", {}, {}, sent});
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(1);
  CHECK(reading.got.at(0).time == Timestamp{std::chrono::milliseconds{sent}});
}

}  // namespace loglode::test

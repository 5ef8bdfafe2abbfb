// What goes wrong: members come and go, brokers crash, messages are deleted, commits are refused.
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "ingest/kafka/position_mark.h"
#include "tests/integration/kafka/reading.h"
// Behind what includes rdkafka.h.
#include <librdkafka/rdkafka_mock.h>

namespace loglode::test {

namespace {

/// Of all members together: which ids were handed out.
class Oracle {
 public:
  explicit Oracle(std::uint64_t seed) : seed_{seed} {}
  void saw(const Got& got) {
    const std::uint64_t id = id_of(got.raw);
    const std::scoped_lock lock{mutex_};
    if (got.raw != payload_of(id, seed_)) ++wrong_;
    ids_.insert(id);
    by_partition_[got.partition].insert(got.offset);
    ++times_;
  }
  std::size_t ids() const {
    const std::scoped_lock lock{mutex_};
    return ids_.size();
  }
  std::size_t wrong() const { return wrong_; }
  std::size_t times() const { return times_; }
  /// Of the offsets below `committed`, how many nobody saw.
  std::size_t missing_below(std::int32_t partition, std::int64_t committed) {
    const std::scoped_lock lock{mutex_};
    std::size_t missing = 0;
    for (std::int64_t offset = 0; offset < committed; ++offset)
      missing += by_partition_[partition].count(static_cast<std::uint64_t>(offset)) == 0;
    return missing;
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t seed_;
  std::set<std::uint64_t> ids_;
  std::map<std::int32_t, std::set<std::uint64_t>> by_partition_;
  std::size_t wrong_ = 0, times_ = 0;
};

/// A member of the group on a thread of its own; commits what it has handed to the oracle.
class Member {
 public:
  Member(KafkaSourceConfig config, Oracle& oracle)
      : thread_{[this, config = std::move(config), &oracle]() mutable { run(std::move(config), oracle); }} {}
  ~Member() { leave(); }
  void leave() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::atomic<std::uint64_t> repeats{0}, commit_failures{0}, rebalances{0};

  /// Where it stands, for a test that fails.
  std::string told() {
    const std::scoped_lock lock{mutex_};
    if (source_ == nullptr) return "no source";
    const KafkaStatistics now = source_->statistics();
    std::string text = "messages " + std::to_string(now.messages) + ", rebalances " + std::to_string(now.rebalances) +
                       ", commit failures " + std::to_string(now.commit_failures) + (now.brokers_down ? ", brokers down" : "") +
                       (now.paused ? ", paused" : "");
    for (const KafkaLag& lag : now.partitions)
      text += "; [" + std::to_string(lag.partition) + "] position " + std::to_string(lag.position) + ", committed " +
              std::to_string(lag.committed) + " of " + std::to_string(lag.high_watermark);
    for (const InputProblem& problem : counters_.problems()) text += "; " + problem.path + ": " + problem.what;
    return text;
  }

 private:
  void run(KafkaSourceConfig config, Oracle& oracle) {
    IndentFramers framers;
    auto source = make_kafka_source(std::move(config), framers, counters_);
    if (!source) return;
    offer(source->get());
    std::map<StreamId, std::uint64_t> positions;
    auto last_commit = std::chrono::steady_clock::now();
    while (!stop_) {
      Batch batch;
      if (!(*source)->fill(batch, std::chrono::steady_clock::now() + 50ms)) break;
      if (batch.stream) {
        for (const Record& record : batch.records)
          oracle.saw({batch.stream->info.topic, batch.stream->info.partition, record.offset >> kKafkaOffsetShift, 0,
                      std::string{record.raw}, "", "", "", 0, 1, kNoTime, ""});
        positions[batch.stream->info.id] = batch.end;
      }
      const auto now = std::chrono::steady_clock::now();
      if (!(*source)->wants_commit() && now - last_commit < 200ms) continue;
      commit(**source, positions);
      last_commit = now;
    }
    commit(**source, positions);
    const KafkaStatistics statistics = (*source)->statistics();
    repeats = statistics.repeats_dropped;
    commit_failures = statistics.commit_failures;
    rebalances = statistics.rebalances;
    offer(nullptr);
  }

  void offer(KafkaSource* source) {
    const std::scoped_lock lock{mutex_};
    source_ = source;
  }

  static void commit(Source& source, const std::map<StreamId, std::uint64_t>& positions) {
    std::vector<StreamPosition> all;
    for (const auto& [stream, offset] : positions) all.push_back({stream, offset});
    static_cast<void>(source.commit(all));
  }

  std::atomic<bool> stop_{false};
  RunCounters counters_;
  std::mutex mutex_;
  KafkaSource* source_ = nullptr;  // guarded by mutex_
  std::thread thread_;             // last: uses the others
};

/// librdkafka's stand-in for a cluster, with the topic `mock` of one partition: it refuses on demand.
constexpr std::int16_t kOffsetCommit = 8;  // of Kafka's protocol

class StandIn {
 public:
  explicit StandIn(int brokers = 1) {
    std::array<char, 512> said{};
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "test.mock.num.brokers", std::to_string(brokers).c_str(), said.data(), said.size());
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, said.data(), said.size());
    REQUIRE(host_ != nullptr);
    cluster_ = rd_kafka_handle_mock_cluster(host_);
    REQUIRE(cluster_ != nullptr);
    rd_kafka_mock_topic_create(cluster_, "mock", 1, 1);
    address_ = rd_kafka_mock_cluster_bootstraps(cluster_);
  }
  ~StandIn() { rd_kafka_destroy(host_); }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_; }

 private:
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  std::string address_;
};

}  // namespace

TEST_CASE("members come and go while messages flow: nothing below a committed offset was missed, and hardly anything came twice",
          "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("members", 4);
  Oracle oracle{11};
  constexpr std::uint64_t kAll = 40'000;
  std::atomic<std::uint64_t> sent{0};
  std::thread sender{[&] {
    Producer producer{broker.address(), {{"compression.codec", "lz4"}}};
    for (std::uint64_t id = 0; id < kAll; ++id) {
      producer.send(topic, static_cast<int>(id * 7 % 4), payload_of(id, 11));
      if (id % 400 == 399) std::this_thread::sleep_for(80ms);
      sent = id + 1;
    }
    producer.flush();
  }};
  {
    Member first{reading_of(topic, topic), oracle};
    std::this_thread::sleep_for(2s);
    {
      Member second{reading_of(topic, topic), oracle};
      std::this_thread::sleep_for(2s);
    }
    Member third{reading_of(topic, topic), oracle};
    std::this_thread::sleep_for(1s);
    first.leave();
    wait_until([&] { return sent == kAll && oracle.ids() == kAll; });
    if (oracle.ids() != kAll) WARN(third.told());
    sender.join();
    third.leave();
    CHECK(third.repeats == 0);
  }
  CHECK(oracle.ids() == kAll);
  CHECK(oracle.wrong() == 0);
  INFO("handed out " << oracle.times() << " times");
  CHECK(oracle.times() == kAll);  // every hand-over commits what it handed out
  for (std::int32_t partition = 0; partition < 4; ++partition) {
    const std::int64_t committed = broker.committed(topic, topic, partition);
    CHECK(committed == broker.end(topic, partition));
    CHECK(oracle.missing_below(partition, committed) == 0);
  }
}

TEST_CASE("a broker that is killed in the middle costs time, and nothing else", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("crash", 2);
  Oracle oracle{12};
  constexpr std::uint64_t kAll = 20'000;
  std::thread sender{[&] {
    Producer producer{broker.address(), {{"reconnect.backoff.max.ms", "500"}}};
    for (std::uint64_t id = 0; id < kAll; ++id) {
      producer.send(topic, static_cast<int>(id % 2), payload_of(id, 12));
      if (id % 400 == 399) std::this_thread::sleep_for(60ms);
    }
    producer.flush();
  }};
  {
    Member member{reading_of(topic, topic), oracle};
    wait_until([&] { return oracle.ids() > 3000; });
    broker.crash();
    std::this_thread::sleep_for(1s);
    broker.start();
    sender.join();
    wait_until([&] { return oracle.ids() == kAll; });
    if (oracle.ids() != kAll) WARN(member.told());
  }
  CHECK(oracle.ids() == kAll);
  CHECK(oracle.wrong() == 0);
  for (std::int32_t partition = 0; partition < 2; ++partition) {
    const std::int64_t committed = broker.committed(topic, topic, partition);
    CHECK(committed > 0);
    CHECK(oracle.missing_below(partition, committed) == 0);
  }
}

TEST_CASE("brokers that are away are told about once, and so is their return", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("away", 1);
  Producer{broker.address()}.send(topic, 0, "before");
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(1);
  broker.crash();
  reading.until([&] { return reading.source->statistics().brokers_down; });
  broker.start();
  reading.until([&] { return !reading.source->statistics().brokers_down; });
  Producer{broker.address()}.send(topic, 0, "after");
  reading.until([&] { return reading.got.back().raw == "after"; });
  const auto problems = reading.counters.problems();
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].what.find("no broker can be reached") != std::string::npos);
  CHECK(problems[1].what.find("can be reached again") != std::string::npos);
  CHECK_FALSE(problems[0].fatal);
}

TEST_CASE("messages deleted before they were read are told about, with their number", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("deleted", 1);
  Producer producer{broker.address()};
  send_payloads(producer, topic, {0, 100}, 13);
  {
    TopicReading reading{reading_of(topic, topic)};
    reading.until_records(100);
    const StreamPosition position{reading.positions.begin()->first, std::uint64_t{10} << kKafkaOffsetShift};
    CHECK(reading.source->commit({&position, 1}));
    reading.until([&] { return reading.source->statistics().partitions.at(0).committed == 10; });
  }
  broker.delete_before(topic, 0, 70);
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(30);
  CHECK(reading.got.at(0).offset == 70);
  REQUIRE(reading.counters.problems().size() == 1);
  CHECK(reading.counters.problems()[0].what.find("60 messages were deleted before they were read") != std::string::npos);
  reading.commit_all();
  CHECK(broker.committed(topic, topic, 0) == 100);
}

TEST_CASE("a position behind the end of its partition is told about, and the partition is read from its beginning", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("behind", 2);
  Producer producer{broker.address()};
  send_payloads(producer, topic, {0, 10}, 16, 2);
  KafkaSourceConfig config = reading_of(topic, topic);
  int asked = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> named;
  config.known_position = [&](const StreamIdentity& stream, std::optional<std::uint64_t>, std::string_view metadata) {
    ++named[{stream.high, stream.low}];
    CHECK((metadata.empty() || metadata == "ours"));
    return ++asked <= 2 ? std::optional{std::uint64_t{asked == 1 ? 500U : 2U} << kKafkaOffsetShift} : std::nullopt;
  };
  config.commit_metadata = "ours";
  TopicReading reading{config};
  reading.until_records(8);  // five of the one, three of the other
  // The same offsets are other records now: the one that is read from its beginning has another name, and keeps it.
  int other = 0;
  for (const auto& [path, info] : reading.infos) other += named.count({info.identity.high, info.identity.low}) == 0;
  CHECK(other == 1);
  const auto problems = reading.counters.problems();
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].what.find("group '" + topic + "' has no position for " + topic + "[0], " + topic + "[1]") != std::string::npos);
  CHECK(problems[1].what.find("the position 500 is behind the end 5") != std::string::npos);
  CHECK(problems[1].what.find("come under new record ids") != std::string::npos);
  reading.commit_all();
  CHECK(broker.committed(topic, topic, 0) == 5);
  CHECK(broker.committed(topic, topic, 1) == 5);
  const auto infos = reading.infos;
  reading.source.reset();
  for (int partition : {0, 1}) producer.send(topic, partition, payload_of(10, 16));
  producer.flush();
  TopicReading next{config};
  next.until_records(2);
  for (const auto& [path, info] : next.infos) CHECK(info.identity == infos.at(path).identity);
}

TEST_CASE("a position that the state had when the run began does not count beside one that was noted since", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("noted", 1);
  send_payloads(broker, topic, {0, 10}, 21);
  KafkaSourceConfig config = reading_of(topic, topic);
  config.known_position = [](const StreamIdentity&, std::optional<std::uint64_t>, std::string_view) {
    return std::optional{std::uint64_t{8} << kKafkaOffsetShift};
  };
  config.bookmarks = {kafka::encode(kafka::PartitionBookmark{"bG9nbG9kZS1rYWZrYS10ZQ", topic, 0, 3, {}})};  // scripts/servers/kafka/start
  TopicReading reading{config};
  reading.until_records(7);
  CHECK(reading.got.at(0).offset == 3);
}

TEST_CASE("a topic that is created again under its name is read from its beginning", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("recreated", 1);
  {
    send_payloads(broker, topic, {0, 50}, 14);
    TopicReading reading{reading_of(topic, topic)};
    reading.until_records(50);
    reading.commit_all();
  }
  broker.delete_topic(topic);
  broker.create(topic, 1);
  send_payloads(broker, topic, {100, 105}, 14);
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(5);
  CHECK(reading.got.at(0).raw == payload_of(100, 14));
  reading.commit_all();
  CHECK(broker.committed(topic, topic, 0) == 5);
}

TEST_CASE("a topic that is created again while it is read, and has more by then than was read of it, is read from its beginning",
          "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("renewed", 1);
  send_payloads(broker, topic, {0, 10}, 18);
  TopicReading reading{reading_of(topic, topic)};
  reading.until_records(10);
  reading.commit_all();
  broker.delete_topic(topic);
  broker.create(topic, 1);
  send_payloads(broker, topic, {100, 130}, 18);
  std::set<std::string> missing;
  for (std::uint64_t id = 100; id < 130; ++id) missing.insert(payload_of(id, 18));
  reading.until([&] {
    for (const Got& got : reading.got) missing.erase(got.raw);
    return missing.empty();
  });
}

TEST_CASE("a topic that is created again while reading is paused is read from its beginning", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("paused", 1);
  send_payloads(broker, topic, {0, 10}, 20);
  KafkaSourceConfig config = reading_of(topic, topic);
  config.staged_bytes_max = 1;
  config.batch_bytes = 1;
  TopicReading reading{config};
  reading.until_records(4);
  wait_until([&] { return reading.source->statistics().paused; });
  broker.delete_topic(topic);
  broker.create(topic, 1);
  send_payloads(broker, topic, {100, 130}, 20);
  std::set<std::string> missing;
  for (std::uint64_t id = 100; id < 130; ++id) missing.insert(payload_of(id, 20));
  reading.until([&] {
    for (const Got& got : reading.got) missing.erase(got.raw);
    return missing.empty();
  });
}

TEST_CASE("marks of transactions and messages of those that were given up hold no record, and the position moves past them", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("transactions", 1);
  {
    Producer producer{broker.address(), {{"transactional.id", topic}}};
    producer.transact(topic, {"kept 1", "kept 2"}, true);
    producer.transact(topic, {"given up"}, false);
  }
  TopicReading reading{reading_of(topic, topic)};
  reading.until([&] { return !reading.positions.empty() && reading.positions.begin()->second == std::uint64_t{5} << kKafkaOffsetShift; });
  REQUIRE(reading.got.size() == 2);
  CHECK(reading.got[1].raw == "kept 2");
  reading.commit_all();
  CHECK(broker.committed(topic, topic, 0) == 5);
}

TEST_CASE("commits that the group refuses are counted and come again", "[kafka]") {
  StandIn cluster;
  const std::string& address = cluster.address();
  {
    Producer producer{address};
    send_payloads(producer, "mock", {0, 10}, 15);
    KafkaSourceConfig config = reading_of("mock", "mock");
    config.brokers = address;
    config.options["allow.auto.create.topics"] = "true";
    TopicReading reading{config};
    reading.until_records(10);
    rd_kafka_mock_push_request_errors(cluster.get(), kOffsetCommit, 3, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
    reading.commit();
    reading.until([&] { return reading.source->statistics().commit_failures >= 1; });
    reading.until([&] {
      reading.commit();
      const auto now = reading.source->statistics().partitions;
      return now.size() == 1 && now[0].committed == 10;
    });
    CHECK(reading.source->statistics().commit_failures >= 1);
    CHECK(reading.source->fill(*std::make_unique<Batch>(), std::chrono::steady_clock::now()));
  }
}

TEST_CASE("a commit whose answer died with the coordinator holds up the next for seconds only", "[kafka]") {
  StandIn cluster{2};
  constexpr std::int32_t kLeader = 1, kCoordinator = 2;
  rd_kafka_mock_partition_set_leader(cluster.get(), "mock", 0, kLeader);
  rd_kafka_mock_coordinator_set(cluster.get(), "group", "unanswered", kCoordinator);
  Producer producer{cluster.address()};
  for (std::uint64_t id = 0; id < 20; ++id) producer.send("mock", 0, payload_of(id, 19));
  producer.flush();
  KafkaSourceConfig config = reading_of("mock", "unanswered");
  config.brokers = cluster.address();
  config.batch_bytes = 1;  // a message a batch
  TopicReading reading{config};
  reading.until([&] { return reading.got.size() >= 10; });
  constexpr int kNeverMs = 120'000;
  rd_kafka_mock_broker_push_request_error_rtts(cluster.get(), kCoordinator, kOffsetCommit, 1, RD_KAFKA_RESP_ERR_NO_ERROR, kNeverMs);
  reading.commit();
  wait_until([&] {  // until it was sent
    std::size_t left = 1;
    rd_kafka_mock_broker_error_stack_cnt(cluster.get(), kCoordinator, kOffsetCommit, &left);
    return left == 0;
  });
  rd_kafka_mock_coordinator_set(cluster.get(), "group", "unanswered", kLeader);
  rd_kafka_mock_broker_set_down(cluster.get(), kCoordinator);  // and stays so
  const auto moved = std::chrono::steady_clock::now();
  reading.until_records(20);
  reading.until([&] {
    reading.commit();
    const auto now = reading.source->statistics().partitions;
    return now.size() == 1 && now[0].committed == 20;
  });
  CHECK(std::chrono::steady_clock::now() - moved < 90s);
}

TEST_CASE("a partition that has more and gives nothing is told about and reassigned, and every message comes once", "[kafka]") {
  StandIn cluster;
  Producer producer{cluster.address()};
  send_payloads(producer, "mock", {0, 10}, 17);
  KafkaSourceConfig config = reading_of("mock", "stalled");
  config.brokers = cluster.address();
  config.options["allow.auto.create.topics"] = "true";
  TopicReading reading{config};
  reading.until_records(10);
  // Fetches fail in a way that the client passes over, everything else is answered.
  constexpr std::int16_t kFetch = 1;
  const std::vector<rd_kafka_resp_err_t> failing(1000, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR);
  rd_kafka_mock_push_request_errors_array(cluster.get(), kFetch, failing.size(), failing.data());
  send_payloads(producer, "mock", {10, 20}, 17);
  reading.until([&] { return reading.source->statistics().stalls >= 1; });
  CHECK(reading.got.size() == 10);
  rd_kafka_mock_clear_request_errors(cluster.get(), kFetch);
  reading.until_records(20);
  for (std::uint64_t id = 0; id < 20; ++id) CHECK(reading.got.at(id).raw == payload_of(id, 17));
  REQUIRE(reading.counters.problems().size() == 1);
  CHECK(reading.counters.problems()[0].what.find("gave none for a while") != std::string::npos);
}

TEST_CASE("an instance that a second one of the same name replaces says so and ends", "[kafka]") {
  Broker& broker = Broker::shared();
  const std::string topic = broker.topic("fenced", 1);
  KafkaSourceConfig config = reading_of(topic, topic);
  config.instance = "host-1";
  TopicReading first{config};
  first.until([&] { return !first.source->statistics().partitions.empty(); });
  TopicReading second{config};
  second.until([&] { return !second.source->statistics().partitions.empty(); });
  bool failed = false;
  for (int i = 0; i < 1800 && !failed; ++i) {
    Batch batch;
    const auto filled = first.source->fill(batch, std::chrono::steady_clock::now() + 100ms);
    failed = !filled;
    if (failed) CHECK(filled.error().message.find("host-1") != std::string::npos);
  }
  CHECK(failed);
}

}  // namespace loglode::test

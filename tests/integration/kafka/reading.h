// A pipeline of the smallest kind: fills, keeps what it saw, commits.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ingest/kafka/kafka_source.h"
#include "tests/integration/kafka/broker.h"
#include "tests/unit/ingest/test_framers.h"

namespace loglode::test {

using namespace std::chrono_literals;

struct Got {
  std::string topic;
  std::int32_t partition = -1;
  std::uint64_t offset = 0, place = 0;  // of the message, in the message
  std::string raw, service, trace_id, span_id;
  std::uint16_t flags = 0;
  std::uint32_t line_count = 0;
  Timestamp time = kNoTime;
  std::string fields;  // of its message: `name=value name=value`
};

class IndentFramers final : public FramerFactory {
 public:
  [[nodiscard]] FramedStream open(const StreamInfo&, std::span<const std::string_view>) const override {
    return {std::make_unique<IndentFramer>(), std::make_shared<StreamPlan>()};
  }
};

inline KafkaSourceConfig reading_of(const std::string& topic, const std::string& group) {
  static std::atomic<std::uint32_t> streams{0};
  KafkaSourceConfig config;
  config.name = "test";
  config.brokers = Broker::shared().address();
  config.topics = {topic};
  config.group = group;
  config.next_stream = [] { return StreamId{streams++}; };
  config.options = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}, {"reconnect.backoff.max.ms", "500"}};
  return config;
}

/// One thread's.
class TopicReading {
 public:
  explicit TopicReading(KafkaSourceConfig config) {
    auto made = make_kafka_source(std::move(config), framers_, counters);
    REQUIRE(made);
    source = std::move(*made);
  }

  /// One batch, if there is one.
  bool step(std::chrono::milliseconds patience = 200ms) {
    Batch batch;
    const Result<Fill> filled = source->fill(batch, std::chrono::steady_clock::now() + patience);
    REQUIRE(filled);
    ended = *filled == Fill::end;
    if (!batch.stream) return false;
    const StreamInfo& info = batch.stream->info;
    positions[info.id] = batch.end;
    const std::string place = info.topic + '[' + std::to_string(info.partition) + ']';
    CHECK(info.path == "kafka:" + place);
    services[place] = info.service;
    infos[place] = info;
    ++batches;
    for (const Record& record : batch.records) {
      got.push_back({info.topic,
                     info.partition,
                     record.offset >> kKafkaOffsetShift,
                     record.offset & ((std::uint64_t{1} << kKafkaOffsetShift) - 1),
                     std::string{record.raw},
                     std::string{record.service},
                     std::string{record.trace_id},
                     std::string{record.span_id},
                     record.flags,
                     record.line_count,
                     record.time,
                     {}});
      std::string& fields = got.back().fields;
      for (const MessageField& each : batch.message_fields_of(record))
        fields += (fields.empty() ? "" : " ") + std::string{each.name} + "=" + std::string{each.value};
    }
    return true;
  }

  /// Until `done`, or nobody would wait any longer.
  void until(const std::function<bool()>& done, std::chrono::seconds patience = 180s) {
    for (const auto end = std::chrono::steady_clock::now() + patience; !done() && std::chrono::steady_clock::now() < end;) step();
    CHECK(done());
  }
  void until_records(std::size_t count, std::chrono::seconds patience = 180s) {
    until([&] { return got.size() >= count; }, patience);
    INFO(got.size() << " of " << count);
    CHECK(got.size() == count);
  }

  void commit() {
    std::vector<StreamPosition> all;
    for (const auto& [stream, offset] : positions) all.push_back({stream, offset});
    CHECK(source->commit(all));
  }
  /// And waits until the group knows.
  void commit_all() {
    commit();
    until([&] {
      const KafkaStatistics now = source->statistics();
      return std::all_of(now.partitions.begin(), now.partitions.end(), [](const KafkaLag& lag) { return lag.committed >= lag.position; });
    });
  }

  RunCounters counters;
  std::vector<Got> got;
  std::map<StreamId, std::uint64_t> positions;
  std::map<std::string, std::string> services;
  std::map<std::string, StreamInfo> infos;
  std::size_t batches = 0;
  bool ended = false;

 private:
  IndentFramers framers_;

 public:
  std::unique_ptr<KafkaSource> source;
};

inline void wait_until(const std::function<bool()>& done, std::chrono::seconds patience = 180s) {
  for (const auto end = std::chrono::steady_clock::now() + patience; !done() && std::chrono::steady_clock::now() < end;)
    std::this_thread::sleep_for(10ms);
  CHECK(done());
}

/// A payload that anyone can compute from its id and the seed.
inline std::string payload_of(std::uint64_t id, std::uint64_t seed) {
  std::uint64_t state = (id + 1) * 0x9E3779B97F4A7C15U ^ seed * 0xC2B2AE3D27D4EB4FU;
  std::string text = "id=" + std::to_string(id) + " seed=" + std::to_string(seed) + " ";
  for (std::uint64_t i = state % 300; i > 0; --i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += static_cast<char>('a' + (state >> 33) % 26);
  }
  return text;
}

struct Ids {
  std::uint64_t begin = 0, end = 0;  // end: the first behind them
};

/// A message each, to the partitions in turn; the broker has them when it returns.
inline void send_payloads(Producer& producer, const std::string& topic, Ids ids, std::uint64_t seed, std::uint64_t partitions = 1) {
  for (std::uint64_t id = ids.begin; id < ids.end; ++id) producer.send(topic, static_cast<int>(id % partitions), payload_of(id, seed));
  producer.flush();
}

inline void send_payloads(Broker& broker, const std::string& topic, Ids ids, std::uint64_t seed) {
  Producer producer{broker.address()};
  send_payloads(producer, topic, ids, seed);
}

inline std::uint64_t id_of(const std::string& payload) { return std::stoull(payload.substr(3)); }

}  // namespace loglode::test

#include "ingest/kafka/kafka_source.h"

#include <regex.h>

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "ingest/kafka/consumer.h"
#include "ingest/kafka/consumer_conf.h"
#include "ingest/kafka/message_reader.h"

namespace loglode {

namespace {

using kafka::Partition;

class TopicPattern {
 public:
  explicit TopicPattern(const std::string& topic) : text_{topic}, pattern_{topic.starts_with('^')} {
    if (pattern_) good_ = ::regcomp(&regex_, topic.c_str(), REG_EXTENDED | REG_NOSUB) == 0;
  }
  ~TopicPattern() {
    if (pattern_ && good_) ::regfree(&regex_);
  }
  TopicPattern(const TopicPattern&) = delete;
  TopicPattern& operator=(const TopicPattern&) = delete;

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool fits(const std::string& topic) const {
    return pattern_ ? ::regexec(&regex_, topic.c_str(), 0, nullptr, 0) == 0 : topic == text_;
  }

 private:
  std::string text_;
  bool pattern_;
  bool good_ = true;
  regex_t regex_{};
};

class GroupSource final : public KafkaSource {
 public:
  GroupSource(KafkaSourceConfig config, const FramerFactory& framers, RunCounters& counters)
      : config_{std::move(config)},
        framers_{framers},
        counters_{counters},
        staging_{{.bytes_max = config_.staged_bytes_max, .batch_bytes = std::max<std::size_t>(config_.batch_bytes, 1)}},
        consumer_{config_, staging_, counters} {}

  Result<void> start() {
    for (const KafkaTopicOverride& override : config_.overrides) {
      patterns_.push_back(std::make_unique<TopicPattern>(override.topic));
      if (!patterns_.back()->good())
        return fail(std::make_error_code(std::errc::invalid_argument),
                    "source '" + config_.name + "': '" + override.topic + "' is no pattern");
    }
    return consumer_.start();
  }

  Result<Fill> fill(Batch& out, Deadline until) override {
    LOGLODE_ASSERT(out.records.empty());
    if (auto taken = staging_.take(until)) {
      reader_of(*taken->partition).read(taken->chunk, out);
    } else if (auto error = consumer_.fatal()) {
      return tl::unexpected<Error>(std::move(*error));
    }
    return staging_.drained() ? Fill::end : Fill::more;
  }

  void stop() noexcept override {
    staging_.stop();
    consumer_.wake();
  }

  Result<void> commit(std::span<const StreamPosition> positions) override {
    staging_.acknowledge(positions);
    consumer_.wake();
    return {};
  }

  [[nodiscard]] std::string bookmark(StreamId stream, std::uint64_t offset) const override { return staging_.bookmark(stream, offset); }

  [[nodiscard]] bool wants_commit() const noexcept override { return consumer_.wants_commit(); }

  bool keep_pace(StreamProgress& progress) override {
    staging_.keep_pace(progress, *this);
    return true;
  }

  [[nodiscard]] KafkaStatistics statistics() const override {
    KafkaStatistics all;
    for (const std::shared_ptr<Partition>& partition : staging_.partitions()) {
      KafkaLag lag{partition->topic, partition->number, -1, -1, -1};
      staging_.locked([&] { lag.position = partition->handed_out, lag.committed = partition->committed; });
      lag.high_watermark = consumer_.high_watermark(lag.topic, lag.partition);
      all.partitions.push_back(std::move(lag));
    }
    const kafka::ConsumerCounts& counts = consumer_.counts();
    all.messages = counts.messages;
    all.bytes = counts.bytes;
    all.tombstones = counts.tombstones;
    all.rebalances = counts.rebalances;
    all.commits = counts.commits;
    all.commit_failures = counts.commit_failures;
    all.unreadable = counts.unreadable;
    all.expired = counts.expired;
    all.repeats_dropped = counts.repeats_dropped;
    all.stalls = counts.stalls;
    all.staged_bytes = staging_.staged_bytes();
    all.paused = counts.paused;
    all.brokers_down = counts.brokers_down;
    return all;
  }

 private:
  kafka::MessageReader& reader_of(Partition& partition) {
    if (partition.reader) return *partition.reader;
    kafka::MessageReaderConfig config{config_.payload, config_.service, config_.line_bytes_max, config_.headers};
    const FramerFactory* framers = &framers_;
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (!patterns_[i]->fits(partition.topic)) continue;
      const KafkaTopicOverride& override = config_.overrides[i];
      config.payload = override.payload.value_or(config.payload);
      config.service = override.service.value_or(config.service);
      if (override.framers != nullptr) framers = override.framers;
      break;
    }
    StreamInfo info;
    info.id = partition.stream;
    info.path = "kafka:" + kafka::shown(partition);
    info.source = config_.name;
    info.service = config.service.from == KafkaService::From::fixed ? config.service.name : partition.topic;
    info.identity = partition.identity;
    info.topic = partition.topic;
    info.partition = partition.number;
    partition.reader = std::make_shared<kafka::MessageReader>(std::move(config), std::move(info), *framers, counters_);
    return *partition.reader;
  }

  const KafkaSourceConfig config_;
  const FramerFactory& framers_;
  RunCounters& counters_;
  std::vector<std::unique_ptr<TopicPattern>> patterns_;  // of config_.overrides
  kafka::StagingQueue staging_;
  kafka::Consumer consumer_;  // last: its thread uses the others
};

}  // namespace

Result<void> try_kafka_source(const KafkaSourceConfig& config) { return kafka::try_consumer(config); }

Result<std::unique_ptr<KafkaSource>> make_kafka_source(KafkaSourceConfig config, const FramerFactory& framers, RunCounters& counters) {
  auto source = std::make_unique<GroupSource>(std::move(config), framers, counters);
  if (auto started = source->start(); !started) return tl::unexpected<Error>(started.error());
  return source;
}

}  // namespace loglode

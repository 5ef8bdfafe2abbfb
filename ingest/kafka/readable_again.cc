#include "ingest/kafka/readable_again.h"

#include <array>
#include <chrono>

#include "ingest/kafka/consumer_conf.h"
#include "ingest/kafka/damage_search.h"

namespace loglode::kafka {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeout{15};  // for the answer about one offset
constexpr int kPollMs = 100, kAskMs = 2000;

/// One message is all that is looked at: whatever the source may prefetch, a probe asks for little. A batch comes whole nevertheless.
KafkaSourceConfig small(KafkaSourceConfig config) {
  config.queue_bytes_max = 1 * kMiB;
  config.options.erase("max.partition.fetch.bytes");  // the same option by another name
  config.options["fetch.message.max.bytes"] = "65536";
  config.options["queued.min.messages"] = "1";
  return config;
}

Look look_of(rd_kafka_event_t* event) {
  using Seen = Look::Seen;
  if (event == nullptr) return {};
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH) return {Seen::good};
  if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_ERROR) return {};
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF) return {Seen::good};
  if (!is_damage(rd_kafka_event_error(event))) return {};
  const OnePartition at{rd_kafka_event_topic_partition(event)};
  return {Seen::damaged, at ? at->offset : -1};
}

/// A client for one partition. Made for each look: what it had asked for before would answer the next one.
class Probe {
 public:
  explicit Probe(const KafkaSourceConfig& config) {
    Result<Conf> conf = make_consumer_conf(small(config));
    std::array<char, 512> said{};
    if (!conf) return;
    client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), said.data(), said.size());
    if (client_ == nullptr) return;
    static_cast<void>(conf->release());  // the client's now
    rd_kafka_poll_set_consumer(client_);
    queue_.reset(rd_kafka_queue_get_consumer(client_));
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() {
    queue_.reset();
    if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }

  std::optional<std::int64_t> end_of(const std::string& topic, std::int32_t partition) {
    std::int64_t low = 0, high = 0;
    if (client_ == nullptr || rd_kafka_query_watermark_offsets(client_, topic.c_str(), partition, &low, &high, kAskMs) != 0)
      return std::nullopt;
    return high;
  }

  Look look(const std::string& topic, std::int32_t partition, std::int64_t offset, const std::atomic<bool>& stop) {
    const PartitionList list = new_list();
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
    if (client_ == nullptr || rd_kafka_assign(client_, list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    for (const Clock::time_point until = Clock::now() + kTimeout; Clock::now() < until && !stop;) {
      const Event event{rd_kafka_queue_poll(queue_.get(), kPollMs)};
      if (const Look seen = look_of(event.get()); seen.seen != Look::Seen::unknown) return seen;
    }
    return {};
  }

 private:
  rd_kafka_t* client_ = nullptr;
  Queue queue_;
};

}  // namespace

bool is_damage(rd_kafka_resp_err_t error) noexcept {
  return error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION || error == RD_KAFKA_RESP_ERR__BAD_MSG;
}

std::optional<std::int64_t> readable_again(const KafkaSourceConfig& config, const std::string& topic, std::int32_t partition,
                                           std::int64_t from, const std::atomic<bool>& stop) {
  const std::optional<std::int64_t> end = Probe{config}.end_of(topic, partition);
  if (!end) return std::nullopt;
  return behind_damage([&](std::int64_t offset) { return Probe{config}.look(topic, partition, offset, stop); }, from, *end);
}

}  // namespace loglode::kafka

// How fast messages come out of a topic: by librdkafka alone (`bare`), or through the source, as batches of records (`source`).
// usage: bare_consumer BROKERS TOPIC bare|source MESSAGES
// Both read from the beginning with the same settings and commit nothing. Prints one line of JSON.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "ingest/kafka/kafka_source.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Read {
  std::uint64_t messages = 0, bytes = 0;
  Clock::time_point first{};

  void add(std::uint64_t more, std::uint64_t more_bytes) {
    if (messages == 0) first = Clock::now();  // joining the group is not reading
    messages += more;
    bytes += more_bytes;
  }
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

std::string new_group() { return "bare-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count()); }

Read read_bare(const std::string& brokers, const std::string& topic, std::uint64_t wanted) {
  char said[512] = {};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  const std::map<std::string, std::string> settings{{"bootstrap.servers", brokers},         {"group.id", new_group()},
                                                    {"enable.auto.commit", "false"},        {"enable.auto.offset.store", "false"},
                                                    {"auto.offset.reset", "earliest"},      {"fetch.max.bytes", "2097152"},
                                                    {"fetch.message.max.bytes", "1048576"}, {"queued.max.messages.kbytes", "16384"}};
  for (const auto& [key, value] : settings)
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), said, sizeof said) != RD_KAFKA_CONF_OK) give_up(said);
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, said, sizeof said);
  if (client == nullptr) give_up(said);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* const topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  Read read;
  while (read.messages < wanted) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(client, 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) read.add(1, message->len);
    rd_kafka_message_destroy(message);
  }
  return read;  // the client goes with the process
}

class EachLine final : public loglode::Framer {
 public:
  loglode::Framing next(std::string_view) override { return {}; }
};

class EachLineFactory final : public loglode::FramerFactory {
 public:
  [[nodiscard]] loglode::FramedStream open(const loglode::StreamInfo&, std::span<const std::string_view>) const override {
    return {std::make_unique<EachLine>(), std::make_shared<loglode::StreamPlan>()};
  }
};

Read read_source(const std::string& brokers, const std::string& topic, std::uint64_t wanted) {
  const EachLineFactory framers;
  loglode::RunCounters counters;
  loglode::KafkaSourceConfig config;
  std::uint32_t streams = 0;
  config.name = "perf";
  config.brokers = brokers;
  config.topics = {topic};
  config.group = new_group();
  config.next_stream = [&] { return loglode::StreamId{streams++}; };
  auto source = loglode::make_kafka_source(config, framers, counters);
  if (!source) give_up(source.error().message);
  Read read;
  loglode::Batch batch;
  while (read.messages < wanted) {
    batch.clear();
    if (!(*source)->fill(batch, Clock::now() + std::chrono::milliseconds{100})) break;
    std::uint64_t bytes = 0;
    for (const loglode::Record& record : batch.records) bytes += record.raw.size();
    if (!batch.records.empty()) read.add(batch.records.size(), bytes);
  }
  return read;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give_up("usage: bare_consumer BROKERS TOPIC bare|source MESSAGES");
  const std::string how = argv[3];
  const std::uint64_t wanted = std::strtoull(argv[4], nullptr, 10);
  const Read read = how == "source" ? read_source(argv[1], argv[2], wanted) : read_bare(argv[1], argv[2], wanted);
  const double seconds = std::chrono::duration<double>(Clock::now() - read.first).count();
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  std::printf(R"({"how":"%s","messages":%llu,"seconds":%.2f,"messages_per_s":%.0f,"mb_per_s":%.1f,"cpu_s":%.2f,"rss_mb":%.0f})"
              "\n",
              how.c_str(), static_cast<unsigned long long>(read.messages), seconds, static_cast<double>(read.messages) / seconds,
              static_cast<double>(read.bytes) / 1e6 / seconds, cpu, static_cast<double>(used.ru_maxrss) / 1024);
  std::fflush(stdout);
  std::_Exit(0);
}

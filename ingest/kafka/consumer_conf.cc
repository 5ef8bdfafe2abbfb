#include "ingest/kafka/consumer_conf.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "kafka/options.h"

namespace loglode::kafka {

namespace {

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

class Settings {
 public:
  explicit Settings(std::string source) : source_{std::move(source)}, conf_{rd_kafka_conf_new()} {}

  Result<void> set(const std::string& key, const std::string& value) {
    std::array<char, 512> said{};
    const rd_kafka_conf_res_t done = rd_kafka_conf_set(conf_.get(), key.c_str(), value.c_str(), said.data(), said.size());
    if (done == RD_KAFKA_CONF_OK) return {};
    if (done == RD_KAFKA_CONF_UNKNOWN)
      return invalid("source '" + source_ + "': librdkafka " + rd_kafka_version_str() + " has no option '" + key + "'");
    return invalid("source '" + source_ + "': option '" + key + "' has a value that librdkafka refuses");
  }

  [[nodiscard]] rd_kafka_conf_t* get() const { return conf_.get(); }
  Conf release() { return std::move(conf_); }

 private:
  std::string source_;
  Conf conf_;
};

void no_log(const rd_kafka_t*, int, const char*, const char*) noexcept {}

Result<void> check_option(const KafkaSourceConfig& config, const std::string& key, const std::string& value) {
  const auto fault = fault_of_option(key, value, Role::source);
  if (!fault) return {};
  if (fault->kind == OptionFault::Kind::unknown)
    return invalid("source '" + config.name + "': librdkafka " + rd_kafka_version_str() + " has no option '" + key + "'");
  return invalid(
      "source '" + config.name + "': option '" + key + "' " +
      (fault->kind == OptionFault::Kind::reserved ? "is not to be set here: " + fault->why : "has a value that librdkafka refuses"));
}

Result<void> check_config(const KafkaSourceConfig& config) {
  const auto missing = [&](std::string_view what) { return invalid("source '" + config.name + "': " + std::string{what}); };
  if (config.brokers.empty()) return missing("no brokers are given");
  if (config.topics.empty()) return missing("no topics are given");
  if (config.group.empty()) return missing("no group is given");
  if (!config.next_stream) return missing("nothing allots stream ids");
  return {};
}

std::map<std::string, std::string> chosen(const KafkaSourceConfig& config) {
  // A response may hold messages of many partitions and comes on top of what is queued: an eighth each, so that the sum stays near the
  // budget.
  const std::size_t response = std::clamp<std::size_t>(config.queue_bytes_max / 8, 1 * kMiB, 50 * kMiB);
  const std::size_t of_partition = std::clamp<std::size_t>(config.queue_bytes_max / 16, 64 * kKiB, 1 * kMiB);
  const std::size_t queued = std::clamp<std::size_t>(config.queue_bytes_max / kKiB, 64, 2'000'000);
  std::map<std::string, std::string> all{
      {"client.id", "loglode"},
      {"fetch.max.bytes", std::to_string(response)},
      {"fetch.message.max.bytes", std::to_string(of_partition)},
      {"topic.metadata.refresh.interval.ms", "30000"},  // how soon a new topic that fits a pattern, and a new partition, is seen
  };
  const bool broker_assigns = config.options.contains("group.protocol");
  if (!broker_assigns) all["partition.assignment.strategy"] = "range,roundrobin";
  for (const auto& [key, value] : config.options) all[key] = value;
  all["bootstrap.servers"] = config.brokers;
  all["group.id"] = config.group;
  if (!config.instance.empty()) all["group.instance.id"] = config.instance;
  all["enable.auto.commit"] = "false";
  all["enable.auto.offset.store"] = "false";
  all["enable.partition.eof"] = "true";
  all["auto.offset.reset"] = "error";
  all["queued.max.messages.kbytes"] = std::to_string(queued);
  all["debug"] = config.options.contains("debug") ? config.options.at("debug") + ",topic,broker" : "topic,broker";  // for Consumer::on_log
  return all;
}

}  // namespace

Result<Conf> make_consumer_conf(const KafkaSourceConfig& config) {
  if (auto good = check_config(config); !good) return tl::unexpected<Error>(good.error());
  for (const auto& [key, value] : config.options)
    if (auto good = check_option(config, key, value); !good) return tl::unexpected<Error>(good.error());
  Settings settings{config.name};
  // Of newer versions: a full queue is looked at again after that time, not after a second.
  static_cast<void>(settings.set("fetch.queue.backoff.ms", "50"));
  for (const auto& [key, value] : chosen(config))
    if (auto set = settings.set(key, value); !set) return tl::unexpected<Error>(set.error());
  rd_kafka_conf_set_log_cb(settings.get(), &no_log);
  rd_kafka_conf_set_events(settings.get(),
                           RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT);
  return settings.release();
}

Result<void> try_consumer(const KafkaSourceConfig& config) {
  auto conf = make_consumer_conf(config);
  if (!conf) return tl::unexpected<Error>(conf.error());
  std::array<char, 512> said{};
  rd_kafka_conf_set(conf->get(), "bootstrap.servers", "", said.data(), said.size());  // nobody is asked
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), said.data(), said.size());
  if (client == nullptr) return invalid("source '" + config.name + "': " + said.data());
  static_cast<void>(conf->release());  // the client's
  rd_kafka_destroy(client);
  return {};
}

}  // namespace loglode::kafka

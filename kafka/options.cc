#include "kafka/options.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

namespace loglode::kafka {

namespace {

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const noexcept { rd_kafka_conf_destroy(conf); }
};
using ScratchConf = std::unique_ptr<rd_kafka_conf_t, FreeConf>;

constexpr bool kSource = true, kSink = true, kNot = false;
constexpr std::string_view kSnapshot = "positions move only behind a durable snapshot";
constexpr std::string_view kForeignCode = "it would load foreign code";
constexpr std::string_view kForEver = "a record is tried until the topic takes it or refuses it for good";
constexpr std::string_view kBounded = "loglode sets it: what waits is bounded by pipeline.memory";

constexpr ReservedOption kReserved[] = {
    {"acks", kNot, kSink, "all -1", "a record counts as delivered once all in-sync replicas have it: only all"},
    {"auto.commit.enable", kSource, kNot, "", kSnapshot},
    {"auto.commit.interval.ms", kSource, kNot, "", "positions move only behind a durable snapshot; the key \"snapshot\" says how often"},
    {"auto.offset.reset", kSource, kNot, "", "the key \"start\" sets it"},
    {"bootstrap.servers", kSource, kSink, "", "the key \"brokers\" sets it"},
    {"check.crcs", kSource, kNot, "false",
     "behind a batch that fails its checksum librdkafka loses its place and may end the process (docs/dependencies.md)"},
    {"delivery.report.only.error", kNot, kSink, "", "each record's report is what moves the position"},
    {"delivery.timeout.ms", kNot, kSink, "0", kForEver},
    {"enable.auto.commit", kSource, kNot, "", kSnapshot},
    {"enable.auto.offset.store", kSource, kNot, "", kSnapshot},
    {"enable.idempotence", kNot, kSink, "true t 1", "retries would repeat and reorder records: only true"},
    {"enable.partition.eof", kSource, kNot, "", "loglode sets it: idle partitions are told by it from slow ones"},
    {"group.id", kSource, kNot, "", "the key \"group\" sets it"},
    {"group.instance.id", kSource, kNot, "", "the key \"instance\" sets it"},
    {"interceptors", kSource, kSink, "", kForeignCode},
    {"message.timeout.ms", kNot, kSink, "0", kForEver},
    {"metadata.broker.list", kSource, kSink, "", "the key \"brokers\" sets it"},
    {"offset.store.method", kSource, kNot, "", "positions are kept in the consumer group, and in the state folder"},
    {"plugin.library.paths", kSource, kSink, "", kForeignCode},
    {"queue.buffering.max.kbytes", kNot, kSink, "", kBounded},
    {"queue.buffering.max.messages", kNot, kSink, "", kBounded},
    {"queued.max.messages.kbytes", kSource, kNot, "", "prefetched messages are part of pipeline.memory"},
    {"request.required.acks", kNot, kSink, "all -1", "a record counts as delivered once all in-sync replicas have it: only all"},
    {"statistics.interval.ms", kSource, kSink, "", "loglode sets it: its own metrics come from there"},
    {"topic.blacklist", kSource, kNot, "", "the key \"topics\" sets it"},
    {"transactional.id", kNot, kSink, "", "records are repeated after a crash and recognised by their id; transactions are not used"},
};

// What librdkafka does not list while nobody has set it.
constexpr std::string_view kUnlisted[] = {"sasl.username",
                                          "sasl.password",
                                          "ssl.ca.location",
                                          "ssl.certificate.location",
                                          "ssl.key.location",
                                          "ssl.key.password",
                                          "ssl.keystore.location",
                                          "ssl.keystore.password",
                                          "ssl.crl.location",
                                          "client.rack",
                                          "debug",
                                          "acks",
                                          "compression.type",
                                          "sasl.mechanism"};

bool is_among(std::string_view words, std::string_view word) {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    if (words.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

std::string_view why_reserved(std::string_view name, std::string_view value, Role role) {
  if (name == "partition.assignment.strategy" && role == Role::source && value.find("cooperative") != std::string_view::npos &&
      !can_cooperate())
    return "cooperative-sticky needs librdkafka 2.6.1 or newer; range and roundrobin are safe";
  const auto* const found =
      std::find_if(std::begin(kReserved), std::end(kReserved), [&](const ReservedOption& each) { return each.name == name; });
  if (found == std::end(kReserved) || !(role == Role::source ? found->of_sources : found->of_sinks)) return {};
  return is_among(found->allowed, value) ? std::string_view{} : found->why;
}

}  // namespace

std::span<const ReservedOption> reserved_options() noexcept { return kReserved; }

std::optional<OptionFault> fault_of_option(std::string_view name, std::string_view value, Role role) {
  using Kind = OptionFault::Kind;
  if (const std::string_view why = why_reserved(name, value, role); !why.empty()) return OptionFault{Kind::reserved, std::string{why}};
  const ScratchConf scratch{rd_kafka_conf_new()};
  std::array<char, 512> said{};
  switch (rd_kafka_conf_set(scratch.get(), std::string{name}.c_str(), std::string{value}.c_str(), said.data(), said.size())) {
    case RD_KAFKA_CONF_UNKNOWN:
      return OptionFault{Kind::unknown};
    case RD_KAFKA_CONF_INVALID:
      return OptionFault{Kind::bad_value, said.data()};
    default:
      return std::nullopt;
  }
}

std::vector<std::string> option_names() {
  const ScratchConf conf{rd_kafka_conf_new()};
  std::size_t count = 0;
  const char** const dump = rd_kafka_conf_dump(conf.get(), &count);
  std::vector<std::string> names{std::begin(kUnlisted), std::end(kUnlisted)};
  for (std::size_t i = 0; i + 1 < count; i += 2) names.emplace_back(dump[i]);
  rd_kafka_conf_dump_free(dump, count);
  return names;
}

bool clients_run() noexcept {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return false;
#endif
#endif
  return true;
}

bool can_cooperate() noexcept { return rd_kafka_version() >= 0x02060100; }

}  // namespace loglode::kafka

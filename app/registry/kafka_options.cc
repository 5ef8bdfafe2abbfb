#include "app/registry/kafka_options.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <memory>

#include "base/near_word.h"

namespace loglode::config {
namespace {

struct Refused {
  std::string_view name, why;
};

constexpr Refused kNobodySets[] = {
    {"bootstrap.servers", "the key \"brokers\" says it"},
    {"metadata.broker.list", "the key \"brokers\" says it"},
    {"statistics.interval.ms", "loglode sets it: its own metrics come from there"},
    {"plugin.library.paths", "it would load foreign code"},
    {"interceptors", "it would load foreign code"},
};
constexpr Refused kSourcesDoNotSet[] = {
    {"enable.auto.commit", "positions move only behind a durable snapshot"},
    {"auto.commit.enable", "positions move only behind a durable snapshot"},
    {"auto.commit.interval.ms", "positions move only behind a durable snapshot; the key \"snapshot\" says how often"},
    {"enable.auto.offset.store", "positions move only behind a durable snapshot"},
    {"offset.store.method", "positions are kept in the consumer group, and in the state folder"},
    {"enable.partition.eof", "loglode sets it: idle partitions are told by it from slow ones"},
    {"group.id", "the key \"group\" says it"},
    {"group.instance.id", "the key \"instance\" says it"},
    {"auto.offset.reset", "the key \"start\" says it"},
    {"topic.blacklist", "the key \"topics\" says it"},
    {"queued.max.messages.kbytes", "prefetched messages are part of pipeline.memory"},
};
constexpr Refused kSinksDoNotSet[] = {
    {"transactional.id", "records are repeated after a crash and recognised by their id; transactions are not used"},
    {"delivery.report.only.error", "each record's report is what moves the position"},
};
// What librdkafka does not list while nobody has set it.
constexpr std::string_view kUnsetNames[] = {"sasl.username",
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

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const noexcept { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, FreeConf>;

bool is_true(std::string_view value) { return value == "true" || value == "t" || value == "1"; }

std::string_view why_among(std::span<const Refused> table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Refused& refused) { return refused.name == name; });
  return found == table.end() ? std::string_view{} : found->why;
}

/// Why this option would break a promise; empty when it does not.
std::string_view why_refused(std::string_view name, std::string_view value, KafkaRole role) {
  if (const auto why = why_among(kNobodySets, name); !why.empty()) return why;
  if (role == KafkaRole::source) {
    if (name == "partition.assignment.strategy" && value.find("cooperative-sticky") != std::string_view::npos && !can_cooperate())
      return "cooperative-sticky needs librdkafka 2.6.1 or newer; range and roundrobin are safe";
    return why_among(kSourcesDoNotSet, name);
  }
  if ((name == "acks" || name == "request.required.acks") && value != "all" && value != "-1")
    return "a record counts as delivered once all in-sync replicas have it: only all";
  if (name == "enable.idempotence" && !is_true(value)) return "retries would repeat and reorder records: only true";
  return why_among(kSinksDoNotSet, name);
}

std::string nearest_option(const rd_kafka_conf_t* conf, std::string_view name) {
  std::size_t count = 0;
  const char** const dump = rd_kafka_conf_dump(const_cast<rd_kafka_conf_t*>(conf), &count);  // it only reads
  std::vector<std::string_view> known{std::begin(kUnsetNames), std::end(kUnsetNames)};
  for (std::size_t i = 0; i + 1 < count; i += 2) known.emplace_back(dump[i]);
  std::string out = hint(name, known);
  rd_kafka_conf_dump_free(dump, count);
  return out;
}

void try_option(rd_kafka_conf_t* conf, const std::string& name, const Text& value, Reading& reading) {
  char why[512] = "";
  switch (rd_kafka_conf_set(conf, name.c_str(), value.value.c_str(), why, sizeof why)) {
    case RD_KAFKA_CONF_OK:
      return;
    case RD_KAFKA_CONF_UNKNOWN:
      return reading.problem(value.line, fmt::format("unknown option {} of librdkafka {}{}", in_quotes(name), rd_kafka_version_str(),
                                                     nearest_option(conf, name)));
    case RD_KAFKA_CONF_INVALID:
      // librdkafka's sentence may quote the value.
      if (!value.hidden) return reading.problem(value.line, fmt::format("option {}: {}", in_quotes(name), why));
      return reading.problem(value.line, fmt::format("option {}: librdkafka refuses the value {}", in_quotes(name), quoted(value)));
  }
}

}  // namespace

bool can_cooperate() noexcept { return rd_kafka_version() >= 0x02060100; }

void check_kafka_options(const Options& options, KafkaRole role, Reading& reading) {
  const Conf conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : options) {
    if (const auto why = why_refused(name, value.value, role); !why.empty()) {
      reading.problem(value.line, fmt::format("option {} is not to be set here: {}", in_quotes(name), why));
    } else {
      try_option(conf.get(), name, value, reading);
    }
  }
}

}  // namespace loglode::config

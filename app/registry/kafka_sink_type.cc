// `type: kafka` of a sink.
#include <fmt/format.h>

#include <algorithm>

#include "app/registry/kafka_clients.h"
#include "app/registry/type_readers.h"
#include "app/registry/types.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/readers.h"
#include "kafka/config_options.h"

namespace loglode::config {
namespace {

constexpr KeyRow kKeys[] = {
    {"brokers topic", "where to", "required"},
    {"options", "for librdkafka, below", "none"},
};

void read(const Section& section, SinkConfig& out) {
  out.brokers = section.texts("brokers", true);
  check_brokers(out.brokers, section.reading());
  out.topic = section.text("topic", true);
  if (!out.topic.empty() && !is_topic_name(out.topic.value))
    section.problem(out.topic.line, fmt::format("bad topic {}: letters, digits and . _ - only, at most 249", quoted(out.topic)));
  out.options = section.options("options");
  check_kafka_options(out.options, kafka::Role::sink, section.reading());
}

void check(const SinkConfig& sink, ConfigReading& reading) { try_client(sink, reading); }

void connect(const SinkConfig& sink, ConnectTrial& trial) {
  const std::string what = fmt::format("sink {}", in_quotes(sink.name));
  const auto topics = trial.topics_of(sink.brokers, sink.options, what);
  if (!topics) return;
  if (std::find(topics->begin(), topics->end(), sink.topic.value) == topics->end())
    return trial.problem(sink.topic.line, fmt::format("{}: there is no topic {}", what, quoted(sink.topic)));
  trial.found(fmt::format("{}: topic {} is there", what, quoted(sink.topic)));
}

Result<OpenedSink> make(const SinkConfig& sink, const SinkMaking& with) {
  return make_kafka_sink(client_of(sink), with.rules, with.members);
}

}  // namespace

const SinkType& kafka_sink_type() {
  static constexpr SinkType kType{{"kafka", SinkConfig::Type::kafka, kKeys, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config

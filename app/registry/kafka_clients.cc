#include "app/registry/kafka_clients.h"

#include <fmt/format.h>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "kafka/config_options.h"

namespace loglode::config {
namespace {

void report(const Result<void>& tried, const Options& options, int line, const std::string& what, ConfigReading& reading) {
  if (tried) return;
  // The error begins with whose it is.
  std::string why = tried.error().message;
  if (const auto colon = why.find("': "); colon != std::string::npos) why.erase(0, colon + 3);
  reading.problem(options.empty() ? line : options.begin()->second.line,
                  fmt::format("{}: librdkafka refuses these options together: {}", what, without_secrets(std::move(why), options)));
}

/// Making such a client runs a program (kinit), or asks a server for a token; or no client can be made.
bool asks_elsewhere(const Options& options) {
  if (!kafka::clients_run()) return true;
  std::string protocol, mechanism = "GSSAPI";
  for (const auto& [name, value] : options) {
    if (name == "security.protocol") protocol = value.value;
    if (name == "sasl.mechanism" || name == "sasl.mechanisms") mechanism = value.value;
  }
  return (protocol.starts_with("sasl") || protocol.starts_with("SASL")) && mechanism != "PLAIN" && !mechanism.starts_with("SCRAM");
}

}  // namespace

std::vector<std::string> values_of(const std::vector<Text>& texts) {
  std::vector<std::string> values;
  for (const Text& text : texts) values.push_back(text.value);
  return values;
}

std::map<std::string, std::string> values_of(const Options& options) {
  std::map<std::string, std::string> values;
  for (const auto& [name, text] : options) values.emplace(name, text.value);
  return values;
}

std::string joined(const std::vector<Text>& brokers) {
  std::string all;
  for (const Text& broker : brokers) all += (all.empty() ? "" : ",") + broker.value;
  return all;
}

KafkaSourceConfig client_of(const SourceConfig& source) {
  KafkaSourceConfig kafka;
  kafka.name = source.name;
  kafka.brokers = joined(source.brokers);
  kafka.brokers_shown = shown(source.brokers);
  kafka.hide = [options = source.options, brokers = source.brokers](std::string text) {
    return without_addresses(without_secrets(std::move(text), options), brokers);
  };
  kafka.topics = values_of(source.topics);
  kafka.group = source.group.value;
  kafka.instance = source.instance.value;
  kafka.options = values_of(source.options);
  return kafka;
}

KafkaSinkConfig client_of(const SinkConfig& sink) {
  KafkaSinkConfig kafka;
  kafka.name = sink.name;
  kafka.brokers = joined(sink.brokers);
  kafka.topic = sink.topic.value;
  kafka.options = values_of(sink.options);
  return kafka;
}

void try_client(const SourceConfig& source, ConfigReading& reading) {
  if (source.brokers.empty() || source.topics.empty() || source.group.empty() || asks_elsewhere(source.options)) return;
  KafkaSourceConfig kafka = client_of(source);
  kafka.next_stream = [] { return StreamId{}; };
  report(try_kafka_source(kafka), source.options, source.line, fmt::format("source {}", in_quotes(source.name)), reading);
}

void try_client(const SinkConfig& sink, ConfigReading& reading) {
  if (sink.brokers.empty() || sink.topic.empty() || asks_elsewhere(sink.options)) return;
  report(try_kafka_sink(client_of(sink)), sink.options, sink.line, fmt::format("sink {}", in_quotes(sink.name)), reading);
}

}  // namespace loglode::config

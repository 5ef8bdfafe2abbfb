// From the configuration of a Kafka source or sink to that of its client: the same for `check`, which tries it without a broker, and for
// `run`, which starts it. Stateless.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/section.h"
#include "ingest/kafka/kafka_source.h"
#include "sinks/kafka_sink.h"

namespace loglode::config {

/// Values alone.
[[nodiscard]] std::vector<std::string> values_of(const std::vector<Text>& texts);
[[nodiscard]] std::map<std::string, std::string> values_of(const Options& options);
/// `a:1,b:2`.
[[nodiscard]] std::string joined(const std::vector<Text>& brokers);

/// Where from, and the options; what a run adds (streams, positions, budgets) is not in it.
[[nodiscard]] KafkaSourceConfig client_of(const SourceConfig& source);
[[nodiscard]] KafkaSinkConfig client_of(const SinkConfig& sink);

// Each reports what only all options together say, when each alone is good. What the configuration lacks is not looked at.
void try_client(const SourceConfig& source, ConfigReading& reading);
void try_client(const SinkConfig& sink, ConfigReading& reading);

}  // namespace loglode::config

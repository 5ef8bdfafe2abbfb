// Records and events as messages of a Kafka topic, each once: an idempotent producer that waits for its brokers as long as it takes.
// Owned by the pipeline; as any Sink, written to by one thread and flushed by another. A thread of its own takes the delivery reports.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "core/limits.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/sink.h"
#include "sinks/record_file.h"

namespace loglode {

struct KafkaSinkConfig {
  std::string name{};     // of the sink, for messages to a person
  std::string brokers{};  // host:port,host:port
  std::string topic{};
  std::map<std::string, std::string> options{};  // further ones of librdkafka; those that would break a promise are refused
  std::size_t queue_bytes_max = 16 * kMiB;       // written and not yet acknowledged by the brokers
};

/// A record is the ECS document of RecordJson under its record id as key; an event has its own key. Compressed with lz4 unless
/// `compression.codec` says otherwise.
/// - Verdicts come from the sink's thread: delivered once all in-sync replicas have the message, rejected when the topic will never take it
///   (too large, not allowed by the topic's own rules). Everything else is tried again until it works; flush() says what is in the way.
/// - The destructor does not wait: what has no verdict by then gets none.
/// Errors of making: invalid_argument (an option is unknown, refused or malformed). Of write: retryable when there is no room within a
/// second; not retryable when the client has failed for good. `rules` and what `members` looks at must outlive it.
[[nodiscard]] Result<OpenedSink> make_kafka_sink(KafkaSinkConfig config, const RuleCatalog& rules, TemplateMembers members);

/// Whether it could be made, told without a broker. Errors: as of making; librdkafka's sentence may hold a value.
[[nodiscard]] Result<void> try_kafka_sink(const KafkaSinkConfig& config);

}  // namespace loglode

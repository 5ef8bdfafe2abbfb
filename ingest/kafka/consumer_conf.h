// The settings of librdkafka that the source's promises rest on, and the check of those that a person adds.
#pragma once

#include "core/result.h"
#include "ingest/kafka/kafka_source.h"
#include "kafka/handles.h"

namespace loglode::kafka {

/// Errors: invalid_argument, with the option's name and never its value.
[[nodiscard]] Result<Conf> make_consumer_conf(const KafkaSourceConfig& config);
/// Makes a consumer of them that knows no broker, and throws it away. Errors: the same, and what only all options together say; that
/// sentence is librdkafka's and may hold a value.
[[nodiscard]] Result<void> try_consumer(const KafkaSourceConfig& config);

}  // namespace loglode::kafka

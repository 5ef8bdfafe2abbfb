// The settings of librdkafka that the source's promises rest on, and the check of those that a person adds.
#pragma once

#include "core/result.h"
#include "ingest/kafka/kafka_source.h"
#include "kafka/handles.h"

namespace loglode::kafka {

/// Errors: invalid_argument, with the option's name and never its value.
[[nodiscard]] Result<Conf> make_consumer_conf(const KafkaSourceConfig& config);

}  // namespace loglode::kafka

// What a sink of type elasticsearch is told, from its configuration.
#pragma once

#include "config/pipeline_config.h"
#include "sinks/elasticsearch/search_config.h"

namespace loglode::config {

/// `sink` must be of type elasticsearch.
[[nodiscard]] SearchSinkConfig search_sink_config_of(const SinkConfig& sink);

}  // namespace loglode::config

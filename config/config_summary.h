// What a configuration would do, in one line for a person. Stateless.
#pragma once

#include <string>

#include "config/pipeline_config.h"

namespace loglode::config {

/// `1 source (shop: kafka), 2 sinks (…), state in …`. Values from outside are shown as they were written.
[[nodiscard]] std::string summary_of(const PipelineConfig& config);

}  // namespace loglode::config

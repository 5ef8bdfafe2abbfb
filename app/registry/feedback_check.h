// Whether a run would read what it writes itself, and grow for ever. Looks at names and at the files that exist now; changes nothing.
// Stateless.
#pragma once

#include "config/load_config.h"

namespace loglode::config {

/// A problem for each sink, state or dead-letter folder that a file source's paths name (now or once it is there, rotated parts too), and
/// for each Kafka sink whose topic a source takes from a broker of the same name.
[[nodiscard]] std::vector<ConfigProblem> check_feedback(const PipelineConfig& config);

}  // namespace loglode::config

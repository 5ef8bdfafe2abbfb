// `loglode run CONFIG`: a pipeline from a YAML file, until it is stopped.
#pragma once

#include <string>
#include <vector>

namespace loglode {

/// `reread`: names of sources whose topics are read from their beginning, whatever positions say.
int run_pipeline_of(const std::string& config_path, const std::vector<std::string>& reread);

}  // namespace loglode

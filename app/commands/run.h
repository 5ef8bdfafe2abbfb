// `loglode run CONFIG`: a pipeline from a YAML file, until it is stopped.
#pragma once

#include <string>

namespace loglode {

int run_pipeline_of(const std::string& config_path);

}  // namespace loglode

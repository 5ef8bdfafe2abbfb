// `loglode check --connect`: tries what a configuration names. Reads and asks, changes nothing.
#pragma once

#include <string>
#include <vector>

#include "config/load_config.h"

namespace loglode::config {

struct ConnectReport {
  std::vector<std::string> found;       // a line for each thing that answers, and for what need not be there yet
  std::vector<ConfigProblem> problems;  // what does not
};

/// Brokers (all topics listed, so that none is made by asking; `timeout` each), files (globs and what of them can be read), folders that
/// must be writable, the port of http.listen.
[[nodiscard]] ConnectReport try_connections(const PipelineConfig& config, Milliseconds timeout = std::chrono::seconds{5});

/// The files that the paths of a source name now, less the excluded.
[[nodiscard]] std::vector<std::string> files_of(const SourceConfig& source);

}  // namespace loglode::config

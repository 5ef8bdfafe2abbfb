// The types of sources and sinks that this program has, as config/ reads them. Stateless.
#pragma once

#include "config/load_config.h"
#include "config/section.h"

namespace loglode::config {

[[nodiscard]] const TypeReaders& type_readers();

[[nodiscard]] std::vector<SourceConfig> read_sources(const YAML::Node& node, int line, ConfigReading& reading);
[[nodiscard]] std::vector<SinkConfig> read_sinks(const YAML::Node& node, int line, ConfigReading& reading);

/// Names of sources and sinks end up in metrics and file names.
[[nodiscard]] bool check_name(const std::string& name, int line, std::string_view what, ConfigReading& reading);

}  // namespace loglode::config

// The parts of load_config: one function for each kind of section. Each reports to the Reading of the section it is given.
#pragma once

#include "app/config/section.h"

namespace loglode::config {

[[nodiscard]] std::vector<SourceConfig> read_sources(const YAML::Node& node, int line, Reading& reading);
[[nodiscard]] std::vector<SinkConfig> read_sinks(const YAML::Node& node, int line, Reading& reading);
/// The list under `transforms` of a source.
[[nodiscard]] std::vector<TransformConfig> read_transforms(const Section& source);

/// `host:port`, several with commas.
void check_brokers(const std::vector<Text>& brokers, Reading& reading);
/// A name that Kafka takes.
[[nodiscard]] bool is_topic_name(std::string_view name);
/// Names of sources and sinks end up in metrics and file names.
[[nodiscard]] bool check_name(const std::string& name, int line, std::string_view what, Reading& reading);

// The small sections.
void read_pipeline(const Section& root, PipelineConfig& config);
void read_rules(const Section& root, PipelineConfig& config);
void read_detect(const Section& root, PipelineConfig& config);
void read_dead_letters(const Section& root, PipelineConfig& config);
void read_rca(const Section& root, PipelineConfig& config);
void read_http(const Section& root, PipelineConfig& config);
void read_log(const Section& root, PipelineConfig& config);

}  // namespace loglode::config

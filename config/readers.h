// The parts of load_config: one function for each kind of section. Each reports to the Reading of the section it is given.
#pragma once

#include "config/section.h"

namespace loglode::config {

/// The list under `transforms` of a source.
[[nodiscard]] std::vector<TransformConfig> read_transforms(const Section& source);

// The small sections.
void read_pipeline(const Section& root, PipelineConfig& config);
void read_rules(const Section& root, PipelineConfig& config);
void read_detect(const Section& root, PipelineConfig& config);
void read_dead_letters(const Section& root, PipelineConfig& config);
void read_known_errors(const Section& root, PipelineConfig& config);
void read_rca(const Section& root, PipelineConfig& config);  // after the state folder
void read_http(const Section& root, PipelineConfig& config);
void read_log(const Section& root, PipelineConfig& config);

}  // namespace loglode::config

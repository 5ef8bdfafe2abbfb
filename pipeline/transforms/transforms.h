// The transforms of the configuration as a stage for workers: behind the parser and the classifier, before the redactor.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "config/pipeline_config.h"
#include "core/pipeline_parts.h"
#include "core/rule_info.h"
#include "core/run_counters.h"

namespace loglode {

inline constexpr std::string_view kMaskedText = "[masked]";

using StageFactory = std::function<Result<std::unique_ptr<Stage>>()>;

/// Compiles the transforms once; each call of the result, from any thread, makes a stage for one worker. `counters` must outlive the
/// stages. The stage applies the transforms of the batch's source (StreamInfo::source) in their order to each record that is not blank and
/// not yet excluded. A record that is dropped is marked RecordFlag::excluded and its lines are counted as dropped{filtered} or
/// dropped{sampled}; later transforms do not see it. A pattern that gives up is counted as Limit::pattern_steps: what it was to
/// mask is masked as a whole, what it was to choose is not chosen.
/// Errors: as plan_transforms.
[[nodiscard]] Result<StageFactory> make_transforms(const std::vector<config::SourceConfig>& sources,
                                                   const std::vector<config::SinkConfig>& sinks, const RuleCatalog& rules,
                                                   RunCounters& counters);

/// Whether a transform works on attributes, so that the parser must keep them (ParseConfig::keep_attributes).
[[nodiscard]] bool need_attributes(const std::vector<config::SourceConfig>& sources);

}  // namespace loglode

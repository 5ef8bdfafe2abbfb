// Says of which records the line as it arrived holds no secret, so that a sink that writes it need not look for them: a worker's stage, as
// sinks have one thread. Records that it does not mark are masked as before.
#pragma once

#include <memory>

#include "core/pipeline_parts.h"
#include "core/result.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

/// The redactor's probes and nothing else. Errors: as load_rules_for().
[[nodiscard]] Result<std::shared_ptr<const RuleSet>> load_probes();

/// Errors: RuleErrc::out_of_memory.
[[nodiscard]] Result<std::unique_ptr<Stage>> make_clean_originals(std::shared_ptr<const RuleSet> probes);

}  // namespace loglode

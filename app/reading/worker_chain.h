// What one worker does with a batch of every command that reads logs.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/run_counters.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"
#include "pipeline/run_pipeline.h"

namespace loglode {

using MakeStage = std::function<Result<std::unique_ptr<Stage>>()>;

struct WorkerChainParts {
  RunCounters& counters;
  const LoadedRules& rules;
  TemplateMiner& miner;
  MakeStage mark_times{};                   // of records that are not to count; none: all count
  std::vector<MakeStage> before_masking{};  // behind the classifier: what must see messages as they are
};

/// Parse, mark times, classify, `before_masking`, mask, scan. Errors: RuleErrc::out_of_memory; those of the stages that are given.
[[nodiscard]] Result<WorkerChain> make_worker_chain(const WorkerChainParts& parts);

}  // namespace loglode

// The rule engine: rule packs (YAML) compiled into one Hyperscan database that all workers share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_counters.h"

namespace loglode {

struct RuleProblem { std::string file; int line = 0; std::string rule, message; };  // printed as file:line: message

struct RuleSetConfig {
  std::vector<std::string> packs;         // files or folders; the built-in ones are named by app/
  std::vector<std::string> probes;        // regular expressions of the redactor: a hit sets RecordFlag::may_hold_secret, nothing else
  std::string cache_folder;               // for the compiled database; empty: none is kept
  std::size_t hits_per_line_max = 64;     // further hits are counted (Limit::hits_per_line), not stored
};

class RuleSet;  // immutable, shared

struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;             // null when there are problems
  std::shared_ptr<const RuleCatalog> catalog;
  std::vector<RuleProblem> problems;                // all of them: what `loglode check` prints
};
/// Reads, checks (each rule's examples included when `check_examples`) and compiles. Never throws for what a pack says.
[[nodiscard]] LoadedRules load_rules(const RuleSetConfig& config, bool check_examples);

/// A stage for one worker (owns its scratch): fills Batch::hits and Record::hits_* from each record's message (and its stack trace text in raw for
/// multi-line records), honours applies_to, and sets may_hold_secret.
[[nodiscard]] Result<std::unique_ptr<Stage>> make_classifier(std::shared_ptr<const RuleSet> rules, RunCounters& counters);

/// The rules that hit one text, with where: for `explain` and tests.
struct RuleMatch { RuleIndex rule{}; std::size_t begin = 0, end = 0; };
[[nodiscard]] Result<std::vector<RuleMatch>> match_rules(const RuleSet& rules, std::string_view message, std::string_view service, Severity severity);

}  // namespace loglode

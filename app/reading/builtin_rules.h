// What the reading options mean for parse/ and patterns/: the built-in rule packs (embedded in the binary), the user's, the redactor's
// probes.
#pragma once

#include <string>
#include <vector>

#include "app/reading/options.h"
#include "core/result.h"
#include "parse/framing/framer_factory.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

[[nodiscard]] ParseConfig parse_config(const ReadingOptions& options);

/// The packs of configs/rules/, as they were when the program was built.
[[nodiscard]] std::vector<RulePackText> builtin_packs();

/// Where compiled rules are kept for the next start; empty: nowhere.
[[nodiscard]] std::string rule_cache_folder();

/// Says on standard error what takes so long: ReadingOptions::before_compiling of commands.
void tell_compiling();

/// Built-in packs unless refused, and `--rules`, compiled (or taken from the program itself or the cache where that fits). Errors:
/// invalid_argument that lists every problem.
[[nodiscard]] Result<LoadedRules> load_rules_for(const ReadingOptions& options);

}  // namespace loglode

// What a pattern must be before it may scan every line of somebody's logs: sound, narrow and cheap.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/rule_pack.h"

namespace loglode {

/// Whether it is sound by itself; sets expression.prefilter where Hyperscan needs that. A message for a person when it is not.
[[nodiscard]] std::optional<std::string> check_pattern(Expression& expression);

/// Rules that hit lines which say nothing (or most lines that people write): too broad to mean anything. Needs a RuleSet that is ready.
struct BroadRule {
  std::uint32_t rule = 0;
  std::string line;  // one that it should not have hit
};
[[nodiscard]] Result<std::vector<BroadRule>> find_broad_rules(const RuleSet& rules);

/// Expressions whose prefilter is so loose that PCRE2 would be asked about lines of all kinds. Needs a RuleSet that is ready.
[[nodiscard]] Result<std::vector<std::size_t>> find_loose_prefilters(const RuleSet& rules);

// What PCRE2 may take from one start; a bounded repeat of less than this passes, an open one before a look-around does not.
inline constexpr std::uint32_t kHostileStepsMax = 500;
/// For patterns that PCRE2 confirms: whether text made to annoy it (long runs, near misses of `examples`) costs it more than that.
[[nodiscard]] bool is_slow_on_hostile_text(const PcrePattern& pattern, const std::vector<TextAt>& examples);

/// A problem for each example that its rule does not treat as the pack says (`match`, `no_match`). `rules` and `passed_over` by RuleIndex.
[[nodiscard]] Result<void> check_examples(const RuleSet& compiled, const std::vector<Rule>& rules, const std::vector<bool>& passed_over,
                                          std::vector<RuleProblem>& problems);

}  // namespace loglode

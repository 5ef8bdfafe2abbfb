// RuleSet as its own files see it: what load_rules made, immutable, read by all workers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/pcre.h"
#include "patterns/rules/hyperscan.h"
#include "patterns/rules/rule_pack.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

/// Expressions are numbered rules first (each rule's patterns together, rules in order of id), then probes.
/// That number is the id Hyperscan reports.
class RuleSet {
 public:
  std::vector<AppliesTo> applies_to;  // by RuleIndex
  std::vector<bool> tells_errors;     // by RuleIndex: of category error
  std::vector<Expression> expressions;
  std::vector<std::uint32_t> rule_of;             // by expression; shorter than expressions by the probes
  std::vector<std::optional<PcrePattern>> exact;  // by expression; set for a rule's prefilter
  std::vector<bool> sure_in_block;                // by expression: found in a block, it matches that text (or `exact` decides)
  std::vector<bool> digit_blind;                  // by expression: sure in a block of texts with a 0 for each digit, too
  Database all;                                   // null when there is nothing to look for
  Database blocks;  // the same for many texts at once (block_sieve.h); null when an expression has no form for it
  Database blind;   // the same for such blocks with a 0 for each digit (digit_blind.h)
  Scratch scratch;  // large enough for each; only ever cloned
  std::size_t hits_per_line_max = 64;

  [[nodiscard]] bool is_probe(std::size_t expression) const noexcept { return expression >= rule_of.size(); }
  /// Whether a record may be hit by `rule`; `passed`: see tells_that_it_passed.
  [[nodiscard]] bool admits(std::uint32_t rule, std::string_view service, Severity severity, bool passed) const noexcept {
    return applies_to[rule].admits(service, severity) && !(passed && tells_errors[rule] && severity < Severity::warn);
  }
  /// Whether a hit that is not admitted is told of (core/told_hit.h).
  [[nodiscard]] bool tells(std::uint32_t rule, std::string_view service, Severity severity, bool passed) const noexcept {
    return applies_to[rule].tells(service, severity) && !(passed && severity < Severity::warn);
  }
};

/// Numbers the expressions of `rules` (in their order) and of the probes. Nothing is compiled.
void number_expressions(const std::vector<Rule>& rules, const std::vector<std::string>& probes, RuleSet& out);

/// The same expressions as `from` has, checked as far as those are. Nothing is compiled.
void number_like(const RuleSet& from, RuleSet& out);

/// The database of the expressions that `wanted` holds a true for. `platform`: null for this CPU.
[[nodiscard]] CompiledDatabase compile_expressions(const RuleSet& rules, const std::vector<bool>& wanted, LookedForIn where,
                                                   const hs_platform_info_t* platform = nullptr);

/// The exact form of each rule's prefilter, and a scratch for all databases.
[[nodiscard]] Result<void> make_ready(RuleSet& rules);

}  // namespace loglode

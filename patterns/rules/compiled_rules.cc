#include "patterns/rules/compiled_rules.h"

#include <fmt/format.h>

#include "patterns/rules/block_form.h"
#include "patterns/rules/digit_blind.h"

namespace loglode {

void number_expressions(const std::vector<Rule>& rules, const std::vector<std::string>& probes, RuleSet& out) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    out.applies_to.push_back(rules[i].applies_to);
    out.tells_errors.push_back(rules[i].info.category == RuleCategory::error);
    for (const TextAt& pattern : rules[i].patterns) {
      out.expressions.push_back({pattern.text, rules[i].case_sensitive, false});
      out.rule_of.push_back(static_cast<std::uint32_t>(i));
    }
  }
  for (const std::string& probe : probes) out.expressions.push_back({probe, true, false});
  out.exact.resize(out.expressions.size());
}

void number_like(const RuleSet& from, RuleSet& out) {
  out.applies_to = from.applies_to;
  out.tells_errors = from.tells_errors;
  out.expressions = from.expressions;
  out.rule_of = from.rule_of;
  out.exact.resize(out.expressions.size());
}

CompiledDatabase compile_expressions(const RuleSet& rules, const std::vector<bool>& wanted, LookedForIn where,
                                     const hs_platform_info_t* platform) {
  std::vector<const Expression*> expressions;
  std::vector<unsigned> ids;
  for (std::size_t i = 0; i < rules.expressions.size(); ++i) {
    if (!wanted[i]) continue;
    expressions.push_back(&rules.expressions[i]);
    ids.push_back(static_cast<unsigned>(i));
  }
  CompiledDatabase out = compile_database(expressions, ids, where, platform);
  if (out.at) out.at = *out.at < ids.size() ? std::optional<std::size_t>{ids[*out.at]} : std::nullopt;
  return out;
}

Result<void> make_ready(RuleSet& rules) {
  for (std::size_t i = 0; i < rules.rule_of.size(); ++i) {
    const Expression& expression = rules.expressions[i];
    if (!expression.prefilter || rules.exact[i]) continue;
    auto exact = PcrePattern::compile(expression.pattern, expression.case_sensitive);
    if (!exact) return fail(RuleErrc::scan_failed, fmt::format("PCRE2 cannot compile {}: {}", expression.pattern, exact.error().message));
    rules.exact[i].emplace(std::move(*exact));
  }
  rules.sure_in_block.resize(rules.expressions.size());
  rules.digit_blind.resize(rules.expressions.size());
  for (std::size_t i = 0; i < rules.expressions.size(); ++i) {
    const Expression& expression = rules.expressions[i];
    const auto blind = digit_blind(scanned_for(expression));
    rules.sure_in_block[i] = rules.exact[i] || (!expression.prefilter && stays_in_line(expression.pattern));
    rules.digit_blind[i] = rules.sure_in_block[i] && blind && !blind->looser;
  }
  for (const hs_database_t* database : {rules.all.get(), rules.blocks.get(), rules.blind.get()}) {
    if (auto fits = fit_scratch(rules.scratch, database); !fits) return fits;
  }
  return {};
}

}  // namespace loglode

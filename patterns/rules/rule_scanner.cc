#include "patterns/rules/rule_scanner.h"

namespace loglode {

Result<RuleScanner> RuleScanner::make(const RuleSet& rules) {
  auto scratch = clone_scratch(rules.scratch);
  if (!scratch) return tl::unexpected(scratch.error());
  return RuleScanner{rules, std::move(*scratch)};
}

Result<std::vector<std::uint32_t>> rules_in(RuleScanner& scanner, const RuleSet& rules, std::string_view text) {
  std::vector<std::uint32_t> out;
  scanner.forget();
  if (!scanner.scan(rules.all.get(), text)) return tl::unexpected(hs_checked(scanner.error_code(), "scanning a text for rules").error());
  for (const unsigned expression : scanner.found()) {
    if (!rules.is_probe(expression) && scanner.confirmed(expression, text)) out.push_back(rules.rule_of[expression]);
  }
  scanner.forget();
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace loglode

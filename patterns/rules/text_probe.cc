#include "patterns/rules/rule_scanner.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

struct TextProbe::Inside {
  std::shared_ptr<const RuleSet> rules;
  RuleScanner scanner;
};

TextProbe::TextProbe(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
TextProbe::TextProbe(TextProbe&&) noexcept = default;
TextProbe::~TextProbe() = default;

Result<TextProbe> TextProbe::make(std::shared_ptr<const RuleSet> rules) {
  auto scanner = RuleScanner::make(*rules);
  if (!scanner) return tl::unexpected<Error>(scanner.error());
  return TextProbe{std::make_unique<Inside>(Inside{std::move(rules), std::move(*scanner)})};
}

bool TextProbe::may_hit(std::string_view text) {
  const bool scanned = inside_->scanner.scan(inside_->rules->all.get(), text);
  const bool found = inside_->scanner.found_any();
  inside_->scanner.forget();
  return found || !scanned;
}

}  // namespace loglode

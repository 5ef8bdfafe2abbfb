// Any bytes as a rule pack: they are refused with a problem or make rules that scan. Nothing is thrown, nothing hangs.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/assert.h"
#include "core/run_counters.h"
#include "patterns/rules/rule_set.h"

namespace {

/// Hyperscan may take its time over one large pattern and over many small ones: what is fuzzed is bounded by that, not by the loader's own
/// limits.
bool is_small(const std::string& yaml) {
  std::size_t repeats = 0;
  for (const char c : yaml) repeats += c == '{' || c == '*' || c == '+' ? 1U : 0U;
  return yaml.size() <= 4096 && repeats <= 200;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string yaml(reinterpret_cast<const char*>(bytes), size);
  if (!is_small(yaml)) return 0;
  const loglode::LoadedRules loaded = loglode::load_rules_from_text({{"fuzz.yaml", yaml}}, {}, true);
  LOGLODE_ASSERT((loaded.rules == nullptr) == !loaded.problems.empty());
  LOGLODE_ASSERT((loaded.catalog == nullptr) == !loaded.problems.empty());
  for (const loglode::RuleProblem& problem : loaded.problems) LOGLODE_ASSERT(!problem.message.empty() && problem.line >= 0);
  if (loaded.rules == nullptr) return 0;

  loglode::RunCounters counters;
  auto classifier = loglode::make_classifier(loaded.rules, counters);
  LOGLODE_ASSERT(classifier.has_value());
  loglode::Batch batch;
  batch.records.resize(1);
  batch.records.front().raw = batch.records.front().message = yaml;
  LOGLODE_ASSERT((*classifier)->run(batch).has_value());
  const auto matches = loglode::match_rules(*loaded.rules, yaml, "", loglode::Severity::unspecified);
  LOGLODE_ASSERT(matches.has_value());
  if (matches->size() <= 64) LOGLODE_ASSERT(batch.hits.size() == matches->size());
  return 0;
}

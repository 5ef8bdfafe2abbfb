// The transforms of all sources, compiled: patterns, ids of rules and names of sinks are looked up once. Immutable, shared by all workers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/pcre.h"
#include "config/pipeline_config.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "pipeline/transforms/record_fields.h"

namespace loglode {

inline constexpr std::size_t kRoutedSinksMax = 32;  // bits of Record::routes

struct TransformCondition {  // all that is given must hold
  Severity at_least = Severity::unspecified, below = Severity::unspecified;
  std::optional<RuleIndex> rule;
  std::optional<PcrePattern> pattern;
  std::string service;
};

struct DropStep {
  TransformCondition when;
};
struct RedactStep {
  PcrePattern pattern;
};
struct RenameStep {
  NamedField from, to;
};
struct SampleStep {
  std::uint64_t keep_one_in = 1;
  std::uint64_t seed = 0;  // number among the source's samples: two in a row must not choose the same records
  std::optional<TransformCondition> when;
};
struct RouteStep {
  TransformCondition when;
  std::uint32_t sinks = 0;  // bit i: sinks[i]
};
using TransformSteps = std::vector<std::variant<DropStep, RedactStep, RenameStep, SampleStep, RouteStep>>;

/// By the source's name; sources without transforms are not in it.
using TransformPlan = std::map<std::string, TransformSteps, std::less<>>;

/// Errors: invalid_argument, `line N: …`, for a rule or sink that is not there, a pattern that cannot be compiled, a route when there are
/// more sinks than it can name.
[[nodiscard]] Result<TransformPlan> plan_transforms(const std::vector<config::SourceConfig>& sources,
                                                    const std::vector<config::SinkConfig>& sinks, const RuleCatalog& rules);

}  // namespace loglode

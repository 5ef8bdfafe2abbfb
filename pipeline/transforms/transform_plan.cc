#include "pipeline/transforms/transform_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

tl::unexpected<Error> at_line(int line, std::string_view message) {
  return fail(std::make_error_code(std::errc::invalid_argument), fmt::format("line {}: {}", line, message));
}

Result<PcrePattern> compile(const config::Text& pattern) {
  auto compiled = PcrePattern::compile(pattern.value, true);
  if (compiled) return std::move(*compiled);
  return at_line(pattern.line,
                 fmt::format("bad pattern {}: {} (at byte {})", pattern.shown, compiled.error().message, compiled.error().position));
}

class Planner {
 public:
  Planner(const std::vector<config::SinkConfig>& sinks, const RuleCatalog& rules) : sinks_{sinks}, rules_{rules} {}

  Result<TransformSteps> plan(const config::SourceConfig& source) {
    samples_ = 0;
    TransformSteps steps;
    for (const config::TransformConfig& transform : source.transforms) {
      line_ = transform.line;
      auto added = std::visit([&](const auto& what) { return add(what, steps); }, transform.what);
      if (!added) return tl::unexpected<Error>(added.error());
    }
    return steps;
  }

 private:
  template <class Step>
  static Result<void> take(Result<Step> step, TransformSteps& into) {
    if (!step) return tl::unexpected<Error>(step.error());
    into.emplace_back(std::move(*step));
    return {};
  }

  Result<void> add(const config::Drop& drop, TransformSteps& into) {
    return take(condition(drop.when).map([](TransformCondition&& when) { return DropStep{std::move(when)}; }), into);
  }

  Result<void> add(const config::Redact& redact, TransformSteps& into) {
    return take(compile(redact.pattern).map([](PcrePattern&& pattern) { return RedactStep{std::move(pattern)}; }), into);
  }

  Result<void> add(const config::Rename& rename, TransformSteps& into) {
    if (rename.from.empty() || rename.to.empty()) return at_line(line_, "rename needs \"from\" and \"to\"");
    into.emplace_back(RenameStep{NamedField::of(rename.from.value), NamedField::of(rename.to.value)});
    return {};
  }

  Result<void> add(const config::Sample& sample, TransformSteps& into) {
    if (sample.keep_one_in.value == 0) return at_line(line_, "keep_one_in must be at least 1");
    SampleStep step{sample.keep_one_in.value, samples_++, std::nullopt};
    if (sample.when) {
      auto when = condition(*sample.when);
      if (!when) return tl::unexpected<Error>(when.error());
      step.when = std::move(*when);
    }
    into.emplace_back(std::move(step));
    return {};
  }

  Result<void> add(const config::Route& route, TransformSteps& into) {
    if (sinks_.size() > kRoutedSinksMax)
      return at_line(line_, fmt::format("a route chooses among at most {} sinks, there are {}", kRoutedSinksMax, sinks_.size()));
    auto when = condition(route.when);
    if (!when) return tl::unexpected<Error>(when.error());
    std::uint32_t chosen = 0;
    for (const config::Text& name : route.to) {
      const auto found =
          std::find_if(sinks_.begin(), sinks_.end(), [&](const config::SinkConfig& sink) { return sink.name == name.value; });
      if (found == sinks_.end()) return at_line(name.line, fmt::format("no sink is named \"{}\"", name.shown));
      chosen |= std::uint32_t{1} << (found - sinks_.begin());
    }
    if (chosen == 0) return at_line(line_, "a route needs a sink in \"to\"");
    into.emplace_back(RouteStep{std::move(*when), chosen});
    return {};
  }

  Result<TransformCondition> condition(const config::Condition& given) const {
    TransformCondition out;
    out.at_least = given.at_least.value;
    out.below = given.below.value;
    out.service = given.service.value;
    if (!given.rule.empty()) {
      const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const RuleInfo& rule) { return rule.id == given.rule.value; });
      if (found == rules_.end()) return at_line(given.rule.line, fmt::format("no rule has the id \"{}\"", given.rule.shown));
      out.rule = RuleIndex{static_cast<std::uint32_t>(found - rules_.begin())};
    }
    if (given.pattern.empty()) return out;
    auto pattern = compile(given.pattern);
    if (!pattern) return tl::unexpected<Error>(pattern.error());
    out.pattern = std::move(*pattern);
    return out;
  }

  const std::vector<config::SinkConfig>& sinks_;
  const RuleCatalog& rules_;
  int line_ = 0;  // of the transform at hand
  std::uint64_t samples_ = 0;
};

}  // namespace

Result<TransformPlan> plan_transforms(const std::vector<config::SourceConfig>& sources, const std::vector<config::SinkConfig>& sinks,
                                      const RuleCatalog& rules) {
  TransformPlan plan;
  Planner planner{sinks, rules};
  for (const config::SourceConfig& source : sources) {
    if (source.transforms.empty()) continue;
    auto steps = planner.plan(source);
    if (!steps) return tl::unexpected<Error>(steps.error());
    plan.emplace(source.name, std::move(*steps));
  }
  return plan;
}

}  // namespace loglode

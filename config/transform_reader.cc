#include <fmt/format.h>

#include "base/pcre.h"
#include "base/yaml_lines.h"
#include "config/readers.h"

namespace loglode::config {
namespace {

constexpr std::string_view kTransforms[] = {"drop", "redact", "rename", "sample", "route"};
constexpr std::string_view kConditionKeys[] = {"severity_at_least", "severity_below", "rule", "pattern", "service"};
constexpr std::string_view kRedactKeys[] = {"pattern"};
constexpr std::string_view kRenameKeys[] = {"from", "to"};
constexpr std::string_view kSampleKeys[] = {"keep_one_in", "when"};
constexpr std::string_view kRouteKeys[] = {"when", "to"};
constexpr Word<Severity> kSeverities[] = {{"trace", Severity::trace}, {"debug", Severity::debug}, {"info", Severity::info},
                                          {"warn", Severity::warn},   {"error", Severity::error}, {"fatal", Severity::fatal}};

Text read_pattern(const Section& section, bool required) {
  Text pattern = section.text("pattern", required);
  if (pattern.empty()) return pattern;
  if (const auto compiled = PcrePattern::compile(pattern.value, true); !compiled)
    section.problem(pattern.line,
                    fmt::format("bad pattern {}: {} (at byte {})", quoted(pattern), compiled.error().message, compiled.error().position));
  return pattern;
}

Condition read_condition(const Section& section) {
  Condition out;
  section.choice("severity_at_least", kSeverities, out.at_least);
  section.choice("severity_below", kSeverities, out.below);
  out.rule = section.text("rule");
  out.pattern = read_pattern(section, false);
  out.service = section.text("service");
  if (section.is_mapping() && section.keys().empty())
    section.problem(section.line(),
                    fmt::format("{} needs at least one of severity_at_least, severity_below, rule, pattern, service", section.what()));
  return out;
}

std::optional<Condition> read_when(const Section& section, bool required) {
  const auto when = section.section("when", section.what() + ".when", kConditionKeys);
  if (when) return read_condition(*when);
  if (required) section.lacks("when");
  return std::nullopt;
}

Rename read_rename(const Section& section) {
  Rename out{section.text("from", true), section.text("to", true)};
  if (!out.from.empty() && out.from.value == out.to.value) section.problem(out.to.line, "rename: \"from\" and \"to\" are the same");
  return out;
}

Sample read_sample(const Section& section) {
  Sample out;
  if (!section.has("keep_one_in")) section.lacks("keep_one_in");
  section.count("keep_one_in", out.keep_one_in, {2, 1'000'000'000});
  out.when = read_when(section, false);
  return out;
}

Route read_route(const Section& section) { return {read_when(section, true).value_or(Condition{}), section.texts("to", true)}; }

std::optional<TransformConfig> read_transform(const YAML::Node& node, int list_line, ConfigReading& reading) {
  const int line = node.IsNull() ? list_line : line_of(node);
  const Section one{node, line, "a transform", kTransforms, reading};
  if (!node.IsMap()) return std::nullopt;
  if (one.keys().empty()) return std::nullopt;  // its unknown keys are reported
  if (node.size() > 1) {
    reading.problem(line, "a transform is a mapping of one key: begin each transform with a dash");
    return std::nullopt;
  }
  const std::string kind = one.keys().front();
  TransformConfig out;
  out.line = line;
  if (kind == "drop") out.what = Drop{read_condition(*one.section(kind, kind, kConditionKeys))};
  if (kind == "redact") out.what = Redact{read_pattern(*one.section(kind, kind, kRedactKeys), true)};
  if (kind == "rename") out.what = read_rename(*one.section(kind, kind, kRenameKeys));
  if (kind == "sample") out.what = read_sample(*one.section(kind, kind, kSampleKeys));
  if (kind == "route") out.what = read_route(*one.section(kind, kind, kRouteKeys));
  return out;
}

}  // namespace

std::vector<TransformConfig> read_transforms(const Section& source) {
  std::vector<TransformConfig> out;
  const YAML::Node* node = source.find("transforms");
  if (node == nullptr) return out;
  if (!node->IsSequence()) {
    source.problem(source.key_line("transforms"), "\"transforms\" must be a list");
    return out;
  }
  for (const auto& item : *node)
    if (auto transform = read_transform(item, source.key_line("transforms"), source.reading())) out.push_back(std::move(*transform));
  return out;
}

}  // namespace loglode::config

// A small stage for the judge: lines are written down with time, service, severity and text, and come out as window summaries,
// the way patterns/ would aggregate them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "correlate/judge.h"

namespace loglode {

inline Timestamp at_second(double second) {
  return Timestamp{Duration{1'700'000'000'000'000'000 + static_cast<std::int64_t>(second * 1e9)}};
}

class Scene {
 public:
  explicit Scene(Duration width = std::chrono::milliseconds{100}) : width_{width} {}

  std::string file = "app.log";  // the stream that the next lines come from
  bool baseline = false;
  bool ordinal = false;
  bool since_boot = false;
  std::uint32_t took_us = 0;  // that the next lines say; 0: nothing
  std::string words{};        // of the next lines, where they are not their template

  Scene& line(Timestamp time, const std::string& service, Severity severity, const std::string& text, const std::string& trace = {},
              const std::vector<std::string>& rules = {}) {
    const StreamIdentity stream{std::hash<std::string>{}(file)&0xFFFFFF, baseline ? 2U : 1U};
    const Timestamp start = window_start(time, width_);
    WindowSummary one;
    one.stream = stream;
    one.path = file;
    one.baseline = baseline;
    one.ordinal = ordinal;
    one.since_boot = since_boot;
    one.start = start;
    one.width = width_;
    const std::uint64_t number = ++lines_[file];
    one.reaches = number * 100;
    one.records = 1;
    one.services = {service};
    const ShapeId shape = shape_of(text, severity_class(severity));
    one.cells = {Cell{0, shape, severity, 1, time, time, (number - 1) * 100, number, 1, words.empty() ? text : words}};
    if (took_us != 0) one.cells[0].durations = {{static_cast<std::uint32_t>(number * 2654435761U), took_us}};
    for (const std::string& rule : rules) {
      one.rules.push_back(rule);
      one.rule_cells.push_back(RuleCell{0, static_cast<std::uint32_t>(one.rules.size() - 1), shape, 1, time, time,
                                        one.cells[0].first_offset, number, 1, one.cells[0].excerpt});
    }
    if (!trace.empty()) one.trace_steps = {TraceStep{std::hash<std::string>{}(trace) >> 1, 0, shape, severity, time}};
    normalise(one);
    auto [place, is_new] = windows_.try_emplace({start, stream.high, stream.low}, one);
    if (!is_new) add(place->second, one);
    return *this;
  }
  Scene& line(double second, const std::string& service, Severity severity, const std::string& text, const std::string& trace = {},
              const std::vector<std::string>& rules = {}) {
    return line(at_second(second), service, severity, text, trace, rules);
  }
  /// One line every `step` seconds from `from` to before `to`.
  Scene& lines(double from, double to, double step, const std::string& service, Severity severity, const std::string& text) {
    for (int i = 0; from + i * step < to; ++i) line(from + i * step, service, severity, text);
    return *this;
  }

  [[nodiscard]] std::vector<WindowSummary> windows() const {
    std::vector<WindowSummary> all;
    for (const auto& [key, window] : windows_) all.push_back(window);
    return all;
  }
  [[nodiscard]] TemplateCatalog catalog() const {
    std::vector<TemplateInfo> templates;
    std::vector<std::pair<ShapeId, std::uint32_t>> shapes;
    for (const auto& [key, shape] : shapes_) {
      shapes.emplace_back(shape, static_cast<std::uint32_t>(templates.size()));
      templates.push_back(TemplateInfo{template_of(shape), key.first, key.second, parameters_of(key.first), {}});
    }
    return TemplateCatalog{std::move(templates), std::move(shapes)};
  }
  [[nodiscard]] static RuleCatalog rules() {
    return {RuleInfo{"http-5xx", "request failed", RuleCategory::error, Severity::error, "", ""},
            RuleInfo{"failed-login", "failed login", RuleCategory::security, Severity::warn, "", ""},
            RuleInfo{"crashed", "program crashed", RuleCategory::error, Severity::fatal, "", ""}};
  }

 private:
  /// A variable holds words, unless a `#` beside it says that it is a number.
  static std::vector<TemplateParameter> parameters_of(const std::string& text) {
    std::vector<TemplateParameter> parameters;
    for (std::size_t at = text.find("<*>"); at != std::string::npos; at = text.find("<*>", at + 1))
      parameters.push_back(TemplateParameter{at > 0 && text[at - 1] == '#' ? "number" : "word", nullptr});
    return parameters;
  }
  ShapeId shape_of(const std::string& text, SeverityClass severity) {
    // By what it says alone, whoever says it first.
    const std::uint64_t id = 1 + (std::hash<std::string>{}(text) + static_cast<std::uint64_t>(severity)) % 1'000'000'007;
    return shapes_.try_emplace({text, severity}, ShapeId{id}).first->second;
  }

  Duration width_;
  std::map<std::string, std::uint64_t> lines_;
  std::map<std::tuple<Timestamp, std::uint64_t, std::uint64_t>, WindowSummary> windows_;
  std::map<std::pair<std::string, SeverityClass>, ShapeId> shapes_;
};

/// A judgement with what it points to.
struct Judged {
  explicit Judged(const Scene& scene, const JudgeConfig& config = {})
      : catalog{scene.catalog()}, windows{scene.windows()}, judgement{judge(windows, catalog, Scene::rules(), config)} {}

  [[nodiscard]] std::vector<const Finding*> findings(FindingKind kind) const {
    std::vector<const Finding*> found;
    for (const Finding& finding : judgement.findings)
      if (finding.kind == kind) found.push_back(&finding);
    return found;
  }

  TemplateCatalog catalog;
  std::vector<WindowSummary> windows;
  Judgement judgement;
};

/// Everything a judgement says, as text, so that two can be compared.
inline std::string spelled_out(const Judgement& judgement) {
  std::string out;
  const auto put = [&](const auto&... parts) {
    ((out += parts, out += '|'), ...);
    out += '\n';
  };
  const auto evidence = [&](const std::vector<Evidence>& all) {
    for (const Evidence& each : all)
      put("  evidence", each.record_id, each.origin.path, std::to_string(each.origin.line), to_rfc3339(each.time), each.excerpt);
  };
  for (const Finding& each : judgement.findings) {
    put(each.finding_id, name_of(each.kind), each.service, to_hex(each.template_id), each.rule_id, std::to_string(each.observed),
        std::to_string(each.expected), std::to_string(each.total), std::to_string(each.score), std::to_string(each.q), name_of(each.notify),
        to_rfc3339(each.start), to_rfc3339(each.end), each.summary);
    evidence(each.evidence);
  }
  for (const Incident& each : judgement.incidents) {
    put(each.incident_id, each.fingerprint, name_of(each.severity), name_of(each.state), to_rfc3339(each.opened_at),
        to_rfc3339(each.closed_at), std::to_string(each.shared_traces), each.summary);
    for (const std::string& service : each.services) put("  service", service);
    for (const std::string& finding : each.findings) put("  finding", finding);
    for (const Suspect& suspect : each.suspects) put("  suspect", suspect.service, std::to_string(suspect.score));
    for (const CascadeEdge& edge : each.edges) put("  edge", edge.from, edge.to, name_of(edge.basis), std::to_string(edge.lag_s_p50));
    for (const TimelineEntry& entry : each.timeline) put("  at", to_rfc3339(entry.time), entry.service, entry.what);
  }
  for (const ServiceOverview& each : judgement.services)
    put(each.service, std::to_string(each.records), std::to_string(each.errors), std::to_string(each.warnings),
        std::to_string(each.templates), to_rfc3339(each.first_error));
  for (const TemplateCount& each : judgement.templates) {
    put(each.service, each.info->text, std::to_string(each.count), to_rfc3339(each.first), to_rfc3339(each.last));
    for (const Example& example : each.examples) evidence({evidence_of(example)});
  }
  for (const std::string& note : judgement.scope.notes) put(note);
  return out;
}

}  // namespace loglode

// The state of a WindowAggregator as window summaries, and back.
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "core/told_hit.h"
#include "patterns/aggregate/aggregator_state.h"

namespace loglode {

namespace {

/// As summaries name the hits of `rule`, which may lie behind the catalogue's.
std::string name_of_rule(const RuleCatalog& rules, std::uint32_t rule) {
  return is_told_hit(RuleIndex{rule}, rules.size()) ? rules[rule - rules.size()].id + kToldSign : rules[rule].id;
}

}  // namespace

void WindowAggregator::State::append_summaries(const WindowTable& from, bool ordinal, bool changed_only,
                                               std::vector<WindowSummary>& out) const {
  const std::size_t base = out.size();
  std::vector<std::uint32_t> places(from.frames().size(), kNone);
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const WindowFrame& frame = from.frames()[i];
    if (changed_only && !frame.changed) continue;
    places[i] = static_cast<std::uint32_t>(out.size() - base);
    const AggregatedStream& stream = streams[frame.stream];
    WindowSummary& summary = out.emplace_back();
    summary.stream = stream.identity;
    summary.path = stream.path;
    summary.path_service = stream.service_name;
    summary.baseline = stream.baseline;
    summary.ordinal = ordinal;
    summary.since_boot = ordinal && stream.since_boot;
    summary.start = frame.start;
    summary.width = from.width();
    summary.reaches = frame.reaches;
    summary.records = frame.records;
    summary.without_time = frame.without_time;
    summary.late = frame.late;
    summary.trace_sample_below = trace_sample_below;
  }
  // Names get their place in each summary the first time that they are used there.
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> service_places, rule_places;
  const auto place_of = [](auto& known, std::vector<std::string>& names, std::uint32_t frame, std::uint32_t number,
                           const std::string& name) {
    const auto [place, is_new] = known.try_emplace({frame, number}, static_cast<std::uint32_t>(names.size()));
    if (is_new) names.push_back(name);
    return place->second;
  };
  const auto service_place = [&](std::uint32_t frame, std::uint32_t service) {
    return place_of(service_places, out[base + frame].services, frame, service, services[service]);
  };
  for (const AggregatedCell& cell : from.cells()) {
    const std::uint32_t place = places[cell.frame];
    if (place == kNone) continue;
    const AggregatedStream& stream = streams[from.frames()[cell.frame].stream];
    Cell made{service_place(place, cell.service),
              cell.shape,
              cell.severity,
              cell.count,
              cell.first,
              cell.last,
              cell.first_offset,
              cell.first_line,
              cell.first_line_count,
              {}};
    // An earlier record of its shape may have come since: then this is not the first any more.
    if (cell.excerpt && wants_excerpt(cell, stream)) made.excerpt = *cell.excerpt;
    made.error_rule = cell.notable && cell.severity < Severity::warn;
    if (cell.durations) made.durations = *cell.durations;
    out[base + place].cells.push_back(std::move(made));
  }
  for (const AggregatedRuleCell& cell : from.rule_cells()) {
    const std::uint32_t place = places[cell.frame];
    if (place == kNone) continue;
    const std::uint32_t rule = place_of(rule_places, out[base + place].rules, place, cell.rule, name_of_rule(*rules, cell.rule));
    RuleCell& made = out[base + place].rule_cells.emplace_back(
        RuleCell{service_place(place, cell.service), rule, cell.shape, cell.count, cell.first, cell.last});
    if (cell.first_hit == nullptr) continue;
    made.first_offset = cell.first_hit->offset;
    made.first_line = cell.first_hit->line;
    made.first_line_count = cell.first_hit->line_count;
    made.excerpt = cell.first_hit->excerpt;
  }
  for (std::uint32_t number = 0; number < streams.size(); ++number) {
    const AggregatedStream& stream = streams[number];
    if (ordinal ? stream.ordinal.get() != &from : !stream.timed) continue;
    for (const KeptStep& step : stream.steps) {
      const std::uint32_t place = places[from.known_frame(number, step.time)];
      if (place == kNone) continue;
      out[base + place].trace_steps.push_back(
          TraceStep{step.trace, service_place(place, step.service), step.shape, step.severity, step.time});
    }
  }
}

std::vector<WindowSummary> WindowAggregator::State::summaries(bool changed_only) const {
  std::vector<WindowSummary> out;
  append_summaries(timed, false, changed_only, out);
  for (const AggregatedStream& stream : streams)
    if (stream.ordinal) append_summaries(*stream.ordinal, true, changed_only, out);
  for (WindowSummary& summary : out) normalise(summary);
  std::sort(out.begin(), out.end(), [](const WindowSummary& a, const WindowSummary& b) {
    return std::tie(a.start, a.stream.high, a.stream.low) < std::tie(b.start, b.stream.high, b.stream.low);
  });
  return out;
}

void WindowAggregator::State::restore(const WindowSummary& summary) {
  StreamInfo info;
  info.identity = summary.stream;
  info.path = summary.path;
  info.service = summary.path_service;
  info.baseline = summary.baseline;
  const std::uint32_t number = stream_of(info);
  AggregatedStream& stream = streams[number];
  if (summary.ordinal && !stream.ordinal) stream.ordinal = std::make_unique<WindowTable>(summary.width);
  WindowTable& into = summary.ordinal ? *stream.ordinal : timed;
  while (into.width() < summary.width) into.widen();
  stream.timed = stream.timed || !summary.ordinal;
  const std::uint32_t at = into.frame_of(number, summary.start);
  WindowFrame& frame = into.frame(at);
  frame.reaches = std::max(frame.reaches, summary.reaches);
  frame.records += summary.records;
  frame.without_time += summary.without_time;
  frame.late += summary.late;
  frame.changed = false;
  if (summary.ordinal) stream.untimed += summary.records;
  stream.since_boot = stream.since_boot || summary.since_boot;
  for (const Cell& cell : summary.cells) {
    const std::uint32_t service = service_of(summary.services[cell.service], stream);
    AggregatedCell& made = into.cells()[into.cell_of(at, service, cell.shape)];
    if (made.count == 0 || std::tie(cell.first, cell.first_offset) < std::tie(made.first, made.first_offset)) {
      made.first = cell.first;
      made.first_offset = cell.first_offset;
      made.first_line = cell.first_line;
      made.first_line_count = cell.first_line_count;
      made.notable = cell.error_rule || cell.severity >= Severity::warn;
      made.excerpt = cell.excerpt.empty() ? nullptr : std::make_unique<std::string>(cell.excerpt);
    }
    made.last = made.count == 0 ? cell.last : std::max(made.last, cell.last);
    made.severity = std::max(made.severity, cell.severity);
    made.count += cell.count;
    if (!cell.durations.empty() && made.durations == nullptr) made.durations = std::make_unique<std::vector<DurationSample>>();
    for (const DurationSample one : cell.durations) keep_duration(*made.durations, one);
    if (summary.since_boot) stream.previous = std::max(stream.previous, cell.last);
    const std::pair place{cell.first, cell.first_offset};
    const auto [first, is_new] = stream.firsts.try_emplace({service, cell.shape}, place);
    if (!is_new) first->second = std::min(first->second, place);
    if (!summary.ordinal) stream.previous = stream.watermark = std::max(stream.watermark, cell.last);
  }
  for (const RuleCell& cell : summary.rule_cells) {
    const std::string& name = summary.rules[cell.rule];
    const auto known = std::find_if(rules->begin(), rules->end(), [&](const RuleInfo& rule) { return rule.id == rule_id_of(name); });
    if (known == rules->end()) continue;
    const auto rule = static_cast<std::uint32_t>(known - rules->begin());
    AggregatedRuleCell& made =
        into.rule_cell_of(at, service_of(summary.services[cell.service], stream),
                          names_told_hit(name) ? static_cast<std::uint32_t>(told_hit_of(rule, rules->size())) : rule, cell.shape);
    if (made.count == 0 || std::tuple{cell.first, cell.first_offset} < std::tuple{made.first, made.first_offset()}) {
      made.first = cell.first;
      made.first_hit.reset();
      if (cell.first_line != 0)
        made.first_hit = std::make_unique<FirstHit>(FirstHit{cell.first_offset, cell.first_line, cell.first_line_count, cell.excerpt});
    }
    made.last = made.count == 0 ? cell.last : std::max(made.last, cell.last);
    made.count += cell.count;
  }
  trace_sample_below = std::min(trace_sample_below, summary.trace_sample_below);
  for (const TraceStep& step : summary.trace_steps)
    stream.steps.push_back(KeptStep{step.trace, step.time, step.shape, service_of(summary.services[step.service], stream), step.severity});
  step_count += summary.trace_steps.size();
}

}  // namespace loglode

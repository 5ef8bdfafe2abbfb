#include "sinks/json_objects.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/terminal_text.h"

namespace loglode {

namespace {

Json time_or_null(Timestamp time) { return time == kNoTime ? Json(nullptr) : Json(to_rfc3339(time)); }

// Six decimals: what a reader can use, and the same text on every machine.
double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : 0.0; }

template <class Range>
Json array_of(const Range& range) {
  Json out = Json::array();
  for (const auto& item : range) out.push_back(to_json(item));
  return out;
}

// Nine significant digits: quantities may be nanoseconds or terabytes.
double significant(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return std::isfinite(value) ? std::strtod(text.data(), nullptr) : 0.0;
}

Json parameter_to_json(const TemplateParameter& parameter, std::uint64_t records) {
  Json out = {{"type", parameter.type}};
  if (parameter.values == nullptr) return out;
  const ParameterValues& values = *parameter.values;
  out["distinct"] = values.distinct;
  out["exact"] = values.exact;
  if (!values.unit.empty()) {
    out["unit"] = values.unit;
    out["min"] = significant(values.least);
    out["p50"] = significant(values.p50);
    out["p95"] = significant(values.p95);
    out["max"] = significant(values.most);
  }
  out["top"] = Json::array();
  for (const ParameterValue& value : values.top)
    out["top"].push_back({{"value", value.text}, {"count", std::llround(value.share * static_cast<double>(records))}});
  return out;
}

Json edge_to_json(const CascadeEdge& edge) {
  return {{"from", edge.from},
          {"to", edge.to},
          {"basis", name_of(edge.basis)},
          {"lag_s", {{"p10", rounded(edge.lag_s_p10)}, {"p50", rounded(edge.lag_s_p50)}, {"p90", rounded(edge.lag_s_p90)}}},
          {"lift", rounded(edge.lift)},
          {"pairs", edge.pairs},
          {"q", rounded(edge.q)},
          {"evidence", array_of(edge.evidence)}};
}

Json suspect_to_json(const Suspect& suspect) {
  Json terms = Json::object();
  for (const ScoreTerm& term : suspect.terms) terms[term.name] = rounded(term.value);
  return {{"rank", suspect.rank},
          {"service", suspect.service},
          {"score", rounded(suspect.score)},
          {"terms", terms},
          {"evidence", array_of(suspect.evidence)}};
}

Json timeline_to_json(const TimelineEntry& entry) {
  return {{"time", time_or_null(entry.time)}, {"service", entry.service}, {"what", entry.what}, {"finding_id", entry.finding_id}};
}

/// A partition's stream is shown as `kafka:logs[3]` (ingest/kafka): that is no file, and its offsets are of messages.
Json origin_to_json(const Origin& origin) {
  constexpr std::string_view kKafka = "kafka:";
  std::string_view place{origin.path};
  std::int32_t partition = -1;
  const std::size_t bracket = place.rfind('[');
  if (place.starts_with(kKafka) && place.ends_with(']') && bracket != std::string_view::npos) {
    const std::string_view digits = place.substr(bracket + 1, place.size() - bracket - 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), partition);
  }
  if (partition < 0)
    return {{"log.file.path", origin.path}, {"log.offset", origin.offset}, {"line", origin.line}, {"line_count", origin.line_count}};
  return {{"kafka.topic", place.substr(kKafka.size(), bracket - kKafka.size())},
          {"kafka.partition", partition},
          {"kafka.offset", origin.offset >> kKafkaOffsetShift},
          {"line_count", origin.line_count}};
}

}  // namespace

Json to_json(const Evidence& evidence) {
  return {{"record_id", evidence.record_id},
          {"origin", origin_to_json(evidence.origin)},
          {"time", time_or_null(evidence.time)},
          {"excerpt", evidence.excerpt}};
}

std::string origin_text(const Json& origin) {
  const auto text = [&](const char* key) { return origin.contains(key) && origin[key].is_string() ? origin[key].get<std::string>() : ""; };
  const auto number = [&](const char* key) { return origin.contains(key) && origin[key].is_number() ? origin[key].dump() : "?"; };
  if (origin.contains("kafka.topic")) return text("kafka.topic") + '[' + number("kafka.partition") + "] offset " + number("kafka.offset");
  return text("log.file.path") + ':' + number("line");
}

Json to_json(const Finding& finding) {
  Json out{{"schema", "loglode.finding/1"},
           {"id_version", kIdVersion},
           {"finding_id", finding.finding_id},
           {"kind", name_of(finding.kind)},
           {"category", name_of(finding.category)},
           {"service", finding.service},
           {"template_id", finding.template_id == kNoTemplate ? Json(nullptr) : Json(to_hex(finding.template_id))},
           {"template", finding.template_text},
           {"rule_id", finding.rule_id.empty() ? Json(nullptr) : Json(finding.rule_id)},
           {"severity", severity_name(finding.severity)},
           {"window", {{"start", time_or_null(finding.start)}, {"end", time_or_null(finding.end)}}},
           {"observed", rounded(finding.observed)},
           {"expected", rounded(finding.expected)},
           {"total", finding.total},
           {"score", rounded(finding.score)},
           {"q", rounded(finding.q)},
           {"notify", name_of(finding.notify)},
           {"evidence", array_of(finding.evidence)},
           {"summary", finding.summary}};
  return out;
}

Json to_json(const Incident& incident) {
  Json suspects = Json::array(), edges = Json::array(), timeline = Json::array();
  for (const Suspect& suspect : incident.suspects) suspects.push_back(suspect_to_json(suspect));
  for (const CascadeEdge& edge : incident.edges) edges.push_back(edge_to_json(edge));
  for (const TimelineEntry& entry : incident.timeline) timeline.push_back(timeline_to_json(entry));
  Json out{{"schema", "loglode.incident/1"},
           {"id_version", kIdVersion},
           {"incident_id", incident.incident_id},
           {"fingerprint", incident.fingerprint},
           {"state", name_of(incident.state)},
           {"severity", name_of(incident.severity)},
           {"notify", name_of(incident.notify)},
           {"opened_at", time_or_null(incident.opened_at)},
           {"closed_at", time_or_null(incident.closed_at)},
           {"onset", time_or_null(incident.onset)},
           {"services", incident.services},
           {"findings", incident.findings},
           {"suspects", suspects},
           {"edges", edges},
           {"timeline", timeline},
           {"shared_traces", incident.shared_traces},
           {"impact",
            {{"services", incident.services.size()},
             {"requests_failed", incident.requests_failed},
             {"first_user_visible", incident.first_user_visible.empty() ? Json(nullptr) : Json(incident.first_user_visible)}}},
           {"forecast", Json::array()},
           {"summary", incident.summary}};
  if (!incident.lasting_id.empty()) out["lasting_id"] = incident.lasting_id;
  return out;
}

Json to_json(const TemplateCount& row) {
  Json parameters = Json::array(), aliases = Json::array(), examples = Json::array();
  for (const Example& example : row.examples) examples.push_back(to_json(evidence_of(example)));
  for (const TemplateParameter& parameter : row.info->parameters) parameters.push_back(parameter_to_json(parameter, row.count));
  for (const TemplateId alias : row.info->aliases) aliases.push_back(to_hex(alias));
  return {{"schema", "loglode.template/1"},
          {"id_version", kIdVersion},
          {"template_id", to_hex(row.info->id)},
          {"template", row.info->text},
          {"service", row.service},
          {"severity", severity_name(row.severity)},
          {"count", row.count},
          {"first_seen", time_or_null(row.first)},
          {"last_seen", time_or_null(row.last)},
          {"parameters", parameters},
          {"examples", examples},
          {"aliases", aliases}};
}

Json to_json(const RuleInfo& rule) {
  return {{"schema", "loglode.rule/1"},
          {"rule_id", rule.id},
          {"name", rule.name},
          {"category", name_of(rule.category)},
          {"severity", severity_name(rule.severity)},
          {"meaning", rule.meaning},
          {"check", rule.check},
          {"safe_action", rule.safe_action}};
}

Json to_json(const RunStats& stats, const Judgement& judgement) {
  Json dropped = Json::object(), limits = Json::object(),
       seconds = {{"wall", rounded(stats.seconds_wall)}, {"cpu", rounded(stats.seconds_cpu)}};
  for (const auto& [reason, lines] : stats.dropped) dropped[reason] = lines;
  for (const auto& [limit, times] : stats.limits_hit) limits[limit] = times;
  for (const auto& [stage, time] : stats.seconds_by_stage) seconds[stage] = rounded(time);
  Json problems = Json::array();
  for (const InputProblem& problem : stats.problems)
    problems.push_back({{"path", problem.path}, {"what", problem.what}, {"fatal", problem.fatal}});
  return {{"schema", "loglode.stats/1"},
          {"stopped_early", stats.stopped_early},
          {"inputs", stats.inputs},
          {"lines", stats.lines},
          {"records", stats.records},
          {"continuation_lines", stats.continuation_lines},
          {"dropped", dropped},
          {"bytes", stats.bytes},
          {"bytes_read", stats.bytes_read},
          {"lines_cut", stats.lines_cut},
          {"late", stats.late},
          {"without_time", stats.without_time},
          {"not_utf8", stats.not_utf8},
          {"fallback", stats.fallback},
          {"secrets_masked", stats.secrets_masked},
          {"date_assumed", stats.date_assumed},
          {"zone_assumed", stats.zone_assumed},
          {"date_order_changed", stats.date_order_changed},
          {"services", judgement.services.size()},
          {"templates", judgement.templates.size()},
          {"template_ids_shown_twice", stats.template_ids_shown_twice},
          {"findings", judgement.findings.size()},
          {"incidents", judgement.incidents.size()},
          {"first", time_or_null(judgement.scope.first)},
          {"last", time_or_null(judgement.scope.last)},
          {"threads", stats.threads},
          {"seconds", seconds},
          {"rss_bytes_peak", stats.rss_bytes_peak},
          {"limits_hit", limits},
          {"problems", problems}};
}

std::string to_line(const Json& object) { return printable_json(object.dump(-1, ' ', false, Json::error_handler_t::replace)); }

}  // namespace loglode

#include "sinks/last_run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kShortId = 12;  // of a record id: enough for `context`

std::string services_of(const Json& incident) {
  std::string out;
  for (const Json& service : incident["services"]) {
    const bool later =
        std::any_of(incident["edges"].begin(), incident["edges"].end(), [&](const Json& edge) { return edge["to"] == service; });
    out += (out.empty() ? "" : later ? " → " : " · ") + printable(service.get<std::string>());
  }
  return out;
}

std::string evidence_lines(const Json& owner, std::size_t columns, const std::string& in_state) {
  std::string out;
  for (const Json& proof : owner["evidence"]) {
    out += wrapped(fmt::format("      {}  ", printable(origin_text(proof["origin"]))), printable_at(proof, "excerpt"), columns);
    out += fmt::format("      loglode context {}{}\n", printable_at(proof, "record_id").substr(0, kShortId), in_state);
  }
  return out;
}

// What is known of the error, once for each: several findings may name one rule.
std::string known_error_lines(const LastRun& run, const Json& finding, std::set<std::string>& told, std::size_t columns) {
  const Json* rule = run.rule(printable_at(finding, "rule_id"));
  if (rule == nullptr || !told.insert(printable_at(*rule, "rule_id")).second) return "";
  std::string out = fmt::format("      known error {}\n", printable_at(*rule, "rule_id"));
  constexpr std::pair<const char*, const char*> kParts[] = {{"meaning", "meaning"}, {"check", "check"}, {"safe_action", "safe action"}};
  for (const auto& [key, label] : kParts)
    if (const std::string text = printable_at(*rule, key); !text.empty())
      out += wrapped(fmt::format("        {:<12} ", label), text, columns);
  return out;
}

void append_findings(std::string& out, const LastRun& run, const Json& incident, const Paint& paint, std::size_t columns,
                     const std::string& in_state) {
  out += "\n" + paint.bold("FINDINGS") + "  strongest first\n";
  std::set<std::string> told;
  for (const Json& id : incident["findings"]) {
    const Json* finding = run.finding(id.get<std::string>());
    if (finding == nullptr) continue;
    out += wrapped(fmt::format("  {}  ", pad_to(printable_at(*finding, "kind"), 12)), printable_at(*finding, "summary"), columns);
    out += fmt::format("      observed {:.0f}, expected {:.1f}, score {:.1f}, q {:.2g}\n", (*finding)["observed"].get<double>(),
                       (*finding)["expected"].get<double>(), (*finding)["score"].get<double>(), (*finding)["q"].get<double>());
    out += known_error_lines(run, *finding, told, columns);
    out += paint.dim(evidence_lines(*finding, columns, in_state));
  }
}

void append_suspects(std::string& out, const Json& incident, const Paint& paint) {
  out += "\n" + paint.bold("SUSPECTS") + "\n";
  for (const Json& suspect : incident["suspects"]) {
    out += fmt::format("  {}. {}  {:.2f}  ", suspect["rank"].get<int>(), pad_to(printable_at(suspect, "service"), 24),
                       suspect["score"].get<double>());
    for (const auto& [name, value] : suspect["terms"].items()) out += fmt::format(" {} {:.2f}", printable(name), value.get<double>());
    out += "\n";
  }
  if (!incident["edges"].empty()) out += "\n" + paint.bold("ORDER") + "\n";
  for (const Json& edge : incident["edges"]) {
    out += fmt::format("  {} preceded {}  basis {}  lag p50 {:.3f} s  pairs {}\n", printable_at(edge, "from"), printable_at(edge, "to"),
                       printable_at(edge, "basis"), edge["lag_s"]["p50"].get<double>(), edge["pairs"].get<std::uint64_t>());
  }
}

/// From when to when; of what has not ended that it goes on.
std::string span_of(const Json& incident) {
  const std::string from = clock_at(incident, "onset"), to = clock_at(incident, "closed_at");
  if (from.empty()) return "no times, in order of lines";
  return from + (to.empty() ? ", not over by the last line" : " - " + to);
}

}  // namespace

std::string incident_text(const LastRun& run, const Json& incident, const IncidentTextStyle& style) {
  const auto& [paint, columns, in_state] = style;
  std::string out = fmt::format("{}  {}  {}\n", paint.bold("INCIDENT " + printable_at(incident, "incident_id")),
                                printable_at(incident, "severity"), span_of(incident));
  out += wrapped("", services_of(incident), columns) + "\n" + wrapped("", printable_at(incident, "summary"), columns);
  out += "\n" + paint.bold("TIMELINE") + "\n";
  for (const Json& entry : incident["timeline"]) {
    const std::string time = clock_at(entry, "time");
    out += wrapped(fmt::format("  {}{}  ", time.empty() ? "" : time + "  ", pad_to(printable_at(entry, "service"), 20)),
                   printable_at(entry, "what"), columns);
  }
  append_findings(out, run, incident, paint, columns, in_state);
  append_suspects(out, incident, paint);
  return out;
}

std::string printable_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return printable(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string clock_at(const Json& object, const char* key) {
  const std::string time = printable_at(object, key);
  return time.size() > 23 ? time.substr(0, 23) + "Z" : time;
}

std::string incident_list(const LastRun& run) {
  std::string out;
  for (const Json& incident : run.incidents())
    out += fmt::format("{:>3}  {:<8}  {}  {}\n     {}\n", printable_at(incident, "incident_id"), printable_at(incident, "severity"),
                       clock_at(incident, "onset"), services_of(incident), printable_at(incident, "summary"));
  return out;
}

namespace {

std::string notes_of(const Json& row) {
  std::string out;
  if (row.contains("name")) out += "  (" + printable_at(row, "name") + ")";
  if (row.contains("pinned")) out += "  pinned";
  if (row.contains("ignored")) out += "  known";
  return out;
}

std::string parameter_text(const Json& parameter) {
  std::string out = "  <*>  " + pad_to(printable_at(parameter, "type"), 7);
  if (!parameter.contains("distinct")) return out + "\n";
  out += fmt::format(" {}{} different", parameter["exact"].get<bool>() ? "" : "about ",
                     with_commas(parameter["distinct"].get<std::uint64_t>()));
  if (parameter.contains("unit")) {
    const std::string unit = printable_at(parameter, "unit");
    out += fmt::format("  min {}  p50 {}  p95 {}  max {}{}", printable_at(parameter, "min"), printable_at(parameter, "p50"),
                       printable_at(parameter, "p95"), printable_at(parameter, "max"), unit == "1" ? "" : " " + unit);
  }
  for (const Json& value : parameter["top"])
    out += fmt::format("  {} ×{}", printable_at(value, "value"), with_commas(value["count"].get<std::uint64_t>()));
  return out + "\n";
}

}  // namespace

std::string template_line(const Json& row) {
  return fmt::format("{}  {:>10}  {:<11}  {}  {}{}\n", printable_at(row, "template_id"), with_commas(row["count"].get<std::uint64_t>()),
                     printable_at(row, "severity"), pad_to(printable_at(row, "service"), 16), printable_at(row, "template"), notes_of(row));
}

std::string template_text(const Json& row) {
  std::string out =
      fmt::format("{}  {}{}\n  {}\n  {} records, {} - {}, {}\n", printable_at(row, "template_id"), printable_at(row, "service"),
                  notes_of(row), printable_at(row, "template"), with_commas(row["count"].get<std::uint64_t>()),
                  printable_at(row, "first_seen"), printable_at(row, "last_seen"), printable_at(row, "severity"));
  for (const Json& parameter : row["parameters"]) out += parameter_text(parameter);
  for (const Json& alias : row["aliases"]) out += "  also  " + printable(alias.get<std::string>()) + "\n";
  for (const Json& example : row["examples"])
    out += fmt::format("  {}  {}\n", printable(origin_text(example["origin"])), printable_at(example, "excerpt"));
  return out;
}

}  // namespace loglode

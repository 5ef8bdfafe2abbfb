#include "app/commands/run_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include "app/commands/exit_status.h"
#include "app/reading/options.h"
#include "base/terminal_text.h"
#include "ingest/input_source.h"
#include "parse/redact/redactor.h"
#include "sinks/last_run.h"

namespace loglode {

namespace {

constexpr std::size_t kShortId = 12;  // of a record id: enough for `context`

Result<LastRun> open_last_run(const std::string& given) {
  if (given.empty()) return state_folder().and_then([](const std::string& state) { return LastRun::open(state); });
  auto run = LastRun::open(given);
  if (!run && run.error().code == std::errc::no_such_file_or_directory)
    return fail(std::make_error_code(std::errc::invalid_argument),
                given + " holds no incidents: `analyze` and `tail` keep them there when they are given it as --state");
  return run;
}

/// How messages call what was looked into.
std::string name_of_run(const std::string& state) { return state.empty() ? "the last run" : state; }

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return printable(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string clock_of(const Json& object, const char* key) {
  const std::string time = text_of(object, key);
  return time.size() > 23 ? time.substr(0, 23) + "Z" : time;
}

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
    out += wrapped(fmt::format("      {}  ", printable(origin_text(proof["origin"]))), text_of(proof, "excerpt"), columns);
    out += fmt::format("      loglode context {}{}\n", text_of(proof, "record_id").substr(0, kShortId), in_state);
  }
  return out;
}

// What is known of the error, once for each: several findings may name one rule.
std::string known_error_lines(const LastRun& run, const Json& finding, std::set<std::string>& told, std::size_t columns) {
  const Json* rule = run.rule(text_of(finding, "rule_id"));
  if (rule == nullptr || !told.insert(text_of(*rule, "rule_id")).second) return "";
  std::string out = fmt::format("      known error {}\n", text_of(*rule, "rule_id"));
  constexpr std::pair<const char*, const char*> kParts[] = {{"meaning", "meaning"}, {"check", "check"}, {"safe_action", "safe action"}};
  for (const auto& [key, label] : kParts)
    if (const std::string text = text_of(*rule, key); !text.empty()) out += wrapped(fmt::format("        {:<12} ", label), text, columns);
  return out;
}

void append_findings(std::string& out, const LastRun& run, const Json& incident, const Paint& paint, std::size_t columns,
                     const std::string& in_state) {
  out += "\n" + paint.bold("FINDINGS") + "  strongest first\n";
  std::set<std::string> told;
  for (const Json& id : incident["findings"]) {
    const Json* finding = run.finding(id.get<std::string>());
    if (finding == nullptr) continue;
    out += wrapped(fmt::format("  {}  ", pad_to(text_of(*finding, "kind"), 12)), text_of(*finding, "summary"), columns);
    out += fmt::format("      observed {:.0f}, expected {:.1f}, score {:.1f}, q {:.2g}\n", (*finding)["observed"].get<double>(),
                       (*finding)["expected"].get<double>(), (*finding)["score"].get<double>(), (*finding)["q"].get<double>());
    out += known_error_lines(run, *finding, told, columns);
    out += paint.dim(evidence_lines(*finding, columns, in_state));
  }
}

void append_suspects(std::string& out, const Json& incident, const Paint& paint) {
  out += "\n" + paint.bold("SUSPECTS") + "\n";
  for (const Json& suspect : incident["suspects"]) {
    out += fmt::format("  {}. {}  {:.2f}  ", suspect["rank"].get<int>(), pad_to(text_of(suspect, "service"), 24),
                       suspect["score"].get<double>());
    for (const auto& [name, value] : suspect["terms"].items()) out += fmt::format(" {} {:.2f}", printable(name), value.get<double>());
    out += "\n";
  }
  if (!incident["edges"].empty()) out += "\n" + paint.bold("ORDER") + "\n";
  for (const Json& edge : incident["edges"]) {
    out += fmt::format("  {} preceded {}  basis {}  lag p50 {:.3f} s  pairs {}\n", text_of(edge, "from"), text_of(edge, "to"),
                       text_of(edge, "basis"), edge["lag_s"]["p50"].get<double>(), edge["pairs"].get<std::uint64_t>());
  }
}

/// From when to when; of what has not ended that it goes on.
std::string span_of(const Json& incident) {
  const std::string from = clock_of(incident, "onset"), to = clock_of(incident, "closed_at");
  if (from.empty()) return "no times, in order of lines";
  return from + (to.empty() ? ", not over by the last line" : " - " + to);
}

std::string incident_text(const LastRun& run, const Json& incident, const std::string& state) {
  const Paint paint{wants_color(When::automatic, STDOUT_FILENO)};
  const std::size_t columns = screen_columns();
  std::string out = fmt::format("{}  {}  {}\n", paint.bold("INCIDENT " + text_of(incident, "incident_id")), text_of(incident, "severity"),
                                span_of(incident));
  out += wrapped("", services_of(incident), columns) + "\n" + wrapped("", text_of(incident, "summary"), columns);
  out += "\n" + paint.bold("TIMELINE") + "\n";
  for (const Json& entry : incident["timeline"]) {
    const std::string time = clock_of(entry, "time");
    out += wrapped(fmt::format("  {}{}  ", time.empty() ? "" : time + "  ", pad_to(text_of(entry, "service"), 20)), text_of(entry, "what"),
                   columns);
  }
  append_findings(out, run, incident, paint, columns, state.empty() ? "" : " --state " + state);
  append_suspects(out, incident, paint);
  return out;
}

const Json* find_by(const std::vector<Json>& objects, const char* key, const std::string& value) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) { return text_of(object, key) == value; });
  return found == objects.end() ? nullptr : &*found;
}

std::string ndjson_of(const std::vector<Json>& objects) {
  std::string out;
  for (const Json& object : objects) out += to_line(object) + "\n";
  return out;
}

void append_numbered(std::string& out, std::span<const std::string> lines, std::uint64_t& number, std::string_view mark) {
  for (const std::string& line : lines) out += fmt::format("{} {:>8}  {}\n", mark, number++, printable(line));
}

/// Masked as one text, since a key may go over many lines.
void append_around(std::string& out, const LinesAround& around) {
  std::vector<std::string> lines = around.before;
  lines.insert(lines.end(), around.record.begin(), around.record.end());
  lines.insert(lines.end(), around.after.begin(), around.after.end());
  RedactionCounts counts;
  redact_lines(lines, counts);
  std::uint64_t number = around.first_line;
  const std::span<const std::string> all{lines};
  append_numbered(out, all.first(around.before.size()), number, " ");
  append_numbered(out, all.subspan(around.before.size(), around.record.size()), number, ">");
  append_numbered(out, all.last(around.after.size()), number, " ");
}

// Whether the record's text still holds a word of its kept excerpt: words, since JSON spells characters of its own.
bool is_still_there(const LinesAround& around, std::string_view excerpt) {
  constexpr std::size_t kTellingWord = 4;
  bool asked = false;
  for (std::size_t begin = 0; begin < excerpt.size();) {
    const std::size_t end =
        std::min(excerpt.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", begin), excerpt.size());
    const std::string_view word = excerpt.substr(begin, end - begin);
    begin = end + 1;
    if (word.size() < kTellingWord || word == "masked") continue;
    asked = true;
    for (const std::string& line : around.record)
      if (line.find(word) != std::string::npos) return true;
  }
  return !asked;
}

}  // namespace

int list_incidents(const std::string& state, bool ndjson) {
  auto run = open_last_run(state);
  if (!run) return report_error(run.error());
  if (ndjson) return print_and_leave(ndjson_of(run->incidents()));
  std::string out;
  for (const Json& incident : run->incidents()) {
    out += fmt::format("{:>3}  {:<8}  {}  {}\n     {}\n", text_of(incident, "incident_id"), text_of(incident, "severity"),
                       clock_of(incident, "onset"), services_of(incident), text_of(incident, "summary"));
  }
  return print_and_leave(out.empty() ? "No incidents in " + name_of_run(state) + ".\n" : out);
}

int show_incident(const std::string& state, const std::string& id, bool ndjson) {
  auto run = open_last_run(state);
  if (!run) return report_error(run.error());
  const Json* incident = find_by(run->incidents(), "incident_id", id);
  if (incident == nullptr)
    return report_usage(fmt::format("no incident {} in {}; `loglode incidents list{}` shows all", id, name_of_run(state),
                                    state.empty() ? "" : " --state " + state));
  return print_and_leave(ndjson ? to_line(*incident) + "\n" : incident_text(*run, *incident, state));
}

int show_context(const std::string& state, const std::string& record_id, std::uint32_t lines_around) {
  auto run = open_last_run(state);
  if (!run) return report_error(run.error());
  const Json* proof = record_id.size() < 6 ? nullptr : run->evidence(record_id);
  if (proof == nullptr)
    return report_usage(fmt::format("no evidence with the record id {} in {} (give at least six digits that one record alone has)",
                                    record_id, name_of_run(state)));
  const Json& origin = (*proof)["origin"];
  if (origin.contains("kafka.topic")) {
    fmt::print(stderr, "loglode: {} is a Kafka message, and is not read from there again; what was kept of the record:\n",
               printable(origin_text(origin)));
    return print_and_leave(text_of(*proof, "excerpt") + "\n");
  }
  const std::string path = run->path_now(origin["log.file.path"]);
  auto around =
      read_around(path, origin["log.offset"].get<std::uint64_t>(), origin["line_count"].get<std::uint32_t>(), lines_around, lines_around);
  if (!around) {
    fmt::print(stderr, "loglode: {}; what was kept of the record:\n", printable(around.error().message));
    const int printed = print_and_leave(text_of(*proof, "excerpt") + "\n");
    return printed == kDone ? static_cast<int>(kCouldNotFinish) : printed;
  }
  if (!is_still_there(*around, text_of(*proof, "excerpt"))) {
    fmt::print(stderr, "loglode: {} does not hold what was read there any more (rotated or rewritten?); what was kept of the record:\n",
               printable(path));
    const int printed = print_and_leave(text_of(*proof, "excerpt") + "\n");
    return printed == kDone ? static_cast<int>(kCouldNotFinish) : printed;
  }
  std::string out = fmt::format("{}  {}\n", printable(path), clock_of(*proof, "time"));
  append_around(out, *around);
  return print_and_leave(out);
}

}  // namespace loglode

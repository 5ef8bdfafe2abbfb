#include "app/commands/run_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "app/reading/options.h"
#include "base/exit_status.h"
#include "base/terminal_text.h"
#include "ingest/input_source.h"
#include "parse/redact/redactor.h"
#include "sinks/last_run.h"
#include "sinks/last_run_text.h"

namespace loglode {

namespace {

/// How messages call what was looked into.
std::string name_of_run(const std::string& state) { return state.empty() ? "the last run" : state; }

const Json* find_by(const std::vector<Json>& objects, const char* key, const std::string& value) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) { return printable_at(object, key) == value; });
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

Result<LastRun> open_last_run(const std::string& given) {
  if (given.empty()) return state_folder().and_then([](const std::string& state) { return LastRun::open(state); });
  auto run = LastRun::open(given);
  if (!run && run.error().code == std::errc::no_such_file_or_directory)
    return fail(std::make_error_code(std::errc::invalid_argument),
                given + " holds no incidents: `analyze`, `tail` and `run` keep them there when they are given it as --state");
  return run;
}

int list_incidents(const std::string& state, bool ndjson) {
  auto run = open_last_run(state);
  if (!run) return report_error(run.error());
  if (ndjson) return print_and_leave(ndjson_of(run->incidents()));
  const std::string out = incident_list(*run);
  return print_and_leave(out.empty() ? "No incidents in " + name_of_run(state) + ".\n" : out);
}

int show_incident(const std::string& state, const std::string& id, bool ndjson) {
  auto run = open_last_run(state);
  if (!run) return report_error(run.error());
  const Json* incident = find_by(run->incidents(), "incident_id", id);
  if (incident == nullptr) incident = find_by(run->incidents(), "lasting_id", id);
  if (incident == nullptr)
    return report_usage(fmt::format("no incident {} in {}; `loglode incidents list{}` shows all", id, name_of_run(state),
                                    state.empty() ? "" : " --state " + state));
  return print_and_leave(ndjson ? to_line(*incident) + "\n"
                                : incident_text(*run, *incident,
                                                {Paint{wants_color(When::automatic, STDOUT_FILENO)}, screen_columns(),
                                                 state.empty() ? "" : " --state " + state}));
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
    return print_and_leave(printable_at(*proof, "excerpt") + "\n");
  }
  const std::string path = run->path_now(origin["log.file.path"]);
  auto around =
      read_around(path, origin["log.offset"].get<std::uint64_t>(), origin["line_count"].get<std::uint32_t>(), lines_around, lines_around);
  if (!around) {
    fmt::print(stderr, "loglode: {}; what was kept of the record:\n", printable(around.error().message));
    const int printed = print_and_leave(printable_at(*proof, "excerpt") + "\n");
    return printed == kDone ? static_cast<int>(kCouldNotFinish) : printed;
  }
  if (!is_still_there(*around, printable_at(*proof, "excerpt"))) {
    fmt::print(stderr, "loglode: {} does not hold what was read there any more (rotated or rewritten?); what was kept of the record:\n",
               printable(path));
    const int printed = print_and_leave(printable_at(*proof, "excerpt") + "\n");
    return printed == kDone ? static_cast<int>(kCouldNotFinish) : printed;
  }
  std::string out = fmt::format("{}  {}\n", printable(path), clock_at(*proof, "time"));
  append_around(out, *around);
  return print_and_leave(out);
}

}  // namespace loglode

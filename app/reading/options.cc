#include "app/reading/options.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "app/reading/option_words.h"
#include "base/terminal_text.h"
#include "core/limits.h"

namespace loglode {

namespace {
const Words<ReportForm> kReportForms{
    {"human", ReportForm::human}, {"markdown", ReportForm::markdown}, {"html", ReportForm::html}, {"ndjson", ReportForm::ndjson}};
const Words<FailOn> kFailOn{{"finding", FailOn::finding}, {"incident", FailOn::incident}};

template <class Number>
CLI::Validator number(Number low, Number high, const std::string& what) {
  const auto check = [=](std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high;  // false for nan too
    return good ? std::string{}
                : fmt::format("\"{}\" is no {} from {} to {}, such as {}", printable(text), what, low, high,
                              std::clamp(Number{4}, low, high));
  };
  return CLI::Validator{check, ""};
}
}  // namespace

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) { return number(low, high, "whole number"); }
CLI::Validator seconds(double low, double high) { return number(low, high, "number of seconds"); }

void add_reading_options(CLI::App& command, ReadingOptions& options) {
  command.add_option("--format", options.format, "auto, message (bare messages: no header, no folding of lines), or one format's name")
      ->type_name("NAME");
  command
      .add_option("--format-file", options.format_files, "formats of your own: patterns with named fields (repeatable; docs/formats.md)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--columns", options.columns,
                  "lines made of columns: time,service,pod,trace_id,span_id,severity,message,line or your own names")
      ->type_name("NAMES");
  command.add_option("--delimiter", options.delimiter, "between columns; escapes are read (default \\t)")->type_name("TEXT");
  command.add_option("--service", options.service, "when the lines do not say it (default: what the path says)")->type_name("NAME");
  command.add_option("--tz", options.zone, "IANA zone for times that carry none (default UTC)")->type_name("ZONE");
  command.add_option("--rules", options.rules, "a rule pack, added to the built-in ones (repeatable)")
      ->type_name("PACK")
      ->allow_extra_args(false);
  command.add_flag("--no-builtin-rules", options.no_builtin_rules, "without the built-in rule packs");
}

namespace {

// What every command that reads logs to the end has.
void add_run_options(CLI::App& command, AnalyzeOptions& options) {
  command.add_option("inputs", options.inputs, "files, folders, or - for standard input; .gz, .zst, .bz2 and .xz are read as they are")
      ->type_name("FILE|DIR|-");
  add_reading_options(command, options.reading);
  command.add_option("--since", options.since, "leave out records before this time (2026-11-23T12:00:00Z, or 1h: an hour ago)")
      ->type_name("TIME");
  command.add_option("--until", options.until, "leave out records at or after this time (as --since)")->type_name("TIME");
  command.add_option("--threads", options.threads, "default: the cores this process may use")->type_name("N")->check(whole_number(1, 256));
  command.add_option("--stats", options.stats, "one JSON object: lines, bytes, seconds, limits")->type_name("FILE");
  command.add_flag("--quiet", options.quiet, "nothing on standard error but errors");
  command.add_flag("--verbose", options.verbose, "how each input was read, and times of the stages, on standard error");
  add_words(command, "--progress", options.progress, kWhens, "a progress bar on standard error");
  command.add_option("--batch-bytes", options.batch_bytes, "size of a batch; results do not depend on it")
      ->type_name("N")
      ->check(whole_number(0, 1024 * kMiB))
      ->group("");
  command.add_option("--snapshot-ms", options.snapshot_ms, "milliseconds between snapshots of --state")
      ->type_name("N")
      ->check(whole_number(0, kSnapshotMillisecondsMax))
      ->group("");
}

}  // namespace

void add_learn_options(CLI::App& command, AnalyzeOptions& options) {
  add_run_options(command, options);
  command.add_option("--state", options.state, "the folder that remembers; made when it is not there")->type_name("DIR")->required();
}

void add_analyze_options(CLI::App& command, AnalyzeOptions& options) {
  add_run_options(command, options);
  command.add_option("--state", options.state, "templates and baselines of earlier runs: used, and kept for later ones")->type_name("DIR");
  command.add_flag("--read-only-state", options.read_only_state, "use --state, learn nothing, write nothing")->needs("--state");
  command.add_option("--baseline", options.baselines, "learned first, reported never (repeatable)")
      ->type_name("PATH")
      ->allow_extra_args(false);
  add_words(command, "--report", options.report, kReportForms, "form of the report");
  command.add_option("-o", options.output, "write the report there instead of standard output")->type_name("FILE");
  command.add_option("--findings", options.findings, "NDJSON, one finding a line")->type_name("FILE");
  command.add_option("--reports", options.reports, "NDJSON, the root-cause report of each incident")->type_name("FILE");
  command.add_option("--incidents", options.incidents, "NDJSON, one incident a line")->type_name("FILE");
  command.add_option("--templates", options.templates, "NDJSON, one template of one service a line")->type_name("FILE");
  command.add_option("--assignments", options.assignments, "CSV: LineId,EventId,EventTemplate for each physical line")->type_name("FILE");
  command.add_flag("--csv-safe", options.csv_safe,
                   "--assignments: a ' before templates that a spreadsheet takes for formulas (= + - @); else the text is exact");
  command
      .add_option("--records", options.records,
                  "NDJSON, one record a line: time, message, service, template, rules, origin; secrets masked")
      ->type_name("FILE");
  command
      .add_option("--frequent-count", options.frequent_count, "how many errors of one type within the window make it frequent (default 10)")
      ->type_name("N")
      ->check(whole_number(1, kFrequentCountMax));
  command.add_option("--frequent-window", options.frequent_window_seconds, "that window, in seconds (default 60)")
      ->type_name("SECONDS")
      ->check(seconds(0.001, 1e9));
  add_words(command, "--fail-on", options.fail_on, kFailOn, "exit 3 when there is one");
  command.add_flag("--no-last{false}", options.keep_last_run, "do not keep the results as the last run");
  command.add_flag_function(
      "--no-ai", [](std::int64_t) {}, "never call a model (no run of this command does: `loglode rca` can)");
  add_words(command, "--color", options.color, kWhens, "colours in the report");
  command
      .add_option("--summary-round-trip,--through-seam", options.round_trip_seed,
                  "send window summaries through encode, split, replay and merge")
      ->type_name("SEED")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      ->group("");
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1U, static_cast<unsigned>(CPU_COUNT(&set)));
}

bool wants_color(When when, int fd) {
  if (when != When::automatic) return when == When::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0') && (terminal == nullptr || std::string_view{terminal} != "dumb");
}

std::size_t screen_columns() {
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    const unsigned long value = std::strtoul(columns, nullptr, 10);
    if (value >= 20 && value <= 1000) return value;
  }
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 120;
}

}  // namespace loglode

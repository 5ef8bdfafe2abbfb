// The options that mean the same everywhere (cli.md) and how they get onto a command.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loglode {

enum class ReportForm : std::uint8_t { human, markdown, html, ndjson };
enum class When : std::uint8_t { automatic, always, never };
enum class FailOn : std::uint8_t { nothing, finding, incident };

/// How lines are read: shared by every command that reads logs.
struct ReadingOptions {
  std::string format = "auto";
  std::vector<std::string> format_files;
  std::string columns;    // comma-separated
  std::string delimiter;  // escapes not yet read; empty: a tab
  std::string service;
  std::string zone;
  std::vector<std::string> rules;
  bool no_builtin_rules = false;
  std::function<void()> before_compiling{};  // RuleSetConfig::before_compiling
};

struct AnalyzeOptions {
  ReadingOptions reading;
  std::vector<std::string> inputs, baselines;
  std::string since, until;
  unsigned threads = 0;  // 0: as many as the process may use
  ReportForm report = ReportForm::human;
  std::string output;  // -o; empty: standard output
  std::string findings, incidents, reports, templates, assignments, records, stats;
  bool csv_safe = false;
  FailOn fail_on = FailOn::nothing;
  std::string state;  // --state; empty: only the last run is kept
  bool read_only_state = false;
  unsigned snapshot_ms = 1000;  // between snapshots of --state
  bool keep_last_run = true;
  bool quiet = false, verbose = false;
  When color = When::automatic, progress = When::automatic;
  std::size_t batch_bytes = 0;        // 0: the default; for tests of determinism
  std::uint64_t round_trip_seed = 0;  // not 0: window summaries go through encode, split, replay and merge, in an order drawn from it
  std::uint64_t frequent_count = 10;
  double frequent_window_seconds = 60;
};

void add_reading_options(CLI::App& command, ReadingOptions& options);
void add_analyze_options(CLI::App& command, AnalyzeOptions& options);
/// Those of them that `learn` has.
void add_learn_options(CLI::App& command, AnalyzeOptions& options);

/// What every option that counts something checks its value with. CLI11 alone takes -1 for 18446744073709551615, and 5x or 0x5 for numbers.
[[nodiscard]] CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
/// The same of durations, which may have a fraction.
[[nodiscard]] CLI::Validator seconds(double low, double high);
inline constexpr std::uint64_t kFrequentCountMax = 1'000'000'000, kSnapshotMillisecondsMax = 3'600'000;

/// Splits at commas.
[[nodiscard]] std::vector<std::string> split_list(const std::string& text);

/// Cores this process may use.
[[nodiscard]] unsigned usable_cores();
/// Whether to colour `fd` (1 or 2): --color, NO_COLOR, a terminal that can.
[[nodiscard]] bool wants_color(When when, int fd);
/// COLUMNS, the terminal's width, or 120 when piped.
[[nodiscard]] std::size_t screen_columns();

}  // namespace loglode

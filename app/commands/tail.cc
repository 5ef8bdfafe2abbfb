#include "app/commands/tail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "app/live/live_run.h"
#include "app/reading/option_words.h"
#include "base/descriptor_limit.h"
#include "base/exit_status.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "incidents/live_screen.h"
#include "ingest/follow/follow_source.h"
#include "ingest/follow/followed_patterns.h"
#include "ingest/follow/path_patterns.h"
#include "sinks/json_event_texts.h"
#include "sinks/last_run.h"
#include "sinks/last_run_keeper.h"
#include "sinks/record_file.h"
#include "sinks/report.h"

namespace loglode {

namespace {

std::atomic<bool> templates_asked_for{false};

LiveOptions live_options(const TailOptions& options) {
  LiveOptions live;
  live.reading = options.reading;
  live.state = options.state;
  live.announcer = "tail";
  live.read_only_state = options.read_only_state;
  live.checkpoint = std::chrono::milliseconds{options.snapshot_ms};
  live.threads = options.threads;
  live.frequent = {options.frequent_count,
                   std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options.frequent_window_seconds))};
  return live;
}

/// `-`, FIFOs and devices are read as streams, to their end; everything else is followed.
bool is_stream(const std::string& input) {
  struct stat status {};
  return input == "-" || (::stat(input.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

std::vector<std::string> files_of(const TailOptions& options) {
  std::vector<std::string> files;
  for (const std::string& input : options.inputs)
    if (!is_stream(input)) files.push_back(input);
  return files;
}

IngestConfig ingest_config(const TailOptions& options) {
  IngestConfig config;
  config.service = options.reading.service;
  config.keep_blank_lines = options.reading.format == "message";
  return config;
}

Result<void> add_sources(const TailOptions& options, LiveRun& run) {
  std::vector<std::string> streams, files;
  for (const std::string& input : options.inputs) (is_stream(input) ? streams : files).push_back(input);
  if (!streams.empty()) {
    auto inputs = find_inputs(streams, run.counters());
    if (!inputs) return tl::unexpected<Error>(inputs.error());
    IngestConfig config = ingest_config(options);
    config.live = true;
    for (std::size_t i = 0; i < inputs->size(); ++i) config.streams.push_back(run.next_stream());
    run.add_source("stdin", make_input_source(std::move(config), std::move(*inputs), run.framers(), run.counters()));
  }
  if (files.empty()) return {};
  FollowConfig config;
  config.paths = files;
  config.exclude = options.exclude;
  config.from_end = options.from == TailFrom::end;
  config.links_anywhere = true;  // it is the user's own command, with his own rights
  if (options.from != TailFrom::start) config.bookmarks = run.bookmarks();
  config.has_state = !options.state.empty() && !options.read_only_state;
  config.next_stream = [&run] { return run.next_stream(); };
  config.reading = ingest_config(options);
  run.add_source("files", make_follow_source(std::move(config), run.framers(), run.counters()));
  return {};
}

/// A mistyped option must not cost a log, nor may what is written be followed itself. Errors: invalid_argument.
Result<void> check_records(const TailOptions& options) {
  if (options.records.empty() || options.records.compare(0, 5, "/dev/") == 0) return {};
  const auto refuse = [](std::string where) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(where)); };
  if (options.records == "-") return refuse("- does not name a file to write to: give /dev/stdout instead");
  const auto is_followed = [&] {
    const std::vector<std::string> followed = ingest::matching_files(options.inputs, options.exclude);
    std::error_code unheard;
    return std::any_of(followed.begin(), followed.end(),
                       [&](const std::string& path) { return std::filesystem::equivalent(path, options.records, unheard); });
  };
  if (is_followed()) return refuse(options.records + " is followed by this run and would be overwritten: give --records another name");
  const int made = ::open(options.records.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (made < 0) return {};
  ::close(made);
  if (!is_followed()) return {};
  ::unlink(options.records.c_str());
  return refuse(options.records +
                " would be followed by this run itself: give --records a place that no input names, or leave it out with --exclude");
}

/// Tells what is wrong with inputs once, as it turns up, draws the status line, and keeps what was found.
class Monitor {
 public:
  Monitor(LiveRun& run, LiveScreen& screen, LastRunKeeper* keeper, const TailOptions& options, std::atomic<bool>& any_fatal)
      : run_{run},
        screen_{screen},
        keeper_{keeper},
        options_{options},
        any_fatal_{any_fatal},
        followed_{files_of(options), options.exclude},
        thread_{[this] { tick_until_done(); }} {}
  ~Monitor() {
    done_ = true;
    thread_.join();
    tell_problems();
    screen_.clear_status();
    keep(true);
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  static constexpr unsigned kLookForFiles = 30;  // ticks; every three seconds
  void tick_until_done() {
    if (!options_.quiet) say_all(followed_.begin());
    for (unsigned turn = 0; !done_; ++turn) {
      tell_problems();
      if (!options_.quiet && turn % kLookForFiles == kLookForFiles - 1) say_all(followed_.arrivals());
      screen_.follow_size();
      keep(false);
      tell_trouble();
      if (templates_asked_for.exchange(false)) screen_.request_templates();
      if (turn % 5 == 0)
        screen_.draw_status({run_.counters().lines, run_.engine().judging().templates(), run_.engine().trouble(), followed_.text()});
      if (screen_.lost_output()) request_stop();
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  void say_all(const std::vector<std::string>& sentences) {
    for (const std::string& sentence : sentences) screen_.say(sentence);
  }
  void keep(bool last) {
    if (keeper_ == nullptr) return;
    if (auto kept = keeper_->write(last); !kept && !std::exchange(keeping_fails_, true) && !options_.quiet)
      screen_.say(kept.error().message + "; what is shown here is complete, but `loglode incidents` cannot open it");
  }
  void tell_problems() {
    for (const InputProblem& problem : run_.counters().take_problems()) {
      any_fatal_ = any_fatal_ || problem.fatal;
      if (!options_.quiet || problem.fatal) screen_.say(problem_text(problem));
    }
  }

  /// Of snapshots: once when it begins, and when it is over.
  void tell_trouble() {
    const std::string trouble = run_.engine().trouble();
    if (trouble == trouble_) return;
    if (!trouble.empty())
      screen_.say("cannot write checkpoint: " + trouble + "; nothing is lost: it is tried again, until then positions stay where they are");
    else if (!options_.quiet)
      screen_.say("checkpoints can be written again; nothing was lost");
    trouble_ = trouble;
  }

  LiveRun& run_;
  LiveScreen& screen_;
  LastRunKeeper* keeper_;
  const TailOptions& options_;
  std::atomic<bool>& any_fatal_;
  ingest::FollowedPatterns followed_;
  std::string trouble_;
  bool keeping_fails_ = false;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

void tell_end(const TailOptions& options, const LiveRun& run, const RunCounters& counters, LiveScreen& screen) {
  if (options.quiet) return;
  screen.say(fmt::format("{} lines read, {} templates, {} findings", with_commas(counters.lines),
                         with_commas(run.engine().judging().templates()), with_commas(screen.findings())));
  if (signal_received() == 0) return;
  if (options.read_only_state)
    screen.say("the state was not changed, as --read-only-state asks");
  else if (!options.state.empty())
    screen.say("positions are kept in " + options.state + ": the same command goes on where this run ended");
  else
    screen.say(
        "nothing was kept: with --state DIR the next run goes on where this one ended; with --from end it begins with the lines that are "
        "written then");
}

/// Where what was found is kept; empty: nowhere.
std::string kept_in(const TailOptions& options) {
  if (!options.keep_last_run || (options.read_only_state && !options.state.empty())) return {};
  return !options.state.empty() ? options.state : state_folder().value_or("");
}

/// The folder as a shell takes it.
std::string state_argument(const TailOptions& options) {
  if (options.state.empty()) return {};
  const bool plain = std::all_of(options.state.begin(), options.state.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || std::string_view{"/._-+=:,@%~"}.find(static_cast<char>(c)) != std::string_view::npos;
  });
  std::string folder;
  for (const char c : options.state) folder += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return " --state " + (plain ? folder : "'" + folder + "'");
}

LastRunKeeper::Numbers numbers_of(const LiveChanges& changes) {
  LastRunKeeper::Numbers numbers;
  for (const LiveIncident& live : changes.present) numbers.emplace_back(live.incident, live.number);
  return numbers;
}

LiveScreen::Style screen_style(const TailOptions& options) {
  const bool status =
      !options.quiet && (options.progress == When::always || (options.progress == When::automatic && isatty(STDERR_FILENO) == 1));
  const bool in_place = !options.ndjson && isatty(STDOUT_FILENO) == 1;
  return {options.ndjson,
          wants_color(options.color, STDOUT_FILENO),
          status,
          in_place,
          options.verbose,
          screen_columns(),
          kept_in(options).empty() ? "" : "loglode incidents show",
          state_argument(options)};
}

}  // namespace

void add_tail_options(CLI::App& command, TailOptions& options) {
  command.add_option("inputs", options.inputs, "files, folders, globs (quoted) or - for standard input; need not exist yet");
  add_words(command, "--from", options.from, {{"start", TailFrom::start}, {"end", TailFrom::end}, {"state", TailFrom::state}},
            "state: where --state says (the default with --state; start without)");
  command.add_option("--exclude", options.exclude, "glob of paths or names that are not followed; repeatable")->type_name("GLOB");
  add_reading_options(command, options.reading);
  command.add_option("--state", options.state, "templates, windows and positions go on from there")->type_name("DIR");
  command.add_flag("--read-only-state", options.read_only_state, "use the state, but do not change it");
  command.add_option("--snapshot-ms", options.snapshot_ms, "between snapshots of --state")
      ->check(whole_number(10, kSnapshotMillisecondsMax));
  command.add_option("--threads", options.threads, "for parsing (default 1)")->check(whole_number(1, 64));
  add_words(command, "--report", options.ndjson, {{"human", false}, {"ndjson", true}},
            "ndjson: objects of findings and incidents as they open, grow and close");
  command.add_option("--records", options.records, "every record as NDJSON to this file; with --state it is added to")->type_name("FILE");
  command.add_option("--frequent-count", options.frequent_count, "how many errors of one type within the window make it frequent")
      ->check(whole_number(1, kFrequentCountMax));
  command.add_option("--frequent-window", options.frequent_window_seconds, "that window, in seconds")->check(seconds(1, 86'400));
  command.add_flag("--no-last{false}", options.keep_last_run, "do not keep what was found for `incidents` and `context`");
  command.add_flag("--quiet", options.quiet, "nothing on standard error but errors");
  command.add_flag("--verbose", options.verbose, "findings that notify nobody as well");
  add_words(command, "--color", options.color, kWhens, "colours");
  add_words(command, "--progress", options.progress, kWhens, "the status line");
}

int run_tail(const TailOptions& options) {
  if (options.from == TailFrom::state && options.state.empty()) return report_usage("--from state needs --state DIR");
  if (auto fine = check_records(options); !fine) return report_error(fine.error());
  allow_many_files();
  LiveOptions live = live_options(options);
  const std::atomic<bool>& stop = stop_on_signals();
  std::signal(SIGUSR1, [](int) { templates_asked_for = true; });
  LiveScreen screen{screen_style(options), json_event_texts()};
  LiveRun run{live, screen, stop};
  std::optional<LastRunKeeper> keeper;
  if (auto ready = run.prepare(); !ready) return report_error(ready.error());
  if (auto added = add_sources(options, run); !added) return report_error(added.error());
  if (!options.records.empty())
    run.set_sinks([&](const RuleCatalog& rules) -> Result<std::vector<EngineSink>> {
      auto records = make_record_file(
          options.records, rules, [&run](ShapeId shape) -> const std::string& { return run.template_members_of(shape); },
          !options.state.empty());
      if (!records) return tl::unexpected<Error>(records.error());
      std::vector<EngineSink> sinks;
      sinks.push_back({OpenedSink::of_records(std::move(*records))});
      return sinks;
    });
  if (!run.notice().empty()) screen.say(run.notice());
  screen.restore(run.announced_before());
  if (const std::string folder = kept_in(options); !folder.empty())
    screen.set_keeper([&kept = keeper.emplace(folder, !options.state.empty(), run.counters())](
                          const std::shared_ptr<const Assessment>& assessment, const LiveChanges& changes) {
      kept.take(assessment, numbers_of(changes));
    });
  std::atomic<bool> damaged{false};
  Result<PipelineTimes> times;
  {
    const Monitor monitor{run, screen, keeper ? &*keeper : nullptr, options, damaged};
    times = run.run();
  }
  if (!times) return report_error(times.error());
  tell_end(options, run, run.counters(), screen);
  if (const std::string trouble = screen.output_trouble(); !trouble.empty()) return report_error(Error{{}, trouble});
  if (signal_received() != 0) return 128 + signal_received();
  return damaged ? kCouldNotFinish : kDone;
}

}  // namespace loglode

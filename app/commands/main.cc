// The command line of cli.md. Parses, dispatches; nothing else.
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/analyze.h"
#include "app/commands/commands.h"
#include "app/commands/dlq_commands.h"
#include "app/commands/known_error_commands.h"
#include "app/commands/learn.h"
#include "app/commands/rca_command.h"
#include "app/commands/run.h"
#include "app/commands/run_commands.h"
#include "app/commands/setup_command.h"
#include "app/commands/tail.h"
#include "app/commands/template_commands.h"
#include "app/commands/verify_command.h"
#include "app/reading/builtin_rules.h"
#include "app/reading/option_words.h"
#include "app/registry/types.h"
#include "base/exit_status.h"
#include "base/near_word.h"
#include "base/terminal_text.h"

namespace loglode {
namespace {

struct Arguments {
  AnalyzeOptions analyze, learn;
  ReadingOptions explain;
  TailOptions tail;
  TemplateSource templates;
  DlqArguments dlq;
  SetupArguments setup;
  VerifyArguments verify;
  RcaArguments rca;
  KnownErrorArguments known_errors;
  std::string explain_state, name;  // `name`: a template's, a file's, another template's id
  bool undo = false;
  std::string looked_into;  // --state of the commands that look at a run
  std::string config, line, record_id, incident_id, template_id, shell, help_on;
  std::vector<std::string> reread;
  std::vector<std::string> check_paths;
  std::uint32_t lines_around = 5;
  bool ndjson = false, connect = false;
};

class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", version_text());
    app_.footer("Examples:\n  loglode analyze /var/log/nginx\n  kubectl logs deploy/shop | loglode analyze -\n  loglode help analyze");
    add_analyze();
    add_learn();
    add_tail();
    add_run();
    add_run_commands();
    add_templates();
    add_dlq_commands(app_, arguments_.dlq, status_);
    add_setup();
    add_verify_command(app_, arguments_.verify, status_);
    add_rca_command(app_, arguments_.rca, status_);
    add_known_error_commands(app_, arguments_.known_errors, status_);
    add_others();
    refuse_empty_values(app_);
    expand_home(app_);
  }

  int run(int argc, char** argv) {
    if (argc <= 1) {
      std::fputs(help_of(app_).c_str(), stderr);
      return kWrongUsage;
    }
    if (argv[1][0] != '-' && command_named(argv[1]) == nullptr && !is_later_command(argv[1])) return report_usage(no_command(argv[1]));
    if (is_later_command(argv[1])) return report_usage(std::string{argv[1]} + " is not part of this version; `loglode help` lists what is");
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ExtrasError& error) {
      return report_usage(unexpected(argc, argv, error));
    } catch (const CLI::RequiredError& error) {
      return report_usage(with_example(lacking(argc, argv, error)));
    } catch (const CLI::ArgumentMismatch& error) {
      return report_usage(mismatched(error.what()));
    } catch (const CLI::ConversionError& error) {  // of flags alone: what options are given is checked before
      return report_usage(unconverted(error.what()));
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0) return report_usage(error.what() + see_help());
      std::ostringstream help;
      app_.exit(error, help, help);
      return print_and_leave(help.str());
    }
    return status_;
  }

 private:
  /// An option without a text is a shell's variable that was not set, and never what somebody meant.
  static void refuse_empty_values(CLI::App& app) {
    const CLI::Validator given{[](std::string& text) { return text.empty() ? std::string{"its value is empty"} : std::string{}; }, ""};
    for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; }))
      if (!option->get_positional() && option->get_items_expected_max() > 0) option->check(given);
    for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) refuse_empty_values(*command);
  }

  /// `--state=~/x` and '~/x' in quotes, which no shell expands.
  static void expand_home(CLI::App& app) {
    const char* const home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (home == nullptr || *home != '/') return;
    for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
      const std::string type = option->get_type_name();
      if (type.find("FILE") != std::string::npos || type == "DIR" || type == "PATH" || type == "PACK")
        option->transform(CLI::Validator{[home](std::string& text) {
                                           if (text.starts_with("~/")) text.replace(0, 1, home);
                                           return std::string{};
                                         },
                                         ""});
    }
    for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) expand_home(*command);
  }

  /// Of the program itself too when a command is being run, for which CLI11 shows the command's.
  static std::string help_of(CLI::App& app) { return app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal); }

  std::string no_command(const std::string& name) {
    std::vector<std::string> names;
    for (const CLI::App* command : app_.get_subcommands(nullptr)) names.push_back(command->get_name());
    const std::vector<std::string_view> known{names.begin(), names.end()};
    return "no command " + name + hint(name, known) + "; `loglode help` lists all";
  }

  /// The command that is being run, the innermost.
  [[nodiscard]] const CLI::App& running() const {
    const CLI::App* command = &app_;
    for (auto inside = command->get_subcommands(); !inside.empty(); inside = command->get_subcommands()) command = inside.back();
    return *command;
  }

  /// Says which argument nobody expected, and what it may be a misspelling of.
  std::string unexpected(int argc, char** argv, const CLI::ExtrasError& error) const {
    const CLI::App& command = running();
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    const std::vector<std::string_view> known{names.begin(), names.end()};
    for (int i = 1; i < argc; ++i) {
      const std::string word = std::string{argv[i]}.substr(0, std::string_view{argv[i]}.find('='));
      if (!word.starts_with("--") || std::find(known.begin(), known.end(), word) != known.end()) continue;
      return "no option " + word + hint(word, known) + see_help();
    }
    const std::string_view told = error.what();  // "… not expected: WORD" or "… WORD WORD"
    const std::string extra{told.substr(std::min(told.find(": ") + 2, told.size()))};
    if (extra.starts_with('-')) return "no option " + extra + see_help();
    if (const std::string no_such = no_command_of(command, extra); !no_such.empty()) return no_such;
    return with_example("too many arguments: " + in_quotes(extra) + " (what holds blanks goes into quotes)");
  }

  /// `; `loglode help tail` lists all`; empty of a command within another one.
  std::string see_help() const {
    const std::string& name = running().get_name();
    return running().get_parent() == &app_ ? "; `loglode help " + name + "` lists all" : "; `loglode help` lists all";
  }

  /// Empty: `command` has none in it.
  static std::string no_command_of(const CLI::App& command, const std::string& name) {
    std::vector<std::string> names;
    for (const CLI::App* inside : command.get_subcommands([](const CLI::App*) { return true; })) names.push_back(inside->get_name());
    const std::vector<std::string_view> known{names.begin(), names.end()};
    std::string list;
    for (const std::string& each : names) list += (list.empty() ? "" : ", ") + each;
    return names.empty() ? "" : "no command " + command.get_name() + " " + name + hint(name, known) + "; there are: " + list;
  }

  /// What is required may stand there, misspelt.
  std::string lacking(int argc, char** argv, const CLI::RequiredError& error) const {
    const std::string missing = error.what();
    if (missing.find("subcommand") == std::string::npos) return missing;
    const std::string given = argc > 1 ? argv[argc > 2 && &running() != &app_ ? 2 : 1] : "";
    if (given.starts_with('-')) return "no option " + given;
    const std::string no_such = &running() == &app_ || argc < 3 ? std::string{} : no_command_of(running(), given);
    return no_such.empty() ? "a command is required" : no_such;
  }

  /// "--threads: 1 required N missing", "--report: At Most 1 required but received 2".
  std::string mismatched(const std::string& told) const {
    const std::string option = told.substr(0, told.find(':'));
    const CLI::Option* const known = running().get_option_no_throw(option);
    const std::string value = known == nullptr ? "" : " " + known->get_type_name();
    if (told.find("missing") != std::string::npos) return option + " needs a value:" + value + see_help();
    return option + " may be given once";
  }

  /// "Could not convert: --quiet = maybe".
  std::string unconverted(const std::string& told) const {
    const std::size_t begin = told.find('-'), sign = told.find(" = ");
    if (begin == std::string::npos || sign == std::string::npos || sign < begin) return told + see_help();
    return told.substr(begin, sign - begin) + " takes no value such as " + in_quotes(told.substr(sign + 3)) + see_help();
  }

  /// The first example that the help has of the command, behind what is missing.
  std::string with_example(const std::string& missing) const {
    std::string footer, name;
    for (const CLI::App* command = &running(); command != nullptr; command = command->get_parent()) {
      if (footer.empty()) footer = command->get_footer();
      name = command->get_name() + ' ' + name;
    }
    const std::size_t at = footer.find("\n  " + name);
    if (at == std::string::npos) return missing;
    std::string example = footer.substr(at + 3);
    example = example.substr(0, std::min(example.find('\n'), example.find("   ")));
    return missing + "; for example: " + example;
  }

  /// What is piped in is read when nothing is named. False: nothing is named and nothing is piped in.
  static bool has_input(std::vector<std::string>& inputs) {
    if (!inputs.empty()) return true;
    struct stat standard_input {};
    const bool piped = fstat(STDIN_FILENO, &standard_input) == 0 && (S_ISFIFO(standard_input.st_mode) || S_ISREG(standard_input.st_mode));
    if (piped) inputs.emplace_back("-");
    return piped;
  }
  /// Says what a person would wait for without knowing why.
  template <class Options>
  static const Options& telling(Options& options) {
    if (options.quiet) return options;
    options.reading.before_compiling = tell_compiling;
    for (const std::string& input : options.inputs) {
      struct stat status {};
      if (!input.starts_with("/dev/") && !input.starts_with("/proc/") && ::stat(input.c_str(), &status) == 0 && S_ISFIFO(status.st_mode))
        std::fprintf(stderr, "loglode: %s is a FIFO: it is read until its writers close it\n", printable(input).c_str());
    }
    return options;
  }
  int without_input() const { return report_usage(with_example("inputs is required: files, folders, or - for standard input")); }

  static bool is_later_command(std::string_view name) {
    for (const std::string_view later : {"backtest", "diff", "top"})
      if (name == later) return true;
    return false;
  }

  void add_analyze() {
    CLI::App* command = app_.add_subcommand("analyze", "Read logs to the end, then report what broke, what it broke, since when");
    add_analyze_options(*command, arguments_.analyze);
    command->footer(
        "Examples:\n  loglode analyze /var/log                        a folder, rotated and compressed parts in order of time\n"
        "  loglode analyze app.log.gz --since 2026-11-23T12:00:00Z\n"
        "  loglode analyze - --columns time,service,message --delimiter '\\t' < table.tsv\n"
        "  loglode analyze logs/ --baseline yesterday/ --fail-on incident --report markdown -o report.md");
    command->callback(
        [this] { status_ = has_input(arguments_.analyze.inputs) ? run_analyze(telling(arguments_.analyze)) : without_input(); });
  }

  void add_run_commands() {
    CLI::App* incidents = app_.add_subcommand("incidents", "Incidents of the last run, or of a run with --state");
    incidents->add_option("--state", arguments_.looked_into, "what a run with this --state found")->type_name("DIR");
    incidents->add_flag("--ndjson", arguments_.ndjson, "as NDJSON");
    CLI::App* show = incidents->add_subcommand("show", "One incident: timeline, findings with evidence, suspects with their scores");
    show->add_option("id", arguments_.incident_id, "its number, or the id that sinks were sent")->required();
    show->footer("Example:\n  loglode incidents show 1");
    show->fallthrough();
    incidents->add_subcommand("list", "List incidents, a line each (the default)")->fallthrough();
    incidents->callback([this, show] {
      const std::string& state = arguments_.looked_into;
      status_ = show->parsed() ? show_incident(state, arguments_.incident_id, arguments_.ndjson) : list_incidents(state, arguments_.ndjson);
    });

    CLI::App* context = app_.add_subcommand("context", "A record of the last run as it was read, and the lines around it");
    context->add_option("record_id", arguments_.record_id, "as the report shows it, or at least its first six digits")->required();
    context->footer("Example:\n  loglode context 3f9a2c");
    context->add_option("-n,--lines", arguments_.lines_around, "before and after (default 5)")->check(whole_number(0, 1000));
    context->add_option("--state", arguments_.looked_into, "what a run with this --state found")->type_name("DIR");
    context->callback([this] { status_ = show_context(arguments_.looked_into, arguments_.record_id, arguments_.lines_around); });
  }

  void add_learn() {
    CLI::App* command = app_.add_subcommand("learn", "Read logs to the end and remember what is normal in --state");
    add_learn_options(*command, arguments_.learn);
    command->footer(
        "What is learned twice counts once: a file that grew is learned again as a whole.\n"
        "Examples:\n  loglode learn /var/log/shop --state ~/.loglode/shop\n"
        "  loglode analyze today.log --state ~/.loglode/shop --read-only-state");
    command->callback([this] { status_ = has_input(arguments_.learn.inputs) ? run_learn(telling(arguments_.learn)) : without_input(); });
  }

  void add_tail() {
    CLI::App* command = app_.add_subcommand("tail", "Follow files or a stream; findings and incidents as they happen");
    add_tail_options(*command, arguments_.tail);
    command->footer(
        "What is there is read first (--from end leaves it out), then what comes. Rotation of every kind is followed. Ctrl-C ends it "
        "cleanly;\n"
        "kill -USR1 shows the commonest templates.\n"
        "Examples:\n  loglode tail '/var/log/shop/*.log' --state ~/.loglode/shop\n"
        "  loglode tail /var/log --from end --exclude '*.gz'\n"
        "  kubectl logs -f --prefix deploy/shop | loglode tail -\n"
        "  journalctl -f -o json | loglode tail - --report ndjson > events.ndjson");
    command->callback([this] { status_ = has_input(arguments_.tail.inputs) ? run_tail(telling(arguments_.tail)) : without_input(); });
  }

  void add_run() {
    CLI::App* command = app_.add_subcommand("run", "A pipeline from a configuration file, until it is stopped");
    command->add_option("config", arguments_.config, "the YAML file")->required();
    command->add_option("--reread", arguments_.reread, "a source of topics that is read from its beginning, whatever positions say; once")
        ->type_name("SOURCE");
    command->footer(
        "SIGTERM and Ctrl-C: nothing more is read, what was read is delivered, positions are kept; a second one leaves at once.\n"
        "The exit status is then 143 (SIGTERM) or 130 (Ctrl-C), which is no failure.\n"
        "SIGHUP: rules, thresholds and the log level are read again.\n"
        "Examples:\n  loglode check shop.yaml --connect\n  loglode run shop.yaml\n  loglode run shop.yaml --reread orders");
    command->callback([this] { status_ = run_pipeline_of(arguments_.config, arguments_.reread); });
  }

  void add_setup() {
    CLI::App* setup = app_.add_subcommand("setup", "What a server must have before run writes to it");
    setup->require_subcommand(1);
    CLI::App* search = setup->add_subcommand("elasticsearch", "Index templates in Elasticsearch or OpenSearch: shows what would change");
    SetupArguments& given = arguments_.setup;
    search->add_option("config", given.config, "the configuration of run")->required();
    search->add_option("--sink", given.sink, "which sink, where several are of the type")->type_name("NAME");
    search->add_flag("--yes", given.yes, "make the changes; what was there is saved in a file");
    search->add_flag("--rollover", given.rollover, "let the data stream go on in an index under the templates");
    search->add_option("--undo", given.undo, "take back what an earlier --yes changed, by the file that it named")->type_name("FILE");
    search->footer("Examples:\n  loglode setup elasticsearch shop.yaml\n  loglode setup elasticsearch shop.yaml --yes");
    search->callback([this] { status_ = setup_elasticsearch(arguments_.setup); });
  }

  void add_templates() {
    CLI::App* templates = app_.add_subcommand("templates", "Templates of the last run, or of a state folder, and what you say of them");
    templates->add_flag("--ndjson", arguments_.templates.ndjson, "as NDJSON");
    templates->add_option("--state", arguments_.templates.state, "the folder (default: the last run)")->type_name("DIR");
    templates->fallthrough();
    templates->require_subcommand(0, 1);
    templates->footer(
        "Examples:\n  loglode templates                                   of the last run, by count\n"
        "  loglode templates show 3f9a2c --state DIR\n"
        "  loglode templates ignore 3f9a2c --state DIR         no finding will be about it\n"
        "  loglode templates seed known.txt --state DIR        one template a line, <*> for what varies");
    templates->add_subcommand("list", "List templates by count (the default)");
    const auto add = [&](const char* name, const char* what, auto run) {
      CLI::App* command = templates->add_subcommand(name, what);
      command->callback([this, run] { status_ = run(arguments_.templates, arguments_); });
      return command;
    };
    const auto with_id = [this](CLI::App* command) {
      command->add_option("id", arguments_.template_id, "its id, or the beginning of it")->required();
      return command;
    };
    const auto with_undo = [this](CLI::App* command) { command->add_flag("--undo", arguments_.undo, "undo it"); };
    with_id(add("show", "One template: what its variables held, examples",
                [](const TemplateSource& from, const Arguments& given) { return show_template(from, given.template_id); }));
    with_undo(with_id(add("pin", "Pin a template: it keeps its text and id and is never forgotten",
                          [](const TemplateSource& from, const Arguments& given) {
                            return needs_state(from, [&] { return pin_template(from.state, given.template_id, given.undo); });
                          })));
    with_id(add("name", "Name a template; without NAME the name is removed", [](const TemplateSource& from, const Arguments& given) {
      return needs_state(from, [&] { return name_template(from.state, given.template_id, given.name); });
    }))->add_option("name", arguments_.name, "for people");
    with_undo(with_id(
        add("ignore", "Mark a template as known: no finding will be about it", [](const TemplateSource& from, const Arguments& given) {
          return needs_state(from, [&] { return ignore_template(from.state, given.template_id, given.undo); });
        })));
    with_id(add("alias", "Give the messages of a template to another one from now on",
                [](const TemplateSource& from, const Arguments& given) {
                  return needs_state(from, [&] { return alias_template(from.state, given.template_id, given.name); });
                }))
        ->add_option("target", arguments_.name, "the other template's id")
        ->required();
    add("seed", "Templates from a file, one a line, <*> for what varies",
        [](const TemplateSource& from, const Arguments& given) {
          return needs_state(from, [&] { return seed_templates(from.state, given.name); });
        })
        ->add_option("file", arguments_.name, "- reads standard input")
        ->required();
    templates->callback([this, templates] {
      const auto given = templates->get_subcommands();
      if (given.empty() || given.front()->get_name() == "list") status_ = list_templates(arguments_.templates);
    });
  }

  template <class Run>
  static int needs_state(const TemplateSource& from, Run run) {
    return from.state.empty() ? report_usage("--state DIR is needed: the last run is not changed") : run();
  }

  void add_others() {
    CLI::App* explain =
        app_.add_subcommand("explain", "What is read from one line, and why: format, fields, rules, template, masked secrets");
    explain->add_option("line", arguments_.line, "the line; - reads it from standard input")->required();
    add_reading_options(*explain, arguments_.explain);
    explain->add_option("--state", arguments_.explain_state, "what is known there decides its template")->type_name("DIR");
    explain->footer("Example:\n  loglode explain '2026-11-23 10:11:12,345 ERROR [main] c.e.Pool: no connection after 5000 ms'");
    explain->callback([this] { status_ = explain_line(arguments_.line, arguments_.explain, arguments_.explain_state); });

    CLI::App* check = app_.add_subcommand("check", "Every problem of configurations and rule packs at once, as file:line: message");
    check->add_option("paths", arguments_.check_paths,
                      "configurations of run, rule packs (YAML files or folders); none: the built-in ones");
    check->add_flag("--connect", arguments_.connect, "also try what a configuration names: brokers, topics, files, folders, the port");
    check->footer(
        "Exit 0 when there is no problem, 2 when there is one. --connect changes nothing.\n"
        "Examples:\n  loglode check shop.yaml                 a configuration, its rule packs and mutes\n"
        "  loglode check shop.yaml --connect\n"
        "  loglode check rules/shop.yaml           a rule pack: do its examples behave?\n"
        "  loglode check                           the built-in rule packs");
    check->callback([this] { status_ = check_files(arguments_.check_paths, arguments_.connect); });

    CLI::App* completion = app_.add_subcommand("completion", "Completion for a shell, to be sourced");
    completion->add_option("shell", arguments_.shell, "bash, zsh or fish")->required();
    completion->footer("Example:\n  loglode completion bash > /etc/bash_completion.d/loglode");
    completion->callback([this] {
      const std::string& shell = arguments_.shell;
      const bool known = shell == "bash" || shell == "zsh" || shell == "fish";
      status_ = known ? print_completion(shell, app_)
                      : report_usage(with_example("no completion for " + in_quotes(shell) + ": bash, zsh and fish have one"));
    });

    app_.add_subcommand("version", "The version")->callback([this] { status_ = print_and_leave(version_text() + "\n"); });
    CLI::App* help = app_.add_subcommand("help", "Help on a command, or on the configuration of run");
    help->add_option("command", arguments_.help_on, "its name, or `config`");
    help->callback([this] { show_help(); });
  }

  CLI::App* command_named(std::string_view name) {
    const auto named = app_.get_subcommands([&](CLI::App* command) { return command->get_name() == name; });
    return named.empty() ? nullptr : named.front();
  }

  void show_help() {
    if (arguments_.help_on == "config") {
      status_ = print_and_leave(config::config_help());
      return;
    }
    CLI::App* command = command_named(arguments_.help_on);
    if (!arguments_.help_on.empty() && command == nullptr) {
      status_ = report_usage(no_command(arguments_.help_on));
      return;
    }
    status_ = print_and_leave(command != nullptr ? command->help() : help_of(app_));
  }

  CLI::App app_{"loglode reads logs, learns their message templates, and says what is new, louder, silent, and what broke what.",
                "loglode"};
  Arguments arguments_;
  int status_ = kDone;
};

}  // namespace
}  // namespace loglode

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk, not the end
  try {
    return loglode::CommandLine{}.run(argc, argv);
  } catch (const std::bad_alloc&) { std::fputs("loglode: out of memory\n", stderr); } catch (const std::exception& error) {
    std::fprintf(stderr, "loglode: %s\n", error.what());
  }
  return loglode::kCouldNotFinish;
}

#include "app/commands/rca_command.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <thread>

#include "app/commands/run_commands.h"
#include "app/reading/option_words.h"
#include "app/registry/type_readers.h"
#include "base/exit_status.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "config/load_config.h"
#include "parse/redact/redactor.h"
#include "rca/answer/explain.h"
#include "rca/answer/prompt.h"
#include "rca/evidence/evidence_pack.h"
#include "rca/known_errors/builtin_known_errors.h"
#include "rca/known_errors/pack_reader.h"
#include "rca/model/audit_file.h"
#include "rca/report/rca_report.h"
#include "rca/report/report_text.h"
#include "sinks/last_run.h"
#include "sinks/result_files.h"

namespace loglode {

namespace {

constexpr std::size_t kContextBytesMax = 64 * kKiB;

struct ChosenModel {
  rca::ModelConfig config;
  bool raw_examples = false;
  std::vector<config::Text> excluded;
  std::shared_ptr<const rca::KnownErrors> known;
  std::string why_not;   // no model is asked, and this is why
  std::string language;  // of reports, where the configuration says it
};

std::string problems_text(const std::vector<config::ConfigProblem>& problems) {
  std::string out;
  for (const config::ConfigProblem& problem : problems) out += (out.empty() ? "" : "; ") + config::to_string(problem);
  return out;
}

/// A configuration that names a model is consent; a key that happens to be there is not. Errors: the configuration has problems.
Result<ChosenModel> choose_model(const RcaArguments& arguments) {
  ChosenModel out;
  out.known = std::make_shared<const rca::KnownErrors>(rca::builtin_known_errors());
  if (arguments.no_ai) out.why_not = "--no-ai";
  if (arguments.config.empty()) {
    if (arguments.ai)
      return fail(std::make_error_code(std::errc::invalid_argument),
                  "--ai needs --config FILE with a section rca: configs/rca-local.yaml is one for a model on this machine");
    out.why_not = "no model is configured: --config FILE with a section rca (configs/rca-local.yaml)";
    return out;
  }
  const config::LoadedConfig loaded = config::load_config(arguments.config, config::type_readers());
  if (!loaded.usable()) { return fail(std::make_error_code(std::errc::invalid_argument), problems_text(loaded.problems)); }
  const config::RcaConfig& rca = loaded.config.rca;
  out.config = rca::model_config(rca);
  out.language = rca.language.value == config::RcaConfig::Language::chinese ? "zh" : "en";
  if (!rca.context_command.empty())
    fmt::print(stderr, "loglode: rca.context.command is not part of this version: --context FILE takes what it would print\n");
  out.raw_examples = rca.raw_examples.value;
  if (out.raw_examples && rca.send_hosts.value != config::RcaConfig::Hosts::plain && out.why_not.empty())
    out.why_not = "rca.raw_examples sends lines with their hosts: that needs rca.send_hosts: plain";
  out.excluded = rca.excluded_services;
  const config::KnownErrorsConfig& known = loaded.config.known_errors;
  std::vector<std::string> packs;
  for (const config::Text& pack : known.packs) packs.push_back(pack.value);
  rca::LoadedKnownErrors read = rca::load_known_errors(known.builtin ? rca::builtin_known_errors() : std::vector<rca::KnownError>{}, packs,
                                                       known.owners.value, nullptr);
  if (!read.problems.empty()) return fail(std::make_error_code(std::errc::invalid_argument), problems_text(read.problems));
  out.known = read.known;
  if (out.why_not.empty() && out.config.provider == rca::ModelConfig::Provider::none)
    out.why_not = arguments.config + " names no model: rca.provider";
  return out;
}

/// What keeps an incident from being sent; empty: nothing does.
std::string kept_back(const rca::IncidentCase& incident, const std::vector<config::Text>& excluded) {
  std::set<std::string> services{incident.services.begin(), incident.services.end()};
  for (const auto* findings : {&incident.findings, &incident.changes})
    for (const rca::CaseFinding& finding : *findings) services.insert(finding.service);
  for (const std::string& service : services)
    for (const config::Text& glob : excluded)
      if (::fnmatch(glob.value.c_str(), service.c_str(), 0) == 0)
        return fmt::format("nothing of {} is sent to a model (rca.exclude.services: {})", service, glob.shown);
  return "";
}

struct OperatorContext {
  std::string text;
  std::map<std::string, std::uint64_t> masked;  // what kind of secrets, how many
};

/// What the operator knows beside the logs, masked. Empty where nothing was given.
Result<OperatorContext> read_context(const std::string& path) {
  if (path.empty()) return OperatorContext{};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("cannot read the context in " + path);
  if (!S_ISREG(status.st_mode))
    return fail(std::make_error_code(std::errc::invalid_argument), path + " is no file: --context takes a text file");
  std::ifstream in{path, std::ios::binary};
  std::string text(kContextBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail_errno("cannot read the context in " + path);
  if (in.peek() != std::ifstream::traits_type::eof())
    fmt::print(stderr, "loglode: {} is longer than {} KiB: its beginning is used\n", printable(path), kContextBytesMax / kKiB);
  RedactionCounts counts;
  OperatorContext out{redact(text, counts), {}};
  for (std::size_t kind = 0; kind < counts.by_kind.size(); ++kind)
    if (counts.by_kind[kind] > 0) out.masked.emplace(name_of(static_cast<SecretKind>(kind)), counts.by_kind[kind]);
  return out;
}

std::string text_of(const RcaArguments& arguments, const rca::RcaReport& report, const rca::IncidentCase& incident,
                    const rca::EvidencePack& pack) {
  switch (arguments.form) {
    case RcaForm::markdown:
      return rca::markdown_of(report, incident, pack);
    case RcaForm::html:
      return rca::html_of(report, incident, pack);
    case RcaForm::ndjson:
      return to_line(rca::to_json(report, incident, pack)) + "\n";
    case RcaForm::human:
      break;
  }
  const bool to_screen = arguments.output.empty();
  return rca::terminal_text_of(report, incident, pack, Paint{to_screen && wants_color(When::automatic, STDOUT_FILENO)},
                               to_screen ? screen_columns() : 120);
}

int show_prompt(const rca::IncidentCase& incident, const rca::EvidencePack& pack, rca::Language language) {
  const rca::Prompt prompt = rca::prompt_of(incident, pack, language, rca::fresh_delimiter());
  const std::size_t bytes = prompt.system.size() + prompt.user.size() + prompt.schema.size();
  return print_and_leave(fmt::format("{}\n\n{}\nschema of the answer: {}\n\nabout {} tokens; nothing was sent\n", prompt.system,
                                     prompt.user, prompt.schema, rca::tokens_of(bytes)));
}

/// Ctrl-C ends the wait for the model; the report comes without it then.
void ask(const rca::ModelConfig& config, rca::RcaReport& report, const rca::IncidentCase& incident, const rca::EvidencePack& pack,
         const std::map<std::string, std::uint64_t>& masked) {
  const std::atomic<bool>& stopped = stop_on_signals();
  std::stop_source stop;
  std::jthread watch{[&](const std::stop_token& done) {
    while (!done.stop_requested() && !stopped.load()) std::this_thread::sleep_for(std::chrono::milliseconds{50});
    if (stopped.load()) stop.request_stop();
  }};
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "loglode: asking {} at {} …\n", printable(config.model), printable(config.url));
  rca::ModelClient client{config};
  rca::explain_with(client, report, incident, pack, {masked}, stop.get_token());
}

/// Where the audit is: as the configuration says, else in the state folder.
Result<std::string> audit_path(const RcaArguments& arguments) {
  if (!arguments.state.empty()) return arguments.state + "/ai-audit.ndjson";
  const auto model = choose_model(arguments);
  if (!model) return tl::unexpected<Error>(model.error());
  if (model->config.audit_file.empty())
    return fail(std::make_error_code(std::errc::invalid_argument),
                "`loglode rca audit` needs --config FILE, or --state DIR: the folder that holds ai-audit.ndjson");
  return model->config.audit_file;
}

int show_audit(const RcaArguments& arguments) {
  const auto path = audit_path(arguments);
  if (!path) return report_usage(path.error().message);
  const auto read = rca::read_audit(*path);
  if (!read) return report_error(read.error());
  std::string out;
  for (const rca::AuditedCall& call : read->calls)
    out += fmt::format("{}  {}  {}  incident {}  {}{}  {} + {} tokens  cost {:.4f}  prompt {} ({} bytes)\n", call.time, printable(call.url),
                       printable(call.model), printable(call.incident_id), call.ended.empty() ? "never heard of again" : call.status,
                       call.reason.empty() ? "" : ": " + printable(call.reason), call.input_tokens, call.output_tokens, call.cost,
                       call.prompt_sha256.substr(0, 12), call.prompt_bytes);
  if (read->passed_over > 0) out = fmt::format("({} older ones are not shown)\n", read->passed_over) + out;
  if (read->damaged_lines > 0) out += fmt::format("{} damaged line(s)\n", read->damaged_lines);
  return print_and_leave(out.empty() ? "nothing was sent\n" : out);
}

}  // namespace

int explain_root_cause(const RcaArguments& arguments) {
  if (arguments.incident == "audit") return show_audit(arguments);
  auto run = open_last_run(arguments.state);
  if (!run) return report_error(run.error());
  const auto incident = rca::read_case({run->incidents(), run->findings(), run->templates(), run->rules()}, arguments.incident);
  if (!incident) return report_usage(incident.error().message);
  auto context = read_context(arguments.context);
  if (!context) return report_error(context.error());
  auto model = choose_model(arguments);
  if (!model) return report_usage(model.error().message);
  const std::string& named = arguments.language.empty() ? model->language : arguments.language;
  const rca::Language language = named == "zh" ? rca::Language::zh : rca::Language::en;
  rca::PackOptions options;
  options.context = context->text;
  // With nobody to ask, as much as a model of any size could take.
  if (model->why_not.empty() || arguments.show_prompt) options.tokens_max = model->config.input_tokens_max;
  options.raw_examples = model->raw_examples;
  const rca::EvidencePack pack = rca::pack_evidence(*incident, options);
  if (arguments.show_prompt) return show_prompt(*incident, pack, language);
  rca::AiPart ai;
  ai.reason = model->why_not.empty() ? kept_back(*incident, model->excluded) : model->why_not;
  if (ai.reason.empty() && pack.findings.empty()) ai.reason = "not one finding fits into rca.tokens.input_max";
  const bool asks = ai.reason.empty();
  rca::RcaReport report = rca::manual_report(*incident, pack, *model->known, std::move(ai), language);
  if (asks) ask(model->config, report, *incident, pack, context->masked);
  const std::string text = text_of(arguments, report, *incident, pack);
  if (arguments.output.empty()) {
    const int printed = print_and_leave(text);
    return signal_received() != 0 ? 128 + signal_received() : printed;
  }
  auto written = write_file(arguments.output, text);
  return written ? static_cast<int>(kDone) : report_error(written.error());
}

void add_rca_command(CLI::App& app, RcaArguments& arguments, int& status) {
  CLI::App* command =
      app.add_subcommand("rca", "Why an incident happened: cause, order, impact, known errors, commands to confirm, what to do");
  command
      ->add_option("id", arguments.incident,
                   "the incident's number, or the id that sinks were sent; audit: what was sent to models, and where")
      ->required();
  command->add_option("--state", arguments.state, "an incident of a run with this --state")->type_name("DIR");
  command
      ->add_option("--context", arguments.context, "what you know beside the logs (metrics, deploys): a text file, masked, marked as yours")
      ->type_name("FILE");
  add_words(*command, "--language", arguments.language, Words<std::string>{{"en", "en"}, {"zh", "zh"}},
            "of the report (default: as the configuration says, else en)");
  add_words(
      *command, "--report", arguments.form,
      Words<RcaForm>{{"human", RcaForm::human}, {"markdown", RcaForm::markdown}, {"html", RcaForm::html}, {"ndjson", RcaForm::ndjson}},
      "form of the report");
  command->add_option("-o,--output", arguments.output, "a file instead of standard output")->type_name("FILE");
  command->add_option("--config", arguments.config, "the configuration whose section rca names a model")->type_name("FILE");
  command->add_flag("--ai", arguments.ai, "a model must be named; without one this is an error");
  command->add_flag("--no-ai", arguments.no_ai, "ask no model, whatever the configuration says")->excludes("--ai");
  command->add_flag("--show-prompt", arguments.show_prompt, "print what a model would be asked, and send nothing");
  command->footer(
      "Without a model the report is complete: it is made of the findings, the rules and the catalogue of known errors.\n"
      "Examples:\n  loglode rca 1\n"
      "  loglode rca 1 --report html -o incident.html\n"
      "  loglode rca 1 --show-prompt\n"
      "  loglode rca 1 --config configs/rca-local.yaml\n"
      "  loglode rca audit --config configs/rca-local.yaml");
  command->callback([&arguments, &status] { status = explain_root_cause(arguments); });
}

}  // namespace loglode

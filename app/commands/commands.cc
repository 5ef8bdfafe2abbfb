#include "app/commands/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/commands/known_error_commands.h"
#include "app/reading/builtin_rules.h"
#include "app/reading/embedded.h"
#include "app/reading/open_state.h"
#include "app/registry/check_config.h"
#include "base/exit_status.h"
#include "base/terminal_text.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "parse/text/format_files.h"
#include "patterns/mining/explain.h"
#include "patterns/mining/template_miner.h"

namespace loglode {

namespace {

std::string first_line_of_stdin() {
  std::string line;
  std::getline(std::cin, line);
  return line;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(out), "  {}  {}\n", pad_to(printable(name), 16), printable(value));
}

/// Each value with its key, and with the name that a field beside it gives it: what it is may be said there alone.
/// Or in the line, where a format took the name for something else.
void append_fields(std::string& out, const std::string& line, const std::vector<std::pair<std::string, std::string>>& fields,
                   RedactionCounts& masked) {
  constexpr std::size_t kBeside = 4;
  RedactionCounts of_line;
  const std::string masked_line = redact(line, of_line);
  for (std::size_t at = 0; at < fields.size(); ++at) {
    std::string_view key = fields[at].first;
    for (std::size_t i = at > kBeside ? at - kBeside : 0; i < std::min(fields.size(), at + kBeside); ++i)
      if (i != at && is_named_by(key, fields[i].first, fields[i].second)) key = fields[i].second;
    const std::string& value = fields[at].second;
    std::string text;
    if (!redact_value_into(key, value, text, masked)) {
      const bool only_there = value.size() > 3 && line.find(value) != std::string::npos && masked_line.find(value) == std::string::npos;
      const bool hidden = only_there && fields[at].first != "message" && value != line;
      if (hidden) ++masked.by_kind[static_cast<std::size_t>(SecretKind::credential)];
      text = hidden ? "[masked]" : value;
    }
    append_field(out, redact(fields[at].first, masked), text);
  }
}

// One line on its way through the same stages as in a run, up to the template.
class OneLine {
 public:
  static Result<OneLine> read(const std::string& line, const ReadingOptions& options, RunCounters& counters) {
    auto framers = make_framer_factory(parse_config(options));
    if (!framers) return tl::unexpected<Error>(framers.error());
    OneLine one;
    std::memcpy(one.batch_.reserve(line.size()), line.data(), line.size());
    StreamInfo info;
    info.service = options.service;
    Record record;
    record.raw = {one.batch_.bytes(), line.size()};
    FramedStream framed = (*framers)->open(info, std::span{&record.raw, 1});
    one.batch_.stream = std::make_shared<const Stream>(Stream{info, framed.plan});
    one.batch_.records.push_back(record);
    if (auto parsed = make_parser(counters)->run(one.batch_); !parsed) return tl::unexpected<Error>(parsed.error());
    return one;
  }
  [[nodiscard]] const Record& record() const { return batch_.records.front(); }

 private:
  Batch batch_;
};

void append_rules(std::string& out, const LoadedRules& loaded, const Record& record) {
  auto matches = match_rules(*loaded.rules, record.message, record.service, record.severity);
  if (!matches) {
    append_field(out, "rules", matches.error().message);
    return;
  }
  if (matches->empty()) append_field(out, "rules", "none hit");
  for (const RuleMatch& match : *matches) {
    const RuleInfo& rule = (*loaded.catalog)[static_cast<std::size_t>(match.rule)];
    RedactionCounts counts;
    const std::string where = redact_part(record.message, match.begin, match.end, counts);
    append_field(out, "rule",
                 fmt::format("{} ({}, {}): hit by \"{}\"", rule.id, name_of(rule.category), severity_name(rule.severity), where));
    append_field(out, "", rule.meaning);
    if (!rule.check.empty()) append_field(out, "", "check: " + rule.check);
    if (!rule.safe_action.empty()) append_field(out, "", "safe action: " + rule.safe_action);
  }
}

void append_tokens(std::string& out, const std::string& message, Severity severity) {
  const ExplainedMessage explained = explain_template(message, severity);
  append_field(out, "masked", explained.masked);
  for (const ExplainedToken& token : explained.tokens)
    if (token.role == "value" || token.role == "name") append_field(out, "", fmt::format("{}  {}: {}", token.text, token.type, token.why));
  if (explained.cut) append_field(out, "", "the message is longer than is read: its end is one value");
}

void append_events(std::string& out, const StateContents& state, const TemplateInfo& info) {
  for (const TemplateEvent& event : state.events) {
    if (event.kind != "merged" || event.into != info.id) continue;
    append_field(out, "merged", fmt::format("{} \"{}\" on {}", to_hex(event.from), event.text, to_rfc3339(event.at)));
  }
}

Result<void> append_template(std::string& out, const std::string& message, Severity severity, const std::string& folder) {
  RunCounters counters;
  TemplateMiner miner{MinerConfig{}, counters};
  std::optional<StateContents> state;
  if (!folder.empty()) {
    auto opened = open_state(folder, true);
    if (!opened) return tl::unexpected<Error>(opened.error());
    state = std::move(opened->contents);
    if (auto restored = restore_shapes(*state, miner); !restored) return restored;
  }
  const TemplateMarks marks = state ? marks_of(*state) : TemplateMarks{};
  DerivationTrace trace{ShapeId{explain_template(message, severity).shape}, {}};
  const bool known = state && miner.derive_templates(marks).find(template_of(trace.shape)) != nullptr;
  const ShapeId shape = miner.learn(message, severity);
  const TemplateCatalog catalog = miner.derive_templates(marks, {}, &trace);
  const TemplateInfo& info = catalog.of(shape);
  append_tokens(out, message, severity);
  append_field(out, "template", info.text);
  if (!state)
    append_field(out, "template id", to_hex(info.id) + " from this line alone; --state DIR says what it is among others");
  else
    append_field(out, "template id", to_hex(info.id) + (known ? ", its masked form is known" : ", its masked form was not seen before"));
  if (to_hex(info.id) != to_hex(template_of(shape)))
    append_field(out, "", "the form's own id is " + to_hex(template_of(shape)) + ", an alias");
  for (const std::string& reason : trace.reasons) append_field(out, "why", reason);
  if (state && trace.reasons.empty()) append_field(out, "why", "no rule joins its masked form with another");
  if (state) append_events(out, *state, info);
  for (const TemplateParameter& parameter : info.parameters) append_field(out, "  <*>", parameter.type);
  return {};
}

bool check_format_file(const std::string& path, std::string& out) {
  const FormatFiles files = load_format_files({path});
  for (const std::string& problem : files.problems) out += printable(problem) + "\n";
  if (files.problems.empty())
    out += fmt::format("{}: {} formats, no problems, all {} examples behave\n", path, files.formats.size(), files.examples);
  return files.problems.empty();
}

}  // namespace

int check_files(const std::vector<std::string>& paths, bool connect) {
  RuleSetConfig packs;
  std::string out;
  bool good = true;
  for (const std::string& path : paths) {
    if (config::is_config_file(path))
      good = config::check_config(path, connect, out) && good;
    else if (is_known_error_file(path))
      good = check_known_error_pack(path, out) && good;
    else if (is_format_file(path))
      good = check_format_file(path, out) && good;
    else
      packs.packs.push_back(path);
  }
  if (!paths.empty() && packs.packs.empty()) return print_and_leave(out, good ? kDone : kWrongUsage);
  if (paths.empty()) {  // with the probes they are the set whose image the program holds
    packs.probes = redaction_probes();
    packs.images = embedded_rule_images();
  }
  const LoadedRules loaded = load_rules_from_text(paths.empty() ? builtin_packs() : std::vector<RulePackText>{}, packs, true);
  for (const RuleProblem& problem : loaded.problems) out += printable(to_string(problem)) + "\n";
  if (!loaded.problems.empty()) return print_and_leave(out, kWrongUsage);
  out += fmt::format("{} rules: no problems, all examples behave\n", loaded.catalog->size());
  return print_and_leave(out, good ? kDone : kWrongUsage);
}

int explain_line(const std::string& given, const ReadingOptions& options, const std::string& state) {
  const std::string line = given == "-" ? first_line_of_stdin() : given;
  auto loaded = load_rules_for(options);
  if (!loaded) return report_error(loaded.error());
  ParseConfig config = parse_config(options);
  config.keep_attributes = true;
  auto explained = explain_parse(line, config);
  if (!explained) return report_error(explained.error());
  RunCounters counters;
  auto one = OneLine::read(line, options, counters);
  if (!one) return report_error(one.error());

  RedactionCounts masked;
  std::string out;
  append_field(out, "format", explained->format);
  append_fields(out, line, explained->fields, masked);
  for (const std::string& note : explained->notes) append_field(out, "note", note);
  append_field(out, "secrets masked", masked.total() == 0 ? "none" : std::to_string(masked.total()));
  append_rules(out, *loaded, one->record());
  if (auto told = append_template(out, redact(one->record().message, masked), one->record().severity, state); !told)
    return report_error(told.error());
  return print_and_leave(out);
}

std::string version_text() { return "loglode " LOGLODE_VERSION; }

}  // namespace loglode

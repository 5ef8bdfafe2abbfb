#include "app/commands.h"

#include <fmt/format.h>

#include <cstring>
#include <iostream>
#include <iterator>
#include <span>

#include "app/builtin_rules.h"
#include "app/embedded.h"
#include "app/exit_status.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "patterns/mining/template_miner.h"
#include "sinks/terminal_text.h"

namespace loglode {

namespace {

std::string first_line_of_stdin() {
  std::string line;
  std::getline(std::cin, line);
  return line;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(out), "  {}  {}\n", pad_to(name, 16), printable(value));
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
    append_field(out, "rules", matches.error().where);
    return;
  }
  if (matches->empty()) append_field(out, "rules", "none hit");
  for (const RuleMatch& match : *matches) {
    const RuleInfo& rule = (*loaded.catalog)[static_cast<std::size_t>(match.rule)];
    RedactionCounts counts;
    const std::string where = redact(record.message.substr(match.begin, match.end - match.begin), counts);
    append_field(out, "rule",
                 fmt::format("{} ({}, {}): hit by \"{}\"", rule.id, name_of(rule.category), severity_name(rule.severity), where));
    append_field(out, "", rule.meaning);
    if (!rule.check.empty()) append_field(out, "", "check: " + rule.check);
    if (!rule.safe_action.empty()) append_field(out, "", "safe action: " + rule.safe_action);
  }
}

void append_template(std::string& out, const std::string& message, Severity severity) {
  RunCounters counters;
  TemplateMiner miner{MinerConfig{}, counters};
  const ShapeId shape = miner.learn(message, severity);
  const TemplateCatalog catalog = miner.settle();
  const TemplateInfo& info = catalog.of(shape);
  append_field(out, "template", info.text);
  append_field(out, "template id", to_hex(info.id) + " from this line alone; more lines may show that more of it varies");
  for (const TemplateParameter& parameter : info.parameters) append_field(out, "  <*>", parameter.type);
}

}  // namespace

int check_files(const std::vector<std::string>& paths) {
  RuleSetConfig config;
  config.packs = paths;
  std::vector<RulePackText> builtin;
  for (EmbeddedText& pack : embedded_rule_packs()) builtin.push_back({std::move(pack.name), std::move(pack.text)});
  const LoadedRules loaded = load_rules_from_text(paths.empty() ? std::move(builtin) : std::vector<RulePackText>{}, config, true);
  std::string out;
  for (const RuleProblem& problem : loaded.problems) out += printable(to_string(problem)) + "\n";
  if (!loaded.problems.empty()) return print_and_leave(out, kWrongUsage);
  return print_and_leave(fmt::format("{} rules: no problems, all examples behave\n", loaded.catalog->size()));
}

int explain_line(const std::string& given, const ReadingOptions& options) {
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
  for (const auto& [name, value] : explained->fields) append_field(out, name, redact(value, masked));
  for (const std::string& note : explained->notes) append_field(out, "note", note);
  append_field(out, "secrets masked", masked.total() == 0 ? "none" : std::to_string(masked.total()));
  append_rules(out, *loaded, one->record());
  append_template(out, redact(one->record().message, masked), one->record().severity);
  return print_and_leave(out);
}

std::string version_text() { return "loglode " LOGLODE_VERSION; }

}  // namespace loglode

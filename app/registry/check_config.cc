#include "app/registry/check_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/reading/builtin_rules.h"
#include "app/reading/embedded.h"
#include "app/registry/connect_check.h"
#include "app/registry/type_readers.h"
#include "base/terminal_text.h"
#include "config/config_summary.h"
#include "config/load_config.h"
#include "parse/redact/redactor.h"
#include "parse/text/format_files.h"
#include "patterns/rules/rule_set.h"
#include "rca/known_errors/pack_reader.h"

namespace loglode::config {
namespace {

void append(std::string& out, const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) out += printable(to_string(problem)) + "\n";
}

/// The rule packs of the configuration, read when something depends on them. Their problems go to `out`, unknown rule ids to the others.
void check_rules(LoadedConfig& loaded, std::string& out, bool& good) {
  const PipelineConfig& config = loaded.config;
  if (config.rules.packs.empty() && !names_rules(config)) return;
  RuleSetConfig wanted;
  for (const Text& pack : config.rules.packs) wanted.packs.push_back(pack.value);
  // With the probes it is the set that `run` has: the embedded one needs no compiling, another one is kept for `run`.
  wanted.probes = redaction_probes();
  wanted.images = embedded_rule_images();
  wanted.cache_folder = rule_cache_folder();
  const LoadedRules rules =
      load_rules_from_text(config.rules.builtin ? builtin_packs() : std::vector<RulePackText>{}, wanted, !wanted.packs.empty());
  good = rules.problems.empty();
  for (RuleProblem problem : rules.problems) {
    for (const Text& pack : config.rules.packs)
      if (pack.hidden && problem.file.starts_with(pack.value)) problem.file.replace(0, pack.value.size(), pack.shown);
    out += printable(loglode::to_string(problem)) + "\n";
  }
  if (!good) return;
  std::set<std::string> ids;
  for (const RuleInfo& rule : *rules.catalog) ids.insert(rule.id);
  for (ConfigProblem& unknown : check_rule_ids(config, ids)) loaded.problems.push_back(std::move(unknown));
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(),
                   [](const auto& left, const auto& right) { return left.line < right.line; });
}

/// Packs of known errors and the file of owners. Whether rules that they name exist is asked of all that this configuration has.
void check_known_errors(const PipelineConfig& config, std::string& out, bool& good) {
  const KnownErrorsConfig& known = config.known_errors;
  if (known.packs.empty() && known.owners.empty()) return;
  std::vector<std::string> packs;
  for (const Text& pack : known.packs) packs.push_back(pack.value);
  RuleSetConfig wanted;
  for (const Text& pack : config.rules.packs) wanted.packs.push_back(pack.value);
  wanted.probes = redaction_probes();
  wanted.images = embedded_rule_images();
  wanted.cache_folder = rule_cache_folder();
  const LoadedRules rules = load_rules_from_text(config.rules.builtin ? builtin_packs() : std::vector<RulePackText>{}, wanted, false);
  std::set<std::string> ids;
  if (rules.catalog)
    for (const RuleInfo& rule : *rules.catalog) ids.insert(rule.id);
  const rca::LoadedKnownErrors loaded = rca::load_known_errors({}, packs, known.owners.value, rules.problems.empty() ? &ids : nullptr);
  for (ConfigProblem problem : loaded.problems) {
    for (const Text& pack : known.packs)
      if (pack.hidden && problem.file.starts_with(pack.value)) problem.file.replace(0, pack.value.size(), pack.shown);
    if (known.owners.hidden && problem.file == known.owners.value) problem.file = known.owners.shown;
    append(out, {problem});
    good = false;
  }
}

/// The files of the user's own formats, their examples included.
void check_formats(const PipelineConfig& config, std::string& out, bool& good) {
  for (const Text& file : config.formats) {
    for (const std::string& problem : load_format_files({file.value}).problems) {
      out += printable(file.hidden ? file.shown + ": a format file with problems" : problem) + "\n";
      good = false;
    }
  }
}

}  // namespace

bool check_config(const std::string& path, bool connect, std::string& out) {
  LoadedConfig loaded = load_config(path, config::type_readers());
  std::string of_rules;
  bool good = true;
  check_rules(loaded, of_rules, good);
  check_formats(loaded.config, of_rules, good);
  check_known_errors(loaded.config, of_rules, good);
  append(out, loaded.problems);
  out += of_rules;
  good = good && loaded.usable();
  for (ConfigProblem warning : loaded.warnings) {
    warning.message = "warning: " + warning.message;
    append(out, {warning});
  }
  if (connect && good) {
    const ConnectReport report = try_connections(loaded.config);
    for (const std::string& line : report.found) out += printable(fmt::format("{}: {}", path, line)) + "\n";
    append(out, report.problems);
    good = report.problems.empty();
  }
  if (good) out += printable(fmt::format("{}: no problems: {}", path, summary_of(loaded.config))) + "\n";
  return good;
}

bool is_config_file(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) return false;
  std::ifstream file{path, std::ios::binary};
  std::string text(1 << 20, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return is_pipeline_config(text);
}

}  // namespace loglode::config

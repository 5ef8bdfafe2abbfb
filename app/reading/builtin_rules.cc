#include "app/reading/builtin_rules.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "app/reading/embedded.h"
#include "parse/redact/redactor.h"
#include "parse/text/format_files.h"

namespace loglode {

std::string rule_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return std::string{cache} + "/loglode";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return std::string{home} + "/.cache/loglode";
  return {};
}

ParseConfig parse_config(const ReadingOptions& options) {
  ParseConfig config;
  config.format = options.format;
  config.columns = split_list(options.columns);
  config.delimiter = options.delimiter;
  config.zone = options.zone;
  FormatFiles own = load_format_files(options.format_files);
  config.own_formats = std::move(own.formats);
  for (const std::string& problem : own.problems) config.own_problems += "\n  " + problem;
  return config;
}

std::vector<RulePackText> builtin_packs() { return {{"builtin", std::string{embedded_rules()}, true}}; }

void tell_compiling() { fmt::print(stderr, "loglode: compiling the rules, which takes some seconds; they are kept for the next start\n"); }

Result<LoadedRules> load_rules_for(const ReadingOptions& options) {
  RuleSetConfig config;
  config.packs = options.rules;
  config.probes = redaction_probes();
  config.cache_folder = rule_cache_folder();
  config.before_compiling = options.before_compiling;
  config.images = embedded_rule_images();  // of use when the user has no packs of his own
  LoadedRules loaded = load_rules_from_text(options.no_builtin_rules ? std::vector<RulePackText>{} : builtin_packs(), config, false);
  if (loaded.problems.empty()) return loaded;
  std::string message = "the rules cannot be used:";
  for (const RuleProblem& problem : loaded.problems) message += "\n  " + to_string(problem);
  return fail(std::make_error_code(std::errc::invalid_argument), std::move(message));
}

}  // namespace loglode

// From the text of a configuration file to PipelineConfig, with every problem at once. Stateless: any thread may call it.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/pipeline_config.h"

namespace loglode::config {

struct ConfigProblem {
  std::string file;
  int line = 0;  // from 1; 0: about the whole file
  std::string message;
};
/// `file:line: message`. Holds no value that came from the environment or a file, and no secret.
[[nodiscard]] std::string to_string(const ConfigProblem& problem);

struct LoadedConfig {
  PipelineConfig config;                // to be used only when there is no problem
  std::vector<ConfigProblem> problems;  // by line
  std::vector<ConfigProblem> warnings;  // what works, but perhaps not as it was meant
  bool holds_secrets = false;           // passwords, tokens, keys, URLs with a user
  [[nodiscard]] bool usable() const noexcept { return problems.empty(); }
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
/// That of the process.
[[nodiscard]] Environment process_environment();

struct ConfigReading;

/// What of a file only the types of sources and sinks can read: app/registry has them.
struct TypeReaders {
  std::vector<SourceConfig> (*sources)(const YAML::Node& node, int line, ConfigReading& reading);
  std::vector<SinkConfig> (*sinks)(const YAML::Node& node, int line, ConfigReading& reading);
  void (*mutes)(LoadedConfig& loaded, const Environment& environment);        // the files that detect.mutes names, into detect.muted
  void (*check_whole)(const PipelineConfig& config, ConfigReading& reading);  // what only sources and sinks together do wrong
};

/// Reads and checks, files of mutes too. Paths are relative to the folder of their file. Whether rules exist is a question of its own
/// (check_rule_ids).
[[nodiscard]] LoadedConfig load_config(const std::string& path, const TypeReaders& types,
                                       const Environment& environment = process_environment());
/// The same from memory, without the files of mutes; `path` is what problems call it and where relative paths begin.
[[nodiscard]] LoadedConfig load_config_text(const std::string& yaml, const std::string& path, const TypeReaders& types,
                                            const Environment& environment);

/// The rule ids that transforms and mutes name and that are not in `known`. Empty when all are.
[[nodiscard]] std::vector<ConfigProblem> check_rule_ids(const PipelineConfig& config, const std::set<std::string>& known);
/// Whether any transform or mute names a rule.
[[nodiscard]] bool names_rules(const PipelineConfig& config);

/// Whether the text is meant as a configuration of `run`, and not as a rule pack: by its keys, also when it is not quite YAML.
[[nodiscard]] bool is_pipeline_config(std::string_view given);

}  // namespace loglode::config

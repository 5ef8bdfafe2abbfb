#include "config/load_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/expansion.h"
#include "config/readers.h"

namespace loglode::config {
namespace {

constexpr std::string_view kKeys[] = {"state",  "snapshot", "sources",      "pipeline",     "rules", "formats", "mining",
                                      "detect", "sinks",    "dead_letters", "known_errors", "rca",   "http",    "log"};
constexpr std::size_t kFileBytesMax = 4 * kMiB;  // more is not a configuration

const SinkConfig* find_sink(const PipelineConfig& config, std::string_view name) {
  const auto found = std::find_if(config.sinks.begin(), config.sinks.end(), [&](const SinkConfig& sink) { return sink.name == name; });
  return found == config.sinks.end() ? nullptr : &*found;
}

void check_route(const Route& route, const PipelineConfig& config, ConfigReading& reading) {
  std::vector<std::string_view> names;
  for (const SinkConfig& sink : config.sinks) names.push_back(sink.name);
  for (const Text& to : route.to) {
    const SinkConfig* sink = find_sink(config, to.value);
    if (sink == nullptr) {
      const std::string near = !to.hidden ? hint(to.value, names) : std::string{};
      reading.problem(to.line, fmt::format("route to an unknown sink {}{}", quoted(to), near));
    } else if (!sink->wants(Document::record)) {
      reading.problem(to.line, fmt::format("route to sink {}, which takes no records (its \"what\")", quoted(to)));
    }
  }
}

void check_sources(const PipelineConfig& config, ConfigReading& reading) {
  int standard_inputs = 0;
  for (const SourceConfig& source : config.sources) {
    if (source.type == SourceConfig::Type::standard_input && ++standard_inputs > 1)
      reading.problem(source.line, fmt::format("source {}: only one source can read standard input, and another one does already",
                                               in_quotes(source.name)));
    if (source.start.kind == StartAt::Kind::state && source.start.line > 0 && config.state.empty())
      reading.problem(source.start.line, "start: state needs a \"state\" folder");
    for (const TransformConfig& transform : source.transforms)
      if (const auto* route = std::get_if<Route>(&transform.what)) check_route(*route, config, reading);
  }
}

/// Without links as far as it is there.
std::filesystem::path normal(const Text& path) {
  if (path.empty()) return {};
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path.value, error);
  const std::filesystem::path real = error ? std::filesystem::path{} : std::filesystem::weakly_canonical(whole, error);
  return error ? std::filesystem::path{path.value}.lexically_normal() : real;
}

void check_sinks(const PipelineConfig& config, ConfigReading& reading) {
  for (auto sink = config.sinks.begin(); sink != config.sinks.end(); ++sink) {
    if (sink->when_full.value == WhenFull::dead_letter && config.dead_letters.path.empty())
      reading.problem(sink->when_full.line, "when_full: dead_letter needs dead_letters.path or a \"state\" folder");
    const auto same_file = [path = normal(sink->path)](const SinkConfig& other) { return !path.empty() && normal(other.path) == path; };
    if (const auto other = std::find_if(config.sinks.begin(), sink, same_file); other != sink)
      reading.problem(sink->path.line, fmt::format("sink {} writes the file of sink {}", in_quotes(sink->name), in_quotes(other->name)));
  }
}

void read_root(const YAML::Node& node, const TypeReaders& types, PipelineConfig& config, ConfigReading& reading) {
  const Section root{node, 1, "the configuration", kKeys, reading};
  if (!node.IsMap()) return reading.problem(1, "it has \"sources\" and \"sinks\": `loglode help config` shows all keys");
  config.state = root.path("state");
  root.duration("snapshot", config.snapshot, {Milliseconds{10}, std::chrono::minutes{10}});
  for (const std::string_view key : {"sources", "sinks"})
    if (!root.has(key)) reading.problem(0, fmt::format("the configuration lacks \"{}\"", key));
  if (const YAML::Node* sources = root.find("sources")) {
    config.sources = types.sources(*sources, root.key_line("sources"), reading);
    config.sources_text = YAML::Dump(*sources);
  }
  if (const YAML::Node* sinks = root.find("sinks")) {
    config.sinks = types.sinks(*sinks, root.key_line("sinks"), reading);
    config.sinks_text = YAML::Dump(*sinks);
  }
  read_pipeline(root, config);
  read_rules(root, config);
  config.formats = root.paths("formats");
  read_detect(root, config);
  read_dead_letters(root, config);
  read_known_errors(root, config);
  read_rca(root, config);
  read_http(root, config);
  read_log(root, config);
  check_sources(config, reading);
  check_sinks(config, reading);
  types.check_whole(config, reading);
  if (!root.has("state")) reading.warn(0, "no \"state\": positions, templates and what is normal are lost when the process ends");
  for (SourceConfig& source : config.sources)  // "state (the default when there is one)"
    if (source.type == SourceConfig::Type::file && source.start.line == 0 && config.state.empty()) source.start.kind = StartAt::Kind::start;
}

void read_document(const std::string& yaml, const TypeReaders& types, PipelineConfig& config, ConfigReading& reading) {
  if (yaml.size() > kFileBytesMax) return reading.problem(0, fmt::format("too large: over {} bytes", kFileBytesMax));
  if (const std::string_view encoding = encoding_problem(yaml); !encoding.empty())
    return reading.problem(0, fmt::format("the configuration is not YAML: {}", encoding));
  try {
    if (const int line = line_of_second_document(yaml); line > 0)
      reading.problem(line, "a second YAML document (after ---): a file holds one configuration");
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull() || (root.IsMap() && root.size() == 0))
      return reading.problem(0, "empty: a configuration has \"sources\" and \"sinks\"");
    read_root(root, types, config, reading);
  } catch (const YAML::Exception& error) {  // yaml-cpp speaks in exceptions; they end here
    const bool tab = yaml.starts_with('\t') || yaml.find("\n\t") != std::string::npos;
    reading.problem(std::max(0, error.mark.line + 1),
                    fmt::format("not YAML: {}{}", error.msg, tab ? " (a line begins with a tab: YAML is indented with blanks)" : ""));
  }
}

/// `source`, `Sinks`: a key of a configuration, not quite.
bool is_slip(std::string_view key) {
  if (key.empty() || key.front() == ' ' || key.front() == '-') return false;  // of something inside
  const std::string_view near = nearest(key, kKeys);
  return !near.empty() && near != "rules" && near != "formats";
}

template <class Visit>
void each_condition(const PipelineConfig& config, Visit visit) {
  for (const SourceConfig& source : config.sources) {
    for (const TransformConfig& transform : source.transforms) {
      if (const auto* drop = std::get_if<Drop>(&transform.what)) visit(drop->when);
      if (const auto* route = std::get_if<Route>(&transform.what)) visit(route->when);
      if (const auto* sample = std::get_if<Sample>(&transform.what); sample != nullptr && sample->when) visit(*sample->when);
    }
  }
}

}  // namespace

std::string to_string(const ConfigProblem& problem) {
  return problem.line > 0 ? fmt::format("{}:{}: {}", problem.file, problem.line, problem.message)
                          : fmt::format("{}: {}", problem.file, problem.message);
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

LoadedConfig load_config_text(const std::string& yaml, const std::string& path, const TypeReaders& types, const Environment& environment) {
  LoadedConfig out;
  out.config.file = path;
  ConfigReading reading{path, std::filesystem::path{path}.parent_path().string(), environment};
  read_document(yaml, types, out.config, reading);
  const auto by_line = [](const ConfigProblem& left, const ConfigProblem& right) { return left.line < right.line; };
  std::stable_sort(reading.problems.begin(), reading.problems.end(), by_line);
  std::stable_sort(reading.warnings.begin(), reading.warnings.end(), by_line);
  out.problems = std::move(reading.problems);
  out.warnings = std::move(reading.warnings);
  out.holds_secrets = reading.holds_secrets;
  return out;
}

LoadedConfig load_config(const std::string& path, const TypeReaders& types, const Environment& environment) {
  std::ifstream file{path, std::ios::binary};
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    LoadedConfig out;
    out.config.file = path;
    std::error_code none;
    out.problems.push_back(
        {path, 0,
         std::filesystem::is_directory(path, none)
             ? "is a folder: name the configuration file in it; `loglode analyze` and `loglode tail` read a folder of logs"
             : "cannot be read; does it exist and may this user read it?"});
    return out;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  LoadedConfig out = load_config_text(text, path, types, environment);
  types.mutes(out, environment);
  return out;
}

std::vector<ConfigProblem> check_rule_ids(const PipelineConfig& config, const std::set<std::string>& known) {
  std::vector<ConfigProblem> out;
  const std::vector<std::string_view> ids{known.begin(), known.end()};
  const auto look_up = [&](const std::string& file, const Text& rule) {
    if (rule.empty() || known.count(rule.value) > 0) return;
    const std::string near = !rule.hidden ? hint(rule.value, ids) : std::string{};
    out.push_back({file, rule.line, fmt::format("unknown rule {}{}", in_quotes(rule.shown), near)});
  };
  each_condition(config, [&](const Condition& condition) { look_up(config.file, condition.rule); });
  for (const MuteConfig& muted : config.detect.muted) look_up(muted.file, muted.rule);
  return out;
}

bool names_rules(const PipelineConfig& config) {
  bool found =
      std::any_of(config.detect.muted.begin(), config.detect.muted.end(), [](const MuteConfig& muted) { return !muted.rule.empty(); });
  each_condition(config, [&](const Condition& condition) { found = found || !condition.rule.empty(); });
  return found;
}

bool is_pipeline_config(std::string_view given) {
  std::string text{given};  // in UTF-16 it is meant as one, too
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '\0' || c == '\xFF' || c == '\xFE'; }), text.end());
  std::string_view yaml = text;
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);
  bool config = false;
  while (!yaml.empty()) {
    const auto end = std::min(yaml.find('\n'), yaml.size());
    const std::string_view line = yaml.substr(0, end);
    yaml.remove_prefix(std::min(yaml.size(), end + 1));
    const std::string_view key = line.substr(0, line.find(':'));
    if (key == "pack" && key.size() < line.size()) return false;
    // Rule packs have rules, too.
    config = config || (key.size() < line.size() && key != "rules" && key != "formats" &&
                        (std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys) || is_slip(key)));
  }
  return config;
}

}  // namespace loglode::config

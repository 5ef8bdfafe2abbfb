// SIGHUP: the configuration is read again; what can change while it runs does, whole or not at all, and the rest is refused by name.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "app/reading/builtin_rules.h"
#include "app/registry/type_readers.h"
#include "app/service/service_run.h"
#include "config/load_config.h"
#include "pipeline/transforms/transforms.h"

namespace loglode {

namespace {

std::vector<std::string> files_of(const std::vector<config::Text>& texts) {
  std::vector<std::string> files;
  for (const config::Text& text : texts) files.push_back(text.value);
  return files;
}

/// Keys that differ and cannot change while it runs.
std::vector<std::string> fixed_changes(const config::PipelineConfig& before, const config::PipelineConfig& after) {
  std::vector<std::string> changed;
  const auto compare = [&](const char* name, const auto& old_value, const auto& new_value) {
    if (!(old_value == new_value)) changed.emplace_back(name);
  };
  compare("state", before.state.value, after.state.value);
  compare("snapshot", before.snapshot.value, after.snapshot.value);
  compare("sources", before.sources_text, after.sources_text);
  compare("sinks", before.sinks_text, after.sinks_text);
  compare("formats", files_of(before.formats), files_of(after.formats));
  compare("pipeline.threads", before.pipeline.threads.value, after.pipeline.threads.value);
  compare("pipeline.memory", before.pipeline.memory_bytes.value, after.pipeline.memory_bytes.value);
  compare("pipeline.line_bytes_max", before.pipeline.line_bytes_max.value, after.pipeline.line_bytes_max.value);
  compare("mining.templates_max", before.templates_max.value, after.templates_max.value);
  compare("dead_letters.path", before.dead_letters.path.value, after.dead_letters.path.value);
  compare("dead_letters.size_max", before.dead_letters.bytes_max.value, after.dead_letters.bytes_max.value);
  compare("http", std::pair(before.http.host, before.http.port), std::pair(after.http.host, after.http.port));
  return changed;
}

}  // namespace

void ServiceRun::reload() {
  operations_->reloading();
  ++reloads_;
  reload_from_file();
  operations_->reloaded();
}

void ServiceRun::reload_from_file() {
  const auto tell = [this](const std::string& what) { log_.warn(what); };
  config::LoadedConfig loaded = config::load_config(config_.file, config::type_readers());
  for (const config::ConfigProblem& problem : loaded.problems) tell(config::to_string(problem));
  if (!loaded.usable()) return tell("nothing was reloaded: the configuration has these problems, and the run goes on with the one before");
  if (const auto changed = fixed_changes(config_, loaded.config); !changed.empty())
    return tell(fmt::format("nothing was reloaded: {} can only change with a restart", fmt::join(changed, ", ")));
  ReadingOptions reading;
  reading.no_builtin_rules = !loaded.config.rules.builtin;
  for (const config::Text& pack : loaded.config.rules.packs) reading.rules.push_back(pack.value);
  auto rules = load_rules_for(reading);
  if (!rules) return tell("nothing was reloaded: " + rules.error().message);
  std::set<std::string> ids;
  for (const RuleInfo& rule : *rules->catalog) ids.insert(rule.id);
  if (const auto unknown = config::check_rule_ids(loaded.config, ids); !unknown.empty())
    return tell("nothing was reloaded: " + config::to_string(unknown.front()));
  auto transforms = make_transforms(config_.sources, config_.sinks, *rules->catalog, live_->counters());
  if (!transforms) return tell("nothing was reloaded: " + transforms.error().message);
  LiveReload with;
  with.worker_stages.push_back(std::move(*transforms));
  const std::size_t count = rules->catalog->size();
  with.rules = std::move(*rules);
  with.frequent = frequent_of(loaded.config.detect);
  with.mutes = mutes_of(loaded.config.detect);
  live_->reload(std::move(with));
  config_.rules = loaded.config.rules;
  config_.detect = loaded.config.detect;
  config_.log = loaded.config.log;
  log_.set_level(config_.log.level.value);
  log_.info(fmt::format("reloaded: {} rules, {} mute{}, thresholds and the log level are as the file says", count,
                        config_.detect.muted.size(), config_.detect.muted.size() == 1 ? "" : "s"));
}

}  // namespace loglode

#include "app/commands/setup_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/registry/type_readers.h"
#include "app/registry/types.h"
#include "base/exit_status.h"
#include "base/terminal_text.h"
#include "config/load_config.h"
#include "core/timestamp.h"
#include "sinks/elasticsearch/search_setup.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

/// The sink of the configuration that is meant; null, and the reason is told, when there is none or several.
const config::SinkConfig* meant_sink(const config::PipelineConfig& config, const std::string& name) {
  const config::SinkConfig* meant = nullptr;
  std::size_t count = 0;
  for (const config::SinkConfig& sink : config.sinks) {
    if (sink.type != config::SinkConfig::Type::elasticsearch || (!name.empty() && sink.name != name)) continue;
    meant = &sink;
    ++count;
  }
  if (count == 1) return meant;
  report_usage(count > 1      ? "several sinks are of type elasticsearch: say which with --sink NAME"
               : name.empty() ? "no sink of this configuration is of type elasticsearch"
                              : "no sink of type elasticsearch is named " + printable(name));
  return nullptr;
}

/// What undoes the changes: the cluster, and what was at each path. A file of a name that none has, on disk before anything is changed.
Result<std::string> save_undo(const std::string& cluster, const std::vector<SetupChange>& changes) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string stem = "loglode-setup-" + to_rfc3339(now).substr(0, 19);
  std::erase(stem, ':');
  Json saved = Json::array();
  for (const SetupChange& change : changes)
    if (change.is_needed)
      saved.push_back({{"path", change.path}, {"was", change.found.empty() ? Json(nullptr) : Json::parse(change.found)}});
  const std::string text = Json{{"cluster_uuid", cluster}, {"changes", std::move(saved)}}.dump(2) + "\n";
  for (int copy = 1;; ++copy) {
    const std::string name = copy == 1 ? stem + ".json" : fmt::format("{}-{}.json", stem, copy);
    std::FILE* const file = std::fopen(name.c_str(), "wxe");
    if (file == nullptr && errno == EEXIST && copy < 1000) continue;
    const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0 &&
                         ::fsync(::fileno(file)) == 0;
    auto refused = fail_errno("cannot write " + name + ", which would be needed to take the changes back: nothing was changed");
    if (file != nullptr) std::fclose(file);
    if (written) return name;
    return refused;
  }
}

int apply(const SearchSinkConfig& sink, const SearchCluster& cluster, const std::vector<SetupChange>& changes) {
  const auto undo = save_undo(cluster.uuid, changes);
  if (!undo) return report_error(undo.error());
  std::size_t done = 0;
  for (const SetupChange& change : changes) {
    if (!change.is_needed) continue;
    if (const auto changed = put(sink, change.path + change.unless_changed, change.wanted); !changed) {
      fmt::print(
          stderr,
          "loglode: {} of the changes were made before this one failed; `loglode setup elasticsearch CONFIG --undo {}` takes them back\n",
          done, *undo);
      return report_error(changed.error());
    }
    fmt::print("  put {}\n", change.path);
    ++done;
  }
  fmt::print("{} changes made; `loglode setup elasticsearch CONFIG --undo {}` takes them back\n", done, *undo);
  return kDone;
}

int take_back(const SearchSinkConfig& sink, const SearchCluster& cluster, const std::vector<SetupChange>& now, const std::string& path) {
  std::ifstream file{path};
  const Json saved = Json::parse(file, nullptr, false);
  if (!saved.is_object() || !saved.contains("changes") || !saved["changes"].is_array() || !saved.contains("cluster_uuid"))
    return report_usage(printable(path) + " is no file that `loglode setup` wrote");
  if (saved["cluster_uuid"] != cluster.uuid) return report_usage(printable(path) + " is of another cluster");
  for (auto reversed = saved["changes"].rbegin(); reversed != saved["changes"].rend();
       ++reversed) {  // a template before the policy it names
    const Json& each = *reversed;
    const auto there = std::find_if(now.begin(), now.end(), [&](const SetupChange& change) {
      return each.is_object() && each.contains("path") && each["path"] == change.path;
    });
    if (there == now.end() || !each.contains("was") || !(each["was"].is_null() || each["was"].is_object()))
      return report_usage(printable(path) + " names what this configuration does not put");
    if (!there->found.empty() && !there->is_ours) return report_usage(there->path + " is another one by now: it stays as it is");
    const bool is_removed = each["was"].is_null();
    if (const auto done =
            put(sink, is_removed ? there->path : there->path + there->unless_changed, is_removed ? std::string{} : each["was"].dump());
        !done)
      return report_error(done.error());
    fmt::print("  {} {}\n", is_removed ? "removed" : "put back", there->path);
  }
  return kDone;
}

Result<TemplateChoices> choices_of(const config::SinkConfig& meant, const SearchSinkConfig& sink, const SearchCluster& cluster) {
  const auto choices = config::template_choices_of(meant, sink, cluster);
  if (!choices) return choices;
  if (sink.shape == SearchShape::otel && !cluster.is_opensearch)
    fmt::print("  shape otel: {}\n", choices->elastic_otel.empty() ? "the server has no logs-otel@template: the mapping is ours"
                                                                   : "made of the parts of the server's logs-otel@template");
  if (choices->retention == SearchRetention{}) return choices;
  if (choices->by == LifecycleBy::none)
    fmt::print("  retention: nothing here deletes old documents (neither ILM, ISM nor retention of data streams): see to it yourself\n");
  else if (choices->by == LifecycleBy::data_stream && choices->retention.events.count() > 0)
    fmt::print("  retention: by the data stream, which is for records alone; events stay\n");
  else
    fmt::print("  retention: by {}\n", name_of(choices->by));
  return choices;
}

}  // namespace

int setup_elasticsearch(const SetupArguments& arguments) {
  const config::LoadedConfig loaded = config::load_config(arguments.config, config::type_readers());
  for (const config::ConfigProblem& problem : loaded.problems) fmt::print(stderr, "{}\n", printable(config::to_string(problem)));
  if (!loaded.usable()) return kWrongUsage;
  const config::SinkConfig* const meant = meant_sink(loaded.config, arguments.sink);
  if (meant == nullptr) return kWrongUsage;
  const SearchSinkConfig sink = config::search_sink_config_of(*meant);

  const auto cluster = cluster_of(sink);
  if (!cluster) return report_error(cluster.error());
  const auto choices = choices_of(*meant, sink, *cluster);
  if (!choices) return report_error(choices.error());
  const auto changes = setup_changes(sink, *cluster, *choices);
  if (!changes) return report_error(changes.error());
  if (!arguments.undo.empty()) return take_back(sink, *cluster, *changes, arguments.undo);
  fmt::print("{} {}\n", cluster->is_opensearch ? "OpenSearch" : "Elasticsearch", printable(cluster->version));
  bool is_needed = false;
  for (const SetupChange& change : *changes) {
    fmt::print("  {}: {}\n", change.path, !change.is_needed ? "is there" : change.found.empty() ? "is missing" : "is another one");
    is_needed = is_needed || change.is_needed;
  }
  if (!is_needed && !arguments.rollover) return kDone;
  if (!arguments.yes) {
    fmt::print("Nothing was changed; --yes makes the changes.\n");
    return kDone;
  }
  if (const int status = is_needed ? apply(sink, *cluster, *changes) : static_cast<int>(kDone); status != kDone) return status;
  if (!arguments.rollover) return kDone;
  const auto rolled = roll_over(sink);
  if (!rolled) return report_error(rolled.error());
  fmt::print("  {}: {}\n", sink.data_stream, *rolled ? "goes on in an index under the templates" : "is not there yet");
  return kDone;
}

}  // namespace loglode

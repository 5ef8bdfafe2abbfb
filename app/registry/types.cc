#include "app/registry/types.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/rca_keys.h"
#include "core/assert.h"

namespace loglode::config {
namespace {

constexpr KeyRow kAllSources[] = {
    {"type", {}, "required"},  // its words are the types' names
    {"format", "as `--format`", "`auto`"},
    {"service.from", "`topic`, `key`, `path`, `field:NAME`, `fixed:NAME`", "what the record says, else topic or path"},
    {"lateness", "how long a window waits for late records", "`60s`"},
    {"tz", "zone of times without one", "UTC"},
    {"transforms", "below", "none"},
};
constexpr KeyRow kAllSinks[] = {
    {"type", {}, "required"},
    {"what", "`records`, `templates`, `findings`, `incidents`, `reports`", "`[records]`"},
    {"when_full", "`block`, `drop_newest`, `dead_letter`", "`block`"},
};

template <class Type>
std::vector<KeysOfType> keys_of(std::span<const Type* const> types) {
  std::vector<KeysOfType> out;
  for (const Type* const type : types) out.push_back({type->name, type->keys});
  return out;
}

}  // namespace

std::span<const SourceType* const> source_types() {
  static const std::array kTypes{&kafka_source_type(), &file_source_type(), &stdin_source_type()};
  return kTypes;
}

std::span<const SinkType* const> sink_types() {
  static const std::array kTypes{&file_sink_type(), &kafka_sink_type(), &elasticsearch_sink_type()};
  return kTypes;
}

const SourceType& type_of(const SourceConfig& source) {
  const auto types = source_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const SourceType* type) { return type->type == source.type; });
  LOGLODE_ASSERT(found != types.end());
  return **found;
}

const SinkType& type_of(const SinkConfig& sink) {
  const auto types = sink_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const SinkType* type) { return type->type == sink.type; });
  LOGLODE_ASSERT(found != types.end());
  return **found;
}

std::span<const KeyRow> keys_of_all_sources() { return kAllSources; }
std::span<const KeyRow> keys_of_all_sinks() { return kAllSinks; }

const KeyTables& source_keys() {
  static const KeyTables kTables{"sources", kAllSources, keys_of(source_types())};
  return kTables;
}

const KeyTables& sink_keys() {
  static const KeyTables kTables{"sinks", kAllSinks, keys_of(sink_types())};
  return kTables;
}

std::string source_key_table() { return source_keys().table(); }
std::string sink_key_table() { return sink_keys().table(); }

std::string config_help() {
  return "The configuration of `loglode run`: keys of sources, sinks and rca (docs/configuration.md has the rest).\n\nsources: { NAME: { "
         "KEY: … "
         "} }\n" +
         source_keys().listing() + "\nsinks: { NAME: { KEY: … } }\n" + sink_keys().listing() + "\nrca: { KEY: … }\n" + rca_keys().listing();
}

}  // namespace loglode::config

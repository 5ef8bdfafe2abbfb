// How sources and sinks are read, whatever types of them there are: what is common to all, with the entries of the registry for the rest.
// Stateless.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/key_tables.h"
#include "config/section.h"

namespace loglode::config {

/// How a type is read: what an entry of the registry begins with. `Config`: SourceConfig or SinkConfig.
template <class Config>
struct TypeReading {
  std::string_view name;
  typename Config::Type type;
  std::span<const KeyRow> keys;  // besides those of all
  /// Fills `out` from the section; problems go to the section's ConfigReading.
  void (*read)(const Section& section, Config& out);
  /// Refuses what no single key shows, and what making it would refuse. Called when reading found no problem.
  void (*check)(const Config& config, ConfigReading& reading);
};

/// Types of one kind, and their keys.
template <class Config>
struct TypesToRead {
  std::vector<TypeReading<Config>> types;
  const KeyTables& keys;
};

/// What other rooms know.
struct KnownWords {
  std::vector<std::string> (*formats)();
  bool (*is_zone)(std::string_view name);
};

[[nodiscard]] std::vector<SourceConfig> read_sources(const YAML::Node& node, int line, ConfigReading& reading,
                                                     const TypesToRead<SourceConfig>& of, const KnownWords& known);
[[nodiscard]] std::vector<SinkConfig> read_sinks(const YAML::Node& node, int line, ConfigReading& reading,
                                                 const TypesToRead<SinkConfig>& of);

// What types are read with, too.
/// `service: { from: … }`; none where nobody wrote it, or wrote it wrong.
[[nodiscard]] std::optional<ServiceFrom> read_service(const Section& owner, SourceConfig::Type type);
void check_format(const Text& format, const std::vector<std::string>& known, ConfigReading& reading);
/// Names of sources and sinks end up in metrics and file names.
[[nodiscard]] bool check_name(const std::string& name, int line, std::string_view what, ConfigReading& reading);

/// The type that the key `type` names; null, with a problem noted, when there is none of that name.
template <class Config>
[[nodiscard]] const TypeReading<Config>* named_type(const Section& section, const std::vector<TypeReading<Config>>& types) {
  std::vector<std::string_view> names;
  for (const TypeReading<Config>& type : types) names.push_back(type.name);
  const auto index = section.word_index("type", section.text("type"), names);
  return index ? &types[*index] : nullptr;
}

}  // namespace loglode::config

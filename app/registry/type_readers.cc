#include "app/registry/type_readers.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/registry/types.h"
#include "config/feedback_check.h"
#include "config/mutes_reader.h"
#include "config/type_reading.h"
#include "ingest/follow/path_patterns.h"
#include "ingest/log_name.h"
#include "parse/framing/framer_factory.h"
#include "parse/time/timestamp_reader.h"
#include "sinks/rotated_parts.h"

namespace loglode::config {

namespace {

template <class Type>
auto readings_of(std::span<const Type* const> types) {
  std::vector<typename Type::Reading> readings;
  for (const Type* const type : types) readings.push_back(*type);
  return readings;
}

std::vector<SourceConfig> read_all_sources(const YAML::Node& node, int line, ConfigReading& reading) {
  static const TypesToRead<SourceConfig> kTypes{readings_of(source_types()), source_keys()};
  return read_sources(node, line, reading, kTypes, {known_formats, [](std::string_view name) { return find_zone(name).has_value(); }});
}

std::vector<SinkConfig> read_all_sinks(const YAML::Node& node, int line, ConfigReading& reading) {
  static const TypesToRead<SinkConfig> kTypes{readings_of(sink_types()), sink_keys()};
  return read_sinks(node, line, reading, kTypes);
}

void read_files_of_mutes(LoadedConfig& loaded, const Environment& environment) {
  read_mutes(loaded, environment, [](std::string_view text, Timestamp& out) { return read_timestamp_field(text, {}, out); });
}

std::vector<std::string> parts_of(const SinkConfig& sink) {
  const std::string part = sink.path.value + ".20260101T000000.000-0000";
  const auto suffix = std::string{suffix_of(static_cast<Compression>(sink.rotate.compress.value))};
  std::vector<std::string> parts{part, part + suffix};
  if (!suffix.empty()) parts.push_back(part + suffix + std::string{kUnfinishedSuffix});
  return parts;
}

void check_whole(const PipelineConfig& config, ConfigReading& reading) {
  check_files(config, {ingest::matching_files, ingest::is_no_log_by_name, parts_of}, reading);
}

}  // namespace

const TypeReaders& type_readers() {
  static constexpr TypeReaders kReaders{read_all_sources, read_all_sinks, read_files_of_mutes, check_whole};
  return kReaders;
}

}  // namespace loglode::config

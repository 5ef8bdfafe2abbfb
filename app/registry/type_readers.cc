#include "app/registry/type_readers.h"

#include <string>
#include <string_view>
#include <vector>

#include "config/feedback_check.h"
#include "config/mutes_reader.h"
#include "ingest/follow/path_patterns.h"
#include "ingest/log_name.h"
#include "parse/time/timestamp_reader.h"
#include "sinks/rotated_parts.h"

namespace loglode::config {

namespace {

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

std::vector<ConfigProblem> check_whole(const PipelineConfig& config) {
  return check_feedback(config, {ingest::matching_files, ingest::is_no_log_by_name, parts_of});
}

}  // namespace

const TypeReaders& type_readers() {
  static constexpr TypeReaders kReaders{read_sources, read_sinks, read_files_of_mutes, check_whole};
  return kReaders;
}

}  // namespace loglode::config

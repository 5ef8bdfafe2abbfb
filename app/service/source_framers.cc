#include "app/service/source_framers.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/reading/builtin_rules.h"
#include "pipeline/transforms/transforms.h"

namespace loglode {

namespace {

constexpr std::size_t kLeastQueueBytes = 4 * kMiB;

/// What the framers are told: OTLP is JSON once it was read.
std::string line_format(const std::string& format) { return format.starts_with("otlp") ? "json" : format; }

}  // namespace

Result<const FramerFactory*> SourceFramers::of(const config::SourceConfig& source, const std::string& format) {
  const std::pair key{line_format(format), source.zone.value};
  if (const auto known = made_.find(key); known != made_.end()) return known->second.get();
  ReadingOptions reading;
  reading.format = key.first;
  reading.zone = key.second;
  for (const config::Text& file : config_.formats) reading.format_files.push_back(file.value);
  ParseConfig parsing = parse_config(reading);
  const bool are_stored = std::any_of(config_.sinks.begin(), config_.sinks.end(), [](const config::SinkConfig& sink) {
    return sink.type == config::SinkConfig::Type::elasticsearch && sink.wants(Document::record);
  });
  parsing.keep_attributes = are_stored || need_attributes(config_.sources);
  auto framers = make_framer_factory(parsing);
  if (!framers)
    return fail(framers.error().code, fmt::format("{}:{}: source {}: {}", config_.file, source.line, source.name, framers.error().message));
  return made_.emplace(key, *framers).first->second.get();
}

std::size_t batch_bytes_of(const config::PipelineConfig& config) {
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(config.pipeline.memory_bytes.value / 64, 64 * kKiB, kBatchBytesTarget));
}

std::size_t queue_bytes_of(const config::PipelineConfig& config) {
  const auto consumers =
      static_cast<std::size_t>(std::count_if(config.sources.begin(), config.sources.end(), [](const config::SourceConfig& one) {
        return one.type == config::SourceConfig::Type::kafka;
      }));
  const std::size_t share = config.pipeline.memory_bytes.value / 8 / std::max<std::size_t>(consumers, 1);
  return std::clamp<std::size_t>(share, kLeastQueueBytes, 16 * kMiB);
}

}  // namespace loglode

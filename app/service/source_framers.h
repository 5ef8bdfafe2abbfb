// How the lines of each source of a configuration are framed and parsed, made once for each format and zone. Used by one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "config/pipeline_config.h"
#include "core/framing.h"
#include "core/result.h"

namespace loglode {

class SourceFramers {
 public:
  /// `config` must outlive it.
  explicit SourceFramers(const config::PipelineConfig& config) : config_{config} {}
  /// Good as long as this lives. Errors: as make_framer_factory, with the line of the source.
  [[nodiscard]] Result<const FramerFactory*> of(const config::SourceConfig& source, const std::string& format);

 private:
  const config::PipelineConfig& config_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const FramerFactory>> made_;  // by format and zone
};

/// Some ten batches are on their way, and each costs several times its bytes when its lines are short.
[[nodiscard]] std::size_t batch_bytes_of(const config::PipelineConfig& config);
/// A quarter of the memory is for what waits in front of the pipeline, shared by all sources that keep something waiting.
[[nodiscard]] std::size_t queue_bytes_of(const config::PipelineConfig& config);

}  // namespace loglode

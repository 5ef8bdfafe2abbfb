// A sink that counts what it is given, for the metrics.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/pipeline_parts.h"
#include "sinks/file_sink.h"

namespace loglode {

/// Any thread reads them.
struct SinkMeter {
  std::string name;
  std::atomic<std::uint64_t> documents{0};  // taken: records and others
  std::atomic<std::uint64_t> errors{0};     // writes and flushes that failed, tried again or not
};

/// `what`: the kinds that the sink takes; others are not counted. `meter` must outlive it.
[[nodiscard]] std::unique_ptr<Sink> make_metered_sink(std::unique_ptr<Sink> sink, DocumentKinds what, SinkMeter& meter);

}  // namespace loglode

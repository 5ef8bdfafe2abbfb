// A sink that counts what became of what it was given, for the metrics.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "core/sink.h"
#include "core/sink_answers.h"

namespace loglode {

/// Any thread reads them.
struct SinkMeter {
  std::string name;
  std::atomic<std::uint64_t> documents{0};  // delivered: records and events
  std::atomic<std::uint64_t> rejected{0};   // the sink will never take them
  std::atomic<std::uint64_t> errors{0};     // writes and flushes that failed, tried again or not
  SinkAnswers answers;                      // of a sink whose server says something of each document
};

/// Counts a record or an event when its verdict is known: when the sink settles it, or when a flush says that all that was written is
/// delivered. `meter` must outlive it.
[[nodiscard]] OpenedSink make_metered_sink(OpenedSink sink, SinkMeter& meter);

}  // namespace loglode

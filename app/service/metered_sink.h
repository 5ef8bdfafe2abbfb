// A sink that counts what became of what it was given, for the metrics.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/sink.h"

namespace loglode {

/// Any thread reads them.
struct SinkMeter {
  std::string name;
  std::atomic<std::uint64_t> documents{0};  // delivered: records and others
  std::atomic<std::uint64_t> rejected{0};   // the sink will never take them
  std::atomic<std::uint64_t> errors{0};     // writes and flushes that failed, tried again or not
};

/// Counts a record when its verdict is known: when the sink settles it, or when a flush says that all that was written is delivered.
/// `documents`: the kinds that the sink takes besides records; others are not counted. `meter` must outlive it.
[[nodiscard]] std::unique_ptr<RecordSink> make_metered_sink(std::unique_ptr<RecordSink> sink, DocumentKinds documents, SinkMeter& meter);

}  // namespace loglode

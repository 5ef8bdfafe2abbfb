// What `when_full` asks for: a sink that can not take a batch blocks the pipeline, or gives its records up, counted and told.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include "core/sink.h"

namespace loglode {

enum class WhenRefused : std::uint8_t { drop, dead_letter };

/// Wraps a sink whose retryable errors do not block: `drop` counts the selected records in `dropped`, `dead_letter` rejects them with the
/// error as the reason. Documents are dropped alike. `dropped` must outlive it.
[[nodiscard]] std::unique_ptr<RecordSink> make_overflow_sink(std::unique_ptr<RecordSink> sink, WhenRefused then,
                                                             std::atomic<std::uint64_t>& dropped);

}  // namespace loglode

// What `when_full` asks for: a sink that cannot take a batch blocks the pipeline, or gives the batch's records up, counts and reports them.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/sink.h"

namespace loglode {

enum class WhenRefused : std::uint8_t { drop, dead_letter };

/// Wraps a sink whose retryable errors do not block: `drop` counts the selected records, or the event, in `dropped`; `dead_letter` rejects
/// them with the error as the reason. `dropped` must outlive it.
[[nodiscard]] OpenedSink make_overflow_sink(OpenedSink sink, WhenRefused then, std::atomic<std::uint64_t>& dropped);

}  // namespace loglode

// Which files a run reads and writes, settled before anything is read: inputs and baselines, and outputs that would cost a log.
#pragma once

#include <vector>

#include "app/reading/options.h"
#include "core/batch.h"
#include "core/result.h"
#include "ingest/input_source.h"

namespace loglode {

/// Baselines, then what is to be judged, each in canonical order. A file that is both (whatever its names) is a baseline: learned, never
/// reported; a note in `counters` says so. Errors: nothing can be read, or nothing is left to judge (invalid_argument).
[[nodiscard]] Result<std::vector<InputFile>> chosen_inputs(const AnalyzeOptions& options, RunCounters& counters);

/// Streams to judge in the order in which a person gave them; inputs of one argument stay in canonical order.
[[nodiscard]] std::vector<StreamId> given_order(const std::vector<InputFile>& inputs);

/// A mistyped option must not cost a log: no output may be an input, the baseline or another output. Errors: invalid_argument.
[[nodiscard]] Result<void> check_outputs(const AnalyzeOptions& options, const std::vector<InputFile>& inputs);

}  // namespace loglode

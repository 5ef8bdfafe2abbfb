// `loglode learn`: read to the end, remember what is normal in --state, report nothing but a summary.
#pragma once

#include "app/reading/options.h"

namespace loglode {

/// Returns the exit status of cli.md. What was learned is durable when it returns 0, and up to some snapshot when it does not.
[[nodiscard]] int run_learn(const AnalyzeOptions& options);

}  // namespace loglode

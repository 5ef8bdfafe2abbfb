// Commands that look at the last run, or at what a run with --state found: `incidents`, `context`. Each returns the exit status of cli.md.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "sinks/last_run.h"

namespace loglode {

/// What was found there. `state`: the folder of --state; empty: the last run's. Errors: nothing is kept there (says what to do); it cannot
/// be read.
[[nodiscard]] Result<LastRun> open_last_run(const std::string& state);

/// `state`: as open_last_run() takes it.
int list_incidents(const std::string& state, bool ndjson);
int show_incident(const std::string& state, const std::string& id, bool ndjson);
/// The record as it was read (secrets masked) and the lines around it, from its file or archive.
int show_context(const std::string& state, const std::string& record_id, std::uint32_t lines_around);

}  // namespace loglode

// Commands that look at the last run, or at what a run with --state found: `incidents`, `context`. Each returns the exit status of cli.md.
#pragma once

#include <cstdint>
#include <string>

namespace loglode {

/// `state`: the folder of --state; empty: the last run's.
int list_incidents(const std::string& state, bool ndjson);
int show_incident(const std::string& state, const std::string& id, bool ndjson);
/// The record as it was read (secrets masked) and the lines around it, from its file or archive.
int show_context(const std::string& state, const std::string& record_id, std::uint32_t lines_around);

}  // namespace loglode

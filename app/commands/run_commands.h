// Commands that look at the last run: `incidents`, `context`. Each returns the exit status of cli.md.
#pragma once

#include <cstdint>
#include <string>

namespace loglode {

int list_incidents(bool ndjson);
int show_incident(const std::string& id, bool ndjson);
/// The record as it was read (secrets masked) and the lines around it, from its file or archive.
int show_context(const std::string& record_id, std::uint32_t lines_around);

}  // namespace loglode

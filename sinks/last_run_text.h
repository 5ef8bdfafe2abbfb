// What `incidents` and `templates` show of a last run, as text for people: nothing in it reaches a terminal raw. Pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "base/terminal_text.h"
#include "sinks/json_objects.h"
#include "sinks/last_run.h"

namespace loglode {

/// A member as text; empty where there is none.
[[nodiscard]] std::string printable_at(const Json& object, const char* key);
/// The same of a time, to the millisecond.
[[nodiscard]] std::string clock_at(const Json& object, const char* key);

struct IncidentTextStyle {
  Paint paint;
  std::size_t columns = 120;
  std::string in_state{};  // what is put behind commands, so that they look into the same run
};

/// Two lines an incident.
[[nodiscard]] std::string incident_list(const LastRun& run);
[[nodiscard]] std::string incident_text(const LastRun& run, const Json& incident, const IncidentTextStyle& style);

/// A row of the last run's templates, or of a state's: one line, and all that is known.
[[nodiscard]] std::string template_line(const Json& row);
[[nodiscard]] std::string template_text(const Json& row);

}  // namespace loglode

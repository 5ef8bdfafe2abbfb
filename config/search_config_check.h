// What can be known to be wrong with a sink of type elasticsearch before anything is sent: addresses, certificates, names, pauses.
#pragma once

#include "config/section.h"

namespace loglode::config {

/// Adds a problem, with its line, for whatever a run or the server would refuse.
void check_search_config(const SinkConfig& sink, ConfigReading& reading);

}  // namespace loglode::config

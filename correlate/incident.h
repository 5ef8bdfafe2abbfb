// From a group of anomalies to the incident that people read. Pure.
#pragma once

#include <vector>

#include "correlate/group.h"

namespace loglode {

/// Everything but incident_id, which is given in order of gravity. `extra`: findings that the incident itself makes (a storm).
[[nodiscard]] Incident make_incident(const Timeline& timeline, const Group& group, const JudgeConfig& config, std::vector<Finding>& extra);

}  // namespace loglode

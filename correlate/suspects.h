// Which service of an incident is most likely its origin: a sum of terms, each of which is shown. Pure.
#pragma once

#include <vector>

#include "correlate/cascade.h"

namespace loglode {

/// Ranked from 1, strongest first. Terms: `earliness`, `new_errors`, `changed` (the largest |G| of its templates against the baseline,
/// drops included), `upstream` (edges that leave it, and services whose messages name it).
[[nodiscard]] std::vector<Suspect> rank_suspects(const Timeline& timeline, const Group& group, const Cascade& cascade);

}  // namespace loglode

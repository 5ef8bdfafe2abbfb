// What preceded what inside one incident, and on what grounds we say so. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "correlate/group.h"
#include "correlate/timeline.h"

namespace loglode {

/// A service of an incident: its first anomaly and everything it said.
struct AffectedService {
  std::uint32_t service = 0;
  Timestamp onset = kNoTime;
  const Anomaly* first = nullptr;
  std::vector<const Anomaly*> anomalies;  // in order of onset
  std::vector<std::uint32_t> names;       // services that its messages name, other than itself: what it says it depends on
};

struct Cascade {
  std::vector<AffectedService> services;  // in order of onset, then name; those with nothing but quiet changes are left out
  std::vector<CascadeEdge> edges;         // in order of the onset of `to`
  std::uint64_t shared_traces = 0;        // sampled ones that touch two or more of the services
};

[[nodiscard]] Cascade trace_cascade(const Timeline& timeline, const Group& group);

}  // namespace loglode

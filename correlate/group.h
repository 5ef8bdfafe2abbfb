// Which anomalies belong to one incident. Pure.
#pragma once

#include <vector>

#include "correlate/detect.h"

namespace loglode {

struct Group {
  std::vector<const Anomaly*> openers;                         // in order of onset
  std::vector<const Anomaly*> joined;                          // anomalies that open no incident of their own but belong to this one
  Timestamp onset = kNoTime, latest = kNoTime, end = kNoTime;  // first and last onset of the openers, their last record
  bool storm = false;                                          // too many at once to be told apart
};

/// Anomalies whose onsets follow one another within config.incident_gap, or that are of a service that is still in trouble, never later
/// than config.incident_span_max after the first. In order of onset. Pointers into `anomalies`.
[[nodiscard]] std::vector<Group> group_signs(const std::vector<Anomaly>& anomalies, const JudgeConfig& config);

}  // namespace loglode

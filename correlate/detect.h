// The detectors: each reads a Timeline and says what is not as it was. Pure; results in a fixed order (that of the series).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/finding.h"
#include "correlate/judge.h"
#include "correlate/timeline.h"

namespace loglode {

/// A finding, and what grouping needs to know of it.
struct Anomaly {
  Finding finding;
  std::uint32_t service = 0;
  Timestamp onset = kNoTime, end = kNoTime;  // first and last record that show it
  std::uint64_t offset = 0;                  // of the first, in its stream: what came first at the same instant
  IncidentSeverity level = IncidentSeverity::info;
  bool opens = false;  // bad enough for an incident of its own; else it joins one that is there
  bool early = false;  // told although nothing is known yet that it could be compared with
  const Series* series = nullptr;
  std::string what;    // for the timeline: without the service
  std::string change;  // of a rate: "down, 3 where 40 were to come from 12:12:41"
};

/// Templates of WARN and above that the baseline does not hold.
[[nodiscard]] std::vector<Anomaly> find_new(const Timeline& timeline, const JudgeConfig& config);
/// More of one error type in a window than config.frequent allows: by template, by rule, by service.
[[nodiscard]] std::vector<Anomaly> find_frequent(const Timeline& timeline, const JudgeConfig& config);
/// Services that fail and start again, over and over. What `told` tells already is told to be that.
[[nodiscard]] std::vector<Anomaly> find_loops(const Timeline& timeline, std::vector<Anomaly>& told);
/// Templates whose rate is not that of the baseline. `note` says why nothing could be said, when that is so.
[[nodiscard]] std::vector<Anomaly> find_rates(const Timeline& timeline, const JudgeConfig& config, std::string& note);
/// Heartbeats that stopped, services that say nothing any more.
[[nodiscard]] std::vector<Anomaly> find_silent(const Timeline& timeline, const JudgeConfig& config);
/// Messages that tell durations far longer than they did. Never opens an incident.
[[nodiscard]] std::vector<Anomaly> find_slow(const Timeline& timeline, const JudgeConfig& config);
/// Deployments, restarts, reloads: what people did shortly before. Never opens an incident.
[[nodiscard]] std::vector<Anomaly> find_changes(const Timeline& timeline, const JudgeConfig& config);

/// Each error that the baseline does not hold and of which `told` says nothing, one for each family of messages. Wakes nobody, belongs to
/// no incident.
[[nodiscard]] std::vector<Anomaly> find_seen(const Timeline& timeline, const JudgeConfig& config, const std::vector<Anomaly>& told);

/// Why an error that find_seen tells of alarms nobody, as a part of a sentence.
[[nodiscard]] std::string why_quiet(const Timeline& timeline, const Series& series, const JudgeConfig& config);

/// An anomaly about `series` from `points` on (not empty), everything filled in but the numbers and the sentence.
[[nodiscard]] Anomaly begin_anomaly(const Timeline& timeline, const Series& series, std::span<const Point> points, FindingKind kind);

struct Peak {
  std::uint64_t count = 0;      // in the fullest window of the given length
  Timestamp start = kNoTime;    // where it begins
  std::uint64_t allowance = 0;  // what `count` per window means for windows as wide as the summaries allow
  std::size_t first_over = 0;   // index of the point where the first window over the allowance begins to fill
};
/// The fullest stretch of `window`, of windows of `width` that lie wholly inside it (one, where they are wider).
/// `at_least`: a bound that does not grow with the width.
[[nodiscard]] Peak peak_of(std::span<const Point> points, Duration width, Duration window, std::uint64_t allowed,
                           std::uint64_t at_least = 0);

/// Records of a series of the given points.
[[nodiscard]] std::uint64_t count_of(std::span<const Point> points) noexcept;

}  // namespace loglode

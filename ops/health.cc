#include "ops/health.h"

#include <fmt/format.h>

namespace loglode {
namespace {

using Moment = std::chrono::steady_clock::time_point;

/// How long it has been so, 0 when it is not so.
std::chrono::seconds lasting(bool is_so, std::optional<Moment>& since, Moment now) {
  if (!is_so) {
    since.reset();
    return std::chrono::seconds{0};
  }
  if (!since) since = now;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *since);
}

}  // namespace

Health HealthWatch::judge(const PipelineStatus& status, Moment now) {
  const std::lock_guard lock{mutex_};
  const auto stuck = lasting(status.work_waiting && status.moves == moves_, stuck_since_, now);
  const auto in_trouble = lasting(!status.trouble.empty(), trouble_since_, now);
  moves_ = status.moves;
  if (stuck > kTroubleMax)
    return {false, fmt::format("no batch was finished for {} s although records wait to be read or delivered", stuck.count())};
  if (in_trouble > kTroubleMax) return {false, fmt::format("no checkpoint was written for {} s: {}", in_trouble.count(), status.trouble)};
  return {true, status.trouble};
}

}  // namespace loglode

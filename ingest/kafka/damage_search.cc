#include "ingest/kafka/damage_search.h"

#include <algorithm>

namespace loglode::kafka {

std::optional<std::int64_t> behind_damage(const std::function<Look(std::int64_t)>& look, std::int64_t from, std::int64_t end) {
  using Seen = Look::Seen;
  if (from >= end) return std::nullopt;
  const Look first = look(from);
  if (first.seen == Seen::unknown) return std::nullopt;
  if (first.seen == Seen::good) return from;
  // Another damaged batch says as much as a good one: the one we are looking for is over by then.
  const auto look_at = [&](std::int64_t at) {
    if (at == end) return Seen::good;
    const Look seen = look(at);
    return seen.seen == Seen::damaged && seen.batch > first.batch ? Seen::good : seen.seen;
  };
  std::int64_t damaged = from, behind = -1;
  for (std::int64_t step = 1; behind < 0; step *= 2) {
    const std::int64_t at = std::min(damaged + step, end);
    const Seen seen = look_at(at);
    if (seen == Seen::unknown) return std::nullopt;
    (seen == Seen::good ? behind : damaged) = at;
  }
  while (behind - damaged > 1) {
    const std::int64_t at = damaged + (behind - damaged) / 2;
    const Seen seen = look_at(at);
    if (seen == Seen::unknown) return std::nullopt;
    (seen == Seen::good ? behind : damaged) = at;
  }
  return behind;
}

}  // namespace loglode::kafka

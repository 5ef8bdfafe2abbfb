#include "correlate/coverage.h"

#include <algorithm>

#include "correlate/timeline.h"

namespace loglode {

void Coverage::add(Timestamp from, Timestamp to) {
  if (from < to) spans_.push_back(Span{from, to});
}

void Coverage::settle() {
  std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
  std::vector<Span> apart;
  for (const Span& span : spans_) {
    if (!apart.empty() && span.from <= apart.back().to) {
      apart.back().to = std::max(apart.back().to, span.to);
    } else {
      apart.push_back(span);
    }
  }
  spans_ = std::move(apart);
  total_s_ = 0;
  for (Span& span : spans_) {
    span.before_s = total_s_;
    total_s_ += seconds_between(span.from, span.to);
  }
}

double Coverage::seconds_before(Timestamp time) const noexcept {
  const auto after = std::upper_bound(spans_.begin(), spans_.end(), time, [](Timestamp at, const Span& span) { return at < span.from; });
  if (after == spans_.begin()) return 0;
  const Span& span = *std::prev(after);
  return span.before_s + seconds_between(span.from, std::min(time, span.to));
}

double Coverage::seconds_within(Timestamp from, Timestamp to) const noexcept {
  return to <= from ? 0 : seconds_before(to) - seconds_before(from);
}

}  // namespace loglode

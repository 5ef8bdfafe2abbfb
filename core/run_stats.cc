#include "core/run_stats.h"

namespace loglode {

RunStats read_counters(const RunCounters& counters) {
  RunStats stats;
  stats.lines = counters.lines;
  stats.records = counters.records;
  stats.continuation_lines = counters.continuation_lines;
  stats.bytes = counters.bytes;
  stats.bytes_read = counters.bytes_read;
  stats.lines_cut = counters.lines_cut;
  stats.without_time = counters.without_time;
  stats.late = counters.late;
  stats.not_utf8 = counters.not_utf8;
  stats.utc_offset_s = counters.utc_offset();
  if (counters.zone_unnamed) stats.offset_elsewhere_s = counters.offset_elsewhere();
  stats.fallback = counters.fallback;
  stats.secrets_masked = counters.secrets_masked;
  stats.date_assumed = counters.date_assumed;
  stats.zone_assumed = counters.zone_assumed;
  stats.date_order_changed = counters.date_order_changed;
  for (std::size_t i = 0; i < static_cast<std::size_t>(DropReason::kCount); ++i) {
    const auto reason = static_cast<DropReason>(i);
    stats.dropped.emplace_back(name_of(reason), counters.dropped(reason));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Limit::kCount); ++i) {
    const auto limit = static_cast<Limit>(i);
    if (counters.hits(limit) != 0) stats.limits_hit.emplace_back(name_of(limit), counters.hits(limit));
  }
  stats.problems = counters.problems();
  return stats;
}

}  // namespace loglode

// The figures of a finished run: what `--stats` writes and the report's last lines say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/run_counters.h"

namespace loglode {

struct RunStats {
  std::uint64_t lines = 0, records = 0, continuation_lines = 0, bytes = 0, bytes_read = 0;
  std::uint64_t lines_cut = 0, without_time = 0, late = 0, not_utf8 = 0, fallback = 0, secrets_masked = 0;
  std::uint64_t date_assumed = 0, zone_assumed = 0, date_order_changed = 0;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;     // reason -> lines, every reason
  std::vector<std::pair<std::string, std::uint64_t>> limits_hit;  // only those that were
  double seconds_wall = 0, seconds_cpu = 0;
  std::vector<std::pair<std::string, double>> seconds_by_stage;  // CPU or waiting time of each stage's thread; sums over workers
  std::uint64_t rss_bytes_peak = 0;
  unsigned threads = 1;
  std::uint64_t inputs = 0;
  std::vector<InputProblem> problems;
  std::vector<std::string> how_read;           // with --verbose: a line for each input
  std::uint64_t template_ids_shown_twice = 0;  // TemplateCatalog::shown_twice()
  std::optional<std::int32_t> utc_offset_s;    // in which all records state their times
  std::int32_t offset_elsewhere_s = 0;         // not 0: some streams state this offset, others name none and were read as UTC
  bool stopped_early = false;                  // by a signal: the figures are those of the part that was read
};

/// Everything that the counters know; the caller adds times and memory.
[[nodiscard]] RunStats read_counters(const RunCounters& counters);

}  // namespace loglode

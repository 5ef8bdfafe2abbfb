// Random window summaries, small enough that their keys collide. From a seed: the same on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "core/window_summary.h"

namespace loglode {

class SummarySamples {
 public:
  explicit SummarySamples(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15ULL + 1} {}

  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % bound;
  }

  /// A normalised summary of the window of `width` that holds `at`.
  WindowSummary make(StreamIdentity stream, Timestamp at, Duration width) {
    WindowSummary summary;
    summary.stream = stream;
    summary.path = "/var/log/app.log";
    summary.start = window_start(at, width);
    summary.width = width;
    summary.reaches = below(1000);
    summary.since_boot = below(4) == 0;
    summary.trace_sample_below = below(3) == 0 ? ~std::uint64_t{0} >> 1 : ~std::uint64_t{0};
    summary.services = {"db", "api", "web"};
    summary.rules = {"timeout", "oom"};
    for (std::uint64_t i = below(6); i > 0; --i) add_cell(summary);
    for (std::uint64_t i = below(3); i > 0; --i) {
      const Timestamp time = inside(summary);
      RuleCell& cell = summary.rule_cells.emplace_back(
          RuleCell{static_cast<std::uint32_t>(below(3)), static_cast<std::uint32_t>(below(2)), shape(), 1 + below(5), time, time});
      if (below(3) == 0) continue;  // not of an error rule
      cell.first_offset = below(1000);
      cell.first_line = 1 + cell.first_offset / 10;
      if (below(2) == 0) cell.excerpt = "hit " + std::to_string(cell.first_offset);
    }
    for (std::uint64_t i = below(3); i > 0; --i)
      summary.trace_steps.push_back(
          TraceStep{below(8) << 60, static_cast<std::uint32_t>(below(3)), shape(), Severity::warn, inside(summary)});
    normalise(summary);
    return summary;
  }

 private:
  /// Some are alike in one half.
  ShapeId shape() { return {below(2), below(2)}; }

  Timestamp inside(const WindowSummary& summary) {
    return summary.start + Duration{static_cast<std::int64_t>(below(static_cast<std::uint64_t>(summary.width.count())))};
  }

  void add_cell(WindowSummary& summary) {
    const Timestamp a = inside(summary), b = inside(summary);
    const std::uint64_t offset = below(1000), count = 1 + below(9);
    summary.cells.push_back(Cell{static_cast<std::uint32_t>(below(3)), shape(), below(2) == 0 ? Severity::info : Severity::error, count,
                                 std::min(a, b), std::max(a, b), offset, 1 + offset / 10, 1,
                                 below(2) == 0 ? std::string{} : "excerpt " + std::to_string(offset), below(4) == 0});
    for (std::uint64_t i = below(4) * 4; i > 0; --i)
      keep_duration(summary.cells.back().durations, {static_cast<std::uint32_t>(below(100)), static_cast<std::uint32_t>(below(1000))});
    summary.records += count;
  }

  std::uint64_t state_;
};

}  // namespace loglode

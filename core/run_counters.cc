#include "core/run_counters.h"

#include <utility>

namespace loglode {

std::string_view name_of(DropReason reason) noexcept {
  constexpr std::string_view kNames[] = {"blank", "out_of_range", "tombstone", "filtered", "sampled"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(DropReason::kCount));
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view name_of(Limit limit) noexcept {
  constexpr std::string_view kNames[] = {"line_bytes",  "record_lines",  "shapes",     "services",      "windows",      "excerpts",
                                         "trace_steps", "hits_per_line", "json_depth", "decompression", "pattern_steps"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Limit::kCount));
  return kNames[static_cast<std::size_t>(limit)];
}

void RunCounters::report(InputProblem problem) {
  const std::scoped_lock lock{mutex_};
  problems_.push_back(std::move(problem));
}

std::vector<InputProblem> RunCounters::problems() const {
  const std::scoped_lock lock{mutex_};
  return problems_;
}

}  // namespace loglode

#include "core/run_counters.h"

#include <cstdlib>
#include <utility>

namespace loglode {

namespace {

InputProblem unlisted(std::uint64_t count, bool fatal) {
  return {{}, std::to_string(count) + " further problems are not listed: there are too many of them", fatal};
}

}  // namespace

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

void RunCounters::note_utc_offset(std::int32_t seconds) noexcept {
  std::int32_t known = utc_offset_.load(std::memory_order_relaxed);
  while (known != seconds && known != kMixed && !utc_offset_.compare_exchange_weak(known, known == kNone ? seconds : kMixed)) {}
}

void RunCounters::note_offset_elsewhere(std::int32_t seconds) noexcept {
  const auto further = [](std::int32_t a, std::int32_t b) { return std::pair{std::abs(a), a} > std::pair{std::abs(b), b}; };
  std::int32_t known = offset_elsewhere_;
  while (further(seconds, known) && !offset_elsewhere_.compare_exchange_weak(known, seconds)) {}
}

std::optional<std::int32_t> RunCounters::utc_offset() const noexcept {
  const std::int32_t known = utc_offset_;
  return known == kNone || known == kMixed ? std::nullopt : std::optional{known};
}

void RunCounters::report(InputProblem problem) {
  const std::scoped_lock lock{mutex_};
  if (problems_.size() < kInputProblemsMax) {
    problems_.push_back(std::move(problem));
    return;
  }
  ++unlisted_problems_;
  fatal_unlisted_ = fatal_unlisted_ || problem.fatal;
}

std::vector<InputProblem> RunCounters::problems() const {
  const std::scoped_lock lock{mutex_};
  std::vector<InputProblem> all = problems_;
  if (unlisted_problems_ != 0) all.push_back(unlisted(unlisted_problems_, fatal_unlisted_));
  return all;
}

std::vector<InputProblem> RunCounters::take_problems() {
  const std::scoped_lock lock{mutex_};
  std::vector<InputProblem> taken = std::exchange(problems_, {});
  if (unlisted_problems_ != 0) taken.push_back(unlisted(unlisted_problems_, fatal_unlisted_));
  unlisted_problems_ = 0;
  fatal_unlisted_ = false;
  return taken;
}

}  // namespace loglode

// Aggregates records into window summaries: the ordered end of the pipeline, and all that correlate/ will ever see.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "core/limits.h"
#include "core/pipeline_parts.h"
#include "core/rule_info.h"
#include "core/run_counters.h"
#include "core/window_summary.h"

namespace loglode {

struct AggregateConfig {
  Duration lateness = std::chrono::seconds{5};
  std::size_t windows_max = kWindowsMax, cells_max = kCellsMax, services_max = kServicesMax;
  std::size_t fine_windows_max = kFineWindowsMax, fine_cells_max = kFineCellsMax;  // while windows are under 10 s
  /// For what does not end: windows under 10 s last while all records lie within so many of them, wider ones are only held by their cells.
  /// So the width follows from the time that the records span, not from how many windows were still there when they were read.
  bool by_span = false;
  /// The wall clock, for what is read as it is written: asked once a batch. Without it every time is believed.
  std::function<Timestamp()> now{};
  std::size_t excerpts_bytes_max = kExcerptsBytesMax, trace_steps_max = kTraceStepsMax;
};

/// Runs in batch order, on one thread at a time. `rules` and `counters` must outlive it.
///
/// Time: a record without one takes its stream's previous one (and is flagged time_inherited); records before a stream's first
/// time take that one, once it is known. A stream that never shows a time is counted by lines (WindowSummary::ordinal).
///
/// With a clock, a record that is dated more than `lateness` after it was read counts as of then: one line, or one service whose clock is
/// ahead, must not make what happens now old. The windows record it, so whoever goes on from them goes on the same. Record::time stays.
///
/// Counts: a record of a sample counts as many as it stands for, in cells and rule cells; WindowSummary::records are those that came.
///
/// Excerpts: a cell keeps that of its earliest record when the record is WARN or above or a rule of category error hit it, when it
/// is the earliest of its (stream, service, shape), or when a hash of its offset falls in the sample (one quiet record in eight).
/// Past the budget the samples are halved, quiet ones first: what is kept follows from the records, not from when they came.
class WindowAggregator final : public Stage {
 public:
  WindowAggregator(AggregateConfig config, std::shared_ptr<const RuleCatalog> rules, RunCounters& counters);
  ~WindowAggregator() override;
  /// Fills time (and time_inherited) of records without one. Never fails.
  Result<void> run(Batch& batch) override;
  /// Cumulative summaries of every (stream, window) so far, normalised, in order of (start, stream).
  [[nodiscard]] std::vector<WindowSummary> summaries() const;
  /// The same, but only those that changed since the last call (the first: all).
  [[nodiscard]] std::vector<WindowSummary> take_changed();
  /// Goes on from what an earlier WindowAggregator had: `summaries` as summaries() or take_changed() gave them, the newest of each window.
  /// Before any batch. Summaries of rules that are not known any more lose those counts.
  void restore(const std::vector<WindowSummary>& summaries);
  /// Counts go on under the ids that both catalogs have; those of rules that are gone are given up. Between batches.
  void change_rules(std::shared_ptr<const RuleCatalog> rules);
  /// Forgets the windows that ended by `time`, and streams that have none left.
  void forget_before(Timestamp time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loglode

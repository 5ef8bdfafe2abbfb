// A state folder (--state) in use by one run: what it holds goes into the miner and the judge, what the run finds goes back, in snapshots
// that are each consistent in themselves. Owned by the run; used by its ordered thread and, before and after it, by the caller's.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/reading/open_state.h"
#include "core/pipeline_parts.h"
#include "ingest/input_source.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"

namespace loglode {

class StateSession {
 public:
  struct Options {
    std::string folder;
    bool read_only = false;
    bool whole_inputs = true;                                      // not when --since or --until leave records out
    std::chrono::milliseconds interval = std::chrono::seconds{1};  // between snapshots
  };

  /// Errors: as open_state().
  static Result<std::unique_ptr<StateSession>> open(Options options);

  [[nodiscard]] const std::string& notice() const noexcept { return state_.notice; }
  [[nodiscard]] const StateContents& contents() const noexcept { return state_.contents; }
  [[nodiscard]] TemplateMarks marks() const { return marks_of(state_.contents); }
  /// As restore_shapes().
  [[nodiscard]] Result<void> restore(TemplateMiner& miner) { return restore_shapes(state_.contents, miner); }
  /// Windows of streams other than those in `windows`, marked as baseline: a stream that is read again is judged, not its own baseline.
  /// Once, as restore().
  [[nodiscard]] std::vector<WindowSummary> take_baseline_beside(const std::vector<WindowSummary>& windows);

  /// The ordered stage behind the aggregator that takes a snapshot now and then. Both must outlive it. Never waits for the disk.
  [[nodiscard]] std::unique_ptr<Stage> make_recorder(TemplateMiner& miner, WindowAggregator& aggregator);
  /// The last snapshot, on disk when this returns. `ended`: every input was read to its end. Errors: of any snapshot of the run.
  [[nodiscard]] Result<StateWritten> finish(TemplateMiner& miner, const WindowAggregator& aggregator, const TemplateCatalog& catalog,
                                            bool ended);

 private:
  class Recorder;
  StateSession(Options options, OpenState state) : options_{std::move(options)}, state_{std::move(state)} {}
  using PathsRead = std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>;  // by identity
  /// Stored streams that are the beginnings of files read now: short ones have another identity once they have grown.
  [[nodiscard]] std::vector<StoredStream> outgrown(const PathsRead& paths) const;
  [[nodiscard]] Checkpoint snapshot_of(TemplateMiner& miner, std::vector<WindowSummary> windows, bool ended);

  Options options_;
  OpenState state_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, StoredStream> streams_;  // that the run has read from
};

}  // namespace loglode

// A state folder (--state) in use by a run that ends: what it holds goes into the miner and the judge, and of each checkpoint that goes
// back it says how far streams were read. Owned by the run; used with the pipeline lock and, before and after reading, by the caller's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/window_summary.h"
#include "state/open_state.h"

namespace loglode {

class StateSession {
 public:
  struct Options {
    bool whole_inputs = true;  // not when --since or --until leave records out
    /// Which stream the first bytes of a file would be; none: it has fewer.
    std::function<std::optional<StreamIdentity>(const std::string& path, std::uint64_t size)> identity_when_shorter;
  };

  StateSession(OpenState state, Options options);
  ~StateSession();
  StateSession(const StateSession&) = delete;
  StateSession& operator=(const StateSession&) = delete;

  [[nodiscard]] const std::string& notice() const noexcept { return state_.notice; }
  [[nodiscard]] const StateContents& contents() const noexcept { return state_.contents; }
  [[nodiscard]] StateContents& contents() noexcept { return state_.contents; }
  /// Windows of streams other than those in `windows`, marked as baseline: a stream that is read again is judged, not its own baseline.
  /// Once: they are not held twice.
  [[nodiscard]] std::vector<WindowSummary> take_baseline_beside(const std::vector<WindowSummary>& windows);

  /// Where checkpoints go; null when the folder is only read.
  [[nodiscard]] CheckpointStore* store() noexcept { return state_.writer.get(); }
  /// An ordered stage that notes how far each stream was read.
  [[nodiscard]] Stage& stream_extents() noexcept { return *extents_; }
  /// What it noted. `ended`: every input was read to its end.
  void add_streams(Checkpoint& to, bool ended);
  /// What the last checkpoint holds besides: templates as they are, which of them merged, and streams that files read now have outgrown.
  void add_end(Checkpoint& to, const TemplateCatalog& catalog) const;
  /// Behind the last checkpoint. Errors: as StateWriter::finish.
  [[nodiscard]] Result<StateWritten> finish();

 private:
  class StreamExtents;
  using PathsRead = std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>;  // by identity
  /// Stored streams that are the beginnings of files read now: short ones have another identity once they have grown.
  [[nodiscard]] std::vector<StoredStream> outgrown(const PathsRead& paths) const;

  Options options_;
  OpenState state_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, StoredStream> streams_;  // that the run has read from
  std::unique_ptr<Stage> extents_;
};

}  // namespace loglode

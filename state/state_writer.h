// Writes snapshots on a thread of its own, so that who takes them never waits for a disk.
//
// At most one snapshot waits: a newer one is joined to it, so memory is bounded by what changed since the last one that is durable. One
// that could not be written waits too, joined with what comes, and is tried again with the next one and at the end: nothing is left out.
// submit(), durable(), wait_for() and trouble() may be called from any thread, finish() once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/checkpoint.h"
#include "core/result.h"
#include "state/state_store.h"

namespace loglode {

class StateWriter final : public CheckpointStore {
 public:
  /// `store` opened for read_write; the writer's thread owns it from now on.
  explicit StateWriter(StateStore store);
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;
  ~StateWriter() override;  // finish(), its result unseen

  /// submit() and wait_for().
  [[nodiscard]] Result<void> write(Checkpoint snapshot) override { return wait_for(submit(std::move(snapshot))); }
  /// Takes the snapshot and returns at once, with its number: 1, 2, 3 …
  std::uint64_t submit(Checkpoint snapshot);
  /// All snapshots up to this number are on disk: what they have seen may be acknowledged.
  [[nodiscard]] std::uint64_t durable() const;
  /// Waits until the snapshot with this number is durable, or a write that held it failed. What failed before it was submitted says
  /// nothing of it. Errors: that write's; the snapshot waits for the next, as submit() says.
  [[nodiscard]] Result<void> wait_for(std::uint64_t number) const;
  /// The first error since a write last went well.
  [[nodiscard]] std::optional<Error> trouble() const;

  /// Waits until all that was submitted is durable, and ends the thread. The sum of what became of the snapshots; or, when something of
  /// them is not on disk after another try, the first error since a write last went well.
  [[nodiscard]] Result<StateWritten> finish();

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace loglode

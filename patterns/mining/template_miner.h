// Template mining (../docs/mining.md): what is constant in messages and what varies.
// A message is scanned once into typed tokens; the hash of those that do not vary is its shape. Each shape joins what its messages hold
// at the places that may vary. Everything that decides a template is a function of the set of messages seen, never of their order.
#pragma once

#include <cstddef>
#include <memory>

#include "core/batch.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"
#include "core/template_catalog.h"

namespace loglode {

struct MinerConfig {
  std::size_t shapes_max = kShapesMax;
};

/// Shared by all workers of one run.
class TemplateMiner {
 public:
  TemplateMiner(MinerConfig config, RunCounters& counters);
  ~TemplateMiner();
  TemplateMiner(const TemplateMiner&) = delete;
  TemplateMiner& operator=(const TemplateMiner&) = delete;

  /// A stage for one worker: sets `shape` of every record that has been seen before, without a lock, and leaves kNoShape in the others.
  [[nodiscard]] std::unique_ptr<Stage> make_scanner();
  /// The ordered stage: gives every record that is left its shape, learning it. One thread at a time, in batch order.
  [[nodiscard]] std::unique_ptr<Stage> make_learner();
  /// One message, learned: for tests, `explain` and seeds. Not while stages run.
  ShapeId learn(std::string_view message, Severity severity);

  /// Templates as they follow from all shapes learned so far. Not while stages run.
  [[nodiscard]] TemplateCatalog settle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loglode

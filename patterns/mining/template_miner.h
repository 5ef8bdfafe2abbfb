// Template mining (../docs/mining.md): what is constant in messages and what varies.
// A message is scanned once into typed tokens; the hash of those that do not vary is its shape. Each shape joins what its messages hold
// at the places that may vary. Everything that decides a template is a function of the set of messages seen, never of their order.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/limits.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"
#include "core/template_catalog.h"
#include "patterns/mining/shape_values.h"
#include "patterns/mining/template_derivation.h"
#include "patterns/mining/template_marks.h"

namespace loglode {

struct MinerConfig {
  std::size_t shapes_max = kShapesMax, shapes_per_service_max = kShapesPerServiceMax;
  std::size_t shapes_with_values_max = kShapesWithValuesMax;
  std::size_t samples_max = kSamplesMax;  // records whose values are kept, of all shapes together
  /// Records without a time of their own are left to the learner: set when --since or --until may still exclude them.
  bool leave_timeless = false;
};

struct EncodedShape {
  ShapeId id = kNoShape;
  std::string bytes;  // shape_codec.h
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
  /// The ordered stage: gives every record that is left its shape, learning it. One thread at a time, in batch order. Past the limits it
  /// forgets the least used shapes (counted under limits_hit.shapes): their records then have the overflow template.
  [[nodiscard]] std::unique_ptr<Stage> make_learner();
  /// One message, learned: for tests, `explain` and seeds. Not while stages run.
  ShapeId learn(std::string_view message, Severity severity, std::string_view service = {});

  /// Templates as they follow from all shapes learned so far. On the learner's thread, between batches; values are read while scanners may
  /// add to them, so what parameters held is exact only when none runs.
  [[nodiscard]] TemplateCatalog derive_templates(const TemplateMarks& marks = {}, const DerivationRules& rules = {},
                                                 DerivationTrace* trace = nullptr);

  /// One shape as a template of its own: what its messages alone say. The overflow template for a shape that is not known. On the learner's
  /// thread, while scanners run.
  [[nodiscard]] TemplateInfo describe(ShapeId shape) const;

  // State. All on the learner's thread, between batches.
  /// Joins what was known elsewhere or before: in any order, any number of times, the result is what one miner would have found.
  /// Errors: invalid_argument, and nothing changed, when `bytes` are not a shape.
  [[nodiscard]] Result<void> absorb(std::string_view bytes);
  /// Shapes that changed since the last call (the first: all), in order of id; their bytes.
  [[nodiscard]] std::vector<EncodedShape> take_changed();
  /// What was absorbed until now is where changes are counted from: it is stored already.
  void forget_changes();
  /// Shapes forgotten since the last call, in order of id; none of them is known now.
  [[nodiscard]] std::vector<ShapeId> take_forgotten();
  /// Shapes that are never forgotten.
  void pin(std::vector<ShapeId> shapes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loglode

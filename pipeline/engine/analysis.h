// What the engine asks of the rooms that learn and assess: an interface, so that the engine knows none of them and a test can stand in for
// them. (Of the one that keeps: CheckpointStore in core/checkpoint.h.)
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "core/assessment.h"
#include "core/checkpoint.h"

namespace loglode {

enum class Occasion : std::uint8_t { begin, during, end };

/// From what the steps of a later run go on, and which windows they need.
struct AssessmentBase {
  Timestamp at = kNoTime;
  Timestamp needs_from = Timestamp::min();  // windows before it are not needed any more
};

/// The rooms that learn from records and assess what was learned.
class Analysis {
 public:
  virtual ~Analysis() = default;

  // With the pipeline lock:
  /// What changed since it was last asked. `last`: with the templates as they are at the end. Of a finite run (EngineConfig) how far
  /// streams were read, too.
  virtual void add_changes(Checkpoint& to, bool last) = 0;
  virtual void forget_windows_before(Timestamp time) = 0;
  [[nodiscard]] virtual AssessmentInput input() = 0;

  // On the judging thread:
  /// `thorough`: also what passed long ago and is known better now. Points into `input`, which the caller keeps.
  [[nodiscard]] virtual Judgement assess(const AssessmentInput& input, bool thorough) = 0;
  [[nodiscard]] virtual const std::set<std::string>& lasting() const = 0;
  [[nodiscard]] virtual AssessmentBase base() const = 0;
  /// base() in bytes, for the analysis of a later run.
  [[nodiscard]] virtual std::string encode_base() const = 0;
};

}  // namespace loglode

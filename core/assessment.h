// What is published of each judgement, and who announces it.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/announced.h"
#include "core/finding.h"
#include "core/rule_info.h"
#include "core/sink.h"
#include "core/template_catalog.h"
#include "core/window_summary.h"

namespace loglode {

/// A copy of all that an assessment is made of, taken between two batches.
struct AssessmentInput {
  std::vector<WindowSummary> windows;
  std::unique_ptr<TemplateCatalog> catalog;
  std::shared_ptr<const RuleCatalog> rules;  // a reload may replace them while they are in use
  /// Everything before it was read of every stream that is waited for (core/stream_progress.h): all of what was read; kNoTime: not known.
  Timestamp watermark = Timestamp::max();
};

/// What stands, as of one moment between two batches. Immutable once it is published; whoever keeps the pointer keeps all of it.
struct Assessment {
  AssessmentInput input;
  Judgement judgement;            // points into `input`
  Timestamp newest = kNoTime;     // time of the newest record, or the watermark where that is less
  bool last = false;              // nothing comes after it
  bool known = false;             // of what the state held before anything was announced from it: nobody is to be told
  std::set<std::string> lasting;  // ids of findings and incidents that stand, though no later assessment speaks of them
};

/// An event on its way to the sinks that take its kind.
struct OutgoingEvent {
  Event event;
  std::vector<std::size_t> only_to{};  // numbers of sinks; empty: all
};

/// Says what is to be announced of each assessment, and remembers it. On the judging thread.
class Announcer {
 public:
  virtual ~Announcer() = default;
  /// Events for the sinks, in the order in which they are to be written.
  [[nodiscard]] virtual std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) = 0;
  /// What it remembers, for the announcer of a later run: part of the checkpoint.
  [[nodiscard]] virtual Announced announced() const = 0;
};

}  // namespace loglode

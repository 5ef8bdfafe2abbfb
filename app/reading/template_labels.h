// What records are labelled with while templates are still being learned: each shape's template as of the latest look at all of them.
// Looked at again after a thousand records, two thousand, four thousand …, so that it costs little and depends on the records alone. Used
// by the ordered thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <utility>

#include "core/pipeline_parts.h"
#include "patterns/mining/template_miner.h"

namespace loglode {

class TemplateLabels {
 public:
  /// `miner` must outlive it.
  TemplateLabels(TemplateMiner& miner, TemplateMarks marks) : miner_{miner}, marks_{std::move(marks)} {}
  /// As template_members(); good until the next call. A shape that is new since the latest look is labelled by its own messages.
  [[nodiscard]] const std::string& of(ShapeId shape);

 private:
  void look();

  TemplateMiner& miner_;
  TemplateMarks marks_;
  absl::flat_hash_map<ShapeId, std::string> members_;
  std::uint64_t records_ = 0, next_look_ = 1000;
};

}  // namespace loglode

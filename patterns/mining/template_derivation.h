// From shapes to templates: which shapes are one message with different words in it. A function of the set of shapes (and of what people
// said of templates): no order, no counts of lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/template_catalog.h"
#include "patterns/mining/shape_table.h"
#include "patterns/mining/template_marks.h"
#include "patterns/mining/template_widening.h"

namespace loglode {

/// All thresholds of the sibling rule (docs/mining.md says where they come from): how many different words at a place make it a variable.
struct SiblingRule {
  std::uint32_t words = 5;              // in general
  std::uint32_t after_preposition = 3;  // behind user, for, from, to, by, …
  std::uint32_t with_digit = 3;         // all of the words hold a digit
  std::uint32_t short_message = 10;     // messages of two words or fewer
};

/// What is applied; switched off one by one to measure what each is worth (perf/ablation).
struct DerivationRules {
  bool siblings = true, texts = true, aliases = true, covers = true;
  SiblingRule sibling{};
  WideningRule widening{};
};

/// Why one shape has the template it has, in the order in which the rules applied. For `explain`.
struct DerivationTrace {
  ShapeId shape = kNoShape;
  std::vector<std::string> reasons;
};

[[nodiscard]] TemplateCatalog derive_templates(const std::vector<std::shared_ptr<Shape>>& shapes, const DerivationRules& rules = {},
                                               const TemplateMarks& marks = {}, DerivationTrace* trace = nullptr);

}  // namespace loglode

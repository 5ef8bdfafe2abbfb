// From shapes to templates: which shapes are one message with different words in it. A function of the set of shapes: no order, no counts
// of lines.
#pragma once

#include <memory>
#include <vector>

#include "core/template_catalog.h"
#include "patterns/mining/shape_table.h"

namespace loglode {

/// All thresholds of the sibling rule (docs/mining.md says where they come from): how many different words at a place make it a variable.
struct SiblingRule {
  std::uint32_t words = 5;              // in general
  std::uint32_t after_preposition = 3;  // behind user, for, from, to, by, …
  std::uint32_t with_digit = 3;         // all of the words hold a digit
  std::uint32_t short_message = 10;     // messages of two words or fewer
};

[[nodiscard]] TemplateCatalog settle_templates(const std::vector<std::unique_ptr<Shape>>& shapes, const SiblingRule& rule = {});

}  // namespace loglode

// Templates as a state folder knows them: mined from its shapes, counted from its windows and totals. Read only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/reading/open_state.h"
#include "core/finding.h"
#include "core/result.h"
#include "core/template_catalog.h"

namespace loglode {

struct StateTemplates {
  OpenState state;
  std::unique_ptr<TemplateCatalog> catalog;
  std::vector<WindowSummary> windows;
  std::vector<TemplateCount> rows;  // by count, descending, then service, then id; they point into `catalog` and `windows`

  /// What a person said of a template now known by `id`; null when nothing.
  [[nodiscard]] const TemplateNote* note_of(const TemplateInfo& info) const;
  /// The template whose id or alias begins with these hex digits. Errors: none does, or several do (invalid_argument).
  [[nodiscard]] Result<const TemplateInfo*> find(const std::string& prefix) const;
};

/// Errors: as open_state(); a shape that does not decode.
[[nodiscard]] Result<StateTemplates> read_state_templates(const std::string& folder);

}  // namespace loglode

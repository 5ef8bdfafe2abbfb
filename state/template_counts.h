// How often a state folder's templates came: counted from its windows and totals.
#pragma once

#include <vector>

#include "core/finding.h"
#include "core/template_catalog.h"
#include "core/window_summary.h"
#include "state/state_store.h"

namespace loglode {

/// By count, descending, then service, then id. They point into `windows` and `catalog`.
[[nodiscard]] std::vector<TemplateCount> count_templates(const std::vector<WindowSummary>& windows, const std::vector<StoredTotal>& totals,
                                                         const TemplateCatalog& catalog);

/// What a person said of a template; null when nothing.
[[nodiscard]] const TemplateNote* note_of(const TemplateInfo& info, const std::vector<TemplateNote>& notes, const TemplateCatalog& catalog);
/// Templates that people marked as known: no finding is about them. As they are called in `catalog`, sorted.
[[nodiscard]] std::vector<TemplateId> ignored_templates(const std::vector<TemplateNote>& notes, const TemplateCatalog& catalog);

}  // namespace loglode

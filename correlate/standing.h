// How what stands goes on from one judgement to the next. Pure.
#pragma once

#include "core/template_catalog.h"
#include "correlate/judge_steps.h"

namespace loglode {

/// Two spans that lie no further apart are of one finding; what has ended for so long is over.
inline constexpr Duration kSameSpan = std::chrono::minutes{15};

/// `before` and what `judgement` says of the records up to `at`: what is known again keeps its id; what is over and does not go on, or
/// began before `judged_from` so that the judgement sees no more than its end, stays as it was; what else the judgement does not find any
/// more is gone. Without what has no times. `forgotten_before`: what ended before it is left out.
[[nodiscard]] Standing go_on(const Standing& before, const Judgement& judgement, const TemplateCatalog& catalog, Timestamp at,
                             Timestamp judged_from, Timestamp forgotten_before);

/// The incident as one that is over; itself where it is.
[[nodiscard]] std::shared_ptr<const Incident> ended(const std::shared_ptr<const Incident>& incident, Timestamp at);

/// Puts what stands in the place of what `judgement` found, but for what has no times.
void show_standing(const Standing& standing, Judgement& judgement);

}  // namespace loglode

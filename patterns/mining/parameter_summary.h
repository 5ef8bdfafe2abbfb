// What a template's variable held, from the values of the shapes that make the template. Other threads may observe meanwhile.
#pragma once

#include <memory>
#include <span>

#include "core/template_catalog.h"
#include "patterns/mining/template_text.h"

namespace loglode {

/// Null when nothing is known, as without sources. The samples of several shapes are one sample of all their
/// records, since all were chosen by the same hash and below the same bound.
[[nodiscard]] std::shared_ptr<const ParameterValues> summarise(std::span<const ParameterSource> sources);

}  // namespace loglode

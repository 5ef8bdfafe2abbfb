// What a template's variable held, from the values of the shapes that make the template. Not while a thread observes.
#pragma once

#include <span>

#include "core/template_catalog.h"
#include "patterns/mining/template_text.h"

namespace loglode {

/// Fills all of `parameter` but its type. Without sources nothing is known. The samples of several shapes are one sample of all their
/// records, since all were chosen by the same hash and below the same bound.
void summarise(std::span<const ParameterSource> sources, TemplateParameter& parameter);

}  // namespace loglode

// By what findings and incidents are known again from one judgement to the next. Pure functions.
#pragma once

#include <string>

#include "core/finding.h"

namespace loglode {

/// Names what a finding is about, whatever its windows are.
[[nodiscard]] std::string subject_of(const Finding& finding);
/// What an incident's id is, 16 hex: of what it began with and when.
[[nodiscard]] std::string lasting_id_of(const Incident& incident);

}  // namespace loglode

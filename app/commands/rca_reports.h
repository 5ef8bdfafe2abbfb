// Root-cause reports of a run that has just been judged: `analyze --reports`.
#pragma once

#include <string>

#include "core/finding.h"
#include "core/rule_info.h"

namespace loglode {

/// NDJSON (loglode.rca/1): the manual form of each incident, in their order.
[[nodiscard]] std::string rca_reports_ndjson(const Judgement& judgement, const RuleCatalog& rules);

}  // namespace loglode

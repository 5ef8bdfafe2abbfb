// The words of a report in the languages that it may be written in.
#pragma once

#include <string_view>

#include "rca/report/rca_report.h"

namespace loglode::rca {

struct ReportWords {
  std::string_view root_cause, suspects, timeline, changed, impact, changes, known_errors, confirm, earlier, owners, decision, ai, steps,
      missing, evidence, hypothesis;
  std::string_view then, beside, before, catalogue, also, stop, comma;
  std::string_view nobody, none_seen, no_metrics, no_traces, no_changes, no_owner, no_catalogue_entry;
  std::string_view page, watch, ignore, not_asked, context;
};

[[nodiscard]] const ReportWords& words_of(Language language) noexcept;

}  // namespace loglode::rca

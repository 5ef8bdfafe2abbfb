// A model's answer, read and checked: what of it may stand in a report. Pure: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "rca/checks/claims.h"
#include "rca/report/rca_report.h"

namespace loglode::rca {

struct CheckedAnswer {
  std::string status;   // ok, inconclusive
  std::string summary;  // refuted sentences struck, unverified ones marked
  std::vector<Hypothesis> hypotheses;
  std::vector<std::string> contributing_factors;
  std::vector<ResolutionStep> steps;  // without any that holds a command: those come from the catalogue alone
  std::vector<std::string> missing_data;
  ClaimCheck check;
  std::size_t struck = 0;             // sentences, links, hypotheses and steps that do not stand
  std::vector<std::string> problems;  // one a line, for the second question

  /// More than this share of unsupported sentences: the answer is sent back, and then not used.
  static constexpr double kUnsupportedMax = 0.3;
  [[nodiscard]] bool holds() const noexcept;
};

/// Errors: it is no JSON object of the form that was asked for (says what is wrong).
[[nodiscard]] Result<CheckedAnswer> check_answer(std::string_view json, const IncidentCase& incident, const EvidencePack& pack);

/// Puts what stands of the answer into the manual form, whose summary stays; its hypotheses stand in for those of statistics.
void add_answer(RcaReport& report, CheckedAnswer answer);

}  // namespace loglode::rca

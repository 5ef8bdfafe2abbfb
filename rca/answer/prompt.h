// What a model is asked about an incident, and in which form it has to answer. Pure: any thread.
#pragma once

#include <string>
#include <string_view>

#include "rca/evidence/evidence_pack.h"
#include "rca/report/rca_report.h"

namespace loglode::rca {

struct Prompt {
  std::string system, user;
  std::string schema;  // JSON schema of the answer; names of evidence and services are the pack's alone
};

/// `delimiter` stands around all that comes from logs: a text that nobody who writes logs can know.
[[nodiscard]] Prompt prompt_of(const IncidentCase& incident, const EvidencePack& pack, Language language, std::string_view delimiter);

/// The second and last question: what was wrong with the first answer.
[[nodiscard]] std::string repair_text(std::string_view problems);

/// 32 random hex digits.
[[nodiscard]] std::string fresh_delimiter();

}  // namespace loglode::rca

// The root-cause report of an incident (loglode.rca/1, configs/schema/rca-1.schema.json): the same form whether a model explained it or
// nobody did. Plain data, and pure functions that make it from an incident and its evidence pack alone: no network, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rca/evidence/evidence_pack.h"
#include "rca/known_errors/known_errors.h"

namespace loglode::rca {

enum class Language : std::uint8_t { en, zh };  // of sentences and headings; names of fields are English always

/// What came of asking a model. As it stands: nobody was asked.
struct AiPart {
  std::string status = "manual";  // ok, inconclusive, manual
  std::string root_cause = "AI analysis unavailable, needs manual analysis";
  double confidence = 0;
  std::string reason{};                // why there is no answer, or not all of it; for a person
  std::string request_id, retry_at{};  // of the provider, where it said so; RFC 3339
  std::string model{};
  std::string summary{};                                                 // of its answer, checked
  bool agrees = false;                                                   // its first hypothesis names the first suspect of our statistics
  std::size_t sentences = 0, supported = 0, unverified = 0, struck = 0;  // of its answer, by the checks
  std::size_t citations = 0, citations_valid = 0;
};

struct ChainLink {
  std::string service, what;
  std::vector<std::string> evidence;  // E1, F2
};

struct Hypothesis {
  std::uint32_t rank = 1;
  std::string root_service, root_cause, category;
  double confidence = 0;  // 0: of statistics alone
  std::vector<ChainLink> chain;
  std::vector<std::string> evidence, counter_evidence;
  std::string how_to_confirm;
};

struct ResolutionStep {
  std::string action, kind, risk, verify, rollback;  // kind: observe, mitigate, fix
};

/// An error that the catalogue or a rule pack explains, with commands that are filled in.
struct ExplainedError {
  std::string id, title, meaning, why, service;
  std::vector<std::string> checks;
  std::string action, action_kind, risk, verify;
  std::vector<std::string> evidence;
  std::string look{};  // a place to look at, in words: of rules, whose checks need not be commands
};

struct ServiceOwner {
  std::string service, owner, runbook, channel;
};

struct RcaReport {
  std::string incident_id, fingerprint, severity;
  std::string status = "manual";  // ok, inconclusive, manual
  Language language = Language::en;
  AiPart ai;
  std::string summary;  // at most six sentences, each with what it cites
  std::vector<Hypothesis> hypotheses;
  std::vector<std::string> contributing_factors;
  std::vector<ResolutionStep> steps;
  std::vector<std::string> missing_data;
  std::vector<ExplainedError> known_errors;
  std::vector<ServiceOwner> owners;
  std::string decision, decision_reason;  // page, watch, ignore
};

/// Everything in it is of the incident, its pack and the catalogue. `ai`: why no model explained it.
[[nodiscard]] RcaReport manual_report(const IncidentCase& incident, const EvidencePack& pack, const KnownErrors& known, AiPart ai,
                                      Language language);

[[nodiscard]] Json to_json(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack);

}  // namespace loglode::rca

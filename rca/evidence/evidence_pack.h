// The evidence pack: what of an incident is put before a model, and what sentences about it may cite, under constant names (E1 … E60,
// F1 … F40) and within a budget of tokens. Deterministic. Templates with the kinds of their values stand for lines: what a line held is not
// in it, unless raw_examples asks for that. All text from logs is cut and made printable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rca/evidence/incident_case.h"

namespace loglode::rca {

inline constexpr std::size_t kEvidenceMax = 60, kFindingsMax = 40;
inline constexpr std::size_t kTokensHosted = 6000, kTokensLocal = 1500;

struct PackOptions {
  std::size_t tokens_max = kTokensHosted;
  bool raw_examples = false;
  std::string context{};  // what the operator says beside the logs (--context); masked by the caller
};

struct PackedFinding {
  std::string name;                      // F1
  const CaseFinding* finding = nullptr;  // of the case, which outlives the pack
  std::vector<std::size_t> evidence{};   // positions in EvidencePack::evidence
};

struct PackedEvidence {
  std::string name;  // E1
  CaseRecord record;
  std::size_t finding = 0;  // position in EvidencePack::findings: the first that it proves
  std::string text;         // its template, typed; or the excerpt
};

struct EvidencePack {
  std::vector<PackedFinding> findings;  // in the order of the incident's, but the first suspect's lead before all
  std::vector<PackedEvidence> evidence;
  std::string text;     // what a model is given of it
  std::string context;  // the operator's, as it is in `text`; printable
  bool has_context = false;
  std::size_t findings_left_out = 0, evidence_left_out = 0, context_bytes_left_out = 0;

  [[nodiscard]] const PackedFinding* finding(std::string_view name) const noexcept;
  [[nodiscard]] const PackedEvidence* record(std::string_view name) const noexcept;
};

/// About so many tokens: bytes / 2.7 (rca.md; what providers count differs by a third either way).
[[nodiscard]] std::size_t tokens_of(std::size_t bytes) noexcept;

/// `incident` outlives the pack.
[[nodiscard]] EvidencePack pack_evidence(const IncidentCase& incident, const PackOptions& options = {});

/// The finding that says most of a service: what the incident's own summary begins with, else what is new and grave before what is often.
/// Null where the service has none.
[[nodiscard]] const CaseFinding* lead_of(const IncidentCase& incident, std::string_view service) noexcept;

}  // namespace loglode::rca

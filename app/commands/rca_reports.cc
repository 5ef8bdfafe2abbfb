#include "app/commands/rca_reports.h"

#include <set>
#include <vector>

#include "rca/evidence/evidence_pack.h"
#include "rca/known_errors/builtin_known_errors.h"
#include "rca/report/rca_report.h"
#include "sinks/json_objects.h"

namespace loglode {

namespace {

/// Templates that a finding is of: of the many that a run has, a report tells those.
std::vector<Json> templates_of(const Judgement& judgement) {
  std::set<TemplateId> named;
  for (const Finding& finding : judgement.findings) named.insert(finding.template_id);
  std::vector<Json> out;
  for (const TemplateCount& row : judgement.templates)
    if (named.contains(row.info->id)) out.push_back(to_json(row));
  return out;
}

template <class Range>
std::vector<Json> documents_of(const Range& range) {
  std::vector<Json> out;
  for (const auto& one : range) out.push_back(to_json(one));
  return out;
}

}  // namespace

std::string rca_reports_ndjson(const Judgement& judgement, const RuleCatalog& rules) {
  const std::vector<Json> incidents = documents_of(judgement.incidents), findings = documents_of(judgement.findings),
                          templates = templates_of(judgement), known = documents_of(rules);
  const rca::KnownErrors catalogue{rca::builtin_known_errors()};
  std::string out;
  for (const Incident& incident : judgement.incidents) {
    const auto read = rca::read_case({incidents, findings, templates, known}, incident.incident_id);
    if (!read) continue;  // of no finding: nothing could be said
    const rca::EvidencePack pack = rca::pack_evidence(*read);
    rca::AiPart ai;
    ai.reason = "no model was asked: `loglode rca` can ask the one that a configuration names";
    out += to_line(rca::to_json(rca::manual_report(*read, pack, catalogue, std::move(ai), rca::Language::en), *read, pack)) + "\n";
  }
  return out;
}

}  // namespace loglode

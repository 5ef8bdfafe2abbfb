#include <fmt/format.h>

#include <cmath>

#include "rca/report/rca_report.h"

namespace loglode::rca {

namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
Json time_or_null(Timestamp time) { return time == kNoTime ? Json(nullptr) : Json(to_rfc3339(time)); }
double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : 0.0; }

Json ai_json(const AiPart& ai) {
  return {{"status", ai.status},
          {"root_cause", ai.root_cause},
          {"confidence", rounded(ai.confidence)},
          {"reason", ai.reason},
          {"request_id", text_or_null(ai.request_id)},
          {"retry_at", text_or_null(ai.retry_at)},
          {"model", text_or_null(ai.model)},
          {"summary", text_or_null(ai.summary)},
          {"agrees_with_statistics", ai.status == "ok" ? Json(ai.agrees) : Json(nullptr)},
          {"checks",
           {{"sentences", ai.sentences},
            {"supported", ai.supported},
            {"unverified", ai.unverified},
            {"struck", ai.struck},
            {"citations", ai.citations},
            {"citations_valid", ai.citations_valid}}}};
}

Json hypothesis_json(const Hypothesis& one) {
  Json chain = Json::array();
  for (const ChainLink& link : one.chain) chain.push_back({{"service", link.service}, {"what", link.what}, {"evidence", link.evidence}});
  return {{"rank", one.rank},         {"root_service", one.root_service},         {"root_cause", one.root_cause},
          {"category", one.category}, {"confidence", rounded(one.confidence)},    {"chain", chain},
          {"evidence", one.evidence}, {"counter_evidence", one.counter_evidence}, {"how_to_confirm", one.how_to_confirm}};
}

Json known_json(const ExplainedError& error) {
  return {{"id", error.id},           {"title", error.title},   {"meaning", error.meaning},   {"why", error.why},
          {"service", error.service}, {"checks", error.checks}, {"action", error.action},     {"action_kind", error.action_kind},
          {"risk", error.risk},       {"verify", error.verify}, {"evidence", error.evidence}, {"look", error.look}};
}

Json suspects_json(const IncidentCase& incident) {
  Json out = Json::array();
  for (const CaseSuspect& suspect : incident.suspects) {
    Json terms = Json::object();
    for (const auto& [name, value] : suspect.terms) terms[name] = rounded(value);
    out.push_back({{"service", suspect.service}, {"score", rounded(suspect.score)}, {"terms", terms}});
  }
  return out;
}

Json findings_json(const EvidencePack& pack) {
  Json out = Json::array();
  for (const PackedFinding& packed : pack.findings) {
    Json proofs = Json::array();
    for (const std::size_t at : packed.evidence) proofs.push_back(pack.evidence[at].name);
    const CaseFinding& finding = *packed.finding;
    out.push_back({{"name", packed.name},
                   {"finding_id", finding.id},
                   {"kind", finding.kind},
                   {"service", finding.service},
                   {"onset", time_or_null(finding.onset)},
                   {"observed", rounded(finding.observed)},
                   {"expected", rounded(finding.expected)},
                   {"total", finding.total},
                   {"summary", finding.summary},
                   {"evidence", proofs}});
  }
  return out;
}

Json evidence_json(const EvidencePack& pack) {
  Json out = Json::array();
  for (const PackedEvidence& packed : pack.evidence)
    out.push_back({{"name", packed.name},
                   {"record_id", packed.record.record_id},
                   {"time", time_or_null(packed.record.time)},
                   {"place", packed.record.place},
                   {"excerpt", packed.record.excerpt}});
  return out;
}

Json steps_json(const std::vector<ResolutionStep>& steps) {
  Json out = Json::array();
  for (const ResolutionStep& step : steps)
    out.push_back(
        {{"action", step.action}, {"kind", step.kind}, {"risk", step.risk}, {"verify", step.verify}, {"rollback", step.rollback}});
  return out;
}

}  // namespace

Json to_json(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack) {
  Json hypotheses = Json::array(), known = Json::array(), timeline = Json::array(), deploys = Json::array(), earlier = Json::array(),
       owners = Json::array();
  for (const Hypothesis& one : report.hypotheses) hypotheses.push_back(hypothesis_json(one));
  for (const ExplainedError& error : report.known_errors) known.push_back(known_json(error));
  for (const CaseStep& step : incident.timeline)
    timeline.push_back(
        {{"time", time_or_null(step.time)}, {"service", step.service}, {"what", step.what}, {"finding_id", step.finding_id}});
  for (const CaseFinding& change : incident.changes)
    deploys.push_back({{"time", time_or_null(change.onset)}, {"service", change.service}, {"what", change.summary}});
  for (const EarlierIncident& one : incident.earlier)
    earlier.push_back({{"incident_id", one.id}, {"opened_at", time_or_null(one.opened)}, {"summary", one.summary}});
  for (const ServiceOwner& one : report.owners)
    owners.push_back(
        {{"service", one.service}, {"owner", one.owner}, {"runbook", text_or_null(one.runbook)}, {"channel", text_or_null(one.channel)}});
  Json users = Json::object();
  for (const auto& [service, count] : incident.user_count) users[service] = count;
  return {{"schema", "loglode.rca/1"},
          {"incident_id", report.incident_id},
          {"fingerprint", report.fingerprint},
          {"severity", report.severity},
          {"status", report.status},
          {"language", report.language == Language::zh ? "zh" : "en"},
          {"summary", report.summary},
          {"ai", ai_json(report.ai)},
          {"hypotheses", hypotheses},
          {"contributing_factors", report.contributing_factors},
          {"impact",
           {{"services", incident.services},
            {"requests_failed", incident.requests_failed},
            {"users_seen", users},
            {"user_visible", text_or_null(incident.first_user_visible)}}},
          {"suspects", suspects_json(incident)},
          {"timeline", timeline},
          {"deploys", deploys},
          {"known_errors", known},
          {"steps", steps_json(report.steps)},
          {"similar", earlier},
          {"owners", owners},
          {"decision", {{"what", report.decision}, {"reason", report.decision_reason}}},
          {"context", pack.has_context ? Json(pack.context) : Json(nullptr)},
          {"missing_data", report.missing_data},
          {"findings", findings_json(pack)},
          {"evidence", evidence_json(pack)},
          {"left_out",
           {{"findings", pack.findings_left_out}, {"evidence", pack.evidence_left_out}, {"context_bytes", pack.context_bytes_left_out}}}};
}

}  // namespace loglode::rca

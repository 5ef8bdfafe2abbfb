// The manual form: what our own findings, the rule packs and the catalogue of known errors say, without a model.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "base/terminal_text.h"
#include "rca/report/rca_report.h"
#include "rca/report/report_words.h"

namespace loglode::rca {

namespace {

constexpr std::size_t kSuspectsTold = 3, kServicesTold = 3, kKnownErrorsTold = 4, kFindingsMatched = 20, kStepsMax = 8;

/// What cites a finding and its first record: `[F1, E1]`.
std::string citation_of(const EvidencePack& pack, const CaseFinding& finding) {
  for (const PackedFinding& packed : pack.findings)
    if (packed.finding->id == finding.id)
      return packed.evidence.empty() ? " [" + packed.name + "]"
                                     : fmt::format(" [{}, {}]", packed.name, pack.evidence[packed.evidence.front()].name);
  return "";
}

std::vector<std::string> names_of(const EvidencePack& pack, const CaseFinding& finding) {
  std::vector<std::string> out;
  for (const PackedFinding& packed : pack.findings) {
    if (packed.finding->id != finding.id) continue;
    out.push_back(packed.name);
    for (const std::size_t at : packed.evidence) out.push_back(pack.evidence[at].name);
  }
  return out;
}

/// Without the service before the colon, which the sentence has said.
std::string told_of(const CaseFinding& finding) {
  const std::string prefix = finding.service + ": ";
  return finding.summary.starts_with(prefix) ? finding.summary.substr(prefix.size()) : finding.summary;
}

const CaseFinding* root_of(const IncidentCase& incident) {
  for (const CaseSuspect& suspect : incident.suspects)
    if (const CaseFinding* lead = lead_of(incident, suspect.service); lead != nullptr) return lead;
  return incident.findings.empty() ? nullptr : &incident.findings.front();
}

/// The change that may have begun it: the last one that was not after its first sign.
const CaseFinding* change_before(const IncidentCase& incident) {
  const CaseFinding* last = nullptr;
  for (const CaseFinding& change : incident.changes)
    if (change.onset != kNoTime && change.onset <= incident.onset &&
        (last == nullptr || std::tie(last->onset, last->score) < std::tie(change.onset, change.score)))
      last = &change;
  return last;
}

std::string spread_text(const IncidentCase& incident, const EvidencePack& pack, const CaseFinding& root, const ReportWords& words) {
  const Timestamp begin = root.onset;
  std::string out;
  std::size_t told = 0;
  for (const std::string& service : incident.services) {
    const CaseFinding* lead = service == root.service ? nullptr : lead_of(incident, service);
    if (lead == nullptr || told == kServicesTold) continue;
    ++told;
    const Timestamp onset = lead->onset;  // of what is told: the service may have shown another sign before
    out += out.empty() ? std::string{} : std::string{words.comma};
    if (begin != kNoTime && onset != kNoTime && onset > begin)
      out += short_duration(std::chrono::duration<double>(onset - begin).count()) + std::string{words.later};
    out += lead->service + ": " + told_of(*lead) + citation_of(pack, *lead);
  }
  if (!out.empty()) return std::string{words.then} + out + std::string{words.stop};
  std::set<std::string> texts{root.text};  // alone: what else it says
  for (const CaseFinding& other : incident.findings) {
    if (other.id == root.id || other.notify == "none" || other.kind == "deploy" || told == kServicesTold ||
        !texts.insert(other.text).second)
      continue;
    ++told;
    out += (out.empty() ? std::string{} : std::string{words.comma}) + other.summary + citation_of(pack, other);
  }
  return out.empty() ? "" : std::string{words.beside} + out + std::string{words.stop};
}

std::string summary_of(const IncidentCase& incident, const EvidencePack& pack, const std::vector<ExplainedError>& known,
                       const ReportWords& words) {
  const CaseFinding* root = root_of(incident);
  if (root == nullptr) return incident.summary;
  std::string out = root->summary + citation_of(pack, *root) + std::string{words.stop};
  if (const CaseFinding* change = change_before(incident); change != nullptr && change->id != root->id)
    out += std::string{words.before} + change->summary + citation_of(pack, *change) + std::string{words.stop};
  out += spread_text(incident, pack, *root, words);
  const auto own = std::find_if(known.begin(), known.end(), [&](const ExplainedError& error) { return error.service == root->service; });
  if (own != known.end()) out += fmt::format("{}{}: {}", words.catalogue, own->id, own->meaning);
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Values that may stand in commands: only where fill_command() lets them.
std::map<std::string, std::string, std::less<>> values_of(const CaseFinding& finding) {
  return {{"service", finding.service}, {"unit", finding.service}, {"deployment", finding.service}, {"container", finding.service}};
}

std::string joined(std::string_view first, std::string_view second) {
  return second.empty() ? std::string{first} : fmt::format("{}: {}", first, second);
}

ExplainedError explained(const KnownErrorHit& hit, const CaseFinding& finding, const EvidencePack& pack) {
  ExplainedError out{hit.error->id,
                     hit.error->title,
                     hit.error->meaning,
                     hit.why,
                     finding.service,
                     {},
                     hit.error->action,
                     std::string{name_of(hit.error->action_kind)},
                     joined(name_of(hit.error->risk), hit.error->risk_why),
                     hit.error->verify,
                     names_of(pack, finding)};
  for (const std::string& check : hit.error->checks) out.checks.push_back(fill_command(check, values_of(finding)));
  return out;
}

/// Best fits of the strongest findings, each error once; the suspects' own first.
std::vector<ExplainedError> known_errors_of(const IncidentCase& incident, const EvidencePack& pack, const KnownErrors& known) {
  std::vector<ExplainedError> out;
  std::set<std::string> told;
  for (std::size_t i = 0; i < std::min(pack.findings.size(), kFindingsMatched) && out.size() < kKnownErrorsTold; ++i) {
    const CaseFinding& finding = *pack.findings[i].finding;
    const std::vector<std::string> rules = finding.rule_id.empty() ? std::vector<std::string>{} : std::vector<std::string>{finding.rule_id};
    const std::string& said =
        finding.evidence.empty() || finding.evidence.front().excerpt.empty() ? finding.text : finding.evidence.front().excerpt;
    const std::vector<KnownErrorHit> hits = known.match(rules, said, finding.service);
    const auto rule = incident.rules.find(finding.rule_id);
    if (!hits.empty()) {
      if (told.insert(hits.front().error->id).second) out.push_back(explained(hits.front(), finding, pack));
    } else if (rule != incident.rules.end() && !rule->second.meaning.empty() && told.insert(rule->first).second) {
      out.push_back({rule->first, rule->second.name, rule->second.meaning, fmt::format("rule {} hit", rule->first), finding.service,
                     rule->second.check.empty() ? std::vector<std::string>{}
                                                : std::vector<std::string>{fill_command(rule->second.check, values_of(finding))},
                     rule->second.safe_action, "observe", "", "", names_of(pack, finding)});
    }
  }
  return out;
}

std::vector<Hypothesis> hypotheses_of(const IncidentCase& incident, const EvidencePack& pack) {
  std::vector<Hypothesis> out;
  for (const CaseSuspect& suspect : incident.suspects) {
    const CaseFinding* lead = lead_of(incident, suspect.service);
    if (lead == nullptr || out.size() == kSuspectsTold) continue;
    Hypothesis one{static_cast<std::uint32_t>(out.size() + 1),
                   suspect.service,
                   lead->summary,
                   lead->category,
                   0,
                   {{suspect.service, told_of(*lead), names_of(pack, *lead)}},
                   names_of(pack, *lead),
                   {},
                   ""};
    for (const CaseEdge& edge : incident.edges) {
      const CaseFinding* next = edge.from == one.chain.back().service ? lead_of(incident, edge.to) : nullptr;
      if (next != nullptr) one.chain.push_back({edge.to, told_of(*next), names_of(pack, *next)});
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<ResolutionStep> steps_of(const std::vector<ExplainedError>& known) {
  std::vector<ResolutionStep> out;
  for (const ExplainedError& error : known)
    if (!error.action.empty() && out.size() < kStepsMax) out.push_back({error.action, error.action_kind, error.risk, error.verify, ""});
  const auto danger = [](const ResolutionStep& step) {
    return step.risk.starts_with("high") ? 2 : step.risk.starts_with("medium") ? 1 : 0;
  };
  std::stable_sort(out.begin(), out.end(), [&](const ResolutionStep& a, const ResolutionStep& b) { return danger(a) < danger(b); });
  return out;
}

void decide(const IncidentCase& incident, const ReportWords& words, RcaReport& out) {
  const std::string open = incident.state == "closed" ? "it is over" : "it is still open";
  out.decision = incident.notify == "page"                                    ? words.page
                 : incident.notify == "ticket" || incident.notify == "digest" ? words.watch
                                                                              : words.ignore;
  out.decision_reason = fmt::format("{}, {} service(s), {}", incident.severity, incident.services.size(), open);
  if (incident.requests_failed > 0) out.decision_reason += fmt::format(", {} requests failed", with_commas(incident.requests_failed));
  if (!incident.first_user_visible.empty()) out.decision_reason += ", users see it at " + incident.first_user_visible;
}

}  // namespace

RcaReport manual_report(const IncidentCase& incident, const EvidencePack& pack, const KnownErrors& known, AiPart ai, Language language) {
  const ReportWords& words = words_of(language);
  RcaReport out;
  out.incident_id = incident.id;
  out.fingerprint = incident.fingerprint;
  out.severity = incident.severity;
  out.language = language;
  out.ai = std::move(ai);
  out.known_errors = known_errors_of(incident, pack, known);
  out.summary = summary_of(incident, pack, out.known_errors, words);
  out.hypotheses = hypotheses_of(incident, pack);
  out.steps = steps_of(out.known_errors);
  out.missing_data = {std::string{words.no_metrics}};
  if (incident.shared_traces == 0 && incident.services.size() > 1) out.missing_data.emplace_back(words.no_traces);
  if (incident.changes.empty()) out.missing_data.emplace_back(words.no_changes);
  if (out.known_errors.empty()) out.missing_data.emplace_back(words.no_catalogue_entry);
  for (const std::string& service : incident.services)
    if (const Owner* owner = known.owner_of(service); owner != nullptr)
      out.owners.push_back({service, owner->owner, owner->runbook, owner->channel});
  if (out.owners.empty()) out.missing_data.emplace_back(words.no_owner);
  decide(incident, words, out);
  return out;
}

}  // namespace loglode::rca

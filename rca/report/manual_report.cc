// The manual form: what our own findings, the rule packs and the catalogue of known errors say, without a model.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/terminal_text.h"
#include "rca/known_errors/read_only_command.h"
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

/// The change that may have begun it: the last one that was not after the root's own sign. Without times nobody knows.
const CaseFinding* change_before(const IncidentCase& incident, const CaseFinding& root) {
  const CaseFinding* last = nullptr;
  for (const CaseFinding& change : incident.changes)
    if (change.onset != kNoTime && root.onset != kNoTime && change.onset <= root.onset &&
        (last == nullptr || std::tie(last->onset, last->score) < std::tie(change.onset, change.score)))
      last = &change;
  return last;
}

/// What other services say, by when they said it beside the root: before it, with it (or nobody knows), after it.
std::string spread_text(const IncidentCase& incident, const EvidencePack& pack, const CaseFinding& root, const ReportWords& words) {
  std::vector<const CaseFinding*> leads;
  for (const std::string& service : incident.services)
    if (const CaseFinding* lead = service == root.service ? nullptr : lead_of(incident, service); lead != nullptr) leads.push_back(lead);
  std::stable_sort(leads.begin(), leads.end(), [](const CaseFinding* a, const CaseFinding* b) { return a->onset < b->onset; });
  if (leads.size() > kServicesTold) leads.resize(kServicesTold);
  std::string before, with, after;
  for (const CaseFinding* lead : leads) {
    const bool timed = lead->onset != kNoTime && root.onset != kNoTime;
    const double lag = timed ? std::chrono::duration<double>(lead->onset - root.onset).count() : 0.0;
    std::string& part = lag > 0 ? after : lag < 0 ? before : with;
    part += part.empty() ? std::string{} : std::string{words.comma};
    part += lead->service;
    if (lag != 0) part += fmt::format(" ({}{})", lag > 0 ? '+' : '-', short_duration(std::abs(lag)));
    part += ": " + told_of(*lead) + citation_of(pack, *lead);
  }
  std::string out;
  for (const auto& [word, part] : {std::pair{words.before, before}, std::pair{words.beside, with}, std::pair{words.then, after}})
    if (!part.empty()) out += std::string{word} + part + std::string{words.stop};
  if (!leads.empty()) return out;
  std::set<std::string> texts{root.text};  // alone: what else it says
  for (const CaseFinding& other : incident.findings) {
    if (other.id == root.id || other.notify == "none" || other.kind == "deploy" || texts.size() > kServicesTold ||
        !texts.insert(other.text).second)
      continue;
    out += (out.empty() ? std::string{} : std::string{words.comma}) + other.summary + citation_of(pack, other);
  }
  return out.empty() ? "" : std::string{words.beside} + out + std::string{words.stop};
}

std::string summary_of(const IncidentCase& incident, const EvidencePack& pack, const std::vector<ExplainedError>& known,
                       const ReportWords& words) {
  const CaseFinding* root = root_of(incident);
  if (root == nullptr) return incident.summary;
  std::string out = root->summary + citation_of(pack, *root) + std::string{words.stop};
  if (const CaseFinding* change = change_before(incident, *root); change != nullptr && change->id != root->id)
    out += std::string{words.before} + change->summary + citation_of(pack, *change) + std::string{words.stop};
  out += spread_text(incident, pack, *root, words);
  const auto own = std::find_if(known.begin(), known.end(), [&](const ExplainedError& error) { return error.service == root->service; });
  if (own != known.end()) {
    const std::vector<std::string> of_root = names_of(pack, *root);
    const bool is_of_root =
        !of_root.empty() && std::find(own->evidence.begin(), own->evidence.end(), of_root.front()) != own->evidence.end();
    out += fmt::format("{}{}: {}", is_of_root ? words.catalogue : words.also, own->id, own->meaning);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Values that may stand in commands, where fill_command() lets them: the service, and what its record names as where and whom
/// (`host=db-1 port=5432`, `server at "10.0.0.9", port 5432`, `10.0.0.9:5432`, `pod="shop/api-x2x9z"`).
std::map<std::string, std::string, std::less<>> values_of(const CaseFinding& finding) {
  std::map<std::string, std::string, std::less<>> out{
      {"service", finding.service}, {"unit", finding.service}, {"deployment", finding.service}, {"container", finding.service}};
  const std::string said = finding.evidence.empty() ? std::string{} : finding.evidence.front().excerpt;
  static constexpr std::pair<std::string_view, const char*> kNames[] = {
      {"host", "host"}, {"hostname", "host"},       {"port", "port"}, {"database", "database"}, {"dbname", "database"},
      {"pod", "pod"},   {"namespace", "namespace"}, {"node", "node"}, {"unit", "unit"},         {"container", "container"}};
  std::string previous;
  for (std::size_t at = 0; at < said.size();) {
    const std::size_t begin = said.find_first_not_of(" \t\"'(),;=", at);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(said.find_first_of(" \t\"'(),;=", begin), said.size());
    const std::string word = said.substr(begin, end - begin);
    for (const auto& [name, key] : kNames)
      if (previous == name) out.insert_or_assign(key, word);
    if (const std::size_t slash = word.find('/'); previous == "pod" && slash != std::string::npos) {
      out.insert_or_assign("namespace", word.substr(0, slash));
      out.insert_or_assign("pod", word.substr(slash + 1));
    }
    const std::size_t colon = word.rfind(':');
    const bool has_port = colon != std::string::npos && colon > 0 && colon + 1 < word.size() && word.size() - colon <= 6 &&
                          word.find_first_not_of("0123456789", colon + 1) == std::string::npos && word.find(':') == colon;
    const bool is_address = has_port && word.find_first_of(".-") != std::string::npos;
    if (is_address && !out.contains("host")) {
      out.emplace("host", word.substr(0, colon));
      out.insert_or_assign("port", word.substr(colon + 1));
    }
    previous = word;
    at = end;
  }
  return out;
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

ExplainedError explained(const CaseRule& rule, const CaseFinding& finding, const EvidencePack& pack) {
  ExplainedError out{
      rule.id, rule.name, rule.meaning,           fmt::format("rule {} hit", rule.id), finding.service, {}, rule.safe_action, "mitigate",
      "",      "",        names_of(pack, finding)};
  if (!rule.check.empty() && command_problem(rule.check).empty())
    out.checks.push_back(fill_command(rule.check, values_of(finding)));
  else
    out.look = rule.check;
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
      out.push_back(explained(rule->second, finding, pack));
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
  return out;
}

void decide(const IncidentCase& incident, RcaReport& out) {
  const std::string open = incident.state == "closed" ? "it is over" : "it is still open";
  out.decision = incident.notify == "page" ? "page" : incident.notify == "ticket" || incident.notify == "digest" ? "watch" : "ignore";
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
  if (!pack.has_context) out.missing_data.emplace_back(words.no_metrics);
  if (incident.shared_traces == 0 && incident.services.size() > 1) out.missing_data.emplace_back(words.no_traces);
  if (incident.changes.empty() && incident.onset != kNoTime) out.missing_data.emplace_back(words.no_changes);
  if (out.known_errors.empty()) out.missing_data.emplace_back(words.no_catalogue_entry);
  for (const std::string& service : incident.services)
    if (const Owner* owner = known.owner_of(service); owner != nullptr)
      out.owners.push_back({service, owner->owner, owner->runbook, owner->channel});
  if (out.owners.empty()) out.missing_data.emplace_back(words.no_owner);
  decide(incident, out);
  return out;
}

}  // namespace loglode::rca

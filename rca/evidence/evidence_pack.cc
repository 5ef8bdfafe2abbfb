#include "rca/evidence/evidence_pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/terminal_text.h"

namespace loglode::rca {

namespace {

constexpr std::size_t kTextColumns = 240;  // of a template or an excerpt
constexpr std::size_t kSuspectsMax = 5, kEdgesMax = 12, kServicesMax = 24, kUsersMax = 6;
constexpr double kContextShare = 0.25;  // of the budget, for what the operator says

std::string clean(std::string_view text, std::size_t columns = kTextColumns) { return cut_at_word(printable(text), columns); }

/// 2026-11-24T00:09:16.503Z
std::string moment(Timestamp time) {
  if (time == kNoTime) return "no time";
  std::string text = to_rfc3339(time);
  return text.replace(23, text.size() - 24, "");
}

std::string subject(const IncidentCase& incident, const CaseFinding& finding) {
  if (const auto typed = incident.typed.find(finding.template_id); typed != incident.typed.end()) return clean(typed->second);
  if (!finding.text.empty()) return clean(finding.text);
  const auto rule = incident.rules.find(finding.rule_id);
  return rule == incident.rules.end() ? std::string{"all of the service"} : "rule " + rule->first + ": " + clean(rule->second.name);
}

std::string header_text(const IncidentCase& incident) {
  std::string out =
      fmt::format("incident {} | {} | {} | onset {}", clean(incident.id), incident.severity, incident.state, moment(incident.onset));
  if (incident.closed != kNoTime) out += " | over since " + moment(incident.closed);
  out += "\nservices in order of onset:";
  for (std::size_t i = 0; i < std::min(incident.services.size(), kServicesMax); ++i) out += " " + clean(incident.services[i]) + ";";
  if (incident.services.size() > kServicesMax) out += fmt::format(" and {} more", incident.services.size() - kServicesMax);
  if (incident.requests_failed > 0) out += fmt::format("\nrequests that failed: {}", incident.requests_failed);
  if (!incident.first_user_visible.empty()) out += "\nfirst seen by users at " + clean(incident.first_user_visible);
  std::size_t told = 0;
  for (const auto& [service, users] : incident.user_count)
    if (++told <= kUsersMax) out += fmt::format("\nabout {} different users in lines of {}, in the whole run", users, clean(service));
  out += "\nsuspects, by our statistics:";
  for (std::size_t i = 0; i < std::min(incident.suspects.size(), kSuspectsMax); ++i) {
    const CaseSuspect& suspect = incident.suspects[i];
    out += fmt::format("\n{}. {} {:.1f} (", i + 1, clean(suspect.service), suspect.score);
    for (const auto& [name, value] : suspect.terms) out += fmt::format("{} {:.1f} ", name, value);
    out.back() = ')';
  }
  out += "\norder of onsets (basis trace: proven; tested: by chance in less than 5 %; order: by the clock alone):";
  for (std::size_t i = 0; i < std::min(incident.edges.size(), kEdgesMax); ++i) {
    const CaseEdge& edge = incident.edges[i];
    out += fmt::format("\n{} -> {} | basis {} | lag {:.3g} s | pairs {}", clean(edge.from), clean(edge.to), edge.basis, edge.lag_seconds,
                       edge.pairs);
    if (edge.lift > 0) out += fmt::format(" | lift {:.3g}", edge.lift);
  }
  return out + "\n";
}

std::string changes_text(const IncidentCase& incident) {
  std::string out = "deploys, restarts and renamings seen in the logs:";
  if (incident.changes.empty()) return out + " none\n";
  for (const CaseFinding& change : incident.changes)
    out += "\n" + moment(change.onset) + " | " + clean(change.service) + " | " + subject(incident, change);
  return out + "\n";
}

class Packer {
 public:
  Packer(const IncidentCase& incident, const PackOptions& options) : incident_{incident}, options_{options} {}

  EvidencePack pack() {
    EvidencePack out;
    const std::string head = header_text(incident_) + changes_text(incident_) + context_text(out);
    left_ = static_cast<double>(options_.tokens_max) * 2.7 - static_cast<double>(head.size()) - kTail;
    const std::vector<const CaseFinding*> order = in_order();
    for (const CaseFinding* finding : order) add(*finding, out);
    for (std::size_t at = 1; at < kProofsEach; ++at)
      for (std::size_t i = 0; i < out.findings.size(); ++i)
        if (at < out.findings[i].finding->evidence.size()) add_evidence(i, out.findings[i].finding->evidence[at], out);
    out.findings_left_out = incident_.findings.size() - out.findings.size();
    out.text = head + body_text(out);
    return out;
  }

 private:
  static constexpr std::size_t kProofsEach = 2;
  static constexpr double kTail = 400;  // headings and what was left out

  /// The first suspect's lead, then each further service's, then the rest as the incident has them.
  [[nodiscard]] std::vector<const CaseFinding*> in_order() const {
    std::vector<const CaseFinding*> out;
    const auto take = [&](const CaseFinding* finding) {
      if (finding != nullptr && std::find(out.begin(), out.end(), finding) == out.end()) out.push_back(finding);
    };
    for (const CaseSuspect& suspect : incident_.suspects) take(lead_of(incident_, suspect.service));
    for (const std::string& service : incident_.services) take(lead_of(incident_, service));
    for (const CaseFinding& finding : incident_.findings) take(&finding);
    return out;
  }

  void add(const CaseFinding& finding, EvidencePack& out) {
    if (out.findings.size() >= kFindingsMax) return;
    PackedFinding packed{fmt::format("F{}", out.findings.size() + 1), &finding};
    const double cost = static_cast<double>(line_of(packed, out).size()) + kNames;
    if (cost > left_) return;
    left_ -= cost;
    out.findings.push_back(std::move(packed));
    if (!finding.evidence.empty()) add_evidence(out.findings.size() - 1, finding.evidence.front(), out);
  }

  void add_evidence(std::size_t at, const CaseRecord& record, EvidencePack& out) {
    const auto known = std::find_if(out.evidence.begin(), out.evidence.end(),
                                    [&](const PackedEvidence& one) { return one.record.record_id == record.record_id; });
    if (known != out.evidence.end()) {
      out.findings[at].evidence.push_back(static_cast<std::size_t>(known - out.evidence.begin()));
      return;
    }
    const CaseFinding& finding = *out.findings[at].finding;
    PackedEvidence packed{fmt::format("E{}", out.evidence.size() + 1), record, at,
                          options_.raw_examples && !record.excerpt.empty() ? clean(record.excerpt) : subject(incident_, finding)};
    const double cost = static_cast<double>(line_of(packed, out).size());
    if (out.evidence.size() >= kEvidenceMax || cost > left_) {
      ++out.evidence_left_out;
      return;
    }
    left_ -= cost;
    out.findings[at].evidence.push_back(out.evidence.size());
    out.evidence.push_back(std::move(packed));
  }

  [[nodiscard]] std::string line_of(const PackedFinding& packed, const EvidencePack& out) const {
    const CaseFinding& finding = *packed.finding;
    std::string names;
    for (const std::size_t at : packed.evidence) names += (names.empty() ? "" : ",") + out.evidence[at].name;
    std::string about = finding.rule_id.empty() ? "" : " | rule " + clean(finding.rule_id);
    if (packed.evidence.empty()) about += " | " + subject(incident_, finding);
    return fmt::format("{} | {} | {} | {} | onset {} | observed {:g} expected {:.1f} total {} | {}{}\n", packed.name, finding.kind,
                       clean(finding.service), finding.severity, moment(finding.onset), finding.observed, finding.expected, finding.total,
                       names, about);
  }

  [[nodiscard]] std::string line_of(const PackedEvidence& packed, const EvidencePack& out) const {
    const CaseFinding& finding = *out.findings[packed.finding].finding;
    return fmt::format("{} | {} | {} | {} | n={} | {}\n", packed.name, moment(packed.record.time), clean(finding.service), finding.severity,
                       finding.total, packed.text);
  }

  std::string context_text(EvidencePack& out) const {
    if (options_.context.empty()) return "no metrics, deploy records or other context was given beside the logs\n";
    const auto bytes_max = static_cast<std::size_t>(static_cast<double>(options_.tokens_max) * 2.7 * kContextShare);
    for (std::size_t begin = 0; begin < options_.context.size();) {  // line by line: what a line holds is made printable, its end stays one
      const std::size_t end = std::min(options_.context.find('\n', begin), options_.context.size());
      out.context += printable(std::string_view{options_.context}.substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    out.has_context = true;
    if (out.context.size() > bytes_max) {
      out.context_bytes_left_out = out.context.size() - bytes_max;
      out.context = cut_to(out.context, bytes_max) + "\n";
    }
    return "context given by the operator, not from the logs (cannot be cited):\n" + out.context;
  }

  [[nodiscard]] std::string body_text(const EvidencePack& out) const {
    std::string text = "findings, strongest first:\n";
    for (const PackedFinding& packed : out.findings) text += line_of(packed, out);
    text += "evidence:\n";
    for (const PackedEvidence& packed : out.evidence) text += line_of(packed, out);
    if (out.findings_left_out + out.evidence_left_out + out.context_bytes_left_out > 0)
      text += fmt::format("left out for want of room: {} findings, {} lines of evidence, {} bytes of context\n", out.findings_left_out,
                          out.evidence_left_out, out.context_bytes_left_out);
    return text;
  }

  static constexpr double kNames = 12;  // of evidence, which a finding's line gets later

  const IncidentCase& incident_;
  const PackOptions& options_;
  double left_ = 0;
};

}  // namespace

const PackedFinding* EvidencePack::finding(std::string_view name) const noexcept {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const PackedFinding& one) { return one.name == name; });
  return found == findings.end() ? nullptr : &*found;
}

const PackedEvidence* EvidencePack::record(std::string_view name) const noexcept {
  const auto found = std::find_if(evidence.begin(), evidence.end(), [&](const PackedEvidence& one) { return one.name == name; });
  return found == evidence.end() ? nullptr : &*found;
}

std::size_t tokens_of(std::size_t bytes) noexcept { return static_cast<std::size_t>(static_cast<double>(bytes) / 2.7); }

EvidencePack pack_evidence(const IncidentCase& incident, const PackOptions& options) { return Packer{incident, options}.pack(); }

const CaseFinding* lead_of(const IncidentCase& incident, std::string_view service) noexcept {
  const CaseFinding* best = nullptr;
  const auto weight = [&](const CaseFinding& finding) {
    return std::tuple{!finding.summary.empty() && incident.summary.starts_with(finding.summary), finding.kind == "new_error",
                      finding.notify != "none", finding.kind != "deploy", finding.score};
  };
  for (const CaseFinding& finding : incident.findings)
    if (finding.service == service && (best == nullptr || weight(finding) > weight(*best))) best = &finding;
  return best;
}

}  // namespace loglode::rca

#include <fmt/format.h>

#include <iterator>
#include <map>

#include "base/terminal_text.h"
#include "sinks/report.h"
#include "sinks/seen_errors.h"

namespace loglode {

namespace {

class Page {
 public:
  explicit Page(const ReportInput& input) : input_{input} {
    for (const Finding& finding : input.judgement.findings) findings_.emplace(finding.finding_id, &finding);
  }

  std::string write() {
    header();
    for (const Incident& incident : input_.judgement.incidents) this->incident(incident);
    if (input_.judgement.incidents.empty()) nothing_found();
    findings();
    services();
    problems();
    return std::move(out_);
  }

 private:
  template <class... T>
  void put(fmt::format_string<T...> text, T&&... values) {
    fmt::format_to(std::back_inserter(out_), text, std::forward<T>(values)...);
  }

  void header() {
    const JudgedScope& scope = input_.judgement.scope;
    put("# Log analysis\n\n{} services, {} lines, {} templates", input_.judgement.services.size(), with_commas(input_.stats.lines),
        with_commas(input_.judgement.templates.size()));
    if (scope.first != kNoTime && !scope.ordinal) put(", {}", span_text(scope.first, scope.last));
    if (scope.since_boot_s) put(", {}", boot_span_text(*scope.since_boot_s));
    put(". {}.\n\n", scope.has_baseline ? "Judged against the baseline" : "No baseline given: judged against its own first part");
    if (input_.stats.stopped_early) put("**Partial**: {}.\n\n", kStoppedEarly);
  }

  void nothing_found() {
    const std::vector<SeenError> seen = seen_errors(input_.judgement);
    if (!seen.empty() && seen.front().finding->severity >= Severity::fatal)
      put("## No incident, but FATAL\n\n{}\n\n", markdown_text(seen.front().finding->summary));
    else
      put("## No incident\n\n");
    for (const std::string& note : input_.judgement.scope.notes) put("- {}\n", markdown_text(note));
    for (const std::string& remark : input_.judgement.scope.remarks) put("- {}\n", markdown_text(remark));
    put("\n");
  }

  void incident(const Incident& incident) {
    put("## Incident {}: {}\n\n{}\n\n", incident.incident_id, name_of(incident.severity), markdown_text(incident.summary));
    put("| time (UTC) | service | what | finding | records |\n|---|---|---|---|---|\n");
    for (const std::string& id : incident.findings) {
      const auto found = findings_.find(id);
      if (found == findings_.end()) continue;
      const Finding& finding = *found->second;
      put("| {} | {} | {} | {} | {} |\n", to_rfc3339(finding.start), markdown_cell(finding.service), word_for(finding.kind),
          markdown_cell(subject_of(finding, input_.rules)), with_commas(finding.total));
    }
    put("\nSuspects:\n\n");
    for (const Suspect& suspect : incident.suspects) {
      put("{}. **{}** {:.1f}", suspect.rank, markdown_text(suspect.service), suspect.score);
      for (const ScoreTerm& term : suspect.terms) put(", {} {:.1f}", markdown_text(term.name), term.value);
      put("\n");
    }
    put("\nEvidence:\n\n");
    for (const std::string& id : incident.findings) {
      const auto found = findings_.find(id);
      if (found == findings_.end()) continue;
      for (const Evidence& proof : found->second->evidence) {
        put("- {}:{} {} ({})\n", markdown_text(proof.origin.path), proof.origin.line, markdown_text(proof.excerpt), proof.record_id);
      }
    }
    put("\n");
  }

  void findings() {
    if (input_.judgement.findings.empty()) return;
    put("## Findings\n\n| kind | service | summary | score |\n|---|---|---|---|\n");
    for (const Finding& finding : input_.judgement.findings) {
      put("| {} | {} | {} | {:.1f} |\n", name_of(finding.kind), markdown_cell(finding.service), markdown_cell(finding.summary),
          finding.score);
    }
    put("\n");
  }

  void services() {
    put("## Services\n\n| service | records | templates | errors | warnings | first new error |\n|---|---|---|---|---|---|\n");
    for (const ServiceOverview& service : input_.judgement.services) {
      put("| {} | {} | {} | {} | {} | {} |\n", markdown_cell(service.service), with_commas(service.records), service.templates,
          with_commas(service.errors), with_commas(service.warnings), to_rfc3339(service.first_error));
    }
    put("\n");
  }

  void problems() {
    if (input_.stats.problems.empty()) return;
    put("## Not read\n\n");
    for (const InputProblem& problem : input_.stats.problems) put("- {}\n", markdown_text(problem_text(problem)));
  }

  const ReportInput& input_;
  std::map<std::string_view, const Finding*> findings_;
  std::string out_;
};

}  // namespace

std::string markdown_report(const ReportInput& input) { return Page{input}.write(); }

}  // namespace loglode

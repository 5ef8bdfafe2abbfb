#include "rca/answer/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/terminal_text.h"
#include "rca/answer/answer.h"
#include "rca/answer/prompt.h"

namespace loglode::rca {

namespace {

constexpr std::size_t kProblemsTold = 12, kAnswerRepeated = 8000;

Severity severity_of(const IncidentCase& incident) {
  if (incident.severity == "critical") return Severity::fatal;
  if (incident.severity == "error") return Severity::error;
  return incident.severity == "warning" ? Severity::warn : Severity::info;
}

std::string problems_text(const std::vector<std::string>& problems) {
  std::string out;
  for (std::size_t i = 0; i < std::min(problems.size(), kProblemsTold); ++i) out += (out.empty() ? "" : "\n") + problems[i];
  return out;
}

void take_failure(AiPart& ai, const ModelAnswer& answer) {
  ai.reason = answer.reason;
  ai.request_id = answer.request_id;
  if (answer.retry_at) ai.retry_at = to_rfc3339(*answer.retry_at);
}

/// What of an answer can be used, or what is to be said about it.
struct Read {
  std::optional<CheckedAnswer> answer;
  std::string problems;
};

Read read_answer(const ModelAnswer& given, const IncidentCase& incident, const EvidencePack& pack) {
  auto checked = check_answer(given.text, incident, pack);
  if (!checked) return {std::nullopt, "- " + checked.error().message};
  std::string problems = problems_text(checked->problems);
  if (!checked->holds() && problems.empty()) problems = "- no hypothesis and no summary of it stands";
  return {std::move(*checked), std::move(problems)};
}

}  // namespace

ModelRequest request_of(const IncidentCase& incident, const EvidencePack& pack, Language language, const Asking& asking) {
  const Prompt prompt = prompt_of(incident, pack, language, fresh_delimiter());
  ModelRequest out;
  out.system = prompt.system;
  out.user = prompt.user;
  out.schema = prompt.schema;
  out.incident_id = incident.id;
  out.severity = severity_of(incident);
  out.fingerprint = incident.fingerprint + (language == Language::zh ? "/zh" : "");
  for (const PackedEvidence& packed : pack.evidence)
    out.evidence.push_back(pack.findings[packed.finding].finding->template_id + packed.record.record_id);
  out.masked = asking.masked;
  return out;
}

void explain_with(ModelClient& client, RcaReport& report, const IncidentCase& incident, const EvidencePack& pack, const Asking& asking,
                  std::stop_token stop) {
  AiPart& ai = report.ai;
  ai.model = client.config().model;
  ModelRequest request = request_of(incident, pack, report.language, asking);
  ModelAnswer first = client.ask(request, stop);
  if (first.from_cache && first.evidence != request.evidence) {  // its names are of another pack
    request.is_repair = true;
    first = client.ask(request, stop);
  }
  if (first.status != ModelAnswer::Status::ok) return take_failure(ai, first);
  ai.request_id = first.request_id;
  Read read = read_answer(first, incident, pack);
  if (!read.answer || !read.answer->holds()) {
    const std::string delimiter = request.user.substr(0, request.user.find('\n'));
    request.user += "\nYour answer was:\n" + delimiter + "\n" + cut_to(first.text, kAnswerRepeated) + "\n" + delimiter + "\n" +
                    repair_text(read.problems);
    request.is_repair = true;
    const ModelAnswer second = client.ask(request, stop);
    if (second.status != ModelAnswer::Status::ok) {
      take_failure(ai, second);
      ai.reason = fmt::format("the answer of {} did not hold against the evidence, and it could not be asked again: {}",
                              client.config().model, second.reason);
      return;
    }
    ai.request_id = second.request_id;
    read = read_answer(second, incident, pack);
  }
  if (!read.answer || !read.answer->holds()) {
    ai.reason =
        fmt::format("the answer of {} did not hold against the evidence, nor after one repair: {}", client.config().model, read.problems);
    return;
  }
  ai.reason = first.from_cache ? "answered from memory: the same incident was explained before" : "";
  add_answer(report, std::move(*read.answer));
}

}  // namespace loglode::rca

#include "rca/report/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rca/report/report_words.h"

namespace loglode::rca {

namespace {

constexpr std::size_t kStepsShown = 12, kFindingsShown = 10, kSuspectsShown = 3, kEvidenceShown = 8;
constexpr std::size_t kShortId = 12;  // of a record id: enough for `context`

struct Row {
  std::string label, text;
  bool is_command = false;
};
struct Section {
  std::string title;
  std::vector<Row> rows;
};

std::string clock(Timestamp time) { return time == kNoTime ? "no time" : to_rfc3339(time).substr(0, 23) + "Z"; }

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

Section suspects_section(const IncidentCase& incident, const ReportWords& words) {
  Section out{std::string{words.suspects}, {}};
  for (std::size_t i = 0; i < std::min(incident.suspects.size(), kSuspectsShown); ++i) {
    const CaseSuspect& suspect = incident.suspects[i];
    std::string terms;
    for (const auto& [name, value] : suspect.terms) terms += fmt::format("{} {:.1f}  ", name, value);
    out.rows.push_back({suspect.service, fmt::format("{:.1f} = {}", suspect.score, terms)});
  }
  return out;
}

Section timeline_section(const IncidentCase& incident, const ReportWords& words) {
  Section out{std::string{words.timeline}, {}};
  for (std::size_t i = 0; i < std::min(incident.timeline.size(), kStepsShown); ++i)
    out.rows.push_back({clock(incident.timeline[i].time), incident.timeline[i].service + ": " + incident.timeline[i].what});
  if (incident.timeline.size() > kStepsShown) out.rows.push_back({"", fmt::format("… {} more", incident.timeline.size() - kStepsShown)});
  return out;
}

Section changed_section(const EvidencePack& pack, const ReportWords& words) {
  Section out{std::string{words.changed}, {}};
  for (std::size_t i = 0; i < std::min(pack.findings.size(), kFindingsShown); ++i) {
    const CaseFinding& finding = *pack.findings[i].finding;
    out.rows.push_back({fmt::format("{} {}", pack.findings[i].name, finding.kind),
                        fmt::format("{} (observed {:g}, expected {:.1f})", finding.summary, finding.observed, finding.expected)});
  }
  const std::size_t rest = pack.findings.size() - std::min(pack.findings.size(), kFindingsShown) + pack.findings_left_out;
  if (rest > 0) out.rows.push_back({"", fmt::format("… {} more", rest)});
  return out;
}

Section impact_section(const IncidentCase& incident, const ReportWords& words) {
  Section out{std::string{words.impact}, {{"services", joined(incident.services)}}};
  if (incident.requests_failed > 0) out.rows.push_back({"requests failed", with_commas(incident.requests_failed)});
  if (!incident.first_user_visible.empty()) out.rows.push_back({"users see it at", incident.first_user_visible});
  for (const auto& [service, users] : incident.user_count)
    out.rows.push_back({"users seen", fmt::format("{} different in lines of {}", with_commas(users), service)});
  return out;
}

Section known_section(const RcaReport& report, const ReportWords& words) {
  Section out{std::string{words.known_errors}, {}};
  for (const ExplainedError& error : report.known_errors) {
    out.rows.push_back({error.id, error.title + " (" + error.service + "; " + error.why + ")"});
    const std::pair<const char*, const std::string*> parts[] = {{"meaning", &error.meaning},
                                                                {"look at", &error.look},
                                                                {"safe action", &error.action},
                                                                {"risk", &error.risk},
                                                                {"verify", &error.verify}};
    for (const auto& [label, text] : parts)
      if (!text->empty()) out.rows.push_back({label, *text});
  }
  return out;
}

Section confirm_section(const RcaReport& report, const ReportWords& words) {
  Section out{std::string{words.confirm}, {}};
  std::set<std::string> told;
  for (const ExplainedError& error : report.known_errors)
    for (const std::string& check : error.checks)
      if (told.insert(check).second) out.rows.push_back({error.id, check, true});
  return out;
}

Section ai_section(const RcaReport& report, const ReportWords& words) {
  const AiPart& ai = report.ai;
  if (ai.status == "manual" && ai.model.empty()) return {std::string{words.ai}, {{std::string{words.not_asked}, ai.reason}}};
  Section out{std::string{words.ai},
              {{"status", ai.status}, {"root cause", ai.root_cause}, {"confidence", fmt::format("{:.2f}", ai.confidence)}}};
  if (!ai.summary.empty()) out.rows.push_back({"summary", ai.summary});
  if (!ai.reason.empty()) out.rows.push_back({"reason", ai.reason});
  if (!ai.request_id.empty()) out.rows.push_back({"request", ai.request_id});
  if (!ai.retry_at.empty()) out.rows.push_back({"next try", ai.retry_at});
  if (ai.sentences > 0)
    out.rows.push_back(
        {"checked", fmt::format("{} sentences, {} supported, {} unverified; {} statements and names struck; {} of {} citations exist",
                                ai.sentences, ai.supported, ai.unverified, ai.struck, ai.citations_valid, ai.citations)});
  return out;
}

std::string_view decision_word(std::string_view decision, const ReportWords& words) {
  return decision == "page" ? words.page : decision == "watch" ? words.watch : words.ignore;
}

std::vector<Section> sections_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack) {
  const ReportWords& words = words_of(report.language);
  std::vector<Section> out{{std::string{words.root_cause}, {{"", report.summary}}}};
  if (report.status != "manual") {
    Section guesses{std::string{words.hypothesis}, {}};
    for (const Hypothesis& one : report.hypotheses)
      guesses.rows.push_back({fmt::format("{}. {}", one.rank, one.root_service),
                              fmt::format("{} (confidence {:.2f}) [{}]", one.root_cause, one.confidence, joined(one.evidence))});
    out.push_back(std::move(guesses));
  }
  out.push_back({std::string{words.decision}, {{std::string{decision_word(report.decision, words)}, report.decision_reason}}});
  out.push_back(suspects_section(incident, words));
  out.push_back(timeline_section(incident, words));
  out.push_back(changed_section(pack, words));
  out.push_back(impact_section(incident, words));
  Section changes{std::string{words.changes}, {}};
  for (const CaseFinding& change : incident.changes) changes.rows.push_back({clock(change.onset), change.summary});
  if (changes.rows.empty()) changes.rows.push_back({"", std::string{words.none_seen}});
  out.push_back(std::move(changes));
  out.push_back(known_section(report, words));
  out.push_back(confirm_section(report, words));
  Section steps{std::string{words.steps}, {}};
  for (const ResolutionStep& step : report.steps)
    steps.rows.push_back({step.kind, step.risk.empty() ? step.action : step.action + " (risk " + step.risk + ")"});
  out.push_back(std::move(steps));
  Section earlier{std::string{words.earlier}, {}};
  for (const EarlierIncident& one : incident.earlier) earlier.rows.push_back({"incident " + one.id, clock(one.opened) + " " + one.summary});
  out.push_back(std::move(earlier));
  Section owners{std::string{words.owners}, {}};
  for (const ServiceOwner& one : report.owners)
    owners.rows.push_back(
        {one.service, one.owner + (one.runbook.empty() ? "" : "  " + one.runbook) + (one.channel.empty() ? "" : "  " + one.channel)});
  if (owners.rows.empty()) owners.rows.push_back({"", std::string{words.nobody}});
  out.push_back(std::move(owners));
  if (pack.has_context) {
    Section given{std::string{words.context}, {}};
    for (std::size_t begin = 0; begin < pack.context.size();) {
      const std::size_t end = std::min(pack.context.find('\n', begin), pack.context.size());
      given.rows.push_back({"", pack.context.substr(begin, end - begin)});
      begin = end + 1;
    }
    out.push_back(std::move(given));
  }
  Section missing{std::string{words.missing}, {}};
  for (const std::string& text : report.missing_data) missing.rows.push_back({"", text});
  out.push_back(std::move(missing));
  Section evidence{std::string{words.evidence}, {}};
  for (std::size_t i = 0; i < std::min(pack.evidence.size(), kEvidenceShown); ++i) {
    const PackedEvidence& packed = pack.evidence[i];
    evidence.rows.push_back(
        {packed.name, packed.record.place + "  " + (packed.record.excerpt.empty() ? packed.text : packed.record.excerpt)});
    if (!packed.record.record_id.empty())
      evidence.rows.push_back({"", "loglode context " + packed.record.record_id.substr(0, kShortId), true});
  }
  out.push_back(std::move(evidence));
  out.push_back(ai_section(report, words));
  std::erase_if(out, [](const Section& section) { return section.rows.empty(); });
  return out;
}

std::string title_of(const RcaReport& report, const IncidentCase& incident) {
  return fmt::format("incident {}  {}  {}  {}", report.incident_id, report.severity,
                     decision_word(report.decision, words_of(report.language)),
                     incident.onset == kNoTime ? "no times" : clock(incident.onset));
}

}  // namespace

std::string terminal_text_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack, const Paint& paint,
                             std::size_t columns) {
  constexpr std::size_t kLabel = 24;
  std::string out = paint.bold(printable(title_of(report, incident))) + "\n";
  for (const Section& section : sections_of(report, incident, pack)) {
    out += "\n" + paint.bold(section.title) + "\n";
    for (const Row& row : section.rows) {
      const std::string label = printable(row.label), text = printable(row.text);
      if (row.is_command)
        out += "  " + text + "\n";  // whole, on a line of its own: it is copied
      else if (label.empty())
        out += wrapped("  ", text, columns);
      else
        out += wrapped("  " + (columns_of(label) > kLabel ? label : pad_to(label, kLabel)) + "  ", text, columns);
    }
  }
  return out;
}

std::string markdown_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack) {
  std::string out = "# " + markdown_text(title_of(report, incident)) + "\n";
  for (const Section& section : sections_of(report, incident, pack)) {
    out += "\n## " + section.title + "\n\n";
    for (const Row& row : section.rows) {
      if (row.is_command)
        out += "    " + printable(row.text) + "\n";
      else
        out += (row.label.empty() ? "" : "- **" + markdown_text(row.label) + "** ") + markdown_text(row.text) + "\n" +
               (row.label.empty() ? "\n" : "");
    }
  }
  return out;
}

std::string html_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack) {
  std::string out = "<!doctype html>\n<html lang=\"" + std::string{report.language == Language::zh ? "zh" : "en"} +
                    "\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                    "'unsafe-inline'\">"
                    "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
                    html_text(title_of(report, incident)) +
                    "</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
                    "1rem}h2{font-size:1rem;margin:1.5rem 0 .25rem}"
                    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem "
                    "1rem;margin:0}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}"
                    "pre{background:#8882;padding:.4rem;white-space:pre-wrap;margin:.2rem 0}p{margin:.2rem "
                    "0}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style></head><body>\n<h1>" +
                    html_text(title_of(report, incident)) + "</h1>\n";
  for (const Section& section : sections_of(report, incident, pack)) {
    out += "<h2>" + html_text(section.title) + "</h2>\n";
    for (const Row& row : section.rows) {
      if (row.is_command)
        out += "<pre>" + html_text(row.text) + "</pre>\n";
      else if (row.label.empty())
        out += "<p>" + html_text(row.text) + "</p>\n";
      else
        out += "<dl><dt>" + html_text(row.label) + "</dt><dd>" + html_text(row.text) + "</dd></dl>\n";
    }
  }
  return out + "</body></html>\n";
}

}  // namespace loglode::rca

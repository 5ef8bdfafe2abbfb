#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>

#include "base/terminal_text.h"
#include "sinks/report.h"
#include "sinks/seen_errors.h"

namespace loglode {

namespace {

constexpr std::size_t kFindingsShown = 8;  // of one incident; the rest is behind `incidents show`
constexpr std::size_t kIncidentsShown = 5;
constexpr std::uint64_t kRecordsJudged = 20;  // fewer have no first part to compare with
constexpr std::size_t kSeenShown = 16;        // errors, where there is no incident
constexpr std::size_t kListShown = 8;         // rows of FREQUENT, SILENT, NEW
constexpr std::size_t kServicesShown = 12;
constexpr std::size_t kEvidenceShown = 3;
constexpr std::size_t kShortId = 12;  // of a record id: enough for `context`, which takes any beginning that one record alone has

/// 1 line, 2,000 lines
std::string counted(std::uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", with_commas(number), what, number == 1 ? "" : "s");
}

double seconds_between(Timestamp from, Timestamp to) { return std::chrono::duration<double>(to - from).count(); }

template <class T>
std::string joined(const std::vector<T>& items, std::string_view between) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += between;
    out += printable(item);
  }
  return out;
}

// Builds the screen line by line; every text that came from logs passes printable() before it gets here.
class Screen {
 public:
  Screen(const ReportInput& input, const ScreenStyle& style)
      : input_{input}, columns_{std::max<std::size_t>(style.columns, 40)}, paint_{style.color} {
    for (const Finding& finding : input.judgement.findings) findings_.emplace(finding.finding_id, &finding);
  }

  std::string draw() {
    header();
    incidents();
    frequent_and_silent();
    errors_seen();
    others();
    services();
    not_read();
    not_judged();
    return std::move(out_);
  }

 private:
  const Judgement& judgement() const { return input_.judgement; }
  void line(std::string_view text = {}) { out_.append(text).append("\n"); }

  // `left`, then `right` at the right edge when both fit, else on a line of its own.
  void line(const std::string& left, const std::string& right, std::size_t left_columns, std::size_t right_columns) {
    if (right_columns == 0) {
      line(left);
    } else if (left_columns + 2 + right_columns <= columns_) {
      line(left + std::string(columns_ - left_columns - right_columns, ' ') + right);
    } else {
      line(left);
      line("  " + right);
    }
  }

  void header() {
    const JudgedScope& scope = judgement().scope;
    const RunStats& stats = input_.stats;
    std::string text = fmt::format("{} {} · {} lines", judgement().services.size(),
                                   judgement().services.size() == 1 ? "service" : "services", with_commas(stats.lines));
    if (scope.first != kNoTime && !scope.ordinal) text += " · " + span_text(scope.first, scope.last);
    if (scope.since_boot_s) text += " · " + boot_span_text(*scope.since_boot_s);
    text += fmt::format(" · {} templates · {}", with_commas(judgement().templates.size()), short_duration(stats.seconds_wall));
    std::string basis = scope.has_baseline ? "judged against the baseline" : "no baseline given: judged against its own first part";
    if (judgement().services.empty()) basis.clear();
    if (columns_of(text) > columns_) {
      wrapped("", text);
      if (!basis.empty()) line("  " + paint_.dim(basis));
    } else {
      line(paint_.bold(text), paint_.dim(basis), columns_of(text), columns_of(basis));
    }
    if (stats.stopped_early) wrapped(paint_.yellow("PARTIAL") + "  ", columns_of("PARTIAL  "), kStoppedEarly);
    line();
  }

  void incidents() {
    const auto& all = judgement().incidents;
    if (all.empty()) {
      nothing_found();
      return;
    }
    // What is graver than every incident comes before them, whatever it was compared with.
    if (const Finding* worst = worst_alone();
        worst != nullptr && worst->severity >= Severity::fatal && all.front().severity < IncidentSeverity::critical) {
      alone(*worst, "FATAL, IN NO INCIDENT");
      line();
    }
    for (std::size_t i = 0; i < std::min(all.size(), kIncidentsShown); ++i) incident(all[i]);
    if (all.size() > kIncidentsShown) {
      line(paint_.dim(fmt::format("and {} more incidents: loglode incidents list", all.size() - kIncidentsShown)));
      line();
    }
  }

  void nothing_found() {
    if (input_.stats.records == 0) {
      line("Nothing to judge: no records were read.");
      return line();
    }
    if (const Finding* worst = worst_alone()) {
      alone(*worst, worst->severity >= Severity::fatal ? "NO INCIDENT, BUT FATAL" : "NO INCIDENT, BUT ERROR");
    } else {
      line(judgement().findings.empty() ? "NO INCIDENT and no findings." : "NO INCIDENT.");
    }
    for (const std::string& note : judgement().scope.notes) line("  " + paint_.dim(cut_to(printable(note), columns_ - 2)));
    line();
  }

  void alone(const Finding& worst, const std::string& title) {
    wrapped(paint_.bold_red(title) + "  ", columns_of(title) + 2, printable(worst.service) + ": " + printable(said_by(worst)));
    const std::string where = worst.evidence.empty() ? "" : where_of(worst.evidence.front()) + "; ";
    const std::string why = is_short() ? "there is too little before it to tell whether that is new" : worst.why_quiet;
    const std::string remedy = judgement().scope.has_baseline ? "" : ", or give a --baseline of a good day";
    wrapped("  ", where + why + (why.empty() ? "" : ": ") + "look at it yourself" + remedy);
  }

  // Too little to tell what is new in it.
  bool is_short() const { return input_.stats.records < kRecordsJudged; }

  // The first FATAL that nothing explains; any error where there is too little to judge.
  const Finding* worst_alone() const {
    const std::vector<SeenError> seen = seen_errors(judgement());
    if (seen.empty() || (seen.front().finding->severity < Severity::fatal && !is_short())) return nullptr;
    return seen.front().finding;
  }

  std::string painted_severity(IncidentSeverity severity) const {
    const std::string_view name = name_of(severity);
    return severity >= IncidentSeverity::error ? paint_.bold_red(name) : paint_.yellow(name);
  }

  void incident(const Incident& incident) {
    std::string span = moment(incident.onset == kNoTime ? incident.opened_at : incident.onset);
    if (const std::string end = end_of(incident); !end.empty() && end != span) span += " - " + end;
    if (judgement().scope.ordinal || span == "?") span.clear();
    if (!span.empty()) span = "  " + span + in_own_offset(incident);
    const std::string path = cut_to(path_of(incident), columns_ > 60 ? columns_ - 44 : columns_ - 2);
    const std::string basis = basis_of(incident);
    const std::string head =
        fmt::format("{}  {}{}", paint_.bold("INCIDENT " + incident.incident_id), painted_severity(incident.severity), span);
    const std::size_t head_columns = columns_of(fmt::format("INCIDENT {}  {}{}", incident.incident_id, name_of(incident.severity), span));
    if (head_columns + 3 + columns_of(path) <= columns_) {
      line(head + "   " + paint_.bold(path), paint_.dim(basis), head_columns + 3 + columns_of(path), columns_of(basis));
    } else {
      line(head);
      line("  " + paint_.bold(path), paint_.dim(basis), 2 + columns_of(path), columns_of(basis));
    }
    wrapped("  ", printable(incident.summary));
    const std::vector<const Finding*> shown = findings_of(incident);
    const Timestamp origin = incident.onset == kNoTime ? incident.opened_at : incident.onset;
    std::size_t service_columns = 0;
    for (const Finding* finding : shown) service_columns = std::max(service_columns, columns_of(printable(finding->service)));
    service_columns = std::min<std::size_t>(service_columns, 24);
    for (const Finding* finding : shown) finding_line(*finding, origin, service_columns);
    if (incident.findings.size() > shown.size()) {
      line(paint_.dim(fmt::format("   and {} more findings", incident.findings.size() - shown.size())));
    }
    evidence(gravest_first(incident, shown));
    const std::string suspects = suspects_text(incident);
    const std::string more = input_.kept ? "loglode incidents show " + incident.incident_id : "";
    line("  suspects  " + paint_.bold(suspects), paint_.cyan(more), 12 + columns_of(suspects), columns_of(more));
    check_line(gravest_first(incident, shown));
    line();
  }

  // The time of day, with the day where the input has several.
  std::string moment(Timestamp time) const {
    const auto day = [](Timestamp of) { return to_rfc3339(of).substr(0, 10); };
    const JudgedScope& scope = judgement().scope;
    return scope.first == kNoTime || day(scope.first) == day(scope.last) ? clock_text(time) : day(time) + " " + clock_text(time);
  }

  std::string end_of(const Incident& incident) const { return incident.closed_at == kNoTime ? "" : moment(incident.closed_at); }

  // The same times as the log shows them, where it shows them in one offset that is not UTC.
  std::string in_own_offset(const Incident& incident) const {
    const std::int32_t offset = input_.stats.utc_offset_s.value_or(0);
    if (offset == 0) return "";
    const auto shown = [&](Timestamp time) { return moment(time + std::chrono::seconds{offset}); };
    const std::string from = shown(incident.onset == kNoTime ? incident.opened_at : incident.onset);
    const std::string to = incident.closed_at == kNoTime ? from : shown(incident.closed_at);
    return fmt::format(" UTC ({}{}, {} in the log)", from, to == from ? "" : " - " + to, offset_text(offset));
  }

  // An arrow before each service that began after another one, as far as clocks tell.
  static std::string path_of(const Incident& incident) {
    std::string out;
    for (const std::string& service : incident.services) {
      const bool later =
          std::any_of(incident.edges.begin(), incident.edges.end(), [&](const CascadeEdge& edge) { return edge.to == service; });
      out += (out.empty() ? "" : later ? " → " : " · ") + printable(service);
    }
    return out;
  }

  static std::string basis_of(const Incident& incident) {
    if (incident.services.size() < 2) return "";
    if (incident.shared_traces == 0 && incident.edges.empty()) return "(at the same time)";
    return incident.shared_traces == 0 ? "(order of onset)"
                                       : fmt::format("(order, and {} shared traces)", with_commas(incident.shared_traces));
  }

  // The strongest few, told in order of time.
  std::vector<const Finding*> findings_of(const Incident& incident) const {
    std::vector<const Finding*> shown;
    for (const std::string& id : incident.findings) {
      const auto found = findings_.find(id);
      if (found != findings_.end()) shown.push_back(found->second);
    }
    // What wakes people is shown, however much is said more often.
    std::stable_partition(shown.begin(), shown.end(), [](const Finding* finding) { return finding->notify == Notify::page; });
    if (shown.size() > kFindingsShown) shown.resize(kFindingsShown);
    std::stable_sort(shown.begin(), shown.end(), [](const Finding* a, const Finding* b) {
      if (a->start != kNoTime || b->start != kNoTime) return a->start < b->start;
      return line_of(*a) < line_of(*b);
    });
    return shown;
  }

  static std::uint64_t line_of(const Finding& finding) { return finding.evidence.empty() ? 0 : finding.evidence.front().origin.line; }

  void finding_line(const Finding& finding, Timestamp origin, std::size_t service_columns) {
    const std::string offset =
        judgement().scope.ordinal || finding.start == kNoTime
            ? std::string{}
            : fmt::format("{}{}", finding.start < origin ? "" : "+", short_duration(seconds_between(origin, finding.start)));
    const std::string head = fmt::format("   {:>8}  {}  ", offset, pad_to(printable(finding.service), service_columns));
    const std::string word = word_for(finding.kind);
    const std::string numbers = numbers_of(finding);
    const std::size_t used = columns_of(head) + 10 + columns_of(numbers) + 1;
    const std::string subject = cut_to(printable(subject_of(finding, input_.rules)), columns_ > used + 10 ? columns_ - used : 10);
    line(fmt::format("{}{:<10}{} {}", head, word, subject, paint_.bold(numbers)));
  }

  static std::string numbers_of(const Finding& finding) {
    switch (finding.kind) {
      case FindingKind::rate_up:
      case FindingKind::rate_down:
        return fmt::format("×{} (expected {})", with_commas(static_cast<std::uint64_t>(finding.observed + 0.5)),
                           number_text(finding.expected));
      case FindingKind::value_shift:
        return fmt::format("{} → {}", short_duration(finding.expected / 1000), short_duration(finding.observed / 1000));
      case FindingKind::silent:
        return fmt::format("(expected {})", number_text(finding.expected));
      default:
        return "×" + with_commas(finding.total != 0 ? finding.total : static_cast<std::uint64_t>(finding.observed + 0.5));
    }
  }

  static std::string number_text(double value) {
    return value >= 10 ? with_commas(static_cast<std::uint64_t>(value + 0.5)) : fmt::format("{:.1f}", value);
  }

  // The finding that the headline is about before all others, changes after what they may have changed.
  static std::vector<const Finding*> gravest_first(const Incident& incident, std::vector<const Finding*> shown) {
    const auto rank = [&](const Finding* finding) {
      if (finding->finding_id == incident.findings.front()) return 0;
      return finding->kind == FindingKind::deploy ? 2 : 1;
    };
    std::stable_sort(shown.begin(), shown.end(), [&](const Finding* a, const Finding* b) { return rank(a) < rank(b); });
    return shown;
  }

  // One record of evidence for each of the first findings that have any: what it says, the first one whole, and where it stands.
  void evidence(const std::vector<const Finding*>& shown) {
    std::set<std::string_view> told;
    for (const Finding* finding : shown) {
      if (finding->evidence.empty() || told.size() == kEvidenceShown) continue;
      const Evidence& proof = finding->evidence.front();
      if (proof.excerpt.empty() || !told.insert(proof.record_id).second) continue;
      if (told.size() == 1)
        wrapped("  evidence  ", printable(proof.excerpt));
      else
        line("  evidence  " + cut_to(printable(proof.excerpt), columns_ - 12));
      const std::string where = fmt::format("{}:{}", printable(proof.origin.path), proof.origin.line);
      const std::string command = input_.kept ? "loglode context " + proof.record_id.substr(0, kShortId) : "";
      line("            " + paint_.dim(where), paint_.cyan(command), 12 + columns_of(where), columns_of(command));
    }
  }

  static std::string suspects_text(const Incident& incident) {
    std::string out;
    for (std::size_t i = 0; i < std::min<std::size_t>(incident.suspects.size(), 4); ++i) {
      if (i != 0) out += " · ";
      out += fmt::format("{} {:.1f}", printable(incident.suspects[i].service), incident.suspects[i].score);
    }
    return out.empty() ? "none" : out;
  }

  void check_line(const std::vector<const Finding*>& shown) {
    for (const Finding* finding : shown) {
      const RuleInfo* rule = rule_of(*finding);
      if (rule == nullptr || rule->check.empty()) continue;
      wrapped("  check     ", fmt::format("{}   (known error {})", rule->check, rule->id));
      return;
    }
  }

  const RuleInfo* rule_of(const Finding& finding) const {
    const auto found =
        std::find_if(input_.rules.begin(), input_.rules.end(), [&](const RuleInfo& rule) { return rule.id == finding.rule_id; });
    return found == input_.rules.end() ? nullptr : &*found;
  }

  std::vector<const Finding*> of_kind(FindingKind kind) const {
    std::vector<const Finding*> out;
    for (const Finding& finding : judgement().findings)
      if (finding.kind == kind) out.push_back(&finding);
    return out;
  }

  void frequent_and_silent() {
    auto frequent = of_kind(FindingKind::frequent);
    std::stable_sort(frequent.begin(), frequent.end(), [](const Finding* a, const Finding* b) { return a->total > b->total; });
    if (!frequent.empty()) {
      section("FREQUENT ERRORS", fmt::format("(more than {} in {:g} s)", input_.frequent_count, input_.frequent_window_seconds));
      rows(frequent, [&](const Finding& finding) {
        return fmt::format("{:>9}  {}  {}", with_commas(finding.total), pad_to(printable(finding.service), 16),
                           printable(subject_of(finding, input_.rules)));
      });
    }
    const auto silent = of_kind(FindingKind::silent);
    if (!silent.empty()) {
      section("SILENT", "");
      rows(silent, [&](const Finding& finding) { return "  " + printable(finding.summary); });
    }
  }

  // Each error that nothing above is about, FATAL ones first, then as they stand in the input: nothing bad is left unsaid.
  void errors_seen() {
    const std::vector<SeenError> seen = seen_errors(judgement());
    if (seen.empty()) return;
    const std::size_t shown = std::min(seen.size(), judgement().incidents.empty() ? kSeenShown : kListShown);
    section("ERRORS SEEN", "(once each; in no incident)");
    for (std::size_t i = 0; i < shown; ++i) {
      const Finding& finding = *seen[i].finding;
      const std::string below = seen[i].lines_below == 0 ? "" : fmt::format("  (+{} below it)", seen[i].lines_below);
      const std::string where = below + (finding.evidence.empty() ? "" : "  " + where_of(finding.evidence.front()));
      const bool fatal = finding.severity >= Severity::fatal;
      const std::string head = fmt::format("{:>9}  {}{}  ", "×" + with_commas(finding.total), fatal ? paint_.bold_red("FATAL ") : "",
                                           pad_to(printable(finding.service), fatal ? 10 : 16));
      const std::size_t used = 9 + 2 + 16 + 2 + columns_of(where);
      line(head + cut_to(printable(said_by(finding)), columns_ > used + 20 ? columns_ - used : 20) + paint_.dim(where));
    }
    if (seen.size() > shown) line(paint_.dim(fmt::format("  and {} more (--findings FILE has all)", seen.size() - shown)));
    line();
  }

  // The record as it was written, where it was kept; columns that are padded with blanks would not fit on the screen.
  std::string said_by(const Finding& finding) const {
    const bool kept = !finding.evidence.empty() && !finding.evidence.front().excerpt.empty();
    std::string said = kept ? finding.evidence.front().excerpt : subject_of(finding, input_.rules);
    said.erase(std::unique(said.begin(), said.end(), [](char a, char b) { return a == ' ' && b == ' '; }), said.end());
    return said;
  }

  static std::string where_of(const Evidence& proof) {
    return proof.origin.path.empty() ? "" : fmt::format("{}:{}", printable(file_name(proof.origin.path)), with_commas(proof.origin.line));
  }

  static std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

  // New errors and changes that belong to no incident.
  void others() {
    std::map<std::string_view, bool> grouped;
    for (const Incident& incident : judgement().incidents)
      for (const std::string& id : incident.findings) grouped[id] = true;
    std::vector<const Finding*> alone;
    for (const Finding& finding : judgement().findings) {
      const bool has_section = finding.kind == FindingKind::frequent || finding.kind == FindingKind::silent || is_seen_error(finding);
      if (!has_section && grouped.count(finding.finding_id) == 0) alone.push_back(&finding);
    }
    if (alone.empty()) return;
    section("ALSO SEEN", "(in no incident)");
    rows(
        alone, [&](const Finding& finding) { return "  " + printable(finding.summary); }, true);
  }

  // The record itself where it says more than the sentence above it.
  void record_of(const Finding& finding) {
    if (finding.evidence.empty()) return;
    const Evidence& proof = finding.evidence.front();
    if (proof.excerpt.empty() || proof.excerpt == finding.template_text) return;
    wrapped("      ", printable(proof.excerpt) + "  " + where_of(proof));
  }

  void section(std::string_view title, std::string_view remark) {
    line(paint_.bold(title) + (remark.empty() ? "" : "  " + paint_.dim(remark)));
  }

  template <class Text>
  void rows(const std::vector<const Finding*>& findings, Text text, bool with_errors_whole = false) {
    for (std::size_t i = 0; i < std::min(findings.size(), kListShown); ++i) {
      line(cut_to(text(*findings[i]), columns_));
      if (with_errors_whole && findings[i]->kind == FindingKind::new_error) record_of(*findings[i]);
    }
    if (findings.size() > kListShown)
      line(paint_.dim(fmt::format("  and {} more (--findings FILE has all)", findings.size() - kListShown)));
    line();
  }

  void services() {
    const auto& all = judgement().services;
    if (all.empty()) return;
    const bool narrow = columns_ < 100;  // the errors must not fall off the edge
    section("SERVICES", "in order of their first new error, then by lines");
    std::vector<const ServiceOverview*> order;
    for (const ServiceOverview& service : all) order.push_back(&service);
    std::stable_sort(order.begin(), order.end(), [](const ServiceOverview* a, const ServiceOverview* b) {
      if ((a->first_error == kNoTime) != (b->first_error == kNoTime)) return a->first_error != kNoTime;
      return a->first_error < b->first_error;
    });
    for (std::size_t i = 0; i < std::min(order.size(), kServicesShown); ++i) {
      const ServiceOverview& service = *order[i];
      std::string text = fmt::format("  {}  {:>{}} lines  {:>5} templates", pad_to(printable(service.service), narrow ? 14 : 24),
                                     with_commas(service.records), narrow ? 7 : 11, service.templates);
      if (service.errors != 0) text += fmt::format("  {:>{}} errors", with_commas(service.errors), narrow ? 5 : 9);
      if (service.first_error != kNoTime && !judgement().scope.ordinal)
        text += (narrow ? "  new " : "  first new error ") + clock_text(service.first_error);
      line(cut_to(text, columns_));
    }
    if (order.size() > kServicesShown) line(paint_.dim(fmt::format("  and {} more services", order.size() - kServicesShown)));
    line();
  }

  void not_read() {
    if (input_.stats.problems.empty()) return;
    section("NOT READ", "");
    for (std::size_t i = 0; i < std::min(input_.stats.problems.size(), kListShown); ++i) {
      const InputProblem& problem = input_.stats.problems[i];
      wrapped("  ", printable(problem_text(problem)));
    }
    if (input_.stats.problems.size() > kListShown)
      line(paint_.dim(fmt::format("  and {} more (--stats FILE has all)", input_.stats.problems.size() - kListShown)));
    line();
  }

  void not_judged() {
    const RunStats& stats = input_.stats;
    std::vector<std::string> parts;
    if (stats.without_time != 0) parts.push_back(counted(stats.without_time, "line") + " without a time (taken to be of the line before)");
    if (stats.late != 0) parts.push_back(fmt::format("{} late (still counted)", with_commas(stats.late)));
    if (stats.lines_cut != 0) parts.push_back(counted(stats.lines_cut, "line") + " cut at the limit");
    if (stats.not_utf8 != 0) parts.push_back(fmt::format("{} not UTF-8", with_commas(stats.not_utf8)));
    if (stats.secrets_masked != 0) parts.push_back(counted(stats.secrets_masked, "secret") + " masked");
    std::uint64_t dropped = 0;
    for (const auto& [reason, lines] : stats.dropped) {
      if (lines != 0) parts.push_back(counted(lines, reason + " line"));
      dropped += lines;
    }
    for (const auto& [limit, times] : stats.limits_hit) parts.push_back(fmt::format("limit {} hit {} times", limit, with_commas(times)));
    for (const std::string& remark : judgement().scope.remarks) wrapped("NOTED  ", printable(remark));
    if (stats.offset_elsewhere_s != 0)
      wrapped("NOTED  ", fmt::format("some logs name no zone and were read as UTC, while others write {}: if they are of the same place, "
                                     "what belongs together stands apart; give --tz",
                                     offset_text(stats.offset_elsewhere_s)));
    if (parts.empty() && dropped == 0) return;
    wrapped("NOTED  ", joined(parts, ", "));
  }

  // Breaks `text` at blanks so that it fits, indented by the width of `head`.
  void wrapped(std::string_view head, std::string_view text) { wrapped(head, columns_of(head), text); }
  void wrapped(std::string_view head, std::size_t indent, std::string_view text) {
    std::string current{head};
    std::size_t used = indent;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      const std::string word = cut_to(text.substr(0, end), columns_ - indent);
      const std::size_t width = columns_of(word);
      if (used != indent && used + 1 + width > columns_) {
        line(current);
        current.assign(indent, ' ');
        used = indent;
      }
      if (used != indent) current += ' ', ++used;
      current += word;
      used += width;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    line(current);
  }

  const ReportInput& input_;
  std::size_t columns_;
  Paint paint_;
  std::map<std::string_view, const Finding*> findings_;
  std::string out_;
};

}  // namespace

std::string human_report(const ReportInput& input, const ScreenStyle& style) { return Screen{input, style}.draw(); }

std::string span_text(Timestamp first, Timestamp last) {
  const std::string a = to_rfc3339(first), b = to_rfc3339(last);
  if (a.substr(0, 10) == b.substr(0, 10)) return fmt::format("{} {}-{} UTC", a.substr(0, 10), a.substr(11, 8), b.substr(11, 8));
  return fmt::format("{} {} - {} {} UTC", a.substr(0, 10), a.substr(11, 8), b.substr(0, 10), b.substr(11, 8));
}

std::string boot_span_text(std::pair<double, double> seconds) {
  return fmt::format("{:.1f}-{:.1f} s since boot", seconds.first, seconds.second);
}

std::string offset_text(std::int32_t seconds) {
  const std::int32_t minutes = std::abs(seconds) / 60;
  return fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string problem_text(const InputProblem& problem) {
  return problem.what.find(problem.path) != std::string::npos ? problem.what : problem.path + ": " + problem.what;
}

std::string subject_of(const Finding& finding, const RuleCatalog& rules) {
  if (finding.template_text.find('"') != std::string::npos) return finding.template_text;  // has quotes enough of its own
  if (!finding.template_text.empty()) return '"' + finding.template_text + '"';
  for (const RuleInfo& rule : rules)
    if (rule.id == finding.rule_id) return rule.name;
  return finding.summary;
}

}  // namespace loglode

#include "rca/evidence/incident_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

namespace loglode::rca {

namespace {

constexpr Duration kChangeBefore = std::chrono::minutes{30};  // a deploy so long before an incident may be its cause
constexpr std::size_t kEarlierMax = 5, kChangesMax = 8;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class Number>
Number number_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<Number>() : Number{};
}

const Json& object_at(const Json& object, const char* key) {
  static const Json kNone = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : kNone;
}

std::string place_of(const Json& origin) {
  if (origin.contains("kafka.topic"))
    return fmt::format("{}[{}] offset {}", text_at(origin, "kafka.topic"), number_at<std::int64_t>(origin, "kafka.partition"),
                       number_at<std::uint64_t>(origin, "kafka.offset"));
  return fmt::format("{}:{}", text_at(origin, "log.file.path"), number_at<std::uint64_t>(origin, "line"));
}

std::vector<CaseRecord> records_of(const Json& owner) {
  std::vector<CaseRecord> out;
  for (const Json& proof : list_at(owner, "evidence"))
    out.push_back(
        {text_at(proof, "record_id"), place_of(object_at(proof, "origin")), text_at(proof, "excerpt"), time_of(text_at(proof, "time"))});
  return out;
}

CaseFinding finding_of(const Json& object) {
  CaseFinding out;
  out.id = text_at(object, "finding_id");
  out.kind = text_at(object, "kind");
  out.category = text_at(object, "category");
  out.service = text_at(object, "service");
  out.severity = text_at(object, "severity");
  out.notify = text_at(object, "notify");
  out.summary = text_at(object, "summary");
  out.template_id = text_at(object, "template_id");
  out.text = text_at(object, "template");
  out.rule_id = text_at(object, "rule_id");
  out.start = time_of(text_at(object_at(object, "window"), "start"));
  out.end = time_of(text_at(object_at(object, "window"), "end"));
  out.observed = number_at<double>(object, "observed");
  out.expected = number_at<double>(object, "expected");
  out.score = number_at<double>(object, "score");
  out.total = number_at<std::uint64_t>(object, "total");
  out.evidence = records_of(object);
  out.onset = out.evidence.empty() ? out.start : out.evidence.front().time;
  return out;
}

void read_order(const Json& object, IncidentCase& out) {
  for (const Json& suspect : list_at(object, "suspects")) {
    CaseSuspect one{text_at(suspect, "service"), number_at<double>(suspect, "score"), {}, records_of(suspect)};
    for (const auto& [name, value] : object_at(suspect, "terms").items())
      if (value.is_number()) one.terms.emplace_back(name, value.get<double>());
    out.suspects.push_back(std::move(one));
  }
  for (const Json& edge : list_at(object, "edges"))
    out.edges.push_back({text_at(edge, "from"), text_at(edge, "to"), text_at(edge, "basis"),
                         number_at<double>(object_at(edge, "lag_s"), "p50"), number_at<double>(edge, "lift"),
                         number_at<std::uint64_t>(edge, "pairs")});
  for (const Json& step : list_at(object, "timeline"))
    out.timeline.push_back({time_of(text_at(step, "time")), text_at(step, "service"), text_at(step, "what"), text_at(step, "finding_id")});
}

IncidentCase incident_of(const Json& object, std::string_view id) {
  IncidentCase out;
  out.id = id;
  out.fingerprint = text_at(object, "fingerprint");
  out.state = text_at(object, "state");
  out.severity = text_at(object, "severity");
  out.notify = text_at(object, "notify");
  out.summary = text_at(object, "summary");
  out.opened = time_of(text_at(object, "opened_at"));
  out.closed = time_of(text_at(object, "closed_at"));
  out.onset = time_of(text_at(object, "onset"));
  out.shared_traces = number_at<std::uint64_t>(object, "shared_traces");
  const Json& impact = object_at(object, "impact");
  out.requests_failed = number_at<std::uint64_t>(impact, "requests_failed");
  out.first_user_visible = text_at(impact, "first_user_visible");
  for (const Json& service : list_at(object, "services"))
    if (service.is_string()) out.services.push_back(service.get<std::string>());
  read_order(object, out);
  return out;
}

bool is_change(const CaseFinding& finding) { return finding.kind == "deploy" || finding.kind == "renamed"; }

/// Findings in the order in which the incident names them, and what changed at its time.
void read_findings(const Json& object, const std::vector<Json>& findings, IncidentCase& out) {
  std::map<std::string, const Json*> by_id;
  for (const Json& finding : findings) by_id.emplace(text_at(finding, "finding_id"), &finding);
  std::set<std::string> own;
  for (const Json& id : list_at(object, "findings")) {
    const auto found = id.is_string() ? by_id.find(id.get<std::string>()) : by_id.end();
    if (found == by_id.end() || !own.insert(found->first).second) continue;
    CaseFinding finding = finding_of(*found->second);
    for (const CaseStep& step : out.timeline)
      if (step.finding_id == finding.id) finding.onset = step.time;
    out.findings.push_back(std::move(finding));
  }
  for (const CaseFinding& finding : out.findings)
    if (is_change(finding)) out.changes.push_back(finding);
  for (const Json& other : findings) {
    const std::string kind = text_at(other, "kind");
    if ((kind != "deploy" && kind != "renamed") || own.contains(text_at(other, "finding_id"))) continue;
    const CaseFinding finding = finding_of(other);
    const bool near =
        finding.onset != kNoTime && out.onset != kNoTime && finding.onset <= out.onset && out.onset - finding.onset <= kChangeBefore;
    if (near && out.changes.size() < kChangesMax) out.changes.push_back(finding);
  }
}

void sort_changes(IncidentCase& out) {
  std::stable_sort(out.changes.begin(), out.changes.end(), [](const CaseFinding& a, const CaseFinding& b) { return a.onset < b.onset; });
}

void read_rules(const std::vector<Json>& rules, IncidentCase& out) {
  std::set<std::string> named;
  for (const auto* findings : {&out.findings, &out.changes})
    for (const CaseFinding& finding : *findings) named.insert(finding.rule_id);
  for (const Json& rule : rules) {
    const std::string id = text_at(rule, "rule_id");
    if (named.contains(id))
      out.rules.insert_or_assign(
          id, CaseRule{id, text_at(rule, "name"), text_at(rule, "meaning"), text_at(rule, "check"), text_at(rule, "safe_action")});
  }
}

/// `<number 3..90>`, `<path, 12 different>`: what kind of values there were, and none of them.
std::string variable_text(const Json& parameter) {
  const std::string type = text_at(parameter, "type");
  const auto least = number_at<double>(parameter, "min"), most = number_at<double>(parameter, "max");
  if (parameter.contains("unit") && least < most)  // one value alone would be that value
    return fmt::format("<{} {:g}..{:g}>", type, least, most);
  const auto distinct = number_at<std::uint64_t>(parameter, "distinct");
  return distinct > 1 ? fmt::format("<{}, {} different>", type, distinct) : fmt::format("<{}>", type);
}

std::string typed_text(const Json& row) {
  constexpr std::string_view kVariable = "<*>";
  const std::string text = text_at(row, "template");
  const Json& parameters = list_at(row, "parameters");
  std::string out;
  std::size_t from = 0, number = 0;
  for (std::size_t at = text.find(kVariable); at != std::string::npos; at = text.find(kVariable, from)) {
    out.append(text, from, at - from);
    out += number < parameters.size() ? variable_text(parameters[number++]) : std::string{kVariable};
    from = at + kVariable.size();
  }
  return out.append(text, from);
}

/// The variable behind a word that names a person: how many different ones there were is how many were touched.
std::uint64_t users_in(const Json& row) {
  static constexpr std::string_view kWords[] = {"user", "customer", "account", "member",     "client_id",
                                                "uid",  "userid",   "user_id", "customer_id"};
  std::string text = text_at(row, "template");
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::uint64_t most = 0;
  std::size_t number = 0;
  for (std::size_t at = text.find("<*>"); at != std::string::npos; at = text.find("<*>", at + 1), ++number) {
    std::size_t end = at;
    while (end > 0 && std::string_view{" =:#\"'"}.find(text[end - 1]) != std::string_view::npos) --end;
    const std::string_view before = std::string_view{text}.substr(0, end);
    const bool named = std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
      if (!before.ends_with(word)) return false;
      const std::size_t begin = before.size() - word.size();
      return begin == 0 || !((before[begin - 1] >= 'a' && before[begin - 1] <= 'z') || before[begin - 1] == '_');
    });
    const Json& parameters = list_at(row, "parameters");
    if (named && number < parameters.size()) most = std::max(most, number_at<std::uint64_t>(parameters[number], "distinct"));
  }
  return most;
}

void read_templates(const std::vector<Json>& templates, IncidentCase& out) {
  std::set<std::pair<std::string, std::string>> named;  // (service, template)
  std::set<std::string> ids;
  for (const auto* findings : {&out.findings, &out.changes})
    for (const CaseFinding& finding : *findings) {
      named.emplace(finding.service, finding.template_id);
      ids.insert(finding.template_id);
    }
  for (const Json& row : templates) {
    const std::string id = text_at(row, "template_id"), service = text_at(row, "service");
    if (!ids.contains(id)) continue;
    out.typed.emplace(id, typed_text(row));
    if (named.contains({service, id}))
      if (const std::uint64_t users = users_in(row); users > 0) out.user_count[service] = std::max(out.user_count[service], users);
  }
}

}  // namespace

const Json& list_at(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

Timestamp time_of(std::string_view text) noexcept {
  constexpr std::size_t kLength = 30;  // 2026-11-24T00:09:16.503000000Z
  if (text.size() != kLength || text[10] != 'T' || text[19] != '.' || text[29] != 'Z') return kNoTime;
  const auto number = [&](std::size_t at, std::size_t length) {
    std::int64_t value = -1;
    const auto read = std::from_chars(text.data() + at, text.data() + at + length, value);
    return read.ec == std::errc{} && read.ptr == text.data() + at + length ? value : -1;
  };
  const std::int64_t year = number(0, 4), month = number(5, 2), day = number(8, 2), hour = number(11, 2), minute = number(14, 2),
                     second = number(17, 2), nanosecond = number(20, 9);
  if (std::min({year, month, day, hour, minute, second, nanosecond}) < 0) return kNoTime;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return kNoTime;
  return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
         std::chrono::nanoseconds{nanosecond};
}

Timestamp onset_of(const IncidentCase& incident, std::string_view service) noexcept {
  Timestamp first = kNoTime;
  const auto take = [&](Timestamp time) {
    if (time != kNoTime && (first == kNoTime || time < first)) first = time;
  };
  for (const CaseStep& step : incident.timeline)
    if (step.service == service) take(step.time);
  if (first != kNoTime) return first;
  for (const CaseFinding& finding : incident.findings)
    if (finding.service == service) take(finding.onset);
  return first;
}

Result<IncidentCase> read_case(const CaseDocuments& documents, std::string_view incident_id) {
  const Json* found = nullptr;
  for (const char* key : {"incident_id", "lasting_id"})
    for (const Json& incident : documents.incidents)
      if (found == nullptr && text_at(incident, key) == incident_id) found = &incident;
  if (found == nullptr)
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("no incident {}; `loglode incidents list` shows all", incident_id));
  IncidentCase out = incident_of(*found, incident_id);
  read_findings(*found, documents.findings, out);
  if (out.findings.empty())
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("the findings of incident {} are not kept any more: run `loglode analyze` on its logs again", incident_id));
  sort_changes(out);
  read_rules(documents.rules, out);
  read_templates(documents.templates, out);
  for (const Json& other : documents.incidents)
    if (&other != found && !out.fingerprint.empty() && text_at(other, "fingerprint") == out.fingerprint && out.earlier.size() < kEarlierMax)
      out.earlier.push_back({text_at(other, "incident_id"), text_at(other, "summary"), time_of(text_at(other, "opened_at"))});
  return out;
}

}  // namespace loglode::rca

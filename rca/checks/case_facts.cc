#include "rca/checks/case_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace loglode::rca {

namespace {

bool is_name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }

/// `<*>`, `<number 3..90>`, `<path, 12 different>`: a template's variable, and no text that somebody put into brackets.
bool is_variable(std::string_view rest) {
  static constexpr std::array<std::string_view, 13> kTypes{"<*>",  "<number", "<ip",   "<uuid",  "<hex",  "<path", "<host",
                                                           "<url", "<time",   "<size", "<email", "<word", "<text"};
  const std::size_t closed = rest.find('>');
  return closed != std::string_view::npos && closed < 40 && std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view type) {
           return rest.starts_with(type) &&
                  (type == "<*>" || rest[type.size()] == '>' || rest[type.size()] == ' ' || rest[type.size()] == ',');
         });
}

/// Lower case, runs of blanks as one, escapes of quotes taken off.
std::string comparable(std::string_view text) {
  std::string out;
  for (const char c : lower_of(text)) {
    const char plain = c == '\t' || c == '\n' ? ' ' : c;
    if (plain == '\\' || (plain == ' ' && !out.empty() && out.back() == ' ')) continue;
    out += plain;
  }
  return out;
}

Facts facts_of(const IncidentCase& incident, const CaseFinding& finding) {
  Facts out;
  out.services.insert(finding.service);
  for (const std::string* text : {&finding.summary, &finding.text, &finding.rule_id, &finding.kind, &finding.severity, &finding.service})
    out.add_text(*text);
  if (const auto typed = incident.typed.find(finding.template_id); typed != incident.typed.end())
    out.texts.push_back(comparable(typed->second));  // without its numbers: they are of the template's values, not of what happened
  if (const auto rule = incident.rules.find(finding.rule_id); rule != incident.rules.end())
    for (const std::string* text : {&rule->second.name, &rule->second.meaning, &rule->second.check, &rule->second.safe_action})
      out.add_text(*text);
  out.numbers = {finding.observed, finding.expected, static_cast<double>(finding.total)};
  for (const CaseRecord& record : finding.evidence) {
    out.add_text(record.excerpt);
    out.times.push_back(record.time);
  }
  for (const Timestamp time : {finding.start, finding.end, finding.onset}) out.times.push_back(time);
  for (const CaseStep& step : incident.timeline) {
    if (step.finding_id != finding.id) continue;
    out.add_text(step.what);
    out.times.push_back(step.time);
  }
  std::erase(out.times, kNoTime);
  return out;
}

}  // namespace

std::string lower_of(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void Facts::add_beside(const Facts& other) {
  constexpr std::size_t kTimesMax = 200;  // cited together: more are no one sentence's
  for (std::size_t i = 0; i < std::min(other.times.size(), kTimesMax); ++i)
    for (std::size_t k = 0; k < std::min(times.size(), kTimesMax); ++k)
      seconds.push_back(std::abs(std::chrono::duration<double>(other.times[i] - times[k]).count()));
  add(other);
}

void Facts::add(const Facts& other) {
  services.insert(other.services.begin(), other.services.end());
  texts.insert(texts.end(), other.texts.begin(), other.texts.end());
  numbers.insert(numbers.end(), other.numbers.begin(), other.numbers.end());
  seconds.insert(seconds.end(), other.seconds.begin(), other.seconds.end());
  told.insert(told.end(), other.told.begin(), other.told.end());
  times.insert(times.end(), other.times.begin(), other.times.end());
}

void Facts::add_text(std::string_view text) {
  if (text.empty()) return;
  texts.push_back(comparable(text));
  const std::vector<ProseNumber> found = numbers_in(text);
  told.insert(told.end(), found.begin(), found.end());
}

bool Facts::holds(std::string_view lower) const {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.find(lower) != std::string::npos; });
}

bool Facts::holds_quote(std::string_view quote) const {
  std::vector<std::string> pieces{""};
  const std::string wanted = comparable(quote);
  for (std::size_t at = 0; at < wanted.size();) {
    const std::string_view rest = std::string_view{wanted}.substr(at);
    const std::size_t gap = rest.starts_with("…") ? std::string_view{"…"}.size() : rest.starts_with("...") ? 3 : 0;
    const std::size_t closed = is_variable(rest) ? rest.find('>') : std::string_view::npos;
    if (gap == 0 && closed == std::string_view::npos) {
      pieces.back() += wanted[at++];
      continue;
    }
    pieces.emplace_back();
    at += gap > 0 ? gap : closed + 1;
  }
  const bool says_something =
      std::any_of(pieces.begin(), pieces.end(), [](const std::string& piece) { return piece.find_first_not_of(' ') != std::string::npos; });
  return says_something && std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
           std::size_t from = 0;
           for (const std::string& piece : pieces) {
             const std::size_t begin = piece.find_first_not_of(' ');
             if (begin == std::string::npos) continue;
             const std::string bare = piece.substr(begin, piece.find_last_not_of(' ') - begin + 1);
             const std::size_t found = text.find(bare, from);
             if (found == std::string::npos) return false;
             from = found + bare.size();
           }
           return true;
         });
}

bool Facts::holds_number(const ProseNumber& number) const {
  const auto near = [&](double value, double tolerance) {
    return std::abs(value - number.value) <= tolerance + 1e-9 * std::max(1.0, std::abs(value));
  };
  const bool is_duration = number.unit == ProseNumber::Unit::seconds;
  if (is_duration && std::any_of(seconds.begin(), seconds.end(), [&](double value) { return near(value, number.tolerance); })) return true;
  if (number.unit == ProseNumber::Unit::none &&
      std::any_of(numbers.begin(), numbers.end(), [&](double value) { return near(value, number.tolerance); }))
    return true;
  return std::any_of(told.begin(), told.end(), [&](const ProseNumber& one) {
    return one.unit == number.unit && near(one.value, std::max(number.tolerance, one.unit == ProseNumber::Unit::none ? 0 : one.tolerance));
  });
}

bool Facts::holds_time(const ClockTime& clock) const {
  constexpr std::int64_t kDay = 86'400;
  return std::any_of(times.begin(), times.end(), [&](Timestamp time) {
    const std::int64_t seconds_now = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const std::int64_t of_day = ((seconds_now % kDay) + kDay) % kDay;
    if (!clock.has_seconds) return of_day / 60 == static_cast<std::int64_t>(clock.second_of_day) / 60;
    return std::abs(of_day - static_cast<std::int64_t>(clock.second_of_day)) <= 1;
  });
}

CaseFacts::CaseFacts(const IncidentCase& incident, const EvidencePack& pack) {
  for (const auto* findings : {&incident.findings, &incident.changes})
    for (const CaseFinding& finding : *findings) everything_.add(facts_of(incident, finding));
  everything_.services.insert(incident.services.begin(), incident.services.end());
  for (const CaseSuspect& suspect : incident.suspects) everything_.services.insert(suspect.service);
  everything_.add_text(incident.summary);
  for (const std::string& service : everything_.services) everything_.texts.push_back(lower_of(service));
  everything_.services.erase(std::string{});
  for (const PackedFinding& packed : pack.findings) by_name_.emplace(packed.name, facts_of(incident, *packed.finding));
  for (const PackedEvidence& packed : pack.evidence) {
    Facts& facts = by_name_[packed.name];
    for (const PackedFinding& finding : pack.findings)
      if (std::find(finding.evidence.begin(), finding.evidence.end(), static_cast<std::size_t>(&packed - pack.evidence.data())) !=
          finding.evidence.end())
        facts.add(facts_of(incident, *finding.finding));
  }
}

const Facts& CaseFacts::of(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? none_ : found->second;
}

std::vector<std::string> names_like_services(std::string_view lower) {
  static constexpr std::array<std::string_view, 16> kEndings{"-service",  "-svc",   "-api",      "-server", "-db",    "-worker",
                                                             "-gateway",  "-proxy", "-cache",    "-queue",  "-store", "-backend",
                                                             "-frontend", "-agent", "-consumer", "_service"};
  static constexpr std::array<std::string_view, 4> kKinds{"service", "microservice", "pod", "container"};
  static constexpr std::array<std::string_view, 24> kProducts{"postgresql", "postgres",  "mysql",         "mariadb", "redis",   "memcached",
                                                              "kafka",      "rabbitmq",  "nginx",         "haproxy", "envoy",   "apache",
                                                              "mongodb",    "cassandra", "elasticsearch", "etcd",    "consul",  "zookeeper",
                                                              "coredns",    "istio",     "keycloak",      "vault",   "traefik", "activemq"};
  static constexpr std::array<std::string_view, 26> kPlain{
      "the",        "a",   "this", "that",    "each",  "every", "its", "their", "other", "affected",  "same",    "one",    "of", "upstream",
      "downstream", "and", "root", "failing", "first", "which", "no",  "any",   "new",   "dependent", "backend", "calling"};
  std::vector<std::string> out;
  std::string previous;
  for (std::size_t at = 0; at < lower.size();) {
    if (!is_name_byte(lower[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < lower.size() && is_name_byte(lower[end])) ++end;
    std::string_view word = lower.substr(at, end - at);
    while (!word.empty() && (word.back() == '.' || word.back() == '-')) word.remove_suffix(1);
    at = end;
    const bool ends_like = std::any_of(kEndings.begin(), kEndings.end(),
                                       [&](std::string_view ending) { return word.size() > ending.size() && word.ends_with(ending); });
    const bool is_product = std::find(kProducts.begin(), kProducts.end(), word) != kProducts.end();
    const bool is_kind = std::find(kKinds.begin(), kKinds.end(), word) != kKinds.end();
    if (ends_like || is_product) out.emplace_back(word);
    if (is_kind && previous.size() > 2 && std::find(kPlain.begin(), kPlain.end(), previous) == kPlain.end()) out.push_back(previous);
    previous = word;
  }
  return out;
}

std::vector<std::string> quotes_in(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kMarks{{{"\"", "\""}, {"“", "”"}}};
  std::vector<std::string> out;
  for (const auto& [open, close] : kMarks) {
    for (std::size_t at = text.find(open); at != std::string_view::npos;) {
      const std::size_t begin = at + open.size(), end = text.find(close, begin);
      if (end == std::string_view::npos) break;
      if (end > begin) out.emplace_back(text.substr(begin, end - begin));
      at = text.find(open, end + close.size());
    }
  }
  return out;
}

}  // namespace loglode::rca

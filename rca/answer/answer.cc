#include "rca/answer/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/terminal_text.h"
#include "rca/checks/case_facts.h"

namespace loglode::rca {

namespace {

constexpr std::size_t kTextMax = 1200, kListMax = 8, kHypothesesMax = 3;

/// As one line, and nothing in it that moves a cursor.
std::string clean(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return cut_to(printable(text), kTextMax);
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? clean(found->get<std::string>()) : "";
}

std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const Json& one : *found)
    if (one.is_string() && out.size() < kListMax) out.push_back(clean(one.get<std::string>()));
  return out;
}

/// What a shell, a database or an API would carry out: a log line can reach a model, and a model's words must not become a command.
bool holds_command(std::string_view text) {
  static constexpr std::array<std::string_view, 31> kPrograms{
      "sudo",     "kubectl",  "docker", "systemctl", "curl",  "wget",       "psql",   "mysql", "rm",     "bash",   "dd",
      "mkfs",     "chmod",    "chown",  "kill",      "pkill", "killall",    "helm",   "aws",   "gcloud", "reboot", "shutdown",
      "iptables", "truncate", "drop",   "delete",    "alter", "powershell", "crictl", "nc",    "sed"};
  static constexpr std::array<std::string_view, 14> kVerbs{"exec",     "restart",   "rollout", "apply", "scale", "run",   "table",
                                                           "database", "namespace", "from",    "pod",   "stop",  "start", "patch"};
  if (text.find('`') != std::string_view::npos || text.find("$(") != std::string_view::npos || text.find("://") != std::string_view::npos ||
      text.find(" | ") != std::string_view::npos || text.find("&&") != std::string_view::npos ||
      text.find("redis-cli") != std::string_view::npos)
    return true;
  std::string previous;
  const std::string lower = lower_of(text);
  for (std::size_t at = 0; at < lower.size();) {
    const std::size_t begin = lower.find_first_not_of(" \t\"'(,;:", at);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(lower.find_first_of(" \t\"'),;", begin), lower.size());
    const std::string word = lower.substr(begin, end - begin);
    // A program's name is a word of prose, too ("mysql refused sessions"): what follows it says whether it is called.
    const bool is_called = std::find(kPrograms.begin(), kPrograms.end(), previous) != kPrograms.end() &&
                           (word.starts_with('-') || word.starts_with('/') || word.find('=') != std::string::npos ||
                            std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end() ||
                            std::find(kPrograms.begin(), kPrograms.end(), word) != kPrograms.end());
    if (word == "sudo" || is_called) return true;
    previous = word;
    at = end;
  }
  return std::find(kPrograms.begin(), kPrograms.end(), previous) != kPrograms.end() &&
         lower.find(' ') == std::string::npos;  // `reboot` alone
}

class AnswerCheck {
 public:
  AnswerCheck(const Json& answer, const IncidentCase& incident, const EvidencePack& pack)
      : answer_{answer}, incident_{incident}, pack_{pack}, checker_{incident, pack} {}

  CheckedAnswer check() {
    out_.status = text_at(answer_, "status");
    out_.summary = checked_text(text_at(answer_, "summary"), {});
    for (const Json& one : list_at(answer_, "hypotheses"))
      if (one.is_object() && out_.hypotheses.size() < kHypothesesMax) add_hypothesis(one);
    for (const std::string& factor : texts_at(answer_, "contributing_factors"))
      if (std::string text = checked_text(factor, {}); !text.empty()) out_.contributing_factors.push_back(std::move(text));
    for (const Json& one : list_at(answer_, "steps"))
      if (one.is_object() && out_.steps.size() < kListMax) add_step(one);
    for (const std::string& missing : texts_at(answer_, "missing_data"))
      if (std::string text = advice_text(missing); !text.empty()) out_.missing_data.push_back(std::move(text));
    return std::move(out_);
  }

 private:
  void strike(const std::string& problem) {
    ++out_.struck;
    out_.problems.push_back("- " + problem);
  }

  /// Without its refuted sentences; unverified ones say so.
  std::string checked_text(const std::string& text, const std::vector<std::string>& cited) {
    std::string out;
    ClaimCheck check = checker_.check(text, cited);
    for (const CheckedSentence& sentence : check.sentences) {
      if (sentence.verdict == Verdict::refuted || holds_command(sentence.text)) {
        strike(fmt::format("\"{}\": {}", sentence.text, sentence.reason.empty() ? "it holds a command" : sentence.reason));
        continue;
      }
      if (!out.empty()) out += ' ';
      out += sentence.text;
      if (sentence.verdict != Verdict::unverified) continue;
      out += " (unverified)";
      out_.problems.push_back(fmt::format("- \"{}\": {}", sentence.text, sentence.reason));
    }
    out_.check.add(std::move(check));
    return out;
  }

  /// Names that exist; the rest is counted and left out.
  std::vector<std::string> names_at(const Json& object, const char* key) {
    std::vector<std::string> out;
    for (const std::string& name : texts_at(object, key)) {
      ++out_.check.citations;
      if (pack_.finding(name) == nullptr && pack_.record(name) == nullptr) {
        strike(fmt::format("{} is not in the evidence", name));
        continue;
      }
      ++out_.check.citations_valid;
      out.push_back(name);
    }
    return out;
  }

  [[nodiscard]] bool is_service(const std::string& name) const {
    return std::find(incident_.services.begin(), incident_.services.end(), name) != incident_.services.end();
  }

  void add_hypothesis(const Json& object) {
    Hypothesis one;
    one.root_service = text_at(object, "root_service");
    if (!is_service(one.root_service)) return strike(fmt::format("{} is no service of this incident", one.root_service));
    one.evidence = names_at(object, "evidence");
    one.counter_evidence = names_at(object, "counter_evidence");
    for (const Json& link : list_at(object, "chain"))
      if (link.is_object() && one.chain.size() < kListMax)
        one.chain.push_back({text_at(link, "service"), text_at(link, "what"), names_at(link, "evidence")});
    if (const std::string wrong = wrong_chain(one); !wrong.empty()) return strike(wrong);
    for (ChainLink& link : one.chain) link.what = checked_text(link.what, link.evidence);
    one.root_cause = checked_text(text_at(object, "root_cause"), one.evidence);
    if (one.root_cause.empty()) return;
    one.category =
        word_at(object, "category", {"error", "performance", "security", "business", "change", "capacity", "network"}, "unknown");
    const auto confidence = object.find("confidence");
    one.confidence = confidence != object.end() && confidence->is_number() ? std::clamp(confidence->get<double>(), 0.0, 1.0) : 0.0;
    if (one.evidence.empty()) one.confidence = 0;
    one.how_to_confirm = advice_text(text_at(object, "how_to_confirm"));
    one.rank = static_cast<std::uint32_t>(out_.hypotheses.size() + 1);
    out_.hypotheses.push_back(std::move(one));
  }

  /// Empty: of services that exist, each no earlier than the one before and than the root.
  [[nodiscard]] std::string wrong_chain(const Hypothesis& one) const {
    const std::string* before = nullptr;
    for (const ChainLink& link : one.chain) {
      if (!is_service(link.service)) return fmt::format("{} is no service of this incident", link.service);
      const std::string& earlier = before == nullptr ? one.root_service : *before;
      if (earlier != link.service && contradicts_order(incident_, earlier, link.service))
        return fmt::format("{} showed its first sign after {}, and cannot have caused it", earlier, link.service);
      before = &link.service;
    }
    return "";
  }

  /// One of the words that were asked for, else `other`.
  static std::string word_at(const Json& object, const char* key, std::initializer_list<std::string_view> words, const char* other) {
    const std::string given = text_at(object, key);
    return std::find(words.begin(), words.end(), given) == words.end() ? other : given;
  }

  /// What somebody should do or does not know states no fact; where it does, that must not be refuted. Does not count among the sentences.
  std::string advice_text(const std::string& text) {
    std::string out;
    for (const CheckedSentence& sentence : checker_.check(text).sentences) {
      if (sentence.verdict == Verdict::refuted || holds_command(sentence.text))
        strike(fmt::format("\"{}\": {}", sentence.text,
                           sentence.reason.empty() ? "sentences without commands are asked for" : sentence.reason));
      else
        out += (out.empty() ? "" : " ") + sentence.text;
    }
    return out;
  }

  void add_step(const Json& object) {
    ResolutionStep step{advice_text(text_at(object, "action")), word_at(object, "kind", {"observe", "mitigate", "fix"}, "observe"),
                        word_at(object, "risk", {"low", "medium", "high"}, "high"), advice_text(text_at(object, "verify")),
                        advice_text(text_at(object, "rollback"))};
    if (!step.action.empty()) out_.steps.push_back(std::move(step));
  }

  const Json& answer_;
  const IncidentCase& incident_;
  const EvidencePack& pack_;
  const ClaimChecker checker_;
  CheckedAnswer out_;
};

}  // namespace

bool CheckedAnswer::holds() const noexcept {
  const std::size_t facts = check.sentences.size() - check.count(Verdict::no_fact);
  const double unsupported = facts == 0 ? 0.0 : static_cast<double>(facts - check.count(Verdict::supported)) / static_cast<double>(facts);
  return unsupported <= kUnsupportedMax && !summary.empty() &&
         (status == "inconclusive" || (!hypotheses.empty() && check.count(Verdict::supported) > 0));
}

Result<CheckedAnswer> check_answer(std::string_view json, const IncidentCase& incident, const EvidencePack& pack) {
  const Json answer = Json::parse(json, nullptr, false);
  if (!answer.is_object()) return fail(std::make_error_code(std::errc::invalid_argument), "the answer is no JSON object");
  const std::string status = text_at(answer, "status");
  if (status != "ok" && status != "inconclusive")
    return fail(std::make_error_code(std::errc::invalid_argument), "status is neither \"ok\" nor \"inconclusive\"");
  for (const char* key : {"summary", "hypotheses", "steps"})
    if (!answer.contains(key)) return fail(std::make_error_code(std::errc::invalid_argument), fmt::format("\"{}\" is missing", key));
  return AnswerCheck{answer, incident, pack}.check();
}

void add_answer(RcaReport& report, CheckedAnswer answer) {
  const double share = answer.check.supported_share();
  AiPart& ai = report.ai;
  ai.status = report.status = answer.status;
  ai.summary = std::move(answer.summary);
  ai.root_cause = answer.hypotheses.empty() ? "inconclusive" : answer.hypotheses.front().root_cause;
  ai.sentences = answer.check.sentences.size();
  ai.supported = answer.check.count(Verdict::supported);
  ai.unverified = answer.check.count(Verdict::unverified);
  ai.struck = answer.struck;
  ai.citations = answer.check.citations;
  ai.citations_valid = answer.check.citations_valid;
  ai.agrees = !answer.hypotheses.empty() && !report.hypotheses.empty() &&
              answer.hypotheses.front().root_service == report.hypotheses.front().root_service;
  for (Hypothesis& one : answer.hypotheses) one.confidence = std::min(one.confidence, share);
  ai.confidence = answer.hypotheses.empty() ? 0 : answer.hypotheses.front().confidence;
  if (!answer.hypotheses.empty()) report.hypotheses = std::move(answer.hypotheses);
  report.contributing_factors = std::move(answer.contributing_factors);
  report.steps.insert(report.steps.end(), std::make_move_iterator(answer.steps.begin()), std::make_move_iterator(answer.steps.end()));
  report.missing_data.insert(report.missing_data.end(), answer.missing_data.begin(), answer.missing_data.end());
}

}  // namespace loglode::rca

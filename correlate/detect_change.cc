// Changes: what people and schedulers did, told by quiet lines that were not there before. Evidence, never an alarm.
#include <algorithm>
#include <array>
#include <string_view>

#include "correlate/detect.h"
#include "correlate/message_tokens.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kRepeatsMax = 20;  // what is said oftener is work, not a change

using Words = std::span<const std::string_view>;

/// The words of a message in lower case, a variable as `*`.
class Sayings {
 public:
  Sayings(std::string_view text, std::string_view service) {
    for (const MessageToken& token : tokens_of(text)) {
      if (token.kind != TokenKind::word && token.kind != TokenKind::slot) continue;
      words_.push_back(token.kind == TokenKind::slot ? "*" : lower(token.text));
    }
    for (const MessageToken& token : tokens_of(service))
      if (token.kind == TokenKind::word && token.text.size() > 2) own_name_.push_back(lower(token.text));
  }

  /// A word that begins with one of these.
  [[nodiscard]] bool any(Words stems) const {
    return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) { return begins_with(word, stems); });
  }
  /// Words that begin with these, one directly after the other; `*` stands for a variable.
  [[nodiscard]] bool in_a_row(std::string_view first, std::string_view second) const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i)
      if (words_[i].starts_with(first) && words_[i + 1].starts_with(second)) return true;
    return false;
  }
  /// The service's own name, a word for a program, or a version: what starts, as against a task that does.
  [[nodiscard]] bool names_a_program() const {
    static constexpr std::array<std::string_view, 6> kPrograms{"server", "service", "application", "daemon", "broker", "process"};
    return names_a_version() || any(kPrograms) || std::any_of(own_name_.begin(), own_name_.end(), [&](const std::string& name) {
             return std::find(words_.begin(), words_.end(), name) != words_.end();
           });
  }
  [[nodiscard]] bool names_a_version() const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i)
      if ((words_[i] == "v" || words_[i] == "version" || words_[i] == "release") && words_[i + 1] == "*") return true;
    return false;
  }

 private:
  static bool begins_with(const std::string& word, Words stems) {
    return std::any_of(stems.begin(), stems.end(), [&](std::string_view stem) { return word.starts_with(stem); });
  }
  static std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  }

  std::vector<std::string> words_, own_name_;
};

/// A program begins or ends: the banner of a start, a signal, a goodbye.
bool tells_a_start_or_end(const Sayings& says) {
  static constexpr std::array<std::string_view, 5> kBegin{"start", "stopping", "stopped", "boot", "launch"};
  static constexpr std::array<std::string_view, 6> kSignals{"sigterm", "sigint", "sighup", "sigquit", "sigusr", "sigkill"};
  static constexpr std::array<std::string_view, 5> kParts{"thread", "connection", "session", "socket", "pool"};
  if (says.any(kSignals) || says.in_a_row("startup", "complete") || says.in_a_row("application", "start")) return true;
  if (says.in_a_row("listening", "on") || says.in_a_row("ready", "to") || says.in_a_row("ready", "for")) return true;
  if ((says.in_a_row("shutting", "down") || says.in_a_row("shut", "down") || says.in_a_row("graceful", "shutdown")) && !says.any(kParts))
    return true;
  return says.any(kBegin) && says.names_a_program();
}

/// Somebody brings out, changes or moves something. Words that programs also use of their everyday work count only beside what they mean.
bool tells_a_change(const Sayings& says) {
  static constexpr std::array<std::string_view, 7> kAlone{"deploy", "redeploy", "rollout", "reload", "failover", "restart", "promoted"};
  static constexpr std::array<std::string_view, 3> kWork{"transaction", "retry", "try"};
  if (says.any(kAlone) && !says.any(kWork)) return true;
  if (says.in_a_row("rolled", "out") || says.in_a_row("rolling", "out") || says.in_a_row("failing", "over")) return true;
  if (says.in_a_row("feature", "flag") || says.in_a_row("maintenance", "mode") || says.in_a_row("maintenance", "window")) return true;
  static constexpr std::array<std::string_view, 2> kConfig{"config", "setting"};
  static constexpr std::array<std::string_view, 6> kDone{"chang", "updat", "appl", "new", "switch", "loaded"};
  if (says.any(kConfig) && says.any(kDone)) return true;
  static constexpr std::array<std::string_view, 2> kSwitched{"switch", "chang"};
  if (says.names_a_version() && says.any(kSwitched)) return true;
  for (const std::string_view scaled : {"scaled", "scaling"})
    for (const std::string_view to : {"up", "down", "to", "from", "deployment", "replica"})
      if (says.in_a_row(scaled, to)) return true;
  static constexpr std::array<std::string_view, 2> kUpgrade{"upgraded", "upgrading"};
  if (says.any(kUpgrade) || says.in_a_row("upgrade", "to") || says.in_a_row("upgrade", "from") || says.in_a_row("upgrade", "complete"))
    return true;
  static constexpr std::array<std::string_view, 1> kMigrated{"migrat"};
  static constexpr std::array<std::string_view, 6> kFinished{"appl", "complet", "finish", "start", "runn", "ran"};
  if (says.any(kMigrated) && says.any(kFinished)) return true;
  // A database rolls transactions back all day.
  static constexpr std::array<std::string_view, 4> kBack{"rollback", "rolled", "rolling", "roll"};
  static constexpr std::array<std::string_view, 4> kReleased{"deploy", "release", "version", "revision"};
  return says.any(kBack) && says.any(kReleased);
}

}  // namespace

std::vector<Anomaly> find_changes(const Timeline& timeline, const JudgeConfig&) {
  std::vector<Anomaly> anomalies;
  for (const Series& series : timeline.series) {
    if (series.severity_class() == SeverityClass::error || series.points.empty() || series.learned_total > 0 || series.judged_from > 0)
      continue;
    if (series.total > kRepeatsMax) continue;
    const Sayings says{series.info->text, timeline.services[series.service]};
    if (!tells_a_change(says) && !tells_a_start_or_end(says)) continue;
    Anomaly anomaly = begin_anomaly(timeline, series, series.points, FindingKind::deploy);
    anomaly.finding.category = FindingCategory::change;
    anomaly.finding.observed = static_cast<double>(series.total);
    anomaly.finding.q = 0;
    anomaly.finding.score = says.names_a_version() ? 1.5 : 1;
    anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + " at " + place_of(timeline, series.points.front()) +
                              ", a change that was not seen before";
    anomaly.what = "change: " + subject_of(series);
    anomalies.push_back(std::move(anomaly));
  }
  return anomalies;
}

}  // namespace loglode

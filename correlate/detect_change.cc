// Changes: what people and schedulers did, told by quiet lines that were not there before. Evidence, never an alarm.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "correlate/detect.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kRepeatsMax = 20;  // what is said oftener is work, not a change

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool says_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool tells_a_change(const Series& series) {
  static constexpr std::array<std::string_view, 15> kAlone{"deploy",       "rollout",   "rolled out", "rolling out", "roll back",
                                                           "rollback",     "restart",   "reload",     "upgrad",      "failover",
                                                           "feature flag", "migration", "scaled ",    "scaling ",    "maintenance"};
  static constexpr std::array<std::string_view, 3> kThing{"config", "setting", "version"};
  static constexpr std::array<std::string_view, 6> kDone{"chang", "updat", "appl", "new ", "switch", "loaded"};
  const std::string text = lower(series.info->text);
  return says_any(text, kAlone) || (says_any(text, kThing) && says_any(text, kDone));
}

}  // namespace

std::vector<Sign> find_changes(const Timeline& timeline, const JudgeConfig&) {
  std::vector<Sign> signs;
  for (const Series& series : timeline.series) {
    if (series.severity_class() == SeverityClass::error || series.points.empty() || series.learned_total > 0 || series.judged_from > 0)
      continue;
    if (series.total > kRepeatsMax || !tells_a_change(series)) continue;
    Sign sign = begin_sign(timeline, series, series.points, FindingKind::deploy);
    sign.finding.category = FindingCategory::change;
    sign.finding.observed = static_cast<double>(series.total);
    sign.finding.q = 0;
    sign.finding.score = 1;
    sign.finding.summary = sign.finding.service + ": " + subject_of(series) + " at " + place_of(timeline, series.points.front()) +
                           ", a change that was not seen before";
    sign.what = "change: " + subject_of(series);
    signs.push_back(std::move(sign));
  }
  return signs;
}

}  // namespace loglode

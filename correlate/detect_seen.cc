// Seen: every distinct error that no other detector tells of. It alarms nobody; it is there so that nothing bad is left unsaid.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "correlate/detect.h"
#include "correlate/message_tokens.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kSeenMax = 1000;  // of a judgement: where every line is an error of its own, more of them say no more

/// An error by its own word, or by that of the rule that hits most of its records.
Severity gravity_of(const Series& series) {
  const bool by_rule = series.rule != nullptr && series.rule->category == RuleCategory::error;
  return by_rule ? std::max(series.severity, series.rule->severity) : series.severity;
}

bool graver(const Series* a, const Series* b) {
  const bool fatal = gravity_of(*a) >= Severity::fatal, other = gravity_of(*b) >= Severity::fatal;
  if (fatal != other) return fatal;
  if (a->first() != b->first()) return a->first() < b->first();
  return a->service != b->service ? a->service < b->service : a->info->id < b->info->id;
}

/// Whether it is part of what opens an incident: of a template that is told whole, and is no less grave.
bool is_part_of_told(const Series& hit, const std::vector<Anomaly>& told) {
  return hit.among > 0 && std::any_of(told.begin(), told.end(), [&](const Anomaly& anomaly) {
           return anomaly.opens && anomaly.service == hit.service && anomaly.series->info == hit.info && anomaly.series->among == 0 &&
                  anomaly.series->severity >= hit.severity;
         });
}

/// Whether the same lines are an error by more than these words.
bool is_told_better(const Series& hit, const Timeline& timeline) {
  const auto says_so = [&](const Series& other) {
    return !other.told && other.service == hit.service && other.info == hit.info && !other.points.empty() &&
           gravity_of(other) >= Severity::error;
  };
  return std::any_of(timeline.series.begin(), timeline.series.end(), says_so) ||
         std::any_of(timeline.hits.begin(), timeline.hits.end(), says_so);
}

/// Errors that are one message with other values in it: one row of the report stands for all of them.
struct Family {
  const Series* first = nullptr;  // the gravest, then earliest
  std::size_t others = 0;
  std::uint64_t total = 0;
};

std::vector<Family> families_of(const std::vector<const Series*>& seen) {
  std::map<std::tuple<std::uint32_t, bool, const RuleInfo*, std::string>, std::size_t> known;
  std::vector<Family> families;
  for (const Series* series : seen) {
    const std::string skeleton = skeleton_of(tokens_of(series->info->text));
    const auto place = skeleton.empty() ? known.end()
                                        : known
                                              .try_emplace({series->service, gravity_of(*series) >= Severity::fatal,
                                                            series->among > 0 ? series->rule : nullptr, skeleton},
                                                           families.size())
                                              .first;
    if (place == known.end() || place->second == families.size()) {
      families.push_back({series, 0, series->total});
    } else {
      ++families[place->second].others;
      families[place->second].total += series->total;
    }
  }
  return families;
}

Anomaly describe(const Timeline& timeline, const Family& family) {
  const Series& series = *family.first;
  Anomaly anomaly = begin_anomaly(timeline, series, series.points, FindingKind::error_seen);
  const Severity gravity = gravity_of(series);
  anomaly.finding.severity = gravity;
  anomaly.finding.total = family.total;
  anomaly.finding.observed = static_cast<double>(family.total);
  anomaly.finding.score = (gravity >= Severity::fatal ? 0.5 : 0.1) * (1 - 1 / (1 + std::log2(1 + static_cast<double>(family.total))));
  anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + ' ' + times_counted(family.total) + " from " +
                            place_of(timeline, series.points.front());
  if (series.among > 0) anomaly.finding.summary += ": " + series.rule->name;
  if (series.among > 0 && !series.is_whole()) anomaly.finding.summary += ", among " + grouped(series.among) + " lines of its kind";
  if (family.others > 0)
    anomaly.finding.summary += ", with " + grouped(family.others) + (family.others == 1 ? " other wording" : " other wordings");
  anomaly.what = "seen: " + subject_of(series);
  return anomaly;
}

}  // namespace

std::vector<Anomaly> find_seen(const Timeline& timeline, const JudgeConfig& config, const std::vector<Anomaly>& told) {
  std::vector<Anomaly> anomalies;
  if (config.growing) return anomalies;  // whoever follows is told of an error when it is new or louder
  std::set<const Series*> known;
  for (const Anomaly& anomaly : told)
    if (anomaly.finding.kind != FindingKind::deploy) known.insert(anomaly.series);  // a change that tells of an error as well
  std::vector<const Series*> seen;
  for (const auto* list : {&timeline.series, &timeline.hits})
    for (const Series& series : *list)
      if (!series.points.empty() && series.learned_total == 0 && gravity_of(series) >= Severity::error && !known.contains(&series) &&
          !is_part_of_told(series, told) && !(series.told && is_told_better(series, timeline)))
        seen.push_back(&series);
  std::sort(seen.begin(), seen.end(), graver);
  std::vector<Family> families = families_of(seen);
  if (families.size() > kSeenMax) families.resize(kSeenMax);
  for (const Family& family : families) {
    anomalies.push_back(describe(timeline, family));
    anomalies.back().finding.why_quiet = why_quiet(timeline, *family.first, config);
  }
  return anomalies;
}

}  // namespace loglode

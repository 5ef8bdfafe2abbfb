// New: what a service has never said before. The best single signal for ERROR; for WARN only where the baseline is broad.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>

#include "base/staged_words.h"
#include "correlate/detect.h"
#include "correlate/message_family.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kFirstPartLines = 20;
constexpr double kWarmUpSeconds = 600;       // a service known for so long and with so many lines
constexpr std::uint64_t kWarmUpLines = 500;  // may be surprised inside the first part as well
constexpr double kWarmUpSecondsMax = 3600;   // of one that is known again after its ids were renewed, however little it says
constexpr std::uint64_t kMatureRuns = 20;    // of a baseline, after which a new WARN counts
constexpr double kMatureSeconds = 24 * 3600.0;
constexpr std::uint64_t kWarningsAMinute = 5;  // of a new WARN that is shown without that
constexpr double kSurpriseLevel = 0.05;
constexpr std::uint64_t kChanceRecords = 2;  // of a new kind, which can be chance where new kinds are the rule; what is said oftener is not
constexpr std::size_t kEarlyErrors = 3;      // of a service, told without anything to compare them with
constexpr std::uint64_t kShortInput = 500;   // lines: its first part is too short to call an error in it how things are

std::uint64_t lines_before(const Series& lines, Timestamp time) {
  std::uint64_t count = 0;
  for (const Point& point : lines.points) {
    if (point.last >= time) break;
    count += point.count;
  }
  return count;
}

/// Whether what the service says for the first time may be what it said before and nobody knows any more.
bool is_warming_up(const Timeline& timeline, const Series& series, const JudgeConfig& config) {
  const auto warm_up = std::find_if(config.warm_ups.begin(), config.warm_ups.end(),
                                    [&](const JudgeConfig::WarmUp& one) { return one.service == timeline.services[series.service]; });
  if (warm_up == config.warm_ups.end() || timeline.ordinal || series.first() < warm_up->since) return false;
  const double seconds = seconds_between(warm_up->since, series.first());
  if (seconds >= kWarmUpSecondsMax) return false;
  std::uint64_t lines = 0;
  for (const auto* points : {&timeline.lines[series.service].learned, &timeline.lines[series.service].points})
    for (const Point& point : *points)
      if (point.first >= warm_up->since && point.last < series.first()) lines += point.count;
  return seconds < kWarmUpSeconds || lines < kWarmUpLines;
}

std::uint64_t records_to_compare_with(const Timeline& timeline) noexcept {
  return timeline.has_baseline ? timeline.learned_records : timeline.records;
}

bool is_new(const Timeline& timeline, const Series& series, const JudgeConfig& config) {
  if (series.points.empty() || series.learned_total > 0) return false;
  if (is_warming_up(timeline, series, config)) return false;
  if (timeline.has_baseline) return true;
  if (series.judged_from == 0) return true;
  return seconds_between(timeline.first, series.first()) >= kWarmUpSeconds &&
         lines_before(timeline.lines[series.service], series.first()) >= kWarmUpLines;
}

/// Somebody will have to change something one day: no fault of today, however new.
bool announces(const Series& series) {
  const std::string& text = series.info->text;
  return series.severity_class() == SeverityClass::warning &&
         (text.find("eprecat") != std::string::npos || text.find("EPRECAT") != std::string::npos);
}

std::string said_as(Severity said) { return "it is said as " + severity_text(said) + ", which programs also say of what they got over"; }

/// How the baseline says the same text: the gravest of its other severities; null where it does not say it.
const Series* said_before(const Timeline& timeline, const Series& series) {
  if (!series.joined) return nullptr;
  const Series* before = nullptr;
  for (const Series& other : timeline.series) {
    if (other.service != series.service || other.info->text != series.info->text || timeline.learned(other).empty()) continue;
    if (before == nullptr || other.severity > before->severity) before = &other;
  }
  return before;
}

/// "never seen before", or as what until now; a severity that only a rule gives is told by what the rule says.
std::string never_text(const Timeline& timeline, const Series& series) {
  const Series* before = said_before(timeline, series);
  if (series.among > 0) {
    const std::string of = series.is_whole() ? "" : " among " + grouped(series.among) + " lines of its kind";
    return "until now never \"" + series.rule->name + '"' + of +
           (series.states_calm() ? ", and said as " + severity_text(series.said) : "");
  }
  if (before == nullptr) return "never seen before";
  if (!series.stated && series.rule != nullptr) return "until now never \"" + series.rule->name + '"';
  return "until now only " + std::string{before->severity == Severity::unspecified ? "with " : "as "} + severity_text(before->severity);
}

Anomaly describe(const Timeline& timeline, const Series& series, bool mature) {
  const bool error = series.severity_class() == SeverityClass::error;
  Anomaly anomaly = begin_anomaly(timeline, series, series.points, error ? FindingKind::new_error : FindingKind::new_warning);
  anomaly.level = series.severity >= Severity::fatal ? IncidentSeverity::critical
                  : error                            ? IncidentSeverity::error
                                                     : IncidentSeverity::warning;
  anomaly.opens = error || mature;
  anomaly.finding.observed = static_cast<double>(series.total);
  anomaly.finding.q = 0;
  anomaly.finding.notify = series.severity >= Severity::fatal ? Notify::page : error ? Notify::ticket : Notify::digest;
  anomaly.finding.score = (series.severity >= Severity::fatal ? 14 : error ? 10 : 2) + std::log2(1 + static_cast<double>(series.total));
  anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + " " + never_text(timeline, series) + ", " +
                            times_counted(series.total) + " from " + place_of(timeline, series.points.front());
  anomaly.what = "new " + std::string{severity_name(series.severity)} + ": " + subject_of(series) + " ×" + grouped(series.total);
  return anomaly;
}

/// Nothing to compare with is no reason to keep quiet, neither while somebody watches nor where the input is short: each service's first
/// errors are told, as what they are. Whether they are new nobody can know, so they open nothing; and a service that calls everything an
/// ERROR is told of a few times, not always.
std::vector<Anomaly> find_early(const Timeline& timeline, const JudgeConfig& config, const std::vector<Anomaly>& told) {
  const bool comparable = !config.growing && timeline.records >= kFirstPartLines;
  std::map<std::uint32_t, std::vector<const Series*>> of_service;
  for (const auto* list : {&timeline.series, &timeline.hits})
    for (const Series& series : *list) {
      if (series.severity_class() != SeverityClass::error || series.points.empty() || series.told) continue;
      if (comparable && is_new(timeline, series, config)) continue;  // of a family that is told
      if (std::none_of(told.begin(), told.end(), [&](const Anomaly& anomaly) { return anomaly.series == &series; }))
        of_service[series.service].push_back(&series);
    }
  std::vector<Anomaly> anomalies;
  for (auto& [service, errors] : of_service) {
    std::sort(errors.begin(), errors.end(), [](const Series* a, const Series* b) {
      const bool fatal = a->severity >= Severity::fatal, other = b->severity >= Severity::fatal;
      if (fatal != other) return fatal;
      return a->first() != b->first() ? a->first() < b->first() : a->info->id < b->info->id;
    });
    errors.resize(std::min(errors.size(), kEarlyErrors));
    for (const Series* series : errors) {
      Anomaly& anomaly = anomalies.emplace_back(begin_anomaly(timeline, *series, series->points, FindingKind::new_error));
      anomaly.early = anomaly.finding.incomparable = true;
      anomaly.finding.why_quiet = "there is too little before it to tell whether that is new";
      anomaly.finding.observed = static_cast<double>(series->total);
      anomaly.finding.notify = Notify::digest;
      anomaly.finding.score = 1 + std::log2(1 + static_cast<double>(series->total));
      anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(*series) + " " + times_counted(series->total) + " from " +
                                place_of(timeline, series->points.front()) + ", too early in the input to know whether that is new";
      anomaly.what = "early " + std::string{severity_name(series->severity)} + ": " + subject_of(*series);
    }
  }
  return anomalies;
}

bool begins_before(const Series* a, const Series* b) {
  const auto place = [](const Series* one) {
    const Point& point = one->learned.empty() ? one->points.front() : one->learned.front();
    return std::tuple{point.first, point.cell != nullptr ? point.cell->first_offset : 0, one->service, one->info->id};
  };
  return place(a) < place(b);
}

/// What is new, and what only looks so because its family was there before.
class NewFinder {
 public:
  NewFinder(const Timeline& timeline, const JudgeConfig& config)
      : timeline_{timeline},
        config_{config},
        mature_{timeline.has_baseline &&
                (timeline.learned_runs >= kMatureRuns ||
                 timeline.learned_buckets * seconds_between(Timestamp{}, Timestamp{timeline.bucket}) >= kMatureSeconds)} {}

  std::vector<Anomaly> find() {
    std::vector<const Series*> known, fresh;
    for (const Series& series : timeline_.series) {
      if (series.severity_class() == SeverityClass::quiet) continue;
      if (!is_new(timeline_, series, config_)) {
        if (!series.points.empty() || !series.learned.empty()) known.push_back(&series);
      } else if (counts(series)) {
        fresh.push_back(&series);
      }
    }
    if (!fresh.empty()) {
      learn(known);
      tell(fresh);
    }
    tell_hits();
    demote_got_over();
    demote_chance();
    return std::move(anomalies_);
  }

 private:
  [[nodiscard]] bool counts(const Series& series) const {
    if (announces(series)) return false;
    return series.severity_class() == SeverityClass::error || mature_ ||
           peak_of(series.points, timeline_.width, config_.frequent.window, kWarningsAMinute).count >= kWarningsAMinute;
  }

  /// Good and Turing: the share of a service's lines that were seen once is how likely its next line is one never seen. What its family
  /// explains is no surprise.
  void learn(std::vector<const Series*>& known) {
    std::sort(known.begin(), known.end(), begins_before);
    for (const Series* series : known)
      families_.add_known(*series, std::max<std::uint64_t>(1, count_of(timeline_.learned(*series))), scale_of(series->service));
    for (const Series* series : known) {
      const bool once = series->severity_class() == SeverityClass::error && count_of(timeline_.learned(*series)) == 1;
      if (once && families_.kinship_of(*series, 1) == Kinship::stranger) surprises_[series->service] += 1;
    }
  }

  /// How many of its lines are judged for each that serves as the baseline.
  [[nodiscard]] double scale_of(std::uint32_t service) const {
    const Series& lines = timeline_.lines[service];
    const auto learned = static_cast<double>(count_of(timeline_.learned(lines)));
    return learned > 0 ? static_cast<double>(count_of(lines.judged())) / learned : 1;
  }

  /// In order of time: after the first few that tell it, the rest of a new family is no news any more.
  void tell(std::vector<const Series*>& fresh) {
    std::sort(fresh.begin(), fresh.end(), begins_before);
    std::map<const Series*, Kinship> kinship;
    for (const Series* series : fresh) {
      kinship[series] = families_.kinship_of(*series, series->total);
      families_.add_new(*series);
    }
    std::map<std::pair<std::uint32_t, FindingKind>, std::vector<Anomaly>> variants;
    for (const Series& series : timeline_.series) {
      const auto found = kinship.find(&series);
      if (found == kinship.end() || found->second == Kinship::member) continue;
      Anomaly anomaly = describe(timeline_, series, mature_);
      if (found->second == Kinship::variant) {
        variants[{anomaly.service, anomaly.finding.kind}].push_back(std::move(anomaly));
      } else {
        anomalies_.push_back(std::move(anomaly));
      }
    }
    for (auto& [key, all] : variants) tell_variants(all);
  }

  /// An error rule that hits a template for the first time, though not all of it, or though its records state that nothing is broken.
  void tell_hits() {
    for (const Series& hit : timeline_.hits) {
      if (hit.told || hit.severity_class() == SeverityClass::quiet || !is_new(timeline_, hit, config_)) continue;
      const bool got_over = hit.states_calm() && !overrules(hit.severity, hit.said);
      if ((got_over && !config_.growing) || !counts(hit)) continue;
      const bool told = std::any_of(anomalies_.begin(), anomalies_.end(), [&](const Anomaly& anomaly) {
        return anomaly.series->among == 0 && anomaly.service == hit.service && anomaly.series->info == hit.info && anomaly.opens &&
               anomaly.series->severity >= Severity::error;  // it states so itself, which is believed rather than a rule
      });
      if (told) continue;
      Anomaly anomaly = describe(timeline_, hit, mature_);
      const bool passed_on = hit.states_calm() && std::any_of(anomalies_.begin(), anomalies_.end(), [&](const Anomaly& other) {
                               return other.opens && other.service != hit.service && other.series->among == 0 &&
                                      other.series->rule != nullptr && other.series->rule->id == hit.rule->id;
                             });
      if (passed_on)
        make_digest(anomaly, "; it is said as " + severity_text(hit.said) + ", of what another service says of itself");
      else if (got_over)
        make_digest(anomaly, "; " + said_as(hit.said));
      else if (is_known(hit))
        make_digest(anomaly, "; other lines of this service said that before");
      anomalies_.push_back(std::move(anomaly));
    }
  }

  /// Whether the baseline of the service holds that, in whatever lines.
  [[nodiscard]] bool is_known(const Series& hit) const {
    return std::any_of(timeline_.rule_series.begin(), timeline_.rule_series.end(), [&](const Series& rule) {
      return rule.service == hit.service && rule.rule == hit.rule && !timeline_.learned(rule).empty();
    });
  }

  /// One finding for all of a service: the most frequent of them.
  void tell_variants(std::vector<Anomaly>& variants) {
    const auto most = std::max_element(variants.begin(), variants.end(), [](const Anomaly& a, const Anomaly& b) {
      return a.finding.total != b.finding.total ? a.finding.total < b.finding.total : a.finding.finding_id > b.finding.finding_id;
    });
    make_digest(*most, "; a variant of what was said before");
    const std::size_t others = variants.size() - 1;
    if (others > 0) most->finding.summary += ", like " + grouped(others) + (others == 1 ? " other" : " others") + " of this service";
    anomalies_.push_back(std::move(*most));
  }

  static void make_digest(Anomaly& anomaly, std::string_view why) {
    anomaly.opens = false;
    anomaly.level = IncidentSeverity::info;
    anomaly.finding.score *= 0.2;
    anomaly.finding.notify = Notify::digest;
    anomaly.finding.summary += why;
  }

  /// What says itself that it is staged, or that it is tried again, where the service goes on afterwards and says so no more.
  void demote_got_over() {
    for (Anomaly& anomaly : anomalies_) {
      if (!anomaly.opens) continue;
      const Series& series = *anomaly.series;
      const Cell* cell = series.points.front().cell;
      const std::string_view text = cell != nullptr && !cell->excerpt.empty() ? std::string_view{cell->excerpt} : series.info->text;
      if (says_it_is_staged(text))
        make_digest(anomaly, "; it says itself that this is no real failure");
      else if (anomaly.level != IncidentSeverity::critical && series.total <= kChanceRecords && says_it_tries_again(text) &&
               timeline_.lines[series.service].points.back().last > series.points.back().last)
        make_digest(anomaly, "; it says that this is tried again, and it was not said oftener");
    }
  }

  /// Where surprises are the rule, one more is none.
  void demote_chance() {
    const auto by_chance = [](const Anomaly& anomaly) {
      return anomaly.opens && anomaly.finding.kind == FindingKind::new_error && anomaly.level != IncidentSeverity::critical &&
             anomaly.finding.total <= kChanceRecords;
    };
    std::map<std::uint32_t, std::uint64_t> rare;
    for (const Anomaly& anomaly : anomalies_) rare[anomaly.service] += by_chance(anomaly) ? 1 : 0;
    for (const auto& [service, count] : rare) {
      if (count == 0) continue;
      const double expected = surprises_[service] * scale_of(service);
      if (upper_tail(static_cast<double>(count), expected, 0) <= kSurpriseLevel) continue;
      for (Anomaly& anomaly : anomalies_) {
        if (anomaly.service != service || !by_chance(anomaly)) continue;
        anomaly.finding.expected = expected;
        make_digest(anomaly, "; this service says something new so often that it means little");
      }
    }
  }

  const Timeline& timeline_;
  const JudgeConfig& config_;
  const bool mature_;
  MessageFamilies families_;
  std::map<std::uint32_t, double> surprises_;  // of each service, in its baseline
  std::vector<Anomaly> anomalies_;
};

}  // namespace

std::string why_quiet(const Timeline& timeline, const Series& series, const JudgeConfig& config) {
  if (series.told) return "nothing calls it an error but its words";
  if (records_to_compare_with(timeline) < kFirstPartLines)
    return timeline.has_baseline ? "the baseline is too short to tell whether that is new"
                                 : "there is too little before it to tell whether that is new";
  if (is_warming_up(timeline, series, config)) return "what this service says is being learned, so nobody knows yet whether that is new";
  if (!is_new(timeline, series, config)) return "it was there in the first part, which all else is compared with, so it counts as usual";
  const Severity said = series.among > 0 ? series.said : series.severity;
  if (series.rule != nullptr && said >= Severity::warn && said < Severity::error) return said_as(said);
  return "it says what other errors of this service say, with other values";
}

std::vector<Anomaly> find_new(const Timeline& timeline, const JudgeConfig& config) {
  std::vector<Anomaly> anomalies;
  if (records_to_compare_with(timeline) >= kFirstPartLines) anomalies = NewFinder{timeline, config}.find();
  if (!timeline.has_baseline && (config.growing || timeline.records < kShortInput)) {
    std::vector<Anomaly> early = find_early(timeline, config, anomalies);
    std::move(early.begin(), early.end(), std::back_inserter(anomalies));
  }
  return anomalies;
}

}  // namespace loglode

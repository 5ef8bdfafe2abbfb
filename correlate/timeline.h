// What the judge works on: the counts of all streams joined, by service and template, over time.
// Made once per judgement and then only read. Points into the summaries and the catalog it was made from.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/rule_info.h"
#include "core/template_catalog.h"
#include "core/window_summary.h"
#include "correlate/coverage.h"
#include "correlate/judge.h"

namespace loglode {

/// What happened in one window, over all streams.
struct Point {
  Timestamp start = kNoTime;  // of the window
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
  const Cell* cell = nullptr;              // holds the earliest record; null in series that are about more than one template
  const WindowSummary* summary = nullptr;  // that cell is in
};

/// Whether an error rule is believed against records that state less. WARN is also what programs say of what they got over; that it was
/// FATAL they do not get over, and a rule that hits INFO was written for that.
[[nodiscard]] constexpr bool overrules(Severity rule, Severity said) noexcept {
  return rule >= Severity::error && said != Severity::unspecified && said < Severity::error &&
         (said < Severity::warn || rule >= Severity::fatal);
}

/// Counts over time of one template of one service, of one rule on one service, or of a whole service.
struct Series {
  std::uint32_t service = 0;
  const TemplateInfo* info = nullptr;             // null: not about one template
  const RuleInfo* rule = nullptr;                 // what the series counts, or the rule that most often hits this template
  Severity severity = Severity::unspecified;      // highest seen; a rule's where the records have none
  Severity severity_max = Severity::unspecified;  // of Timeline::texts, whose `severity` is the lowest: the highest
  bool stated = false;                            // the records say their severity themselves
  Severity said = Severity::unspecified;          // of a series of Timeline::hits: that severity, the highest
  bool told = false;                              // of the same: hits that are only told (core/told_hit.h)
  std::uint64_t among = 0;                        // of the same: records of the template, hit or not, the baseline's too
  std::uint64_t learned_total = 0, total = 0;     // total: of all that is not a given baseline
  std::vector<Point> learned;                     // baseline, in order of time
  std::vector<Point> points;  // of the windows that are reported on, in order of time; without a given baseline it holds the first part too
  std::size_t judged_from = 0;                            // points before it serve as the baseline when none was given
  std::vector<const Cell*> learned_durations, durations;  // cells whose records tell durations: of the baseline, and of the others
  bool joined = false;                                    // the same text is also said with another severity: see Timeline::texts

  /// Of a series of Timeline::hits: all records of the template are hit.
  [[nodiscard]] bool is_whole() const noexcept { return among > 0 && learned_total + total >= among; }
  /// Of the same: what its records state says that nothing is broken.
  [[nodiscard]] bool states_calm() const noexcept { return stated && said < Severity::error; }
  [[nodiscard]] SeverityClass severity_class() const noexcept { return loglode::severity_class(severity); }
  [[nodiscard]] Timestamp first() const noexcept { return points.empty() ? kNoTime : points.front().first; }
  [[nodiscard]] std::span<const Point> judged() const noexcept { return std::span{points}.subspan(judged_from); }
};

/// One sampled record of a trace.
struct TraceMoment {
  std::uint64_t trace = 0;
  Timestamp time = kNoTime;
  std::uint32_t service = 0;
  SeverityClass severity = SeverityClass::quiet;
};

/// All that shares one clock: every stream with times, or one stream without.
struct Timeline {
  bool ordinal = false;
  bool since_boot = false;                    // an ordinal one: its times are those since a machine started
  std::uint64_t few_times = 0;                // of an ordinal one: records that have a time all the same; what a template's count tells of
                                              // its rate is then unknown, see line_order.h
  bool has_baseline = false;                  // given; else the first part of the input serves
  Duration width{}, bucket{};                 // of the summaries; of the rates
  Timestamp first = kNoTime, last = kNoTime;  // of the records reported on
  Timestamp judged_from = kNoTime;            // end of the first part; `first` with a given baseline
  std::uint64_t windows = 0, records = 0, learned_records = 0;
  std::uint64_t learned_runs = 0;                  // streams of the baseline
  Coverage learned_time, judged_time;              // of the runs of the baseline (the first part's, when none was given); of all others
  double learned_buckets = 0, judged_buckets = 0;  // covered
  std::vector<std::string> services;               // in order of name
  std::vector<Duration> resolutions;               // of each service's times; 0 where its lines have an order instead
  std::vector<Series> series;                      // by (service, template, severity class)
  std::vector<Series> texts;                       // one for each text whose series are `joined`: all its severities together
  std::vector<Series> rule_series;                 // by (service, rule id)
  std::vector<Series> hits;  // by (service, template, rule id): what an error rule hits of a template that it does not
                             // hit whole, or whose records it overrules; they are in `series` too, as what they say of themselves
  std::vector<std::unique_ptr<const Cell>> hit_cells;  // that the points of `hits` and of rules are of: they stay where they are
  std::vector<Series> lines, errors;                   // one for each service
  std::vector<TraceMoment> traces;                     // of the windows that are reported on, in order of (trace, time, service)

  /// What serves as the baseline of `one`.
  [[nodiscard]] std::span<const Point> learned(const Series& one) const noexcept {
    return has_baseline ? std::span<const Point>{one.learned} : std::span<const Point>{one.points}.first(one.judged_from);
  }
  /// What a template's count in the baseline leads one to expect in `buckets`.
  [[nodiscard]] double expected(const Series& one, double buckets) const noexcept;
  /// Covered buckets of the windows that are reported on.
  [[nodiscard]] double buckets_between(Timestamp from, Timestamp to) const noexcept;
  /// Whether a time of one service lies before one of another, as far as the coarser of their clocks can tell.
  [[nodiscard]] bool surely_before(std::uint32_t service, Timestamp time, std::uint32_t other, Timestamp later) const noexcept;
  /// Covered buckets of the baseline before `time`.
  [[nodiscard]] double learned_place(Timestamp time) const noexcept;
};

/// One for all streams with times (when there are any), then one for each without.
[[nodiscard]] std::vector<Timeline> make_timelines(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog,
                                                   const RuleCatalog& rules, const JudgeConfig& config);

/// The distance between two instants, whatever they are; 0 when `to` is before `from`.
[[nodiscard]] double seconds_between(Timestamp from, Timestamp to) noexcept;
/// `time` + `by`, kept within what a Timestamp holds.
[[nodiscard]] Timestamp plus(Timestamp time, Duration by) noexcept;

[[nodiscard]] Evidence evidence_of(const Point& point);
/// Ascending positions of at most `count` points whose records stand for all: the earliest, the one of the fullest window, the last.
[[nodiscard]] std::vector<std::size_t> telling_points(std::span<const Point> points, std::size_t count);

}  // namespace loglode

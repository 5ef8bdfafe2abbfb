#include "correlate/timeline.h"
#include "correlate/path_services.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "core/told_hit.h"

namespace loglode {

namespace {

constexpr double kFirstPart = 0.2;             // of an input without a baseline
constexpr std::uint64_t kFirstPartLines = 20;  // it holds at least so many
constexpr double kBucketsWanted = 20;          // in the baseline, for rates
constexpr double kNanosecond = 1e-9;

/// The windows of one clock.
struct Clocked {
  std::vector<const WindowSummary*> learned, judged;
};

std::uint64_t distance(Timestamp from, Timestamp to) noexcept {
  if (to <= from) return 0;
  return static_cast<std::uint64_t>(to.time_since_epoch().count()) - static_cast<std::uint64_t>(from.time_since_epoch().count());
}

/// Of two that came at the same instant: what is quoted follows from what they say, not from the names of their files.
bool is_quoted_before(const Cell* a, const Cell* b) {
  if (a == nullptr || b == nullptr || a->excerpt.empty()) return false;
  return b->excerpt.empty() || a->excerpt < b->excerpt;
}

void add_point(std::vector<Point>& points, const Point& point) {
  // Windows come in order of start, those of several streams one after the other.
  if (points.empty() || points.back().start != point.start) {
    points.push_back(point);
    return;
  }
  Point& last = points.back();
  last.count += point.count;
  last.last = std::max(last.last, point.last);
  if (point.first < last.first || (point.first == last.first && is_quoted_before(point.cell, last.cell))) {
    last.cell = point.cell;
    last.summary = point.summary;
    last.first = point.first;
  }
}

void add_to(Series& series, const Point& point, bool learned) {
  add_point(learned ? series.learned : series.points, point);
  (learned ? series.learned_total : series.total) += point.count;
}

constexpr Duration kCoarsest = std::chrono::seconds{1};

/// A clock that was read at `time` tells at least so small parts of a second.
void refine(Duration& resolution, Timestamp time) noexcept {
  while (resolution > Duration{1} && time.time_since_epoch() % resolution != Duration::zero()) resolution /= 10;
}

class Builder {
 public:
  Builder(const TemplateCatalog& catalog, const RuleCatalog& rules, const JudgeConfig& config) : catalog_{catalog}, config_{config} {
    for (const RuleInfo& rule : rules) rules_.emplace(rule.id, &rule);
  }

  Timeline build(const Clocked& windows, bool ordinal) {
    timeline_ = Timeline{};
    timeline_.ordinal = ordinal;
    timeline_.has_baseline = !windows.learned.empty();
    const auto& shown = windows.judged.empty() ? windows.learned : windows.judged;
    timeline_.since_boot = std::all_of(shown.begin(), shown.end(), [](const WindowSummary* window) { return window->since_boot; });
    name_services(windows);
    count_hits(windows);
    for (const WindowSummary* window : windows.learned) take(*window, true);
    for (const WindowSummary* window : windows.judged) take(*window, false);
    measure(windows);
    timeline_.series.reserve(templates_.size());
    for (auto& [key, series] : templates_) timeline_.series.push_back(std::move(series));
    for (auto& [key, series] : rule_series_) timeline_.rule_series.push_back(std::move(series));
    take_hits();
    split_first_part();
    join_texts();
    cover(windows);
    std::sort(timeline_.traces.begin(), timeline_.traces.end(), [](const TraceMoment& a, const TraceMoment& b) {
      return std::tie(a.trace, a.time, a.service, a.severity) < std::tie(b.trace, b.time, b.service, b.severity);
    });
    templates_.clear();
    rule_series_.clear();
    hits_.clear();
    return std::move(timeline_);
  }

 private:
  [[nodiscard]] const std::string& name_of(const std::string& service, bool learned) const {
    const auto other = learned ? called_.find(service) : called_.end();
    return other == called_.end() ? service : other->second;
  }

  void name_services(const Clocked& windows) {
    called_ = join_path_services(windows.learned, windows.judged, catalog_);
    std::set<std::string> names;
    for (const auto* list : {&windows.learned, &windows.judged})
      for (const WindowSummary* window : *list)
        for (const std::string& service : window->services) names.insert(name_of(service, list == &windows.learned));
    timeline_.services.assign(names.begin(), names.end());
    timeline_.lines.resize(names.size());
    timeline_.errors.resize(names.size());
    timeline_.resolutions.assign(names.size(), timeline_.ordinal ? Duration::zero() : kCoarsest);
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      timeline_.lines[i].service = timeline_.errors[i].service = i;
      timeline_.errors[i].severity = Severity::error;
    }
  }

  [[nodiscard]] std::vector<std::uint32_t> services_of(const WindowSummary& window, bool learned) const {
    std::vector<std::uint32_t> places;
    for (const std::string& name : window.services)
      places.push_back(static_cast<std::uint32_t>(
          std::lower_bound(timeline_.services.begin(), timeline_.services.end(), name_of(name, learned)) - timeline_.services.begin()));
    return places;
  }

  /// How many records of a template each error rule hits, of how many.
  void count_hits(const Clocked& windows) {
    const auto for_each = [&](auto visit) {
      for (const auto* list : {&windows.learned, &windows.judged})
        for (const WindowSummary* window : *list) visit(*window, services_of(*window, list == &windows.learned));
    };
    std::map<std::pair<std::uint32_t, TemplateId>, Hits> records;
    for_each([&](const WindowSummary& window, const std::vector<std::uint32_t>& service_of) {
      for (const RuleCell& hit : window.rule_cells) {
        const RuleInfo* rule = rule_of(window.rules[hit.rule]);
        if (rule == nullptr || rule->category != RuleCategory::error) continue;
        const TemplateId id = catalog_.of(hit.shape).id;
        hits_[{service_of[hit.service], id, window.rules[hit.rule]}].count += hit.count;
        records.try_emplace({service_of[hit.service], id});
      }
    });
    if (records.empty()) return;
    for_each([&](const WindowSummary& window, const std::vector<std::uint32_t>& service_of) {
      for (const Cell& cell : window.cells)
        if (const auto known = records.find({service_of[cell.service], catalog_.of(cell.shape).id}); known != records.end()) {
          known->second.count += cell.count;
          known->second.said = std::max(known->second.said, cell.severity);
        }
    });
    for (auto& [key, hits] : hits_) {
      const Hits& all = records[{std::get<0>(key), std::get<1>(key)}];
      hits.of = all.count;
      hits.said = all.said;
    }
  }

  void take(const WindowSummary& window, bool learned) {
    const std::vector<std::uint32_t> service_of = services_of(window, learned);
    const std::vector<const RuleInfo*> strongest = take_rules(window, service_of, learned);
    for (std::size_t i = 0; i < window.cells.size(); ++i) {
      const Cell& cell = window.cells[i];
      const RuleInfo* rule = strongest[i];
      // A rule says how bad a record is that does not say so itself.
      const bool stated = cell.severity != Severity::unspecified;
      const Severity severity = !stated && rule != nullptr ? rule->severity : cell.severity;
      const TemplateInfo& info = catalog_.of(cell.shape);
      Series& series = templates_[{service_of[cell.service], info.id, severity_class(severity)}];
      series.service = service_of[cell.service];
      series.info = &info;
      series.severity = std::max(series.severity, severity);
      series.stated = series.stated || stated;
      if (rule != nullptr && (series.rule == nullptr || rule->id < series.rule->id)) series.rule = rule;
      const Point point{window.start, cell.count, cell.first, cell.last, &cell, &window};
      for (const Timestamp time : {cell.first, cell.last}) refine(timeline_.resolutions[series.service], time);
      add_to(series, point, learned);
      if (!cell.durations.empty()) (learned ? series.learned_durations : series.durations).push_back(&cell);
      add_to(timeline_.lines[series.service], point, learned);
      if (severity >= Severity::error) {
        Series& errors = timeline_.errors[series.service];
        errors.severity = std::max(errors.severity, severity);
        add_to(errors, point, learned);
      }
    }
    (learned ? timeline_.learned_records : timeline_.records) += window.records;
    if (learned) return;
    for (const TraceStep& step : window.trace_steps)
      timeline_.traces.push_back(TraceMoment{step.trace, step.time, service_of[step.service], severity_class(step.severity)});
  }

  [[nodiscard]] const RuleInfo* rule_of(std::string_view name) const {
    const auto known = rules_.find(rule_id_of(name));
    return known == rules_.end() ? nullptr : known->second;  // null: of another version's pack
  }

  /// For each cell the gravest rule of category error that hits its template whole; one that most of what it states to be errors is hit by
  /// says what kind of errors they are.
  std::vector<const RuleInfo*> take_rules(const WindowSummary& window, const std::vector<std::uint32_t>& service_of, bool learned) {
    std::vector<const RuleInfo*> strongest(window.cells.size(), nullptr);
    for (const RuleCell& hit : window.rule_cells) {
      const RuleInfo* rule = rule_of(window.rules[hit.rule]);
      if (rule == nullptr) continue;
      const auto cell = std::lower_bound(window.cells.begin(), window.cells.end(), hit, [](const Cell& a, const RuleCell& b) {
        return std::tie(a.service, a.shape) < std::tie(b.service, b.shape);
      });
      const bool found = cell != window.cells.end() && cell->service == hit.service && cell->shape == hit.shape;
      const Cell* of_hit = found ? &*cell : nullptr;
      if (rule->category == RuleCategory::error) {
        if (hit.first_line != 0) of_hit = &cell_of(hit, found ? cell->severity : Severity::unspecified);
        const TemplateInfo& info = catalog_.of(hit.shape);
        Hits& hits = hits_[{service_of[hit.service], info.id, window.rules[hit.rule]}];
        hits.series.told = names_told_hit(window.rules[hit.rule]);
        // Where the records themselves say that nothing is broken, what a graver rule makes of them is a series of its own, whole or not.
        const bool whole = hits.count == hits.of, overruled = overrules(rule->severity, hits.said);
        if (!whole || overruled || hits.series.told) {
          hits.series.service = service_of[hit.service];
          hits.series.info = &info;
          hits.series.rule = rule;
          hits.series.among = hits.of;
          add_hit(hits.series, found ? cell->severity : hits.said, Point{window.start, hit.count, hit.first, hit.last, of_hit, &window},
                  learned);
          if (hits.series.told) continue;
        }
        const bool most = (whole && !overruled) || (hits.count * 2 >= hits.of && hits.said >= Severity::error);
        if (found && most) {
          const RuleInfo*& now = strongest[static_cast<std::size_t>(cell - window.cells.begin())];
          if (now == nullptr || std::tie(rule->severity, now->id) > std::tie(now->severity, rule->id)) now = rule;
        }
      }
      Series& series = rule_series_[{service_of[hit.service], rule->id}];
      series.service = service_of[hit.service];
      series.rule = rule;
      series.severity = std::max(series.severity, std::max(rule->severity, found ? cell->severity : Severity::unspecified));
      add_to(series, Point{window.start, hit.count, hit.first, hit.last, of_hit, of_hit != nullptr ? &window : nullptr}, learned);
    }
    return strongest;
  }

  /// What a rule hits of a cell, as a cell.
  const Cell& cell_of(const RuleCell& hit, Severity said) {
    return *timeline_.hit_cells.emplace_back(
        std::make_unique<const Cell>(Cell{hit.service, hit.shape, said, hit.count, hit.first, hit.last, hit.first_offset, hit.first_line,
                                          hit.first_line_count, hit.excerpt}));
  }

  static void add_hit(Series& series, Severity said, const Point& point, bool learned) {
    series.stated = series.stated || said != Severity::unspecified;
    series.said = std::max(series.said, said);
    series.severity = std::max(series.rule->severity, series.said);
    add_to(series, point, learned);
  }

  /// Where several rules hit the same records, the gravest speaks for all.
  void take_hits() {
    std::vector<Series>& taken = timeline_.hits;
    for (auto& [key, hits] : hits_) {
      if (hits.series.rule == nullptr) continue;
      Series& series = hits.series;
      const auto same = std::find_if(taken.begin(), taken.end(), [&](const Series& other) {
        return other.service == series.service && other.info == series.info && other.total == series.total &&
               other.learned_total == series.learned_total && other.points.size() == series.points.size() &&
               std::equal(other.points.begin(), other.points.end(), series.points.begin(),
                          [](const Point& a, const Point& b) { return a.first == b.first && a.last == b.last && a.count == b.count; });
      });
      if (same == taken.end())
        taken.push_back(std::move(series));
      else if (series.told != same->told ? same->told : series.rule->severity > same->rule->severity)
        *same = std::move(series);
    }
  }

  void measure(const Clocked& windows) {
    std::set<Timestamp> starts;
    for (const WindowSummary* window : windows.judged) {
      starts.insert(window->start);
      if (window->ordinal) timeline_.few_times += window->records - std::min(window->records, window->without_time);
    }
    timeline_.windows = starts.size();
    const WindowSummary& any = *(windows.judged.empty() ? windows.learned : windows.judged).front();
    timeline_.width = any.width;
    for (const Series& service : timeline_.lines)
      for (const Point& point : service.points) {
        timeline_.first = timeline_.first == kNoTime ? point.first : std::min(timeline_.first, point.first);
        timeline_.last = std::max(timeline_.last, point.last);
      }
  }

  /// Where the first part ends, when it has to serve as the baseline.
  void split_first_part() {
    timeline_.judged_from = timeline_.first;
    if (timeline_.has_baseline || timeline_.first == kNoTime) return;
    const auto part = static_cast<std::int64_t>(static_cast<double>(distance(timeline_.first, timeline_.last)) * kFirstPart);
    const Timestamp wanted = plus(timeline_.first, Duration{part});
    std::map<Timestamp, std::uint64_t> lines_at;
    for (const Series& service : timeline_.lines)
      for (const Point& point : service.points) lines_at[point.start] += point.count;
    std::uint64_t lines = 0;
    Timestamp end = timeline_.first;
    for (const auto& [start, count] : lines_at) {
      if (start >= wanted && lines >= kFirstPartLines) break;
      lines += count;
      end = plus(start, timeline_.width);
    }
    // Its quiet end is part of the first part: what is seldom said would else be as frequent as in its first burst.
    timeline_.judged_from = std::max({end, wanted, timeline_.first});
    for (auto* list : {&timeline_.series, &timeline_.rule_series, &timeline_.hits, &timeline_.lines, &timeline_.errors})
      for (Series& series : *list) mark_judged(series);
  }

  /// A message that changes its severity is not one that falls silent and another that begins: its rate is that of both.
  void join_texts() {
    std::map<std::pair<std::uint32_t, std::string_view>, std::vector<Series*>> by_text;
    for (Series& series : timeline_.series) by_text[{series.service, series.info->text}].push_back(&series);
    for (auto& [text, parts] : by_text) {
      if (parts.size() < 2) continue;
      Series whole = *parts.front();
      whole.severity_max = whole.severity;
      for (Series* part : parts) part->joined = true;
      for (std::size_t i = 1; i < parts.size(); ++i) {
        whole.severity = std::min(whole.severity, parts[i]->severity);
        whole.severity_max = std::max(whole.severity_max, parts[i]->severity);
        whole.learned_total += parts[i]->learned_total;
        whole.total += parts[i]->total;
        whole.learned = merged(whole.learned, parts[i]->learned);
        whole.points = merged(whole.points, parts[i]->points);
      }
      mark_judged(whole);
      timeline_.texts.push_back(std::move(whole));
    }
  }

  static std::vector<Point> merged(const std::vector<Point>& a, const std::vector<Point>& b) {
    std::vector<Point> both(a.size() + b.size()), out;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), both.begin(), [](const Point& x, const Point& y) { return x.start < y.start; });
    for (const Point& point : both) add_point(out, point);
    return out;
  }

  void mark_judged(Series& series) const {
    if (timeline_.has_baseline) return;
    const auto split = std::lower_bound(series.points.begin(), series.points.end(), timeline_.judged_from,
                                        [](const Point& point, Timestamp at) { return point.start < at; });
    series.judged_from = static_cast<std::size_t>(split - series.points.begin());
  }

  /// How many buckets the baseline covers, and how many the rest.
  void cover(const Clocked& windows) {
    timeline_.learned_runs = runs_of(windows.learned).size();
    for (const auto& [from, to] : runs_of(windows.learned)) timeline_.learned_time.add(from, to);
    for (const auto& [from, to] : runs_of(windows.judged)) {
      const Timestamp begin = std::max(from, timeline_.first), end = std::min(to, plus(timeline_.last, Duration{1}));
      timeline_.judged_time.add(begin, end);
      if (!timeline_.has_baseline) timeline_.learned_time.add(begin, std::min(to, timeline_.judged_from));
    }
    timeline_.learned_time.settle();
    timeline_.judged_time.settle();
    const double covered = timeline_.learned_time.seconds();
    choose_bucket(covered);
    timeline_.learned_buckets = covered / (static_cast<double>(timeline_.bucket.count()) * kNanosecond);
    timeline_.judged_buckets = timeline_.buckets_between(timeline_.judged_from, plus(timeline_.last, Duration{1}));
  }

  /// The first and the last window of each stream.
  [[nodiscard]] std::vector<std::pair<Timestamp, Timestamp>> runs_of(const std::vector<const WindowSummary*>& windows) const {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::pair<Timestamp, Timestamp>> of_stream;
    for (const WindowSummary* window : windows) {
      const Timestamp end = plus(window->start, timeline_.width);
      const auto [place, is_new] = of_stream.try_emplace({window->stream.high, window->stream.low}, window->start, end);
      if (is_new) continue;
      place->second.first = std::min(place->second.first, window->start);
      place->second.second = std::max(place->second.second, end);
    }
    std::vector<std::pair<Timestamp, Timestamp>> runs;
    for (const auto& [stream, run] : of_stream) runs.push_back(run);
    return runs;
  }

  void choose_bucket(double covered_seconds) {
    Duration bucket = timeline_.width;
    for (Duration step = bucket;
         step <= config_.bucket && static_cast<double>(step.count()) * kNanosecond * kBucketsWanted <= covered_seconds;
         step = wider(step)) {
      bucket = step;
      if (wider(step) == step) break;
    }
    timeline_.bucket = bucket;
  }

  const TemplateCatalog& catalog_;
  const JudgeConfig& config_;
  std::map<std::string, const RuleInfo*, std::less<>> rules_;
  Timeline timeline_;
  std::map<std::string, std::string> called_;  // services of the baseline that go by another name now
  std::map<std::tuple<std::uint32_t, TemplateId, SeverityClass>, Series> templates_;
  std::map<std::tuple<std::uint32_t, std::string>, Series> rule_series_;
  struct Hits {
    std::uint64_t count = 0, of = 0;        // records of the template
    Severity said = Severity::unspecified;  // by them, the highest
    Series series;                          // where they are not all
  };
  std::map<std::tuple<std::uint32_t, TemplateId, std::string>, Hits> hits_;  // of error rules
};

}  // namespace

double seconds_between(Timestamp from, Timestamp to) noexcept { return static_cast<double>(distance(from, to)) * kNanosecond; }

Timestamp plus(Timestamp time, Duration by) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(time.time_since_epoch().count(), by.count(), &sum)) return Timestamp{Duration{sum}};
  return by.count() > 0 ? Timestamp::max() : plus(Timestamp::min(), Duration{1});
}

double Timeline::buckets_between(Timestamp from, Timestamp to) const noexcept {
  return judged_time.seconds_within(from, to) / (static_cast<double>(bucket.count()) * kNanosecond);
}

bool Timeline::surely_before(std::uint32_t service, Timestamp time, std::uint32_t other, Timestamp later) const noexcept {
  return time < later && plus(time, std::max(resolutions[service], resolutions[other])) <= later;
}

double Timeline::learned_place(Timestamp time) const noexcept {
  return learned_time.seconds_before(time) / (static_cast<double>(bucket.count()) * kNanosecond);
}

double Timeline::expected(const Series& one, double buckets) const noexcept {
  if (learned_buckets <= 0) return 0;
  std::uint64_t seen = 0;
  for (const Point& point : learned(one)) seen += point.count;
  return static_cast<double>(seen) / learned_buckets * buckets;
}

Evidence evidence_of(const Point& point) {
  if (point.cell == nullptr) return {};
  Evidence evidence = evidence_of(Example{point.summary, point.cell});
  evidence.time = point.cell->first;  // of ordinal ones the place, which the judge works with
  return evidence;
}

std::vector<std::size_t> telling_points(std::span<const Point> points, std::size_t count) {
  std::vector<std::size_t> wanted;
  const auto want = [&](std::size_t index) {
    if (wanted.size() < count && points[index].cell != nullptr && std::find(wanted.begin(), wanted.end(), index) == wanted.end())
      wanted.push_back(index);
  };
  if (points.empty()) return {};
  want(0);
  const auto fullest = std::max_element(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.count < b.count; });
  // A record whose excerpt was kept says more than one that has to be looked up.
  const auto told = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = to; i > from; --i)
      if (points[i - 1].cell != nullptr && !points[i - 1].cell->excerpt.empty()) return i - 1;
    return to - 1;
  };
  if (fullest->cell != nullptr && !fullest->cell->excerpt.empty()) want(static_cast<std::size_t>(fullest - points.begin()));
  want(told(0, points.size()));
  want(told(0, (points.size() + 1) / 2));
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

std::vector<Timeline> make_timelines(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog, const RuleCatalog& rules,
                                     const JudgeConfig& config) {
  Clocked timed;
  std::vector<const WindowSummary*> ordinal_learned;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Clocked> ordinal;
  const JudgeConfig::Span& span = config.span;
  for (const WindowSummary& window : windows) {
    if (!window.ordinal) {
      if (window.start < span.from || window.start >= span.until) continue;
      const bool learned = window.baseline || plus(window.start, window.width) <= span.judged_from;
      (learned ? timed.learned : timed.judged).push_back(&window);
    } else if (span.timed_only) {
      continue;
    } else if (window.baseline) {
      ordinal_learned.push_back(&window);
    } else {
      ordinal[{window.stream.high, window.stream.low}].judged.push_back(&window);
    }
  }
  Builder builder{catalog, rules, config};
  std::vector<Timeline> timelines;
  if (!timed.judged.empty()) timelines.push_back(builder.build(timed, false));
  for (auto& [stream, clocked] : ordinal) {
    clocked.learned = ordinal_learned;
    timelines.push_back(builder.build(clocked, true));
  }
  return timelines;
}

}  // namespace loglode

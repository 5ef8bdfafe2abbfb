#include "correlate/overview.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::uint64_t kFirstPartLines = 20;
constexpr std::size_t kExamples = 3;

void widen_span(Timestamp& first, Timestamp& last, const std::vector<Point>& points) {
  for (const Point& point : points) {
    first = first == kNoTime ? point.first : std::min(first, point.first);
    last = std::max(last, point.last);
  }
}

ServiceOverview& overview_of(Judgement& judgement, const std::string& service) {
  for (ServiceOverview& each : judgement.services)
    if (each.service == service) return each;
  judgement.services.emplace_back();
  judgement.services.back().service = service;
  return judgement.services.back();
}

}  // namespace

void add_overview(const Timeline& timeline, const std::vector<Anomaly>& anomalies, Judgement& judgement) {
  std::vector<ServiceOverview*> overviews(timeline.services.size(), nullptr);
  judgement.services.reserve(judgement.services.size() + timeline.services.size());  // the pointers stay good
  for (const Series& lines : timeline.lines) {
    if (lines.total == 0) continue;  // only in the baseline
    ServiceOverview& overview = overview_of(judgement, timeline.services[lines.service]);
    overviews[lines.service] = &overview;
    overview.records += lines.total;
    overview.errors += timeline.errors[lines.service].total;
    if (!timeline.ordinal) widen_span(overview.first, overview.last, lines.points);
  }
  judgement.templates.reserve(judgement.templates.size() + timeline.series.size());
  for (const Series& series : timeline.series) {
    if (series.total == 0) continue;
    ServiceOverview& overview = *overviews[series.service];
    overview.templates += 1;
    if (series.severity_class() == SeverityClass::warning) overview.warnings += series.total;
    TemplateCount row{timeline.services[series.service], series.info, series.severity, series.total, kNoTime, kNoTime, {}};
    for (const std::size_t at : telling_points(series.points, kExamples))
      row.examples.push_back({series.points[at].summary, series.points[at].cell});
    if (!timeline.ordinal) widen_span(row.first, row.last, series.points);
    judgement.templates.push_back(std::move(row));
  }
  for (const Anomaly& anomaly : anomalies) {
    if (timeline.ordinal || anomaly.level < IncidentSeverity::error || overviews[anomaly.service] == nullptr) continue;
    Timestamp& first = overviews[anomaly.service]->first_error;
    first = first == kNoTime ? anomaly.onset : std::min(first, anomaly.onset);
  }
}

void sort_overview(Judgement& judgement) {
  std::sort(judgement.services.begin(), judgement.services.end(), [](const ServiceOverview& a, const ServiceOverview& b) {
    return a.records != b.records ? a.records > b.records : a.service < b.service;
  });
  std::stable_sort(judgement.templates.begin(), judgement.templates.end(), [](const TemplateCount& a, const TemplateCount& b) {
    if (a.count != b.count) return a.count > b.count;
    return std::tie(a.service, a.info->id, a.severity) < std::tie(b.service, b.info->id, b.severity);
  });
}

void note_unhealthy_mining(Judgement& judgement) {
  constexpr std::size_t kTemplatesMin = 200;  // of fewer, most may well be rare
  constexpr double kSingletonsMax = .9;
  std::map<std::string_view, std::pair<std::size_t, std::size_t>> of_service;  // templates, those seen once
  for (const TemplateCount& row : judgement.templates) {
    auto& [all, once] = of_service[row.service];
    ++all;
    once += row.count == 1;
  }
  for (const auto& [service, counts] : of_service) {
    const auto& [all, once] = counts;
    if (all < kTemplatesMin || static_cast<double>(once) <= kSingletonsMax * static_cast<double>(all)) continue;
    judgement.scope.notes.push_back(
        "mining unhealthy: of " + grouped(all) + " templates of " + std::string{service} + " " + grouped(once) +
        " were seen once: its messages are free text, or their variables are not recognised (loglode explain LINE)");
  }
}

JudgedScope scope_of(const Timeline& timeline, const std::string& rates_note) {
  JudgedScope scope;
  scope.first = timeline.ordinal ? kNoTime : timeline.first;
  scope.last = timeline.ordinal ? kNoTime : timeline.last;
  scope.width = timeline.width;
  scope.windows = timeline.windows;
  scope.ordinal = timeline.ordinal;
  if (timeline.since_boot) {
    const auto seconds = [](Timestamp time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); };
    scope.since_boot_s = {seconds(timeline.first), seconds(timeline.last)};
  }
  scope.has_baseline = timeline.has_baseline;
  if (!timeline.has_baseline && !timeline.ordinal) scope.baseline_end = timeline.judged_from;
  if (timeline.since_boot)
    scope.notes.emplace_back("times are seconds since the machine started, without a date");
  else if (timeline.ordinal)
    scope.notes.push_back((timeline.few_times == 0
                               ? std::string{"no times in the input"}
                               : "only " + grouped(timeline.few_times) + " of " + grouped(timeline.records) + " records have a time") +
                          ": judged by the order of its lines");
  if (!timeline.has_baseline) {
    if (timeline.records < kFirstPartLines) {
      scope.notes.push_back("new templates need " + grouped(kFirstPartLines) + " lines to compare with, " + grouped(timeline.records) +
                            " seen");
    } else {
      scope.notes.push_back("no baseline given: judged against its own first part");
      std::uint64_t errors = 0;
      for (const Series& each : timeline.errors) errors += count_of(std::span{each.points}.first(each.judged_from));
      if (errors > 0)
        scope.notes.push_back("the first part holds " + grouped(errors) + (errors == 1 ? " error" : " errors") +
                              " already: if the trouble is older than the input, give a --baseline");
    }
  }
  if (!rates_note.empty()) scope.notes.push_back(rates_note);
  return scope;
}

}  // namespace loglode

// Silent: what should have been said and was not. Heartbeats (even intervals), and services that stop altogether.
#include <algorithm>
#include <cmath>
#include <optional>

#include "correlate/baseline_profile.h"
#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kBeatsNeeded = 20;
constexpr double kEvenness = 0.2;       // coefficient of variation of the intervals
constexpr double kMissed = 3;           // beats
constexpr double kPauses = 0.05;        // of the intervals: what pauses oftener stops as a matter of course
constexpr double kExpectedNeeded = 10;  // lines of a service
constexpr double kSilentP = 1e-6;
constexpr std::size_t kOthersNeeded = 2;  // services that go on, each in a file of its own, and for each that does not as many that do
constexpr double kSilenceGrave_s = 120;   // what comes back sooner was a restart
constexpr int kSilentWindows = 2;         // a service is not silent before so many windows have passed
// While more is to come: in buckets of the configuration, of 10 s.
constexpr double kLeastSilence = 6;  // an evaluation: whoever looks each minute does not see what lasted less
constexpr double kLeastKnown = 20;   // as for rates

/// Whether so long a silence, of what was known for so long, is worth a word.
bool is_long_enough(const JudgeConfig& config, double silence_s, double known_s) {
  const double bucket_s = std::chrono::duration<double>(config.bucket).count();
  return !config.growing || (silence_s >= kLeastSilence * bucket_s && known_s >= kLeastKnown * bucket_s);
}

/// The file that the last of `series` is from.
StreamIdentity file_of(const Series& series) {
  const WindowSummary* summary = series.points.empty() ? nullptr : series.points.back().summary;
  return summary == nullptr ? StreamIdentity{} : summary->stream;
}

bool same_file(const Series& a, const Series& b) {
  const StreamIdentity one = file_of(a), other = file_of(b);
  return one.high == other.high && one.low == other.low;
}

/// When the file ends in which `series` was said last: after it nothing is missed.
Timestamp end_of_file(const Timeline& timeline, const Series& series) {
  Timestamp end = series.points.back().last;
  for (const Series& lines : timeline.lines)
    if (!lines.points.empty() && same_file(lines, series)) end = std::max(end, lines.points.back().last);
  return std::max(end, timeline.lines[series.service].points.back().last);
}

/// The gap after which a heartbeat is missed, when `series` is one.
struct Heartbeat {
  double period_s = 0;
  Timestamp last_before = kNoTime, next = kNoTime;  // kNoTime: it never came back
  double missed = 0;
};

std::optional<Heartbeat> heartbeat_of(const Timeline& timeline, const Series& series, const JudgeConfig& config) {
  if (series.points.size() < kBeatsNeeded) return std::nullopt;
  std::vector<double> intervals;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    // Several in one window: their times are not known one by one, or they are no beats.
    if (series.points[i].count > 1) return std::nullopt;
    if (i > 0) intervals.push_back(timeline.judged_time.seconds_within(series.points[i - 1].first, series.points[i].first));
  }
  std::vector<double> sorted = intervals;
  std::sort(sorted.begin(), sorted.end());
  Heartbeat beat;
  beat.period_s = quantile(sorted, 0.5);
  if (beat.period_s <= 2 * std::chrono::duration<double>(timeline.width).count()) return std::nullopt;
  double sum = 0, squares = 0, even = 0;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (intervals[i] > intervals[longest]) longest = i;
    if (intervals[i] > beat.period_s * (kMissed + 0.5)) continue;  // the silences themselves
    sum += intervals[i];
    squares += intervals[i] * intervals[i];
    even += 1;
  }
  if (even < static_cast<double>(kBeatsNeeded) - 2) return std::nullopt;
  const double pauses = static_cast<double>(intervals.size()) - even;
  if (pauses > std::fmax(1, kPauses * static_cast<double>(intervals.size()))) return std::nullopt;
  const double mean = sum / even;
  if (std::sqrt(std::fmax(0, squares / even - mean * mean)) > kEvenness * mean) return std::nullopt;
  const Timestamp end = end_of_file(timeline, series);
  const double tail = timeline.judged_time.seconds_within(series.points.back().first, end);
  if (tail >= intervals[longest]) {
    beat.last_before = series.points.back().first;
    beat.missed = std::floor(tail / beat.period_s);
  } else {
    beat.last_before = series.points[longest].first;
    beat.next = series.points[longest + 1].first;
    beat.missed = std::floor(intervals[longest] / beat.period_s) - 1;
  }
  if (beat.missed < kMissed) return std::nullopt;
  const double silence = std::fmax(tail, intervals[longest]);
  const double known = timeline.judged_time.seconds_within(series.points.front().first, beat.last_before);
  return is_long_enough(config, silence, known) ? std::optional{beat} : std::nullopt;
}

Anomaly describe_heartbeat(const Timeline& timeline, const Series& series, const Heartbeat& beat) {
  Anomaly anomaly = begin_anomaly(timeline, series, series.points, FindingKind::silent);
  const auto period = Duration{static_cast<std::int64_t>(beat.period_s * 1e9)};
  anomaly.onset = anomaly.finding.start = plus(beat.last_before, period);
  anomaly.end = anomaly.finding.end = beat.next == kNoTime ? end_of_file(timeline, series) : beat.next;
  anomaly.level = IncidentSeverity::warning;
  anomaly.finding.category = FindingCategory::error;
  anomaly.finding.observed = 0;
  anomaly.finding.expected = beat.missed;
  anomaly.finding.q = 0;
  anomaly.finding.notify = Notify::digest;
  anomaly.finding.score = 3 + std::log2(beat.missed);
  anomaly.finding.summary = anomaly.finding.service + ": " + subject_of(series) + " came every " + rounded(beat.period_s) +
                            " s and was missed " + rounded(beat.missed) + " times from " + clock_time(timeline, anomaly.onset);
  anomaly.what = "silent: " + subject_of(series) + " every " + rounded(beat.period_s) + " s, missed " + rounded(beat.missed) + " times";
  return anomaly;
}

/// Whether the end of what `service` says is more than the end of its file: something else in its file goes on, or nearly all
/// other services do. Who takes logs at different times has files that end at different times.
bool others_go_on(const Timeline& timeline, const Series& lines, Timestamp last) {
  const Timestamp near_end = plus(timeline.last, -(timeline.last - last) / 4);
  std::size_t others = 0, going_on = 0;
  for (const Series& other : timeline.lines) {
    if (other.service == lines.service || other.points.empty() || other.points.front().first > last) continue;
    const bool goes_on = other.points.back().last >= near_end;
    if (goes_on && same_file(other, lines)) return true;
    others += 1;
    going_on += goes_on ? 1 : 0;
  }
  return going_on >= kOthersNeeded && (others - going_on) * kOthersNeeded <= going_on;
}

/// Whether most of what the baseline has of a service are errors: that these stop is no loss.
bool says_errors_alone(const Timeline& timeline, const Series& lines) {
  return count_of(timeline.learned(timeline.errors[lines.service])) * 2 >= count_of(timeline.learned(lines));
}

/// A whole service that says nothing after `lines.points.back()` although its neighbours go on.
std::optional<Anomaly> silent_service(const Timeline& timeline, const Series& lines, const JudgeConfig& config) {
  if (timeline.ordinal || timeline.services.size() < 2 || timeline.learned_buckets <= 0) return std::nullopt;
  const std::span<const Point> learned = timeline.learned(lines);
  if (learned.empty() || says_errors_alone(timeline, lines)) return std::nullopt;
  const Timestamp last = lines.points.empty() ? timeline.judged_from : std::max(lines.points.back().last, timeline.judged_from);
  // Files end, and coarse clocks tick, within a window of one another.
  if (plus(last, kSilentWindows * std::max(timeline.width, timeline.bucket)) > timeline.last) return std::nullopt;
  const double silence = timeline.buckets_between(last, timeline.last);
  const double expected = timeline.expected(lines, silence);
  const double bucket_s = std::chrono::duration<double>(timeline.bucket).count();
  if (!is_long_enough(config, silence * bucket_s, timeline.learned_buckets * bucket_s)) return std::nullopt;
  if (expected < kExpectedNeeded) return std::nullopt;
  // Who comes in bursts pauses as a matter of course; who is steady has at most paused for so long.
  const double known = std::fmin(silence, timeline.learned_buckets);  // what lasts longer than the baseline was never seen to last
  const BaselineProfile profile = profile_of(timeline, lines, known);
  if (!profile.steady || silence < kMissed * longest_pause(timeline, lines)) return std::nullopt;
  if (lower_tail(0, profile.rate() * known, profile.overdispersion_in(known)) > kSilentP) return std::nullopt;
  const std::span<const Point> shown = lines.points.empty() ? learned : std::span<const Point>{lines.points};
  Anomaly anomaly = begin_anomaly(timeline, lines, shown, FindingKind::silent);
  anomaly.onset = anomaly.finding.start = last;
  anomaly.end = anomaly.finding.end = timeline.last;
  const bool grave = !lines.points.empty() && silence * bucket_s >= kSilenceGrave_s && others_go_on(timeline, lines, last);
  anomaly.opens = grave;
  anomaly.level = grave ? IncidentSeverity::error : IncidentSeverity::warning;
  anomaly.finding.expected = expected;
  anomaly.finding.q = 0;
  anomaly.finding.notify = grave ? Notify::ticket : Notify::digest;
  anomaly.finding.score = 3 + std::log2(expected);
  anomaly.finding.summary = anomaly.finding.service + " has said nothing since " + clock_time(timeline, last) + ", where " +
                            rounded(expected) + " lines were expected";
  anomaly.what = "silent: no line since " + clock_time(timeline, last) + ", " + rounded(expected) + " expected";
  return anomaly;
}

}  // namespace

std::vector<Anomaly> find_silent(const Timeline& timeline, const JudgeConfig& config) {
  std::vector<Anomaly> anomalies;
  if (timeline.ordinal) return anomalies;  // silence takes time
  for (const Series& lines : timeline.lines)
    if (std::optional<Anomaly> anomaly = silent_service(timeline, lines, config)) anomalies.push_back(std::move(*anomaly));
  const auto told = [&](std::uint32_t service) {
    return std::any_of(anomalies.begin(), anomalies.end(),
                       [&](const Anomaly& anomaly) { return anomaly.service == service && anomaly.series->info == nullptr; });
  };
  const auto listen = [&](const Series& series) {
    if (series.severity_class() != SeverityClass::quiet) return;  // what is wrong and stops is no loss
    const std::optional<Heartbeat> beat = heartbeat_of(timeline, series, config);
    if (beat && !told(series.service)) anomalies.push_back(describe_heartbeat(timeline, series, *beat));
  };
  for (const Series& series : timeline.series)
    if (!series.joined) listen(series);
  for (const Series& series : timeline.texts) listen(series);  // a beat that is said with another severity is no beat missed
  return anomalies;
}

}  // namespace loglode

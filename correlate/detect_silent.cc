// Silent: what should have been said and was not. Heartbeats (even intervals), and services that stop altogether.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "correlate/baseline_profile.h"
#include "correlate/detect.h"
#include "correlate/statistics.h"
#include "correlate/wording.h"

namespace loglode {

namespace {

constexpr std::size_t kBeatsNeeded = 20;
constexpr double kEvenness = 0.2;  // coefficient of variation of the intervals
constexpr double kMissed = 3;      // beats
// Of beats that are closer than windows: what a job says while it runs is as even, but seldom so slow, and it does not go on for so long.
constexpr double kClosePeriod_s = 5;
constexpr std::size_t kCloseIntervals = 50;
constexpr double kEmptyWindows = 6;
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

/// What windows tell of the times of beats: the first and the last of each are known.
class Beats {
 public:
  Beats(const Timeline& timeline, const Series& series) : points_{series.points} {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (i > 0) between_.push_back(timeline.judged_time.seconds_within(points_[i - 1].last, points_[i].first));
      if (points_[i].count > 1)
        within_.push_back(timeline.judged_time.seconds_within(points_[i].first, points_[i].last) /
                          static_cast<double>(points_[i].count - 1));
      count_ += points_[i].count;
    }
    std::vector<double> sorted = between_;
    sorted.insert(sorted.end(), within_.begin(), within_.end());
    std::sort(sorted.begin(), sorted.end());
    period_s_ = sorted.empty() ? 0 : quantile(sorted, 0.5);
    are_close_ = period_s_ <= 2 * std::chrono::duration<double>(timeline.width).count();
    for (std::size_t i = 0; i < between_.size(); ++i)
      if (between_[i] > between_[longest_]) longest_ = i;
  }
  [[nodiscard]] double period_s() const noexcept { return period_s_; }
  [[nodiscard]] double longest_s() const noexcept { return between_[longest_]; }
  [[nodiscard]] const Point& before_longest() const noexcept { return points_[longest_]; }
  [[nodiscard]] const Point& behind_longest() const noexcept { return points_[longest_ + 1]; }

  /// Whether they come at even intervals, but for some silences. Beats within a window are only known by their mean, so those from one
  /// window to the next have to be even by themselves.
  [[nodiscard]] bool are_even() const {
    if (count_ < kBeatsNeeded || between_.size() + 2 < kBeatsNeeded / 2 || period_s_ <= 0) return false;
    double sum = 0, squares = 0, even = 0;
    for (const double interval : between_) {
      if (interval > period_s_ * (kMissed + 0.5)) continue;  // the silences themselves
      sum += interval;
      squares += interval * interval;
      even += 1;
    }
    const double pauses = static_cast<double>(between_.size()) - even;
    if (are_close_ && (period_s_ < kClosePeriod_s || between_.size() < kCloseIntervals || pauses > 1)) return false;
    if (even + 2 < kBeatsNeeded / 2.0 || pauses > std::fmax(1, kPauses * static_cast<double>(between_.size()))) return false;
    const double mean = sum / even;
    if (std::sqrt(std::fmax(0, squares / even - mean * mean)) > kEvenness * mean) return false;
    return std::all_of(within_.begin(), within_.end(), [&](double interval) { return std::abs(interval - mean) <= kEvenness * mean; });
  }

 private:
  std::span<const Point> points_;
  std::vector<double> between_, within_;  // seconds; `between_[i]`: from the last of points_[i] to the first of the next
  std::uint64_t count_ = 0;
  double period_s_ = 0;
  bool are_close_ = false;   // some windows hold several, or all hold one
  std::size_t longest_ = 0;  // of between_
};

std::optional<Heartbeat> heartbeat_of(const Timeline& timeline, const Series& series, const JudgeConfig& config) {
  if (series.points.size() < 2) return std::nullopt;
  const Beats beats{timeline, series};
  if (!beats.are_even()) return std::nullopt;
  Heartbeat beat;
  beat.period_s = beats.period_s();
  const double tail = timeline.judged_time.seconds_within(series.points.back().last, end_of_file(timeline, series));
  if (tail >= beats.longest_s()) {
    beat.last_before = series.points.back().last;
    beat.missed = std::floor(tail / beat.period_s);
  } else {
    beat.last_before = beats.before_longest().last;
    beat.next = beats.behind_longest().first;
    beat.missed = std::floor(beats.longest_s() / beat.period_s) - 1;
  }
  const double silence = std::fmax(tail, beats.longest_s());
  if (beat.missed < kMissed || silence < kEmptyWindows * std::chrono::duration<double>(timeline.width).count()) return std::nullopt;
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
  anomaly.finding.summary = anomaly.finding.service + ": " + lines_like(series) + " came every " + rounded(beat.period_s) +
                            " s and was missed " + rounded(beat.missed) + " times from " + clock_time(timeline, anomaly.onset);
  anomaly.what = "silent: " + lines_like(series) + " every " + rounded(beat.period_s) + " s, missed " + rounded(beat.missed) + " times";
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

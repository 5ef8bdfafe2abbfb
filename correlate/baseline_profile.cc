#include "correlate/baseline_profile.h"

#include <algorithm>
#include <cmath>

#include "correlate/statistics.h"

namespace loglode {

namespace {

constexpr double kBlocks = 16;                 // wanted: fewer say nothing of how counts stray
constexpr double kPresence = 0.8;              // of the blocks that independent records would be found in
constexpr double kLeastOverdispersion = 0.05;  // no workload is steadier than that for long
constexpr double kIndependentBuckets = 6;      // buckets within a minute are not independent of one another

/// Counts in `blocks` equal parts of the baseline; those without a record are there too.
std::vector<std::uint64_t> block_counts(const Timeline& timeline, std::span<const Point> points, std::size_t blocks) {
  std::vector<std::uint64_t> counts(blocks, 0);
  for (const Point& point : points) {
    const double place = timeline.learned_place(point.start) / timeline.learned_buckets * static_cast<double>(blocks);
    counts[std::min(blocks - 1, static_cast<std::size_t>(std::fmax(0, place)))] += point.count;
  }
  return counts;
}

std::vector<std::uint64_t> bucket_counts(std::span<const Point> points, Duration bucket) {
  std::vector<std::uint64_t> counts;
  Timestamp at = kNoTime;
  for (const Point& point : points) {
    const Timestamp start = window_start(point.start, bucket);
    if (counts.empty() || start != at) counts.push_back(0);
    at = start;
    counts.back() += point.count;
  }
  return counts;
}

double fullest_stretch(const Timeline& timeline, std::span<const Point> points, double stretch) {
  std::uint64_t inside = 0, most = 0;
  for (std::size_t from = 0, to = 0; to < points.size(); ++to) {
    inside += points[to].count;
    while (from < to && timeline.learned_place(points[to].start) - timeline.learned_place(points[from].start) >= stretch)
      inside -= points[from++].count;  // a stretch of nothing still holds the point itself
    most = std::max(most, inside);
  }
  return static_cast<double>(most);
}

}  // namespace

double BaselineProfile::overdispersion_in(double stretch) const noexcept {
  const double counts = overdispersion / std::fmax(1, stretch / std::fmax(1, block_buckets));
  const double blocks = buckets / std::fmax(1, block_buckets);
  return std::fmax(kLeastOverdispersion, counts) + 1 / std::fmax(0.5, records) + overdispersion / std::fmax(1, blocks);
}

BaselineProfile profile_of(const Timeline& timeline, const Series& series, double stretch) {
  BaselineProfile profile;
  profile.buckets = timeline.learned_buckets;
  if (profile.buckets < kBlocks) return profile;
  const std::span<const Point> points = timeline.learned(series);
  const double wanted = std::clamp(stretch, 1.0, profile.buckets / kBlocks);
  const auto blocks = static_cast<std::size_t>(profile.buckets / wanted);
  profile.block_buckets = profile.buckets / static_cast<double>(blocks);
  const std::vector<std::uint64_t> counts = block_counts(timeline, points, blocks);
  for (const std::uint64_t count : counts) profile.records += static_cast<double>(count);
  const double within = overdispersion_of(bucket_counts(points, timeline.bucket), profile.buckets);
  profile.overdispersion =
      std::fmax(overdispersion_of(counts, static_cast<double>(blocks)), within / std::fmax(1, profile.block_buckets / kIndependentBuckets));
  profile.fullest = fullest_stretch(timeline, points, stretch);
  const auto present = static_cast<double>(std::count_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; }));
  const double by_chance = -std::expm1(-profile.records / static_cast<double>(blocks));
  profile.steady = profile.records > 0 && present >= kPresence * by_chance * static_cast<double>(blocks);
  return profile;
}

double longest_pause(const Timeline& timeline, const Series& series) {
  double longest = 0, at = 0;
  for (const Point& point : timeline.learned(series)) {
    const double place = timeline.learned_place(point.start);
    longest = std::fmax(longest, place - at);
    at = place;
  }
  return std::fmax(longest, timeline.learned_buckets - at);
}

}  // namespace loglode

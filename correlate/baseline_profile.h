// BaselineProfile: how evenly something comes in its baseline. Only what came steadily can be down or silent: bursts have a mean, but
// nothing that it leads one to expect.
#pragma once

#include "correlate/timeline.h"

namespace loglode {

/// The counts of a series in its baseline, in blocks of equal covered time.
struct BaselineProfile {
  double buckets = 0;         // of the baseline
  double records = 0;         // in it
  double block_buckets = 0;   // as long as the stretch that is judged, shorter where the baseline would hold too few of them
  double overdispersion = 0;  // of counts in a block, that of the buckets inside them at least
  double fullest = 0;         // the most records in a stretch as long as the one that is judged
  bool steady = false;        // in as many blocks as independent records of this rate would be, nearly

  [[nodiscard]] double rate() const noexcept { return buckets > 0 ? records / buckets : 0; }
  /// Of a count in `stretch` buckets that lie outside the baseline: how far counts stray, and that the rate itself is an estimate.
  [[nodiscard]] double overdispersion_in(double stretch) const noexcept;
};

/// Of `series`, to judge stretches of `stretch` buckets by.
[[nodiscard]] BaselineProfile profile_of(const Timeline& timeline, const Series& series, double stretch);
/// The longest time, in buckets, that the baseline had nothing of `series`, its beginning and end included.
[[nodiscard]] double longest_pause(const Timeline& timeline, const Series& series);

}  // namespace loglode

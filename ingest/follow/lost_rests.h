// Rests of files that nobody can read any more: truncated, or deleted while nobody followed, before they were read to their end. Told with
// their bytes, once it is sure that no copy turns up. Owned by Discovery, used by the FollowSource's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/run_counters.h"
#include "ingest/follow/known_files.h"

namespace loglode::ingest {

class LostRests {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kCopiesTurnUp = std::chrono::seconds{10};

  /// The content of `mark` was truncated away, and had been `size` bytes long.
  void suspect(const Bookmark& mark, std::uint64_t size);
  /// What was left by an earlier run and was not found again, by now.
  void look_through(const KnownFiles& known, const std::string& source);
  /// Tells those that `known` still holds as they were left. `all`: also where a copy may turn up yet, since this run ends.
  void tell(const KnownFiles& known, RunCounters& counters, bool all);
  /// Told so far.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Rest {
    Bookmark mark;
    std::uint64_t bytes;
    bool truncated;
    Clock::time_point since;
  };
  std::vector<Rest> suspected_;
  std::uint64_t bytes_ = 0;
};

}  // namespace loglode::ingest

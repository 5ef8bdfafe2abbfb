// What a run counts: the data's faults and the totals that must add up. Atomics, any thread; names as in `--stats` (cli.md).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loglode {

inline constexpr std::size_t kInputProblemsMax = 10'000;

enum class DropReason : std::uint8_t {
  blank,
  out_of_range,
  tombstone,
  filtered,
  sampled,
  kCount
};                                                                   // tombstone: a message without a payload
[[nodiscard]] std::string_view name_of(DropReason reason) noexcept;  // as written here

enum class Limit : std::uint8_t {
  line_bytes,
  record_lines,
  shapes,
  services,
  windows,
  excerpts,
  trace_steps,
  hits_per_line,
  json_depth,
  decompression,
  pattern_steps,
  kCount
};
[[nodiscard]] std::string_view name_of(Limit limit) noexcept;

/// One thing that could not be read as it should: shown to the user and in the report under NOT READ.
struct InputProblem {
  std::string path;
  std::string what;    // a sentence: what was wrong, what was still read, what to do
  bool fatal = false;  // makes the exit status 1 (damaged or unreadable input the user named)
};

class RunCounters {
 public:
  std::atomic<std::uint64_t> lines{0};               // ingest: physical lines, over all inputs
  std::atomic<std::uint64_t> bytes{0};               // ingest: after decompression
  std::atomic<std::uint64_t> bytes_read{0};          // ingest: before it; what the progress bar shows
  std::atomic<std::uint64_t> lines_cut{0};           // ingest: over the limit
  std::atomic<std::uint64_t> records{0};             // patterns (aggregate)
  std::atomic<std::uint64_t> continuation_lines{0};  // patterns (aggregate): line_count - 1 of each record
  std::atomic<std::uint64_t> without_time{0};        // patterns (aggregate)
  std::atomic<std::uint64_t> late{0};                // patterns (aggregate): older than the stream's watermark less its lateness
  std::atomic<std::uint64_t> future{0};          // app, patterns (live runs): dated ahead of the clock, counted as of when they were read
  std::atomic<std::uint64_t> not_utf8{0};        // parse
  std::atomic<std::uint64_t> fallback{0};        // parse: records that did not fit their stream's format
  std::atomic<std::uint64_t> secrets_masked{0};  // parse
  std::atomic<std::uint64_t> date_assumed{0};    // parse: records that state a time of day alone
  std::atomic<std::uint64_t> zone_assumed{0};    // parse: records whose zone has a name of several (IST): read in --tz, else UTC
  std::atomic<bool> zone_unnamed{false};         // parse: a stream whose times name no zone was read as UTC
  std::atomic<std::uint64_t> date_order_changed{0};  // ingest: dates that no more fit the order of day and month that their stream had

  /// parse: a stream states times in this offset, which is not 0.
  void note_offset_elsewhere(std::int32_t seconds) noexcept;
  /// The one that is furthest from 0 of those; 0 for none.
  [[nodiscard]] std::int32_t offset_elsewhere() const noexcept { return offset_elsewhere_; }
  /// parse: records state times in this offset from UTC (seconds east of Greenwich).
  void note_utc_offset(std::int32_t seconds) noexcept;
  /// The offset that all of them have; nullopt where they differ or none was noted.
  [[nodiscard]] std::optional<std::int32_t> utc_offset() const noexcept;

  void drop(DropReason reason, std::uint64_t lines_dropped) noexcept { dropped_[static_cast<std::size_t>(reason)] += lines_dropped; }
  [[nodiscard]] std::uint64_t dropped(DropReason reason) const noexcept { return dropped_[static_cast<std::size_t>(reason)]; }
  void hit(Limit limit, std::uint64_t times = 1) noexcept { limits_[static_cast<std::size_t>(limit)] += times; }
  [[nodiscard]] std::uint64_t hits(Limit limit) const noexcept { return limits_[static_cast<std::size_t>(limit)]; }

  /// The first kInputProblemsMax that are not taken yet are kept, the others counted.
  void report(InputProblem problem);
  /// What is kept, and where some were only counted a last one that says how many.
  [[nodiscard]] std::vector<InputProblem> problems() const;
  /// The same, of what came since the last call: for runs that do not end and say each problem once.
  [[nodiscard]] std::vector<InputProblem> take_problems();

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(DropReason::kCount)> dropped_{};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Limit::kCount)> limits_{};
  static constexpr std::int32_t kMixed = INT32_MAX, kNone = INT32_MIN;
  std::atomic<std::int32_t> utc_offset_{kNone}, offset_elsewhere_{0};
  mutable std::mutex mutex_;
  std::vector<InputProblem> problems_;  // guarded by mutex_, as those below
  std::uint64_t unlisted_problems_ = 0;
  bool fatal_unlisted_ = false;  // a problem that is in the count alone, not in the list, is fatal
};

}  // namespace loglode

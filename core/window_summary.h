// What a window of one stream looked like, so that runs can be split and merged. patterns/ aggregates batches into these, correlate/ sees
// nothing else.
//
// A summary is cumulative for its (stream, window) and carries the position that it reaches: of two with the same key the
// one that reaches further replaces the other, then streams are added up. So a replay counts nothing twice, and N workers that
// each read some streams give the same judgement as one. All sums are integers and all choices (first, smallest) are
// commutative and associative, so the result does not depend on the order of anything.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/result.h"
#include "core/severity.h"
#include "core/timestamp.h"

namespace loglode {

/// Windows are [start, start + width) with start a multiple of width since the epoch. Widths come from this ladder, on which each
/// step divides the next, so that widening is exact: 10 ms, 100 ms, 1 s, 10 s, 20 s, 40 s, … When a run has more than kWindowsMax
/// windows or kCellsMax cells (kFineWindowsMax, kFineCellsMax below 10 s), all windows move one step up. The final width depends on the
/// input alone, not on its order.
[[nodiscard]] Duration first_width() noexcept;
[[nodiscard]] Duration wider(Duration width) noexcept;
[[nodiscard]] Timestamp window_start(Timestamp time, Duration width) noexcept;

/// What stands for the time between two records of a stream that has none: its n-th record is at epoch + n * kOrdinalStep.
/// 1 ms lets the first width hold ten lines, and a million lines end in windows of a thousand.
inline constexpr Duration kOrdinalStep = std::chrono::milliseconds{1};

/// Where a record can be found again. A record id is a hash and cannot be turned back, so evidence carries both.
struct Origin {
  StreamIdentity stream;  // with `offset` the record id, see record_id()
  std::string path;
  std::uint64_t offset = 0;  // bytes in the decompressed stream
  std::uint64_t line = 0;    // from 1
  std::uint32_t line_count = 1;
};

/// 32 hex digits: hash of the stream's identity and the offset (delivery.md). `log.record.uid`, `event.id`.
[[nodiscard]] std::string record_id(const StreamIdentity& stream, std::uint64_t offset);

/// What a record says that something took ("stored in 88 ms").
struct DurationSample {
  std::uint32_t key = 0;  // a hash of where the record stands
  std::uint32_t microseconds = 0;
  friend auto operator<=>(const DurationSample&, const DurationSample&) = default;
};
inline constexpr std::size_t kDurationsKept = 8;  // of a cell: those with the smallest keys

/// Adds it, in order, and lets go of what is too much. Commutative.
void keep_duration(std::vector<DurationSample>& kept, DurationSample sample);

/// One service and shape within one window of one stream.
struct Cell {
  std::uint32_t service = 0;                  // index into WindowSummary::services
  ShapeId shape = kNoShape;                   // patterns' TemplateCatalog turns it into a template
  Severity severity = Severity::unspecified;  // of its records (one severity class a shape); the highest seen
  std::uint64_t count = 0;                    // of records; one of a sample counts as many as it stands for
  Timestamp first = kNoTime, last = kNoTime;
  std::uint64_t first_offset = 0, first_line = 0;  // of the earliest record (by time, then offset)
  std::uint32_t first_line_count = 1;
  std::string excerpt;                      // masked beginning of that record's message; empty when not sampled (see WindowAggregator)
  bool error_rule = false;                  // an error rule hit that record, so that its excerpt is kept as a warning's is
  std::vector<DurationSample> durations{};  // sorted; a sample of at most kDurationsKept
};

/// One rule's hits on one service within one window of one stream.
struct RuleCell {
  std::uint32_t service = 0;  // index into services
  std::uint32_t rule = 0;     // index into rules
  ShapeId shape = kNoShape;   // hits are kept apart per shape, so that a finding can say which message it was
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
  // Of an error rule, the earliest record that it hits: mostly not the cell's earliest. `first_line` 0: not kept.
  std::uint64_t first_offset = 0, first_line = 0;
  std::uint32_t first_line_count = 1;
  std::string excerpt{};
};

/// One record of a trace that the sample kept: a trace is kept when its hash is below `trace_sample_below`, whole.
struct TraceStep {
  std::uint64_t trace = 0;    // hash of the trace id
  std::uint32_t service = 0;  // index into services
  ShapeId shape = kNoShape;
  Severity severity = Severity::unspecified;
  Timestamp time = kNoTime;
  friend bool operator==(const TraceStep&, const TraceStep&) = default;
};

struct WindowSummary {
  StreamIdentity stream;
  std::string path;          // of the stream, for Origin
  std::string path_service;  // what records of its stream belong to that do not name a service: mostly what the path says
  bool baseline = false;     // learned from, never reported
  bool ordinal = false;      // its stream has no times: `time` is kOrdinalStep a record since the epoch, windows are runs of lines
  bool since_boot = false;   // an ordinal one whose stream tells the time since a machine's start: `time` is that after the epoch
  Timestamp start = kNoTime;
  Duration width{};
  std::uint64_t reaches = 0;  // byte offset in the stream up to which this window has been counted
  std::uint64_t records = 0, without_time = 0, late = 0;
  std::uint64_t trace_sample_below = ~std::uint64_t{0};
  std::vector<std::string> services;   // sorted
  std::vector<std::string> rules;      // rule ids, sorted
  std::vector<Cell> cells;             // sorted by (service, shape)
  std::vector<RuleCell> rule_cells;    // sorted by (service, rule, shape)
  std::vector<TraceStep> trace_steps;  // sorted by (trace, time, service, shape), all fields
};

/// Sorts everything and drops unused names: the canonical form, in which equal summaries are equal bytes.
void normalise(WindowSummary& summary);

/// `into` += `part`: of the same stream, `part`'s window inside `into`'s (which may be wider). Commutative, associative.
/// Both are, and `into` stays, normalised.
void add(WindowSummary& into, const WindowSummary& part);

/// Protocol-buffer wire format (protozero); deterministic for a normalised summary. Decoding refuses what is not one.
[[nodiscard]] std::string encode(const WindowSummary& summary);
[[nodiscard]] Result<WindowSummary> decode(std::string_view bytes);

/// The time of the newest record that they hold; kNoTime where none has one.
[[nodiscard]] Timestamp newest_record(const std::vector<WindowSummary>& windows) noexcept;

/// The newest summary of each (stream, window), for one judge. Accepts them in any order, repeatedly.
/// Where windows of several widths of one stream overlap, those that reach further stand. A stream that has shown a time has no
/// ordinal windows any more.
class SummaryStore {
 public:
  void accept(WindowSummary summary);  // a normalised one
  /// All windows of all streams, in order of (start, stream), brought to the widest width present or `at_least`, a width of the
  /// ladder; ordinal ones to the widest width of their stream.
  [[nodiscard]] std::vector<WindowSummary> windows(Duration at_least = {}) const;
  /// The same and nothing else held any more: each window is given back as soon as it is joined.
  [[nodiscard]] std::vector<WindowSummary> take_windows(Duration at_least = {});

 private:
  struct Key {
    std::uint64_t high, low;
    bool ordinal;
    std::int64_t width, start;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  template <class Newest>
  static std::vector<WindowSummary> join(Newest& newest, Duration at_least);

  std::map<Key, WindowSummary> newest_;
};

}  // namespace loglode

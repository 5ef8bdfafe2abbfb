// Counts of one run by (stream, window), by service and shape, and by rule, at one width; and how they move to a wider one.
// Owned by one WindowAggregator, used by its thread only.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.h"
#include "core/window_summary.h"

namespace loglode {

/// One window of one stream.
struct WindowFrame {
  std::uint32_t stream = 0;
  Timestamp start = kNoTime;
  std::uint64_t reaches = 0, records = 0, without_time = 0, late = 0;
  bool changed = true;  // since WindowAggregator::take_changed() gave it away last
};

/// As core's Cell, with the frame it is in and without what most cells do not have: about 100 B with its place in the index.
struct AggregatedCell {
  std::uint32_t frame = 0, service = 0;
  ShapeId shape = kNoShape;
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
  std::uint64_t first_offset = 0, first_line = 0;
  std::uint32_t first_line_count = 1;
  Severity severity = Severity::unspecified;
  bool notable = false;                                    // its earliest record is WARN or above, or an error rule hit it
  std::unique_ptr<std::string> excerpt;                    // of its earliest record
  std::unique_ptr<std::vector<DurationSample>> durations;  // none: its records tell none
};

/// The earliest record that a rule hits, at AggregatedRuleCell::first.
struct FirstHit {
  std::uint64_t offset = 0, line = 0;
  std::uint32_t line_count = 1;
  std::string excerpt;
};

struct AggregatedRuleCell {
  std::uint32_t frame = 0, service = 0, rule = 0;
  ShapeId shape = kNoShape;
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
  std::unique_ptr<FirstHit> first_hit{};  // of an error rule

  [[nodiscard]] std::uint64_t first_offset() const noexcept { return first_hit == nullptr ? 0 : first_hit->offset; }
};

class WindowTable {
 public:
  explicit WindowTable(Duration width = first_width()) : width_{width} {}

  [[nodiscard]] Duration width() const noexcept { return width_; }
  [[nodiscard]] std::size_t window_count() const noexcept { return starts_.size(); }
  /// Whether more than so many windows would lie between the first and the last, these included, if none were empty.
  [[nodiscard]] bool spans_more_than(std::size_t windows) const noexcept {
    const auto count = [](Timestamp time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); };
    return first_ <= last_ && (count(last_) - count(first_)) / static_cast<std::uint64_t>(width_.count()) >= windows;
  }
  [[nodiscard]] std::size_t cell_count() const noexcept { return cells_.size() + rule_cells_.size(); }
  [[nodiscard]] bool can_widen() const noexcept { return wider(width_) != width_; }
  [[nodiscard]] const std::vector<WindowFrame>& frames() const noexcept { return frames_; }
  [[nodiscard]] const std::vector<AggregatedCell>& cells() const noexcept { return cells_; }
  [[nodiscard]] std::vector<AggregatedCell>& cells() noexcept { return cells_; }
  [[nodiscard]] const std::vector<AggregatedRuleCell>& rule_cells() const noexcept { return rule_cells_; }
  [[nodiscard]] std::vector<AggregatedRuleCell>& rule_cells() noexcept { return rule_cells_; }
  [[nodiscard]] WindowFrame& frame(std::uint32_t index) noexcept { return frames_[index]; }

  /// The frame of the window that holds `time`, made when it is not there.
  std::uint32_t frame_of(std::uint32_t stream, Timestamp time);
  /// The index of the cell of (frame, service, shape), made with count 0 when it is not there.
  std::uint32_t cell_of(std::uint32_t frame, std::uint32_t service, ShapeId shape);
  /// The same for rules. Good until the next call.
  AggregatedRuleCell& rule_cell_of(std::uint32_t frame, std::uint32_t service, std::uint32_t rule, ShapeId shape);
  /// Where frame_of() put a window that it has been asked for.
  [[nodiscard]] std::uint32_t known_frame(std::uint32_t stream, Timestamp time) const;
  [[nodiscard]] bool has_cell(std::uint32_t frame, std::uint32_t service, ShapeId shape) const;

  /// No frame has changed from now on.
  void mark_unchanged() noexcept {
    for (WindowFrame& frame : frames_) frame.changed = false;
  }

  /// Moves everything one step up the ladder. Frame indices change.
  void widen();
  /// Adds all that is in `other`, as if it had all happened at `at`.
  void absorb(WindowTable&& other, Timestamp at);
  /// What is of a service that `given_up` (by service) marks is of `other` from now on. Frame indices stay.
  void join_services(const std::vector<bool>& given_up, std::uint32_t other);

 private:
  struct CellKey {
    std::uint32_t frame, service;
    ShapeId shape;
    friend bool operator==(const CellKey&, const CellKey&) = default;
    template <class H>
    friend H AbslHashValue(H state, const CellKey& key) {
      return H::combine(std::move(state), (std::uint64_t{key.frame} << 32) | key.service, key.shape);
    }
  };
  struct RuleKey {
    CellKey cell;
    std::uint32_t rule;
    friend bool operator==(const RuleKey&, const RuleKey&) = default;
    template <class H>
    friend H AbslHashValue(H state, const RuleKey& key) {
      return H::combine(std::move(state), key.cell, key.rule);
    }
  };

  void take(WindowTable&& other, const std::vector<std::uint32_t>& new_frame);

  Duration width_;
  std::vector<WindowFrame> frames_;
  std::vector<AggregatedCell> cells_;
  std::vector<AggregatedRuleCell> rule_cells_;
  absl::flat_hash_map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> frame_index_;
  Timestamp first_ = Timestamp::max(), last_ = Timestamp::min();  // beginnings
  absl::flat_hash_set<std::int64_t> starts_;
  absl::flat_hash_map<CellKey, std::uint32_t> cell_index_;
  absl::flat_hash_map<RuleKey, std::uint32_t> rule_index_;
};

}  // namespace loglode

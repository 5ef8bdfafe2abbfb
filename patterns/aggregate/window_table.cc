#include "patterns/aggregate/window_table.h"

#include <algorithm>
#include <tuple>

namespace loglode {

namespace {

void join(AggregatedCell& into, AggregatedCell&& part) {
  const bool first_of_two = into.count == 0 || std::tie(part.first, part.first_offset) < std::tie(into.first, into.first_offset);
  into.last = into.count == 0 ? part.last : std::max(into.last, part.last);
  into.count += part.count;
  into.severity = std::max(into.severity, part.severity);
  if (into.durations == nullptr)
    into.durations = std::move(part.durations);
  else if (part.durations != nullptr)
    for (const DurationSample sample : *part.durations) keep_duration(*into.durations, sample);
  if (!first_of_two) return;
  into.first = part.first;
  into.first_offset = part.first_offset;
  into.first_line = part.first_line;
  into.first_line_count = part.first_line_count;
  into.notable = part.notable;
  into.excerpt = std::move(part.excerpt);
}

void join(AggregatedRuleCell& into, AggregatedRuleCell&& part) {
  const bool first_of_two = into.count == 0 || std::tuple{part.first, part.first_offset()} < std::tuple{into.first, into.first_offset()};
  into.last = into.count == 0 ? part.last : std::max(into.last, part.last);
  into.count += part.count;
  if (!first_of_two) return;
  into.first = part.first;
  into.first_hit = std::move(part.first_hit);
}

void join(WindowFrame& into, const WindowFrame& part) {
  into.reaches = std::max(into.reaches, part.reaches);
  into.records += part.records;
  into.without_time += part.without_time;
  into.late += part.late;
}

}  // namespace

std::uint32_t WindowTable::frame_of(std::uint32_t stream, Timestamp time) {
  const Timestamp start = window_start(time, width_);
  const auto [place, is_new] =
      frame_index_.try_emplace({stream, start.time_since_epoch().count()}, static_cast<std::uint32_t>(frames_.size()));
  if (is_new) {
    frames_.push_back(WindowFrame{stream, start});
    starts_.insert(start.time_since_epoch().count());
    first_ = std::min(first_, start);
    last_ = std::max(last_, start);
  }
  return place->second;
}

std::uint32_t WindowTable::cell_of(std::uint32_t frame, std::uint32_t service, ShapeId shape) {
  const auto [place, is_new] = cell_index_.try_emplace(CellKey{frame, service, shape}, static_cast<std::uint32_t>(cells_.size()));
  if (is_new) {
    AggregatedCell& cell = cells_.emplace_back();
    cell.frame = frame;
    cell.service = service;
    cell.shape = shape;
  }
  return place->second;
}

AggregatedRuleCell& WindowTable::rule_cell_of(std::uint32_t frame, std::uint32_t service, std::uint32_t rule, ShapeId shape) {
  const auto [place, is_new] =
      rule_index_.try_emplace(RuleKey{{frame, service, shape}, rule}, static_cast<std::uint32_t>(rule_cells_.size()));
  if (is_new) rule_cells_.push_back(AggregatedRuleCell{frame, service, rule, shape});
  return rule_cells_[place->second];
}

std::uint32_t WindowTable::known_frame(std::uint32_t stream, Timestamp time) const {
  return frame_index_.at({stream, window_start(time, width_).time_since_epoch().count()});
}

bool WindowTable::has_cell(std::uint32_t frame, std::uint32_t service, ShapeId shape) const {
  return cell_index_.contains(CellKey{frame, service, shape});
}

void WindowTable::take(WindowTable&& other, const std::vector<std::uint32_t>& new_frame) {
  // The old indices are as large as the new ones will be: they go first.
  other.cell_index_ = {};
  other.rule_index_ = {};
  for (AggregatedCell& cell : other.cells_) join(cells_[cell_of(new_frame[cell.frame], cell.service, cell.shape)], std::move(cell));
  for (AggregatedRuleCell& cell : other.rule_cells_)
    join(rule_cell_of(new_frame[cell.frame], cell.service, cell.rule, cell.shape), std::move(cell));
  for (std::size_t i = 0; i < other.frames_.size(); ++i) join(frames_[new_frame[i]], other.frames_[i]);
}

void WindowTable::widen() {
  WindowTable narrow = std::exchange(*this, WindowTable{wider(width_)});
  std::vector<std::uint32_t> new_frame;
  new_frame.reserve(narrow.frames_.size());
  for (const WindowFrame& frame : narrow.frames_) new_frame.push_back(frame_of(frame.stream, frame.start));
  take(std::move(narrow), new_frame);
}

void WindowTable::absorb(WindowTable&& other, Timestamp at) {
  std::vector<std::uint32_t> new_frame;
  new_frame.reserve(other.frames_.size());
  for (const WindowFrame& frame : other.frames_) new_frame.push_back(frame_of(frame.stream, at));
  for (AggregatedCell& cell : other.cells_) cell.first = cell.last = at;
  for (AggregatedRuleCell& cell : other.rule_cells_) cell.first = cell.last = at;
  take(std::move(other), new_frame);
}

void WindowTable::join_services(const std::vector<bool>& given_up, std::uint32_t other) {
  std::vector<AggregatedCell> cells = std::exchange(cells_, {});
  std::vector<AggregatedRuleCell> rule_cells = std::exchange(rule_cells_, {});
  cell_index_.clear();
  rule_index_.clear();
  const auto now_of = [&](WindowFrame& frame, std::uint32_t service) {
    if (!given_up[service]) return service;
    frame.changed = true;
    return other;
  };
  for (AggregatedCell& cell : cells)
    join(cells_[cell_of(cell.frame, now_of(frames_[cell.frame], cell.service), cell.shape)], std::move(cell));
  for (AggregatedRuleCell& cell : rule_cells)
    join(rule_cell_of(cell.frame, now_of(frames_[cell.frame], cell.service), cell.rule, cell.shape), std::move(cell));
}

}  // namespace loglode

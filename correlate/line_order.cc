#include "correlate/line_order.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

constexpr std::uint64_t kTimesEnough = 20;         // of a stream: as many as a baseline needs lines
constexpr std::uint64_t kRecordsForEachTime = 10;  // fewer times than that are few
constexpr std::uint64_t kRecordsAtMost = 100;      // for each time, however many times there are: no header stands above so many
constexpr std::uint64_t kWindows = 512;            // as many as the lines of a stream without times are folded into

using StreamKey = std::pair<std::uint64_t, std::uint64_t>;

struct StreamLines {
  std::uint64_t records = 0, without_time = 0, last_line = 0;
  bool ordinal = false;

  [[nodiscard]] bool has_few_times() const noexcept {
    const std::uint64_t dated = records - std::min(records, without_time);
    return !ordinal && dated > 0 && dated * (dated < kTimesEnough ? kRecordsForEachTime : kRecordsAtMost) < records;
  }
};

StreamKey key_of(const WindowSummary& window) { return {window.stream.high, window.stream.low}; }

Timestamp place_of(std::uint64_t line) { return Timestamp{kOrdinalStep * static_cast<std::int64_t>(line == 0 ? 0 : line - 1)}; }

Duration width_for(std::uint64_t lines) {
  Duration width = first_width();
  while (static_cast<std::uint64_t>(width / kOrdinalStep) * kWindows < lines && wider(width) != width) width = wider(width);
  return width;
}

/// The windows of one stream, by where the first record of each cell stands.
class Reordered {
 public:
  explicit Reordered(std::uint64_t lines) : width_{width_for(lines)}, lines_{lines} {}

  void take(WindowSummary& window) {
    std::map<std::pair<std::uint32_t, ShapeId>, Timestamp> places;
    for (Cell& cell : window.cells) {
      const Timestamp place = place_of(cell.first_line);
      places.emplace(std::pair{cell.service, cell.shape}, place);
      WindowSummary& into = window_at(place, window);
      into.records += cell.count;
      into.without_time += cell.count;
      const std::uint32_t service = name_in(into.services, window.services[cell.service]);
      cell.service = service;
      cell.first = cell.last = place;
      into.cells.push_back(std::move(cell));
    }
    for (const RuleCell& hit : window.rule_cells) {
      const auto beside = places.find({hit.service, hit.shape});
      if (beside == places.end()) continue;
      const Timestamp place = hit.first_line == 0 ? beside->second : place_of(hit.first_line);
      WindowSummary& into = window_at(place, window);
      RuleCell moved = hit;
      moved.service = name_in(into.services, window.services[hit.service]);
      moved.rule = name_in(into.rules, window.rules[hit.rule]);
      moved.first = moved.last = place;
      into.rule_cells.push_back(std::move(moved));
    }
    dated_ += window.records - std::min(window.records, window.without_time);
  }

  std::vector<WindowSummary> finish() {
    std::vector<WindowSummary> out;
    for (auto& [start, window] : windows_) {
      const std::uint64_t dated = std::min(dated_, window.without_time);
      window.without_time -= dated;
      dated_ -= dated;
      normalise(window);
    }
    reach_the_end();
    for (auto& [start, window] : windows_) out.push_back(std::move(window));
    return out;
  }

 private:
  static std::uint32_t name_in(std::vector<std::string>& names, const std::string& name) {
    const auto at = static_cast<std::uint32_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (at == names.size()) names.push_back(name);
    return at;
  }

  WindowSummary& window_at(Timestamp place, const WindowSummary& from) {
    const Timestamp start = window_start(place, width_);
    const auto [found, is_new] = windows_.try_emplace(start);
    WindowSummary& window = found->second;
    if (is_new) {
      window.stream = from.stream;
      window.path = from.path;
      window.path_service = from.path_service;
      window.baseline = from.baseline;
      window.ordinal = true;
      window.start = start;
      window.width = width_;
    }
    window.reaches = std::max(window.reaches, from.reaches);
    return window;
  }

  /// The lines go on after the last cell begins: those of the most frequent message, one must assume.
  void reach_the_end() {
    Cell* most = nullptr;
    for (auto& [start, window] : windows_)
      for (Cell& cell : window.cells)
        if (most == nullptr || cell.count > most->count) most = &cell;
    if (most != nullptr && lines_ > 0) most->last = std::max(most->last, Timestamp{kOrdinalStep * static_cast<std::int64_t>(lines_ - 1)});
  }

  Duration width_;
  std::uint64_t lines_, dated_ = 0;
  std::map<Timestamp, WindowSummary> windows_;
};

}  // namespace

void order_by_lines_where_times_are_few(std::vector<WindowSummary>& windows) {
  std::map<StreamKey, StreamLines> streams;
  for (const WindowSummary& window : windows) {
    StreamLines& stream = streams[key_of(window)];
    stream.records += window.records;
    stream.without_time += window.without_time;
    stream.ordinal = stream.ordinal || window.ordinal;
    for (const Cell& cell : window.cells) stream.last_line = std::max(stream.last_line, cell.first_line + cell.first_line_count - 1);
  }
  std::map<StreamKey, Reordered> reordered;
  for (const auto& [key, stream] : streams)
    if (stream.has_few_times()) reordered.emplace(key, Reordered{std::max(stream.records, stream.last_line)});
  if (reordered.empty()) return;
  for (WindowSummary& window : windows)
    if (const auto found = reordered.find(key_of(window)); found != reordered.end()) found->second.take(window);
  std::erase_if(windows, [&](const WindowSummary& window) { return reordered.contains(key_of(window)); });
  for (auto& [key, stream] : reordered)
    for (WindowSummary& window : stream.finish()) windows.push_back(std::move(window));
  std::stable_sort(windows.begin(), windows.end(), [](const WindowSummary& a, const WindowSummary& b) {
    return std::tie(a.start, a.path, a.stream.high, a.stream.low, a.ordinal) <
           std::tie(b.start, b.path, b.stream.high, b.stream.low, b.ordinal);
  });
}

}  // namespace loglode

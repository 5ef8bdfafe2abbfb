#include "core/window_summary.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/assert.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 10 s * 2^28 is 85 years: eight of these windows hold all times there are, and sums of a start and a width stay in 64 bits.
constexpr Duration kWidest = seconds{10} * (1 << 28);

constexpr std::array<std::array<char, 2>, 256> kHexOfByte = [] {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = {kHex[byte >> 4], kHex[byte & 15]};
  return table;
}();

/// Sorts `names`, drops those that `used` does not mark, and says where each of the old ones went.
std::vector<std::uint32_t> sort_names(std::vector<std::string>& names, const std::vector<bool>& used) {
  std::vector<std::string> sorted;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (used[i]) sorted.push_back(names[i]);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<std::uint32_t> moved(names.size(), 0);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (used[i]) moved[i] = static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), names[i]) - sorted.begin());
  names = std::move(sorted);
  return moved;
}

void mark(std::vector<bool>& used, std::uint32_t index) {
  LOGLODE_ASSERT(index < used.size());
  used[index] = true;
}

auto key_of(const Cell& cell) { return std::tuple{cell.service, cell.shape}; }
auto key_of(const RuleCell& cell) { return std::tuple{cell.service, cell.rule, cell.shape}; }

/// What a cell says of its earliest record; of several that are as early, the smallest.
auto earliest_of(Cell& cell) {
  return std::tie(cell.first, cell.first_offset, cell.first_line, cell.first_line_count, cell.excerpt, cell.error_rule);
}
auto earliest_of(RuleCell& cell) { return std::tie(cell.first, cell.first_offset, cell.first_line, cell.first_line_count, cell.excerpt); }

template <class AnyCell>
void join(AnyCell& into, AnyCell& part) {
  into.count += part.count;
  into.last = std::max(into.last, part.last);
  if constexpr (std::is_same_v<AnyCell, Cell>) {
    into.severity = std::max(into.severity, part.severity);
    for (const DurationSample sample : part.durations) keep_duration(into.durations, sample);
  }
  auto earliest = earliest_of(into), other = earliest_of(part);
  if (other < earliest) earliest.swap(other);
}

template <class AnyCell>
void sort_and_join(std::vector<AnyCell>& cells) {
  const auto by_key = [](const AnyCell& a, const AnyCell& b) { return key_of(a) < key_of(b); };
  if (!std::is_sorted(cells.begin(), cells.end(), by_key)) std::sort(cells.begin(), cells.end(), by_key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (kept > 0 && key_of(cells[kept - 1]) == key_of(cells[i])) {
      join(cells[kept - 1], cells[i]);
    } else {
      if (kept != i) cells[kept] = std::move(cells[i]);
      ++kept;
    }
  }
  cells.resize(kept);
}

/// Appends `names` to `into` and returns by how much their indices grew.
std::uint32_t append_names(std::vector<std::string>& into, const std::vector<std::string>& names) {
  const auto offset = static_cast<std::uint32_t>(into.size());
  into.insert(into.end(), names.begin(), names.end());
  return offset;
}

/// What add() does before it normalises, so that many parts cost one sort.
void append(WindowSummary& into, const WindowSummary& part) {
  LOGLODE_ASSERT(into.stream == part.stream);
  LOGLODE_ASSERT(into.width >= part.width && window_start(part.start, into.width) == into.start);
  into.path = std::max(into.path, part.path);
  into.path_service = std::max(into.path_service, part.path_service);
  into.baseline = into.baseline || part.baseline;
  into.ordinal = into.ordinal || part.ordinal;
  into.since_boot = into.since_boot || part.since_boot;
  into.reaches = std::max(into.reaches, part.reaches);
  into.records += part.records;
  into.without_time += part.without_time;
  into.late += part.late;
  into.trace_sample_below = std::min(into.trace_sample_below, part.trace_sample_below);
  const std::uint32_t services = append_names(into.services, part.services);
  const std::uint32_t rules = append_names(into.rules, part.rules);
  for (Cell cell : part.cells) {
    cell.service += services;
    into.cells.push_back(std::move(cell));
  }
  for (RuleCell cell : part.rule_cells) {
    cell.service += services;
    cell.rule += rules;
    into.rule_cells.push_back(std::move(cell));
  }
  for (TraceStep step : part.trace_steps) {
    step.service += services;
    into.trace_steps.push_back(step);
  }
}

/// An empty summary of `part`'s stream for the window of `width` that holds it.
WindowSummary widened_frame(const WindowSummary& part, Duration width) {
  WindowSummary frame;
  frame.stream = part.stream;
  frame.path = part.path;
  frame.path_service = part.path_service;
  frame.start = window_start(part.start, width);
  frame.width = width;
  return frame;
}

}  // namespace

void keep_duration(std::vector<DurationSample>& kept, DurationSample sample) {
  if (kept.size() == kDurationsKept && kept.back() <= sample) return;
  kept.insert(std::upper_bound(kept.begin(), kept.end(), sample), sample);
  if (kept.size() > kDurationsKept) kept.pop_back();
}

Duration first_width() noexcept { return milliseconds{10}; }

Duration wider(Duration width) noexcept {
  if (width >= kWidest) return width;
  return width < seconds{10} ? width * 10 : width * 2;
}

Timestamp window_start(Timestamp time, Duration width) noexcept {
  const std::int64_t since_epoch = time.time_since_epoch().count();
  const std::int64_t step = width.count();
  const std::int64_t into_window = ((since_epoch % step) + step) % step;
  // The window that holds the first instant there is begins there, and is shorter. Timestamp::min() itself means "no time".
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min() + 1;
  if (since_epoch < kFirst + into_window) return Timestamp{Duration{kFirst}};
  return Timestamp{Duration{since_epoch - into_window}};
}

Timestamp newest_record(const std::vector<WindowSummary>& windows) noexcept {
  Timestamp newest = kNoTime;
  for (const WindowSummary& window : windows)
    if (!window.ordinal)
      for (const Cell& cell : window.cells) newest = std::max(newest, cell.last);
  return newest;
}

std::string record_id(const StreamIdentity& stream, std::uint64_t offset) {
  // Little-endian on every machine, so that ids are the same everywhere.
  const std::uint64_t words[3] = {stream.high, stream.low, offset};
  unsigned char bytes[sizeof words];
  for (std::size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<unsigned char>(words[i / 8] >> (8 * (i % 8)));
  const XXH128_hash_t hash = XXH3_128bits(bytes, sizeof bytes);
  std::string text(32, '\0');
  for (unsigned i = 0; i < 8; ++i) {
    std::memcpy(text.data() + 2 * i, &kHexOfByte[(hash.high64 >> (56 - 8 * i)) & 255], 2);
    std::memcpy(text.data() + 16 + 2 * i, &kHexOfByte[(hash.low64 >> (56 - 8 * i)) & 255], 2);
  }
  return text;
}

void normalise(WindowSummary& summary) {
  std::erase_if(summary.trace_steps, [&](const TraceStep& step) { return step.trace >= summary.trace_sample_below; });
  std::vector<bool> services(summary.services.size()), rules(summary.rules.size());
  for (const Cell& cell : summary.cells) mark(services, cell.service);
  for (const RuleCell& cell : summary.rule_cells) mark(services, cell.service), mark(rules, cell.rule);
  for (const TraceStep& step : summary.trace_steps) mark(services, step.service);
  const std::vector<std::uint32_t> new_service = sort_names(summary.services, services);
  const std::vector<std::uint32_t> new_rule = sort_names(summary.rules, rules);
  for (Cell& cell : summary.cells) cell.service = new_service[cell.service];
  for (RuleCell& cell : summary.rule_cells) {
    cell.service = new_service[cell.service];
    cell.rule = new_rule[cell.rule];
  }
  for (TraceStep& step : summary.trace_steps) step.service = new_service[step.service];
  sort_and_join(summary.cells);
  sort_and_join(summary.rule_cells);
  std::sort(summary.trace_steps.begin(), summary.trace_steps.end(), [](const TraceStep& a, const TraceStep& b) {
    return std::tie(a.trace, a.time, a.service, a.shape, a.severity) < std::tie(b.trace, b.time, b.service, b.shape, b.severity);
  });
}

void add(WindowSummary& into, const WindowSummary& part) {
  append(into, part);
  normalise(into);
}

void SummaryStore::accept(WindowSummary summary) {
  const Key key{summary.stream.high, summary.stream.low, summary.ordinal, summary.width.count(), summary.start.time_since_epoch().count()};
  const auto found = newest_.find(key);
  if (found == newest_.end()) {
    newest_.emplace(key, std::move(summary));
    return;
  }
  // Equal reach and records is the same summary, unless someone counted wrongly: the bytes then decide, so that order does not.
  const auto reach = [](const WindowSummary& one) { return std::tuple{one.reaches, one.records}; };
  const bool newer =
      reach(summary) > reach(found->second) || (reach(summary) == reach(found->second) && encode(summary) > encode(found->second));
  if (newer) found->second = std::move(summary);
}

std::vector<WindowSummary> SummaryStore::windows(Duration at_least) const { return join(newest_, at_least); }

std::vector<WindowSummary> SummaryStore::take_windows(Duration at_least) {
  std::vector<WindowSummary> windows = join(newest_, at_least);
  newest_.clear();
  return windows;
}

template <class Newest>
std::vector<WindowSummary> SummaryStore::join(Newest& newest, Duration at_least) {
  constexpr bool kTakes = !std::is_const_v<Newest>;
  using Summary = std::conditional_t<kTakes, WindowSummary, const WindowSummary>;
  struct Candidate {
    Summary* summary;
    std::uint64_t inner_reach = 0;  // the furthest of the narrower windows inside
    bool stands = false;
  };
  std::map<Key, Candidate> candidates;
  for (auto& [key, summary] : newest) candidates.emplace(key, Candidate{&summary});

  const auto has_timed = [&](const Key& key) {
    const auto first = newest.lower_bound(Key{key.high, key.low, true, 0, 0});
    if (first == newest.begin()) return false;
    const Key& before = std::prev(first)->first;
    return before.high == key.high && before.low == key.low;
  };
  const auto for_each_container = [&](const Key& key, const WindowSummary& summary, auto&& visit) {
    for (Duration width = summary.width; wider(width) != width;) {
      width = wider(width);
      const auto found = candidates.find(
          Key{key.high, key.low, key.ordinal, width.count(), window_start(summary.start, width).time_since_epoch().count()});
      if (found != candidates.end()) visit(found->second);
    }
  };
  for (const auto& [key, candidate] : candidates)
    for_each_container(key, *candidate.summary, [&, reach = candidate.summary->reaches](Candidate& outer) {
      outer.inner_reach = std::max(outer.inner_reach, reach);
    });
  // Keys are in order of width within a stream: from the widest down, each window knows whether one around it stands.
  for (auto entry = candidates.rbegin(); entry != candidates.rend(); ++entry) {
    const Key& key = entry->first;
    Candidate& candidate = entry->second;
    candidate.stands = candidate.summary->reaches >= candidate.inner_reach && !(key.ordinal && has_timed(key));
    for_each_container(key, *candidate.summary, [&](const Candidate& outer) { candidate.stands = candidate.stands && !outer.stands; });
  }

  Duration timed_width = at_least;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Duration> ordinal_width;
  for (const auto& [key, candidate] : candidates)
    if (candidate.stands) {
      Duration& widest = key.ordinal ? ordinal_width[{key.high, key.low}] : timed_width;
      widest = std::max(widest, candidate.summary->width);
    }
  // By path before identity: an inode must not decide what a judge sees first.
  std::map<std::tuple<Timestamp, std::string, std::uint64_t, std::uint64_t, bool>, WindowSummary> joined;
  for (const auto& [key, candidate] : candidates) {
    if (!candidate.stands) {
      if constexpr (kTakes) *candidate.summary = {};
      continue;
    }
    const Duration width = key.ordinal ? ordinal_width[{key.high, key.low}] : timed_width;
    Summary& summary = *candidate.summary;
    const std::tuple place{window_start(summary.start, width), summary.path, key.high, key.low, key.ordinal};
    append(joined.try_emplace(place, widened_frame(summary, width)).first->second, summary);
    if constexpr (kTakes) summary = {};
  }
  std::vector<WindowSummary> windows;
  windows.reserve(joined.size());
  for (auto& [place, summary] : joined) {
    normalise(summary);
    windows.push_back(std::move(summary));
  }
  return windows;
}

}  // namespace loglode

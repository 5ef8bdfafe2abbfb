#include "core/checkpoint.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

using StreamKey = std::pair<std::uint64_t, std::uint64_t>;
StreamKey key_of(const StreamIdentity& identity) { return {identity.high, identity.low}; }

auto key_of(const WindowSummary& window) {
  return std::tuple{window.stream.high, window.stream.low, window.ordinal, window.width, window.start};
}

/// Rows of both, of a key the newer one; in the order in which keys came.
template <class Row, class Key>
void join_rows(std::vector<Row>& pending, std::vector<Row> newer, Key key_of_row) {
  std::map<decltype(key_of_row(newer.front())), std::size_t> places;
  for (std::size_t i = 0; i < pending.size(); ++i) places[key_of_row(pending[i])] = i;
  for (Row& row : newer) {
    const auto [place, is_new] = places.try_emplace(key_of_row(row), pending.size());
    if (is_new)
      pending.push_back(std::move(row));
    else
      pending[place->second] = std::move(row);
  }
}

/// `part` stands where both have the window: SummaryStore's rule.
bool replaces(const WindowSummary& part, const WindowSummary& pending) {
  const std::pair given{part.reaches, part.records}, stored{pending.reaches, pending.records};
  return given > stored || (given == stored && encode(part) > encode(pending));
}

/// What the newer snapshot knows to be all of a stream: its windows and how far they reach.
struct Whole {
  std::set<decltype(key_of(std::declval<const WindowSummary&>()))> windows;
  std::uint64_t reaches = 0;
};

void join_windows(Checkpoint& pending, Checkpoint& newer) {
  std::map<StreamKey, Whole> whole;
  for (const StreamIdentity& stream : newer.whole_streams) whole.try_emplace(key_of(stream));
  for (const WindowSummary& window : newer.windows) {
    const auto found = whole.find(key_of(window.stream));
    if (found == whole.end()) continue;
    found->second.windows.insert(key_of(window));
    found->second.reaches = std::max(found->second.reaches, window.reaches);
  }
  for (const StoredStream& stream : newer.streams)
    if (const auto found = whole.find(key_of(stream.identity)); found != whole.end())
      found->second.reaches = std::max(found->second.reaches, stream.reaches);
  std::erase_if(pending.windows, [&](const WindowSummary& window) {
    const auto found = whole.find(key_of(window.stream));
    return found != whole.end() && window.reaches <= found->second.reaches && !found->second.windows.contains(key_of(window));
  });
  std::map<decltype(key_of(newer.windows.front())), std::size_t> places;
  for (std::size_t i = 0; i < pending.windows.size(); ++i) places[key_of(pending.windows[i])] = i;
  for (WindowSummary& window : newer.windows) {
    const auto [place, is_new] = places.try_emplace(key_of(window), pending.windows.size());
    if (is_new)
      pending.windows.push_back(std::move(window));
    else if (replaces(window, pending.windows[place->second]))
      pending.windows[place->second] = std::move(window);
  }
  join_rows(pending.whole_streams, std::move(newer.whole_streams), [](const StreamIdentity& stream) { return key_of(stream); });
}

}  // namespace

void join(Checkpoint& pending, Checkpoint newer, std::size_t events_max) {
  const std::set<ShapeId> gone{newer.shapes_gone.begin(), newer.shapes_gone.end()};
  std::erase_if(pending.shapes, [&](const StoredShape& shape) { return gone.contains(shape.id); });
  join_rows(pending.shapes, std::move(newer.shapes), [](const StoredShape& shape) { return shape.id; });
  join_rows(pending.shapes_gone, std::move(newer.shapes_gone), [](ShapeId shape) { return shape; });
  join_windows(pending, newer);
  join_rows(pending.streams, std::move(newer.streams), [](const StoredStream& stream) { return key_of(stream.identity); });
  join_rows(pending.bookmarks, std::move(newer.bookmarks), [](const StoredBookmark& mark) { return key_of(mark.identity); });
  join_rows(pending.announced, std::move(newer.announced), [](const StoredAnnounced& each) { return each.announcer; });
  join_rows(pending.pending, std::move(newer.pending), [](const StoredPending& each) { return each.announcer; });
  join_rows(pending.bases, std::move(newer.bases), [](const StoredBase& each) { return each.announcer; });
  pending.given_up_before = std::max(pending.given_up_before, newer.given_up_before);
  if (newer.has_templates) {
    pending.templates = std::move(newer.templates);
    pending.has_templates = true;
  }
  std::vector<TemplateEvent>& events = pending.events;
  for (TemplateEvent& event : newer.events) events.push_back(std::move(event));
  if (events.size() > events_max) events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(events_max));
}

}  // namespace loglode

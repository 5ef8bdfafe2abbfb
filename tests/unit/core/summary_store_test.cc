// The promise of window summaries: splitting, replaying, shuffling and widening change nothing.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/window_summary.h"
#include "summary_samples.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Event {
  std::uint64_t offset;
  Timestamp time;
  ShapeId shape;
};

std::vector<Event> make_events(SummarySamples& samples, std::size_t count) {
  std::vector<Event> events;
  std::int64_t now = 1'700'000'000'000'000'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    now += static_cast<std::int64_t>(samples.below(300'000'000));
    events.push_back(Event{i * 10, Timestamp{Duration{now}}, ShapeId{1 + samples.below(3)}});
  }
  return events;
}

/// What a worker has to say of one stream after its first `count` events.
std::vector<WindowSummary> summaries_of(StreamIdentity stream, const std::vector<Event>& events, std::size_t count, Duration width) {
  std::map<Timestamp, WindowSummary> windows;
  for (std::size_t i = 0; i < count; ++i) {
    const Event& event = events[i];
    WindowSummary& window = windows[window_start(event.time, width)];
    window.stream = stream;
    window.start = window_start(event.time, width);
    window.width = width;
    WindowSummary one;
    one.stream = stream;
    one.start = window.start;
    one.width = width;
    one.reaches = event.offset + 9;
    one.records = 1;
    one.services = {"api"};
    one.cells = {Cell{0, event.shape, Severity::info, 1, event.time, event.time, event.offset, event.offset / 10 + 1, 1, {}}};
    add(window, one);
  }
  std::vector<WindowSummary> out;
  for (auto& [start, window] : windows) out.push_back(std::move(window));
  return out;
}

std::string bytes_of(const std::vector<WindowSummary>& windows) {
  std::string bytes;
  for (const WindowSummary& window : windows) bytes += encode(window) + "|";
  return bytes;
}

}  // namespace

TEST_CASE("summary store: split at any record, replayed, shuffled and at other widths, the windows are the same", "[core]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    SummarySamples samples{seed};
    const StreamIdentity a{1, seed}, b{2, seed};
    const std::vector<Event> of_a = make_events(samples, 40), of_b = make_events(samples, 30);
    SummaryStore plain;
    for (auto& each : summaries_of(a, of_a, of_a.size(), seconds{10})) plain.accept(each);
    for (auto& each : summaries_of(b, of_b, of_b.size(), seconds{10})) plain.accept(each);
    const std::string expected = bytes_of(plain.windows());

    // All that anybody ever said: halves, the whole, at several widths, some of it twice. The last word of each stream is among it.
    std::vector<WindowSummary> said = summaries_of(a, of_a, of_a.size(), seconds{10});
    for (auto& each : summaries_of(b, of_b, of_b.size(), seconds{10})) said.push_back(each);
    for (int i = 0; i < 6; ++i) {
      const Duration width = samples.below(3) == 0   ? Duration{seconds{1}}
                             : samples.below(2) == 0 ? Duration{milliseconds{100}}
                                                     : Duration{seconds{10}};
      const bool first = samples.below(2) == 0;
      for (auto& each : first ? summaries_of(a, of_a, samples.below(of_a.size() + 1), width)
                              : summaries_of(b, of_b, samples.below(of_b.size() + 1), width))
        said.push_back(each);
    }
    const std::size_t fresh = said.size();
    for (int i = 0; i < 10; ++i) said.push_back(said[samples.below(fresh)]);
    for (std::size_t i = said.size(); i > 1; --i) std::swap(said[i - 1], said[samples.below(i)]);
    SummaryStore store;
    for (WindowSummary& each : said) store.accept(std::move(each));
    CHECK(bytes_of(store.windows()) == expected);
  }
}

TEST_CASE("summary store: widening early or late gives the same", "[core]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    SummarySamples samples{seed};
    const StreamIdentity a{1, seed};
    const std::vector<Event> events = make_events(samples, 50);
    SummaryStore narrow, wide;
    for (auto& each : summaries_of(a, events, events.size(), milliseconds{100})) narrow.accept(each);
    for (auto& each : summaries_of(a, events, events.size(), seconds{20})) wide.accept(each);
    CHECK(bytes_of(narrow.windows(seconds{20})) == bytes_of(wide.windows()));
    CHECK(bytes_of(narrow.windows(seconds{80})) == bytes_of(wide.windows(seconds{80})));
  }
}

TEST_CASE("summary store: all timed streams come at one width, ordinal ones at their own, and go once there are times", "[core]") {
  const auto one = [](StreamIdentity stream, Duration width, bool ordinal) {
    WindowSummary summary;
    summary.stream = stream;
    summary.width = width;
    summary.start = Timestamp{};
    summary.ordinal = ordinal;
    summary.reaches = 1;
    summary.services = {"api"};
    summary.cells = {Cell{0, ShapeId{1}, Severity::info, 1, Timestamp{}, Timestamp{}, 0, 1, 1, {}}};
    return summary;
  };
  SummaryStore store;
  store.accept(one({1, 1}, seconds{1}, false));
  store.accept(one({2, 1}, seconds{40}, false));
  store.accept(one({3, 1}, milliseconds{10}, true));
  store.accept(one({1, 1}, seconds{1}, true));  // what stream 1 was before its first time
  const std::vector<WindowSummary> windows = store.windows();
  REQUIRE(windows.size() == 3);
  CHECK(windows[0].width == seconds{40});
  CHECK_FALSE(windows[0].ordinal);
  CHECK(windows[1].width == seconds{40});
  CHECK(windows[2].width == milliseconds{10});
  CHECK(windows[2].ordinal);
  CHECK(SummaryStore{}.windows().empty());
}

}  // namespace loglode

// What is written is what is read: rows, what replaces what, notes, and what is given up when there is too much.
#include <sys/stat.h>

#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

using std::chrono::seconds;

Timestamp at(std::int64_t second) { return Timestamp{seconds{1'700'000'000 + second}}; }

WindowSummary window_of(StreamIdentity stream, Timestamp start, Duration width, std::uint64_t reaches, std::uint64_t count,
                        std::uint64_t shapes = 1) {
  WindowSummary window;
  window.stream = stream;
  window.path = "/var/log/" + std::to_string(stream.low) + ".log";
  window.start = window_start(start, width);
  window.width = width;
  window.reaches = reaches;
  window.records = count * shapes;
  window.services = {"api"};
  for (std::uint64_t shape = 1; shape <= shapes; ++shape)
    window.cells.push_back(Cell{0, ShapeId{shape}, Severity::error, count, start, start, reaches, 1, 1, "text"});
  return window;
}

std::uint64_t count_in(const StateContents& contents, const std::string& service, ShapeId shape) {
  std::uint64_t count = 0;
  for (const StoredTotal& total : contents.totals)
    if (total.service == service && total.shape == shape) count += total.count;
  SummaryStore windows;
  for (const WindowSummary& window : contents.windows) windows.accept(window);
  for (const WindowSummary& window : windows.windows())
    for (const Cell& cell : window.cells)
      if (window.services[cell.service] == service && cell.shape == shape) count += cell.count;
  return count;
}

}  // namespace

TEST_CASE("state: what was written is read, by the same store, by the next one and by a reader", "[state]") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    INFO("seed " << seed);
    const StateFolder folder;
    StateSamples samples{seed};
    const StateLimits limits{.events_max = 5};
    StateModel model{limits.events_max};
    for (int opening = 0; opening < 3; ++opening) {
      StateStore store = open_state(folder, limits);
      CHECK(text_of(contents_of(store)) == model.text());
      for (std::uint64_t i = samples.below(4); i > 0; --i) {
        const Checkpoint snapshot = samples.next();
        REQUIRE(store.write(snapshot).has_value());
        model.apply(snapshot);
        REQUIRE(text_of(contents_of(store)) == model.text());
      }
      CHECK(text_of(contents_of(open_state(folder, limits, StateAccess::read_only))) == model.text());
    }
    CHECK(contents_of(folder).set_aside.empty());
  }
}

TEST_CASE("state: numbers, times and bytes of every kind are kept as they are", "[state]") {
  const StateFolder folder;
  Checkpoint snapshot;
  const std::uint64_t largest = ~std::uint64_t{0};
  snapshot.shapes = {{ShapeId{largest}, std::string{"\0a\xff", 3}}, {ShapeId{1}, ""}};
  snapshot.streams = {{{largest, 0}, "", largest, true, false, kNoTime}, {{0, largest}, "\xff\x00", 0, false, false, Timestamp::max()}};
  snapshot.has_templates = true;
  snapshot.templates = {{TemplateId{largest}, "<*>", SeverityClass::error}};
  snapshot.events = {{"merged", TemplateId{1}, TemplateId{largest}, "a'b\"c", Timestamp::max()}};
  StateModel model;
  model.apply(snapshot);
  REQUIRE(open_state(folder).write(snapshot).has_value());
  CHECK(text_of(contents_of(folder)) == model.text());
}

TEST_CASE("state: a window is replaced unless the stored one reaches further, and a whole stream loses its older ones", "[state]") {
  const StateFolder folder;
  const StreamIdentity stream{1, 1}, other{1, 2};
  StateStore store = open_state(folder);
  REQUIRE(store.write({.windows = {window_of(stream, at(0), seconds{1}, 100, 5), window_of(stream, at(1), seconds{1}, 200, 5),
                                   window_of(stream, at(2), seconds{1}, 900, 5), window_of(other, at(0), seconds{1}, 50, 7)}}));
  const auto older = store.write({.windows = {window_of(stream, at(0), seconds{1}, 99, 6), window_of(stream, at(1), seconds{1}, 201, 8)}});
  REQUIRE(older.has_value());
  CHECK(older->windows_older == 1);
  CHECK(count_in(contents_of(store), "api", ShapeId{1}) == 5 + 8 + 5 + 7);
  REQUIRE(store.write({.windows = {window_of(stream, at(0), seconds{10}, 500, 20)}, .whole_streams = {stream}}));
  const StateContents now = contents_of(store);
  CHECK(now.windows.size() == 3);  // the wide one, the one that reaches 900, the other stream's
  CHECK(now.windows[0].reaches + now.windows[1].reaches + now.windows[2].reaches == 500 + 900 + 50);
}

TEST_CASE("state: a note replaces the one of its id, and goes when it says nothing", "[state]") {
  const StateFolder folder;
  StateStore store = open_state(folder);
  TemplateNote note{TemplateId{7}, "user <*>", "login", true, false, kNoTemplate};
  REQUIRE(store.write_note(note));
  REQUIRE(store.write_note({TemplateId{8}, "x", "", false, true, kNoTemplate}, at(1)));
  note.name = "log in";
  note.alias_of = TemplateId{9};
  REQUIRE(store.write_note(note, at(2)));
  StateContents contents = contents_of(store);
  REQUIRE(contents.notes.size() == 2);
  CHECK(contents.notes[0].name == "log in");
  CHECK(contents.notes[0].pinned);
  CHECK(contents.notes[0].alias_of == TemplateId{9});
  CHECK(contents.notes[1].ignored);
  REQUIRE(contents.events.size() == 2);
  CHECK(contents.events[0].kind == "noted");
  CHECK(contents.events[0].from == TemplateId{7});
  CHECK(contents.events[0].into == TemplateId{9});
  REQUIRE(store.write_note({TemplateId{7}, "user <*>", "", false, false, kNoTemplate}));
  contents = contents_of(store);
  REQUIRE(contents.notes.size() == 1);
  CHECK(contents.notes[0].id == TemplateId{8});
}

TEST_CASE("state: past the limit what a stream that goes on has given up becomes totals, and no count changes", "[state]") {
  const StateFolder folder;
  StateStore store = open_state(folder, {.cells_max = 12});
  const StreamIdentity stream{9, 1}, other{9, 2};
  std::uint64_t all = 0;
  for (std::int64_t i = 0; i < 30; ++i) {
    const std::uint64_t count = static_cast<std::uint64_t>(i) + 1;
    const auto written = store.write({.streams = {{stream, "log", 1000, false, false, at(100)}},
                                      .windows = {window_of(i % 3 == 0 ? other : stream, at(i), seconds{1}, 500, count, 3)},
                                      .given_up_before = at(i - 1)});
    REQUIRE(written.has_value());
    CHECK(written->streams_rolled_up == 0);
    all += count;
    const StateContents now = contents_of(store);
    for (std::uint64_t shape = 1; shape <= 3; ++shape) CHECK(count_in(now, "api", ShapeId{shape}) == all);
    CHECK(now.windows.size() <= 4);
    CHECK(now.windows.size() >= std::min<std::size_t>(static_cast<std::size_t>(i) + 1, 3));
    for (const StoredStream& each : now.streams) CHECK_FALSE(each.rolled_up);
  }
  CHECK(contents_of(store).totals.size() == 3);
}

TEST_CASE("state: past the limit the streams learned longest ago become totals, and no count changes", "[state]") {
  const StateFolder folder;
  StateStore store = open_state(folder, {.cells_max = 10});
  std::uint64_t all = 0, rolled_up = 0;
  for (std::int64_t i = 0; i < 8; ++i) {
    const StreamIdentity stream{9, static_cast<std::uint64_t>(i + 1)};
    const std::uint64_t count = static_cast<std::uint64_t>(i) + 1;
    const auto written = store.write({.streams = {{stream, "log", 1000, false, false, at(100 - i)}},  // the later ones were learned earlier
                                      .windows = {window_of(stream, at(i), seconds{1}, 500, count, 3)}});
    REQUIRE(written.has_value());
    rolled_up += written->streams_rolled_up;
    all += count;
    const StateContents now = contents_of(store);
    for (std::uint64_t shape = 1; shape <= 3; ++shape) CHECK(count_in(now, "api", ShapeId{shape}) == all);
    CHECK(now.windows.size() == std::min<std::size_t>(static_cast<std::size_t>(i) + 1, 3));
    CHECK(now.windows.size() + rolled_up == static_cast<std::size_t>(i) + 1);
  }
  const StateContents now = contents_of(store);
  // Streams 1, 2 were learned latest and stay; 8 is the one that was being written.
  for (const StoredStream& stream : now.streams) {
    INFO(stream.identity.low);
    CHECK(stream.rolled_up == (stream.identity.low != 1 && stream.identity.low != 2 && stream.identity.low != 8));
    CHECK(stream.reaches == 1000);
  }
  REQUIRE(now.totals.size() == 3);
  CHECK(now.totals[0].first == at(2));
  CHECK(now.totals[0].last == at(6));
  CHECK(now.totals[0].severity == Severity::error);

  // What was rolled up is not counted again.
  const StreamIdentity third{9, 3};
  const auto again =
      store.write({.streams = {{third, "log", 9999, true, false, at(200)}},
                   .windows = {window_of(third, at(50), seconds{1}, 9999, 100), window_of(third, at(2), seconds{1}, 9999, 100)},
                   .whole_streams = {third}});
  REQUIRE(again.has_value());
  CHECK(again->windows_ignored == 2);
  CHECK(again->streams_ignored == 1);
  CHECK(text_of(contents_of(store)) == text_of(now));
}

TEST_CASE("state: totals count overlapping windows once, and take no time from lines without one", "[state]") {
  const StateFolder folder;
  StateStore store = open_state(folder, {.cells_max = 3});
  WindowSummary ordinal = window_of({2, 2}, Timestamp{}, seconds{1}, 10, 4);
  ordinal.ordinal = true;
  REQUIRE(store.write({.windows = {window_of({1, 1}, at(0), seconds{1}, 100, 5), window_of({1, 1}, at(5), seconds{1}, 200, 5),
                                   window_of({1, 1}, at(0), seconds{10}, 300, 12)}}));
  REQUIRE(store.write({.windows = {ordinal}}));
  StateContents now = contents_of(store);
  REQUIRE(now.totals.size() == 1);
  CHECK(now.totals[0].count == 12);
  REQUIRE(now.streams.size() == 1);  // no row said anything of it
  CHECK(now.streams[0].rolled_up);
  CHECK(now.streams[0].path == "/var/log/1.log");
  CHECK(now.streams[0].reaches == 300);
  REQUIRE(store.write({.windows = {window_of({3, 3}, at(9), seconds{1}, 100, 1, 4)}}));
  now = contents_of(store);
  REQUIRE(now.totals.size() == 1);
  CHECK(now.totals[0].count == 16);
  CHECK(now.totals[0].first == at(0));
}

TEST_CASE("state: the folder is made for its owner alone, and so are its files", "[state]") {
  const StateFolder parent;
  const std::string folder = parent.file("a/b");
  auto store = StateStore::open(folder, StateAccess::read_write);
  REQUIRE(store.has_value());
  REQUIRE(store->write({.shapes = {{ShapeId{1}, "x"}}}));
  const auto mode = [](const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
  };
  CHECK(mode(parent.file("a")) == 0700);
  CHECK(mode(folder) == 0700);
  for (const std::string name : {"/state.db", "/state.db-wal", "/state.db-shm", "/state.lock"}) CHECK(mode(folder + name) == 0600);
}

}  // namespace loglode::test

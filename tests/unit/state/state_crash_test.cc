// After a crash at any point the file is at a snapshot: at the last one that was reported as durable, or at the one after it.
#include <signal.h>

#include "state/schema.h"
#include "state/sqlite.h"
#include "state/summed_table.h"
#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

/// Begins with `files`, runs `change` in a child that stops before its n-th change, for every n; `check` looks at what is left.
/// How many points there were.
int stop_everywhere(const std::map<std::string, std::string>& files, const std::function<bool(const StateFolder&)>& change,
                    const std::function<void(const StateFolder&, bool finished)>& check) {
  for (int n = 1;; ++n) {
    INFO("stopped before change " << n);
    const StateFolder folder;
    folder.fill(files);
    const int code = in_child([&] {
      stop_before(n);
      return change(folder) ? 0 : 1;
    });
    REQUIRE((code == 42 || code == 0));
    check(folder, code == 0);
    if (code == 0) return n - 1;
  }
}

std::map<std::string, std::string> closed_folder(std::uint64_t seed, int count) {
  const StateFolder folder;
  {
    StateStore store = open_state(folder);
    StateSamples samples{seed};
    for (int i = 0; i < count; ++i) REQUIRE(store.write(samples.next()));
  }
  return folder.bytes();
}

bool write_next(const StateFolder& folder, std::uint64_t seed, int skipped) {
  StateSamples samples{seed};
  for (int i = 0; i < skipped; ++i) static_cast<void>(samples.next());
  auto store = StateStore::open(folder.path(), StateAccess::read_write);
  return store && store->write(samples.next());
}

}  // namespace

TEST_CASE("state: a process killed at any moment leaves a snapshot, at least the last durable one", "[state][crash]") {
  for (std::uint64_t seed = 1; seed <= seeds(30); ++seed) {
    INFO("seed " << seed);
    const StateFolder folder;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      StateSamples samples{seed};
      for (int round = 0; round < 1000; ++round) {
        auto store = StateStore::open(folder.path(), StateAccess::read_write);
        if (!store) ::_exit(1);
        for (int i = 0; i < 7; ++i) {
          if (!store->write(samples.next())) ::_exit(1);
          if (::write(ends[1], "+", 1) != 1) ::_exit(1);
        }
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    SummarySamples random{seed};
    int durable = 0;
    char byte = 0;
    // Some are killed while they begin, others after a while.
    for (std::uint64_t wait = random.below(3) == 0 ? 0 : random.below(40); wait > 0 && ::read(ends[0], &byte, 1) == 1; --wait) ++durable;
    ::usleep(static_cast<useconds_t>(random.below(8000)));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (::read(ends[0], &byte, 1) == 1) ++durable;
    ::close(ends[0]);

    StateModel model;
    StateSamples samples{seed};
    for (int i = 0; i < durable; ++i) model.apply(samples.next());
    const std::string at_least = model.text();
    model.apply(samples.next());
    if (durable > 0) {
      const std::string seen = text_of(contents_of(open_state(folder, {}, StateAccess::read_only)));
      CHECK((seen == at_least || seen == model.text()));
    }
    StateStore store = open_state(folder);
    const StateContents contents = contents_of(store);
    CHECK(contents.set_aside.empty());
    const std::string found = text_of(contents);
    INFO(durable << " were durable");
    CHECK((found == at_least || found == model.text()));
  }
}

TEST_CASE("state: a process that stops before any change of a transaction leaves the one before or the one after it", "[state][crash]") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    StateModel model;
    StateSamples samples{seed};
    for (int i = 0; i < 3; ++i) model.apply(samples.next());
    const std::string before = model.text();
    model.apply(samples.next());
    const auto check = [&](const StateFolder& folder, bool finished) {
      const std::string found = text_of(contents_of(folder));
      if (finished)
        CHECK(found == model.text());
      else
        CHECK((found == before || found == model.text()));
    };
    const auto change = [&](const StateFolder& folder) { return write_next(folder, seed, 3); };
    CHECK(stop_everywhere(closed_folder(seed, 3), change, check) > 10);
    CHECK(stop_everywhere(crashed_folder(seed, 3), change, check) > 10);
  }
}

TEST_CASE("state: a process that stops while it makes the file leaves an empty state or the first snapshot", "[state][crash]") {
  StateModel model;
  model.apply(StateSamples{2}.next());
  const int points = stop_everywhere(
      {}, [](const StateFolder& folder) { return write_next(folder, 2, 0); },
      [&](const StateFolder& folder, bool finished) {
        const StateContents contents = contents_of(folder);
        CHECK(contents.set_aside.empty());
        const std::string found = text_of(contents);
        CHECK((found == model.text() || (!finished && found.empty())));
      });
  CHECK(points > 15);
}

TEST_CASE("state: a process that stops while it rolls streams up leaves every count as it was", "[state][crash]") {
  const StateLimits small{.cells_max = 4};
  const auto files = closed_folder(6, 6);
  const auto counted = [](const StateContents& contents) {
    std::map<std::pair<std::string, ShapeId>, std::uint64_t> counts;
    SummaryStore windows;
    for (const WindowSummary& window : contents.windows) windows.accept(window);
    for (const WindowSummary& window : windows.windows())
      for (const Cell& cell : window.cells) counts[{window.services[cell.service], cell.shape}] += cell.count;
    for (const StoredTotal& total : contents.totals) counts[{total.service, total.shape}] += total.count;
    return counts;
  };
  const StateFolder original;
  original.fill(files);
  const auto expected = counted(contents_of(original));
  REQUIRE_FALSE(expected.empty());
  const int points = stop_everywhere(
      files,
      [&](const StateFolder& folder) {
        auto store = StateStore::open(folder.path(), StateAccess::read_write, small);
        if (!store) return false;
        const auto written = store->write({.shapes = {{ShapeId{1}, "x"}}});
        return written && written->streams_rolled_up > 0;
      },
      [&](const StateFolder& folder, bool finished) {
        const StateContents contents = contents_of(folder);
        CHECK(counted(contents) == expected);
        if (finished) CHECK_FALSE(contents.totals.empty());
      });
  CHECK(points > 10);
}

TEST_CASE("state: a process that stops while it sets a damaged file aside loses nothing of it", "[state][crash]") {
  auto files = crashed_folder(5, 4);
  files["state.db"] = "damaged";
  stop_everywhere(
      files, [](const StateFolder& folder) { return StateStore::open(folder.path(), StateAccess::read_write).has_value(); },
      [&](const StateFolder& folder, bool) {
        CHECK(text_of(contents_of(folder)).empty());
        std::multiset<std::string> kept;
        for (const auto& [name, bytes] : folder.bytes()) kept.insert(bytes);
        CHECK(kept.contains("damaged"));
        CHECK(kept.contains(files.at("state.db-wal")));
      });
}

TEST_CASE("state: a process that stops while it migrates leaves the version before or the one after", "[state][crash]") {
  std::vector<state::MigrationStep> steps{state::migration_steps().begin(), state::migration_steps().end()};
  steps.push_back("ALTER TABLE shapes RENAME COLUMN bytes TO content");
  steps.push_back(
      "CREATE TABLE extra(id INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID; INSERT INTO extra "
      "VALUES(7,0)");
  const auto first = state::schema_version();
  const auto last = static_cast<std::int64_t>(steps.size());
  const int points = stop_everywhere(
      closed_folder(3, 5),
      [&](const StateFolder& folder) {
        state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
        state::migrate(connection, steps);
        return connection.good();
      },
      [&](const StateFolder& folder, bool finished) {
        state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
        const state::About about = state::read_about(connection);
        state::verify_sums(connection, about.sum);
        INFO((connection.fault() ? connection.fault()->what : std::string{}));
        CHECK(connection.good());
        CHECK((about.version == last || (!finished && about.version == first)));
      });
  CHECK(points > 5);
}

}  // namespace loglode::test

// Files of other versions.
#include <sqlite3.h>

#include "state/schema.h"
#include "state/state_reader.h"
#include "state/summed_table.h"
#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

/// A file as version 1 made it, written down here on its own: what this says is never changed, whatever becomes of the schema.
void make_version_1(const StateFolder& folder) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
  char* said = nullptr;
  const int code = sqlite3_exec(database, R"sql(
PRAGMA journal_mode=WAL;
PRAGMA application_id=1819240300;
PRAGMA user_version=1;
CREATE TABLE about(id INTEGER PRIMARY KEY CHECK(id=1), schema_version INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE shapes(id INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID;
CREATE TABLE streams(high INTEGER NOT NULL, low INTEGER NOT NULL, path BLOB NOT NULL, reaches INTEGER NOT NULL, finished INTEGER NOT NULL,
  rolled_up INTEGER NOT NULL, learned_at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(high,low)) STRICT, WITHOUT ROWID;
CREATE TABLE windows(high INTEGER NOT NULL, low INTEGER NOT NULL, ordinal INTEGER NOT NULL, width INTEGER NOT NULL, start INTEGER NOT NULL,
  reaches INTEGER NOT NULL, records INTEGER NOT NULL, cells INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(high,low,ordinal,width,start)) STRICT, WITHOUT ROWID;
CREATE TABLE totals(service BLOB NOT NULL, shape INTEGER NOT NULL, severity INTEGER NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(service,shape)) STRICT, WITHOUT ROWID;
CREATE TABLE notes(id INTEGER NOT NULL, text BLOB NOT NULL, name BLOB NOT NULL, pinned INTEGER NOT NULL, ignored INTEGER NOT NULL,
  alias_of INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID;
CREATE TABLE templates(id INTEGER NOT NULL, text BLOB NOT NULL, severity INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id))
  STRICT, WITHOUT ROWID;
CREATE TABLE events(number INTEGER NOT NULL, kind BLOB NOT NULL, from_id INTEGER NOT NULL, into_id INTEGER NOT NULL, text BLOB NOT NULL,
  at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(number)) STRICT, WITHOUT ROWID;
INSERT INTO shapes VALUES(-2, x'00ff41', 7954260862144179964);
INSERT INTO streams VALUES(-1, 7, CAST('/var/log/a.log' AS BLOB), 4096, 1, 0, 1700000000000000000, -7667611088182371683);
INSERT INTO notes VALUES(5, CAST('user <*>' AS BLOB), CAST('login' AS BLOB), 1, 0, 0, -1282068945463667307);
INSERT INTO about VALUES(1, 1, -995419171501859026);
)sql",
                                nullptr, nullptr, &said);
  INFO((said == nullptr ? "" : said));
  REQUIRE(code == SQLITE_OK);
  sqlite3_close(database);
}

void run(const StateFolder& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

std::vector<state::MigrationStep> steps_and(std::initializer_list<state::MigrationStep> more) {
  std::vector<state::MigrationStep> steps{state::migration_steps().begin(), state::migration_steps().end()};
  steps.insert(steps.end(), more);
  return steps;
}

constexpr state::MigrationStep kNextStep =
    "CREATE TABLE extra(id INTEGER NOT NULL, name BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID;"
    "INSERT INTO extra SELECT id, text, 0 FROM notes;"
    "UPDATE shapes SET bytes = x'01'";

std::string fault_of(state::Connection& connection) { return connection.fault() ? connection.fault()->what : std::string{}; }

}  // namespace

TEST_CASE("state: a file of version 1 is read as it was meant, by reader and writer", "[state][schema]") {
  const StateFolder folder;
  make_version_1(folder);
  for (const StateAccess access : {StateAccess::read_only, StateAccess::read_write}) {
    const StateContents contents = contents_of(open_state(folder, {}, access));
    CHECK(contents.set_aside.empty());
    REQUIRE(contents.shapes.size() == 1);
    CHECK(contents.id_version == 1);
    CHECK(contents.shapes[0].id == ShapeId{~std::uint64_t{1}, 0});
    CHECK(contents.shapes[0].bytes == std::string{"\0\xff"
                                                  "A",
                                                  3});
    REQUIRE(contents.streams.size() == 1);
    CHECK(contents.streams[0].identity == StreamIdentity{~std::uint64_t{0}, 7});
    CHECK(contents.streams[0].path == "/var/log/a.log");
    CHECK(contents.streams[0].reaches == 4096);
    CHECK(contents.streams[0].finished);
    CHECK(contents.streams[0].learned_at == Timestamp{std::chrono::seconds{1'700'000'000}});
    REQUIRE(contents.notes.size() == 1);
    CHECK(contents.notes[0].name == "login");
    CHECK(contents.notes[0].pinned);
  }
}

TEST_CASE("state: a newer version is refused, both are named, nothing is changed", "[state][schema]") {
  for (const bool crashed : {false, true}) {
    const StateFolder folder;
    if (crashed)
      folder.fill(crashed_folder(5, 3));
    else
      REQUIRE(open_state(folder).write({.shapes = {{ShapeId{1}, "x"}}}));
    const int version = static_cast<int>(state::schema_version()) + 41;
    const std::string newer = "UPDATE about SET schema_version=" + std::to_string(version) +
                              "; PRAGMA user_version=" + std::to_string(version) +
                              "; CREATE TABLE of_the_future(id INTEGER PRIMARY KEY, sum INTEGER)";
    if (crashed)
      REQUIRE(in_child([&] {
                sqlite3* database = nullptr;
                if (sqlite3_open(folder.file().c_str(), &database) != SQLITE_OK) return 1;
                ::_exit(sqlite3_exec(database, newer.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? 0 : 1);
              }) == 0);
    else
      run(folder, newer);
    const auto before = folder.bytes();
    CHECK(before.contains("state.db-wal") == crashed);
    for (const StateAccess access : {StateAccess::read_only, StateAccess::read_write}) {
      const auto store = StateStore::open(folder.path(), access);
      REQUIRE_FALSE(store.has_value());
      CHECK(store.error().code == StateErrc::newer_schema);
      INFO(store.error().message);
      CHECK(store.error().message.find("schema " + std::to_string(version) + ", this one knows " +
                                       std::to_string(state::schema_version())) != std::string::npos);
      CHECK(folder.bytes() == before);
    }
  }
}

TEST_CASE("state: a version that is said in one place alone is damage", "[state][schema]") {
  for (const std::string sql :
       {"PRAGMA user_version=99", "UPDATE about SET schema_version=99", "UPDATE about SET sum=sum+1", "PRAGMA application_id=1",
        "PRAGMA user_version=0", "DELETE FROM about", "DROP TABLE notes", "DELETE FROM shapes", "INSERT INTO shapes VALUES(2,0,x'00',0)",
        "DELETE FROM id_versions", "UPDATE id_versions SET version=1"}) {
    INFO(sql);
    const StateFolder folder;
    REQUIRE(open_state(folder).write({.shapes = {{ShapeId{1}, "x"}}}));
    run(folder, sql);
    const auto reader = StateStore::open(folder.path(), StateAccess::read_only);
    if (sql.find("DROP") == std::string::npos) {
      REQUIRE_FALSE(reader.has_value());
      CHECK(reader.error().code == StateErrc::damaged);
    }
    CHECK_FALSE(contents_of(folder).set_aside.empty());
  }
}

TEST_CASE("state: rows with a right sum that mean nothing are damage too", "[state][schema]") {
  const auto damaged_by = [](const std::string& table, const std::vector<state::Value>& row) {
    const StateFolder folder;
    { const StateStore made = open_state(folder); }
    {
      state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
      std::uint64_t total = state::read_about(connection).sum;
      const std::uint64_t sum = state::row_sum(table, row);
      std::vector<state::Value> values = row;
      values.emplace_back(sum);
      std::string marks = "?";
      for (std::size_t i = 1; i < values.size(); ++i) marks += ",?";
      state::Statement{connection, "INSERT INTO " + table + " VALUES(" + marks + ")"}.run(values);
      state::Statement{connection, "UPDATE about SET sum=?"}.run({total + sum});
      INFO(fault_of(connection));
      REQUIRE(connection.good());
    }
    CHECK_FALSE(contents_of(folder).set_aside.empty());
  };
  const std::string_view bytes{"bytes"};
  damaged_by("templates", {1, 0, bytes, 3});
  damaged_by("id_versions", {9});
  damaged_by("totals", {bytes, 1, 0, 25, 1, 0, 0});
  damaged_by("windows", {1, 1, 0, 10'000'000, 0, 5, 5, 0, bytes});
  WindowSummary window = SummarySamples{1}.make({1, 1}, Timestamp{}, first_width());
  damaged_by("windows", {1, 2, window.ordinal, window.width.count(), window.start, window.reaches, window.records, window.cells.size(),
                         std::string_view{encode(window)}});
}

TEST_CASE("state: older files are brought up to date in one transaction, and read as if they were", "[state][schema]") {
  const StateFolder folder;
  make_version_1(folder);
  const auto steps = steps_and({kNextStep, "DELETE FROM notes"});
  {
    const auto before = folder.bytes();
    auto paths = state::find_folder(folder.path(), false);
    REQUIRE(paths.has_value());
    const auto read = state::read_state(*paths, state::Beside::writer, {}, steps);
    INFO((read ? std::string{} : read.error().message));
    REQUIRE(read.has_value());
    CHECK(read->version == 1);
    CHECK(read->contents.notes.empty());
    CHECK(read->contents.shapes.at(0).bytes == "\x01");
    CHECK(folder.bytes() == before);
  }
  {
    state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
    state::migrate(connection, steps_and({kNextStep, "UPDATE nothing SET x=1"}));
    CHECK(fault_of(connection).find("nothing") != std::string::npos);
  }
  CHECK(contents_of(open_state(folder, {}, StateAccess::read_only)).notes.size() == 1);
  {
    state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
    state::migrate(connection, steps);
    state::migrate(connection, steps);  // once is enough
    const state::About about = state::read_about(connection);
    CHECK(about.version == static_cast<std::int64_t>(steps.size()));
    state::verify_sums(connection, about.sum);
    CHECK(connection.number("SELECT COUNT(*) FROM extra") == 1);
    INFO(fault_of(connection));
    CHECK(connection.good());
  }
  const auto newer = StateStore::open(folder.path(), StateAccess::read_write);
  REQUIRE_FALSE(newer.has_value());
  CHECK(newer.error().code == StateErrc::newer_schema);
}

namespace {

/// What a state of version 1 becomes when each id {n, 0} is called {n, 7} now. How often it was asked is counted.
RenewIds renewal(int& asked) {
  return [&asked](StateContents contents) {
    ++asked;
    CHECK(contents.id_version == 1);
    for (StoredShape& shape : contents.shapes) {
      contents.former_ids.push_back({template_of(shape.id), TemplateId{shape.id.high, 7}});
      shape.id.low = 7;
      shape.bytes += " renewed";
    }
    for (TemplateNote& note : contents.notes) note.id.low = 7;
    for (WindowSummary& window : contents.windows)
      for (Cell& cell : window.cells) cell.shape.low = 7;
    contents.bases = {{"run", "renewed"}};
    contents.warm_ups = {{"shop", Timestamp{std::chrono::seconds{1'700'000'000}}}};
    contents.id_version = kIdVersion;
    return contents;
  };
}

void check_renewed(const StateContents& contents) {
  CHECK(contents.set_aside.empty());
  CHECK(contents.id_version == kIdVersion);
  REQUIRE(contents.shapes.size() == 1);
  CHECK(contents.shapes[0].id == ShapeId{~std::uint64_t{1}, 7});
  CHECK(contents.shapes[0].bytes == std::string{"\0\xff"
                                                "A renewed",
                                                11});
  REQUIRE(contents.notes.size() == 1);
  CHECK(contents.notes[0].id == TemplateId{5, 7});
  REQUIRE(contents.former_ids.size() == 1);
  CHECK(contents.former_ids[0].id == TemplateId{~std::uint64_t{1}, 0});
  CHECK(contents.former_ids[0].now == TemplateId{~std::uint64_t{1}, 7});
  REQUIRE(contents.warm_ups.size() == 1);
  CHECK(contents.warm_ups[0].service == "shop");
  REQUIRE(contents.bases.size() == 1);
  CHECK(contents.bases[0].bytes == "renewed");
  CHECK(contents.streams.size() == 1);
}

}  // namespace

TEST_CASE("state: older ids are renewed by whoever knows how, when the file is opened to write and then no more", "[state][schema]") {
  const StateFolder folder;
  make_version_1(folder);
  int asked = 0;
  const auto opened = [&](StateAccess access) { return StateStore::open(folder.path(), access, {}, renewal(asked)); };
  const auto before = folder.bytes();
  {
    const auto store = opened(StateAccess::read_only);
    REQUIRE(store.has_value());
    check_renewed(contents_of(*store));
    CHECK(asked == 1);
    CHECK(folder.bytes() == before);
  }
  {
    const StateStore unrenewed = open_state(folder);  // nobody who knows how: ids stay what they are
    CHECK(contents_of(unrenewed).id_version == 1);
    CHECK(contents_of(unrenewed).shapes.at(0).id == ShapeId{~std::uint64_t{1}, 0});
  }
  for (int time = 0; time < 2; ++time) {
    const auto store = opened(StateAccess::read_write);
    REQUIRE(store.has_value());
    check_renewed(contents_of(*store));
    CHECK(asked == 2);
  }
  check_renewed(contents_of(open_state(folder, {}, StateAccess::read_only)));
}

TEST_CASE("state: a new file has today's ids, and ids of a newer version are refused", "[state][schema]") {
  const StateFolder folder;
  int asked = 0;
  { REQUIRE(StateStore::open(folder.path(), StateAccess::read_write, {}, renewal(asked)).has_value()); }
  CHECK(asked == 0);
  {
    state::Connection connection{folder.file(), SQLITE_OPEN_READWRITE};
    connection.run("UPDATE id_versions SET version=" + std::to_string(kIdVersion + 1));
    state::Statement{connection, "UPDATE about SET sum=?"}.run({state::renew_sums(connection)});
    REQUIRE(connection.good());
  }
  const auto before = folder.bytes();
  for (const StateAccess access : {StateAccess::read_only, StateAccess::read_write}) {
    const auto store = StateStore::open(folder.path(), access, {}, renewal(asked));
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == StateErrc::newer_schema);
    CHECK(store.error().message.find("ids " + std::to_string(kIdVersion + 1)) != std::string::npos);
    CHECK(folder.bytes() == before);
  }
}

TEST_CASE("state: a process that stops while ids are renewed leaves the old ones or the new ones, whole", "[state][schema][crash]") {
  const StateFolder original;
  make_version_1(original);
  int asked = 0;
  const std::string before = text_of(contents_of(open_state(original, {}, StateAccess::read_only)));
  const std::string after = text_of(renewal(asked)(contents_of(open_state(original, {}, StateAccess::read_only))));
  CHECK(before != after);
  bool finished = false;
  for (int n = 1; !finished; ++n) {
    INFO("stopped before change " << n);
    const StateFolder folder;
    folder.fill(original.bytes());
    const int code = in_child([&] {
      stop_before(n);
      return StateStore::open(folder.path(), StateAccess::read_write, {}, renewal(asked)).has_value() ? 0 : 1;
    });
    REQUIRE((code == 42 || code == 0));
    finished = code == 0;
    const StateContents left = contents_of(open_state(folder, {}, StateAccess::read_only));
    CHECK(left.set_aside.empty());
    const std::string found = text_of(left);
    CHECK((found == after || (!finished && found == before)));
    CHECK(left.id_version == (found == after ? kIdVersion : 1));
    if (finished) CHECK(n > 40);
  }
}

}  // namespace loglode::test

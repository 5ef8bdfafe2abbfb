// Damaged files: set aside, or read exactly. Never wrong contents, never deleted.
#include <sqlite3.h>

#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

using Files = std::map<std::string, std::string>;

/// Several snapshots, closed, with all kinds of rows; and what the store should say of it.
struct Small {
  Files files;
  std::string text;

  Small() {
    const StateFolder folder;
    StateStore store = open_state(folder);
    StateSamples samples{3};
    for (int i = 0; i < 6; ++i) REQUIRE(store.write(samples.next()));
    REQUIRE(store.write_note({TemplateId{5}, "a <*>", "name", true, true, TemplateId{6}}));
    text = text_of(contents_of(store));
    { const StateStore closed = std::move(store); }
    files = folder.bytes();
    REQUIRE(files.size() == 1);
  }
};

/// True when it was noticed. What is not noticed must have changed nothing, then and after another write.
bool noticed(const StateFolder& folder, const std::string& expected) {
  const Files damaged = folder.bytes();
  const auto reader = StateStore::open(folder.path(), StateAccess::read_only);
  if (reader)
    CHECK(text_of(contents_of(*reader)) == expected);
  else
    CHECK(reader.error().code == StateErrc::damaged);
  CHECK(folder.bytes() == damaged);

  StateContents contents;
  Checkpoint more;
  more.shapes = {{ShapeId{99}, "more"}};
  {
    StateStore store = open_state(folder);
    contents = contents_of(store);
    if (!reader) CHECK_FALSE(contents.set_aside.empty());
    REQUIRE(store.write(more));
  }
  const StateContents after = contents_of(folder);
  CHECK(after.set_aside.empty());
  CHECK(std::any_of(after.shapes.begin(), after.shapes.end(), [](const StoredShape& shape) { return shape.id == ShapeId{99}; }));
  if (contents.set_aside.empty()) {
    CHECK(text_of(contents) == expected);
    StateContents with_more = contents;
    with_more.shapes.push_back(more.shapes[0]);
    CHECK(text_of(after) == text_of(with_more));
    return false;
  }
  CHECK(text_of(contents).empty());
  CHECK(contents.set_aside.find(".damaged-") != std::string::npos);
  CHECK(StateFolder::read(contents.set_aside) == damaged.at("state.db"));
  return true;
}

}  // namespace

TEST_CASE("state: a file cut anywhere is set aside, or has lost nothing", "[state][damage]") {
  constexpr std::size_t kPage = 4096;
  const Small small;
  const std::string& whole = small.files.at("state.db");
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    INFO("cut to " << size << " of " << whole.size());
    const StateFolder folder;
    folder.write("state.db", whole.substr(0, size));
    CHECK((noticed(folder, small.text) || whole.size() - size < kPage));  // the last page may be a free one
  }
}

TEST_CASE("state: a flipped bit is noticed, or has changed nothing", "[state][damage]") {
  const Small small;
  SummarySamples random{11};
  std::size_t seen = 0;
  const std::uint64_t times = seeds(400);
  for (std::uint64_t i = 0; i < times; ++i) {
    std::string bytes = small.files.at("state.db");
    // The header and the schema decide more than other bytes do.
    const std::size_t position = i < 100 ? i : random.below(i % 4 == 0 ? 4096 : bytes.size());
    const auto bit = static_cast<unsigned char>(1U << random.below(8));
    bytes[position] = static_cast<char>(static_cast<unsigned char>(bytes[position]) ^ bit);
    INFO("byte " << position << ", bit " << unsigned{bit});
    const StateFolder folder;
    folder.write("state.db", bytes);
    if (noticed(folder, small.text)) ++seen;
  }
  CHECK(seen > times / 20);  // much of a small file is unused
}

TEST_CASE("state: every byte of a row counts", "[state][damage]") {
  const StateFolder made;
  const std::string needle = "a text that is nowhere else";
  REQUIRE(open_state(made).write({.shapes = {{ShapeId{1}, needle}}}));
  const std::string whole = made.bytes().at("state.db");
  const std::size_t place = whole.find(needle);
  REQUIRE(place != std::string::npos);
  for (std::size_t i = 0; i < needle.size(); ++i) {
    std::string bytes = whole;
    ++bytes[place + i];
    const StateFolder folder;
    folder.write("state.db", bytes);
    CHECK(noticed(folder, "not to be read"));
  }
}

TEST_CASE("state: a damaged -wal gives an older snapshot, never a mixed one", "[state][damage]") {
  constexpr int kSnapshots = 8;
  const Files crashed = crashed_folder(5, kSnapshots);
  std::set<std::string> possible;
  StateModel model;
  StateSamples samples{5};
  possible.insert(model.text());
  for (int i = 0; i < kSnapshots; ++i) {
    model.apply(samples.next());
    possible.insert(model.text());
  }
  SummarySamples random{12};
  const StateFolder folder;
  for (std::uint64_t i = 0; i < seeds(100); ++i) {
    Files files = crashed;
    std::string& log = files.at("state.db-wal");
    const std::size_t position = random.below(log.size());
    INFO((i % 2 == 0 ? "flipped at " : "cut at ") << position);
    if (i % 2 == 0)
      log[position] = static_cast<char>(log[position] ^ 4);
    else
      log.resize(position);
    folder.fill(files);
    if (auto reader = StateStore::open(folder.path(), StateAccess::read_only)) CHECK(possible.contains(text_of(contents_of(*reader))));
    folder.fill(files);
    const StateContents contents = contents_of(folder);
    CHECK(contents.set_aside.empty());
    CHECK(possible.contains(text_of(contents)));
  }
}

TEST_CASE("state: what is no state file is set aside, with what belongs to it", "[state][damage]") {
  SummarySamples random{13};
  std::string garbage(20'000, '\0');
  for (char& c : garbage) c = static_cast<char>(random.below(256));
  const auto other_database = [] {
    const StateFolder folder;
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, "CREATE TABLE about(schema_version, sum); INSERT INTO about VALUES(0,0);", nullptr, nullptr, nullptr) ==
            SQLITE_OK);
    sqlite3_close(database);
    return folder.bytes().at("state.db");
  };
  for (const std::string& bytes : {std::string{}, std::string{"hello\n"}, garbage, other_database()}) {
    INFO(bytes.size() << " bytes");
    const StateFolder folder;
    folder.write("state.db", bytes);
    folder.write("state.db-wal", "log of it");
    const StateContents contents = contents_of(folder);
    REQUIRE_FALSE(contents.set_aside.empty());
    CHECK(text_of(contents).empty());
    CHECK(StateFolder::read(contents.set_aside) == bytes);
    CHECK(StateFolder::read(contents.set_aside + "-wal") == "log of it");
  }
}

TEST_CASE("state: files set aside within one second do not replace one another, and a -wal alone is not read into a new file",
          "[state][damage]") {
  const StateFolder folder;
  std::set<std::string> aside;
  for (const std::string name : {"one", "two", "three"}) {
    folder.write("state.db", name);
    aside.insert(contents_of(folder).set_aside);
  }
  CHECK(aside.size() == 3);

  Files crashed = crashed_folder(5, 4);
  crashed.erase("state.db");
  folder.fill(crashed);
  const StateContents contents = contents_of(folder);
  CHECK(text_of(contents).empty());
  CHECK(StateFolder::read(contents.set_aside + "-wal") == crashed.at("state.db-wal"));
}

}  // namespace loglode::test

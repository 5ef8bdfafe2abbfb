// The last line of a file when it has no newline, and nobody may write one any more: deleted, replaced, rotated away, left by its link.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/ingest/follower.h"

using namespace loglode;
using namespace loglode::test;
namespace fs = std::filesystem;

namespace {

constexpr auto kQuietPart = std::chrono::milliseconds{2'800};  // over five times Follower's rotated_patience, by the clock of files too

/// How a file that ends amid a line goes away. What is written to its name later is of another file.
struct Way {
  std::string name;
  void (*go)(const Folder& folder);
  bool has_name = false;  // a later run finds it
};

void link_to(const Folder& folder, const std::string& target) {
  fs::create_symlink(folder / target, folder / "link.tmp");
  fs::rename(folder / "link.tmp", folder / "link.log");
}

const std::vector<Way> kWays{
    {"deleted", [](const Folder& folder) { fs::remove(folder / "app.log"); }},
    {"renamed over",
     [](const Folder& folder) {
       append(folder / "new", "10:00:09 new\n");
       fs::rename(folder / "new", folder / "app.log");
     }},
    {"renamed, and deleted",
     [](const Folder& folder) {
       fs::rename(folder / "app.log", folder / "app.log.1");
       fs::remove(folder / "app.log.1");
     }},
    {"moved to where nobody looks",
     [](const Folder& folder) {
       fs::create_directory(folder / "away");
       fs::rename(folder / "app.log", folder / "away/kept");
     }},
    {"renamed",
     [](const Folder& folder) {
       fs::rename(folder / "app.log", folder / "app.log.1");
       append(folder / "app.log", "10:00:09 new\n");
     },
     true},
    {"copied and truncated",
     [](const Folder& folder) {
       fs::copy_file(folder / "app.log", folder / "app.log.1");
       fs::resize_file(folder / "app.log", 0);
     },
     true},
    {"left by its link", [](const Folder& folder) { link_to(folder, "two"); }, true},
};

struct Ending {
  const Way* way;
  std::string pattern, before;
  std::unique_ptr<Folder> folder = std::make_unique<Folder>();
  std::unique_ptr<Follower> follower{};

  [[nodiscard]] std::string file() const { return *folder / (way->name == "left by its link" ? "one" : "app.log"); }
  void begin() {
    append(file(), before);
    append(*folder / "two", "10:00:00 two\n");
    if (way->name == "left by its link") link_to(*folder, "one");
    follower = std::make_unique<Follower>(std::vector<std::string>{*folder / pattern});
  }
};

std::vector<Ending> all_endings() {
  std::vector<Ending> all;
  for (const Way& way : kWays)
    for (const char* const pattern : {"*.log", "*.log*"})
      for (const char* const before : {"10:00:01 a1\n", ""})  // all that it holds may be that line
        all.push_back({&way, pattern, before});
  return all;
}

void restart_all(std::vector<Ending>& endings) {
  for (Ending& each : endings) each.follower->restart();
}

}  // namespace

TEST_CASE(
    "A last line without a newline is handed out when its file can hardly grow: after a while, or at a stop after which nobody finds it") {
  const std::string line = "10:00:02 dying";
  std::vector<Ending> endings = all_endings();
  for (Ending& each : endings) each.begin();
  read_all_for(endings, kWhile);
  for (Ending& each : endings) append(each.file(), line);
  read_all_for(endings, kWhile);
  for (Ending& each : endings) CHECK(each.follower->lines().count(line) == 0);  // it may go on
  for (Ending& each : endings) each.way->go(*each.folder);
  SECTION("it is waited for") { read_all_for(endings, kQuietPart); }
  for (const auto moment : {0, 400}) {
    DYNAMIC_SECTION("stopped after " << moment << " ms") {
      read_all_for(endings, std::chrono::milliseconds{moment});
      end_all(endings);
      for (const Ending& each : endings) {
        CAPTURE(each.way->name, each.pattern, each.before);
        CHECK(each.follower->lines().count(line) == (each.way->has_name ? 0U : 1U));
      }
      restart_all(endings);
      read_all_for(endings, kQuietPart);
    }
  }
  std::vector<std::size_t> lines;
  for (const Ending& each : endings) {
    CAPTURE(each.way->name, each.pattern, each.before);
    CHECK(each.follower->lines().count(line) == 1);
    CHECK(each.follower->clashes.empty());
    lines.push_back(each.follower->lines().size());
  }
  end_all(endings);
  restart_all(endings);
  read_all_for(endings, kWhile);
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(endings[i].follower->lines().size() == lines[i]);
}

TEST_CASE("A last line without a newline stays with a file that has its name, also over a stop, and is completed there") {
  const Folder folder;
  append(folder / "app.log", "10:00:01 a1\n10:00:02 hal");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kQuietPart);
  follower.end();
  CHECK(follower.lines() == Lines{"10:00:01 a1"});
  append(folder / "app.log", "f\n");
  follower.restart();
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 half"});
}

TEST_CASE("What completes a line of a rotated file after it was handed out is a record of its own, and is told") {
  const Folder folder;
  const std::string log = folder / "app.log", part = folder / "app.log.1";
  const std::string pattern = GENERATE(std::string{"*.log"}, std::string{"*.log*"});
  const bool restarted = GENERATE(false, true);
  CAPTURE(pattern, restarted);
  append(log, "10:00:01 a1\n10:00:02 hal");
  Follower follower{{folder / pattern}};
  follower.read_for(kWhile);
  fs::rename(log, part);
  append(log, "10:00:03 b1\n");
  follower.read_for(kQuietPart);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 hal", "10:00:03 b1"});
  if (restarted) follower.restart();
  if (restarted) follower.read_for(kWhile);
  append(part, "f\n10:00:04 a3\n");
  follower.read_for(2 * kWhile);
  if (!restarted || pattern == "*.log*") {  // else nobody waits for a file that was finished
    CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 hal", "f", "10:00:03 b1", "10:00:04 a3"});
    REQUIRE(follower.counters().problems().size() == 1);
    CHECK_THAT(follower.counters().problems().front().what, Catch::Contains("went on"));
  }
  CHECK(follower.clashes.empty());
}

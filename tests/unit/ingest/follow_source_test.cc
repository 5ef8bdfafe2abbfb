// Following files through rotation. The oracle: every line is `FILE-NUMBER PADDING`, a function of its number; what the source hands out is
// kept under (stream identity, offset), so that what is read twice after a restart is recognised, and must be every line once.
#include "ingest/follow/follow_source.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "ingest/follow/glob.h"
#include "tests/unit/ingest/follower.h"

using namespace loglode;
using namespace loglode::test;
namespace fs = std::filesystem;

TEST_CASE("A followed file is read from its beginning and on as it grows") {
  Folder folder;
  append(folder / "app.log", "one\ntwo\n");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  append(folder / "app.log", "three\n");
  append(folder / "new.log", "four\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one", "two", "three", "four"});
}

TEST_CASE("After a restart a file has the time that it was first opened with, and what its framer remembered where it goes on") {
  Folder folder;
  append(folder / "app.log", "1 one\n2 two\n");
  const auto first_time = fs::file_time_type::clock::now() - std::chrono::hours{24 * 40};
  fs::last_write_time(folder / "app.log", first_time);
  Follower follower{{folder / "app.log"}};
  follower.read_for(kWhile);
  const Timestamp modified = follower.latest_opened().modified;
  CHECK(modified < Timestamp{std::chrono::system_clock::now()} - std::chrono::hours{24 * 39});
  CHECK(follower.latest_opened().remembered.empty());
  for (const char* line : {"3 three\n", "4 four\n"}) {
    append(folder / "app.log", line);
    follower.read_for(kWhile);
    follower.restart();
    follower.read_for(kWhile);
    CHECK(follower.latest_opened().modified == modified);
    CHECK(follower.latest_opened().remembered == std::string(1, line[0]));
  }
}

TEST_CASE("What another source follows is left to it, also when it was renamed while nobody followed") {
  const bool renamed = GENERATE(false, true), named = GENERATE(false, true);
  if (renamed && !named) return;  // of a state of before sources were named in it nobody knows whose it was
  Folder folder;
  fs::create_directories(folder / "here");
  fs::create_directories(folder / "there");
  append(folder / "here/app.log", "one\n");
  append(folder / "there/app.log", "two\n");
  Follower here{{folder / "here/*.log"}}, there{{folder / "there/*.log"}};
  if (named) here.name = "here", there.name = "there";
  here.restart();
  there.restart();
  here.read_for(kWhile);
  there.read_for(kWhile);
  append(folder / "here/app.log", "three\n");
  if (renamed) fs::rename(folder / "here/app.log", folder / "here/app.log.1");
  there.know_bookmarks_of(here);
  there.restart();
  here.restart();
  there.read_for(kWhile);
  here.read_for(kWhile);
  CHECK(there.lines() == Lines{"two"});
  CHECK(here.lines() == Lines{"one", "three"});
}

TEST_CASE("From the end, only what comes later is read, a whole line at a time") {
  Folder folder;
  append(folder / "app.log", "old\nhalf of");
  Follower follower{{folder / "app.log"}, true};
  follower.read_for(kWhile);
  append(folder / "app.log", " a line\nnew\n");
  append(folder / "later.log", "");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"half of a line", "new"});
}

TEST_CASE("A line without an end is handed out after a while, marked; what follows is a line of its own") {
  Folder folder;
  append(folder / "app.log", "whole\npart");
  Follower follower{{folder / "app.log"}};
  follower.stop();
  follower.line_patience = std::chrono::milliseconds{100};
  follower.start();
  follower.read_for(kWhile);
  append(folder / "app.log", "ly\nnext\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"whole", "part", "ly", "next"});
  CHECK(follower.cut == std::set<std::string>{"part"});
}

TEST_CASE("Rotations of every kind lose nothing and repeat nothing") {
  Folder folder;
  const std::string log = folder / "app.log", older = folder / "app.log.1";
  const std::string pattern = GENERATE(std::string{"app.log"}, std::string{"app.log*"});
  const bool stopped = GENERATE(false, true);
  append(log, "a1\na2\n");
  Follower follower{{folder / pattern}};
  follower.read_for(kWhile);
  append(log, "a3\n");
  if (stopped) follower.stop();
  SECTION("renamed, then created again, and the old one written once more") {
    fs::rename(log, older);
    append(older, "a4\n");
    append(log, "b1\nb2\n");
  }
  SECTION("copied, then truncated") {
    append(log, "a4\n");
    fs::copy_file(log, older);
    fs::resize_file(log, 0);
    append(log, "b1\nb2\n");
  }
  SECTION("copied and truncated, and longer than before when it is looked at") {
    append(log, "a4\n");
    fs::copy_file(log, older);
    fs::resize_file(log, 0);
    append(log, "b1\nb2\n" + std::string(3000, '\n'));
  }
  SECTION("renamed and compressed") {
    append(log, "a4\n");
    fs::rename(log, older);
    append(log, "b1\nb2\n");
    REQUIRE(std::system(("gzip " + older).c_str()) == 0);
  }
  SECTION("renamed twice") {
    append(log, "a4\n");
    fs::rename(log, older);
    append(log, "b1\n");
    fs::rename(older, folder / "app.log.2");
    fs::rename(log, older);
    append(log, "b2\n");
  }
  if (stopped) follower.start();
  follower.read_for(3 * kWhile);
  append(log, "c1\n");
  follower.read_for(kWhile);
  const Lines expected{"a1", "a2", "a3", "a4", "b1", "b2", "c1"};
  CHECK(follower.lines() == expected);
  CHECK(follower.clashes.empty());
}

TEST_CASE("Deleted and created again, also on the same inode, and a symbolic link that flips") {
  Folder folder;
  append(folder / "app.log", "a1\n");
  append(folder / "one", "l1\n");
  append(folder / "two", "l2\n");
  fs::create_symlink(folder / "one", folder / "link.log");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  fs::remove(folder / "app.log");
  append(folder / "app.log", "b1\n");
  fs::create_symlink(folder / "two", folder / "link.tmp");
  fs::rename(folder / "link.tmp", folder / "link.log");
  follower.read_for(3 * kWhile);
  fs::remove(folder / "app.log");
  append(folder / "app.log", "c1\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"a1", "l1", "l2", "b1", "c1"});
}

TEST_CASE("What cannot be followed is told and passed over") {
  Folder folder;
  append(folder / "good.log", "one\n");
  append(folder / "binary.log", std::string("\x7f"
                                            "ELF\x02\x01\x01\0\0\0\0\0\0\0",
                                            14) +
                                    std::string(600, '\0') + "\n");
  REQUIRE(std::system(("mkfifo " + (folder / "pipe.log")).c_str()) == 0);
  Follower follower{{folder / "*.log", folder / "none.log"}};
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one"});
  CHECK(follower.counters().problems().size() == 2);
}

TEST_CASE("Files that begin alike but are no copies are all read") {
  Folder folder;
  const std::string banner = std::string(2000, '=') + "\n";
  append(folder / "a.log", banner + "a1\na2\n");
  append(folder / "b.log", banner + "b1\n");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  append(folder / "b.log", "b2\n");
  follower.read_for(kWhile);
  Lines lines = follower.lines();
  lines.erase(banner.substr(0, 2000));
  CHECK(lines == Lines{"a1", "a2", "b1", "b2"});
}

TEST_CASE("Logs that begin alike for more than their fingerprint are told apart by what was read of them") {
  const Folder folder;
  const std::string log = folder / "app.log", banner = std::string(40, '=') + "\n" + std::string(1500, '-') + "\n";
  const bool stopped = GENERATE(false, true);
  CAPTURE(stopped);
  std::string first = banner, second = banner;
  for (int i = 0; i < 200; ++i) first += "a" + std::to_string(i) + "\n";
  for (int i = 0; i < 400; ++i) second += "b" + std::to_string(i) + "\n";
  append(log, first);
  Follower follower{{log}};
  follower.read_for(kWhile);
  if (stopped) follower.stop();
  Lines expected;
  const auto expect_lines = [&](const std::string& text) {
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) expected.insert(line);
  };
  expect_lines(first);
  SECTION("renamed, and a shorter one in its place") {
    fs::rename(log, folder / "app.log.1");
    second.resize(banner.size() + 6);
    append(log, second);
  }
  SECTION("renamed, and a longer one in its place") {
    fs::rename(log, folder / "app.log.1");
    append(log, second);
  }
  SECTION("deleted, and a longer one in its place, on the same inode it may be") {
    fs::remove(log);
    append(log, second);
  }
  SECTION("truncated, and longer at once") {
    fs::resize_file(log, 0);
    append(log, second);
  }
  expect_lines(second);
  if (stopped) follower.start();
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == expected);
  CHECK(follower.clashes.empty());
}

TEST_CASE("Patterns mean what people write") {
  const Folder folder;
  for (const char* const name : {"[prod]", "p", "deep/er"}) fs::create_directories(folder / name);
  for (const char* const name : {"[prod]/a.log", "p/a.log", "deep/er/b.log", "deep/c.txt", "{odd.log"}) append(folder / name, "x\n");
  struct Row {
    std::string pattern;
    std::vector<std::string> expected;
  };
  for (const Row& row : std::vector<Row>{{"[prod]/*.log", {"[prod]/a.log", "p/a.log"}},
                                         {"**/*.log", {"[prod]/a.log", "deep/er/b.log", "p/a.log", "{odd.log"}},
                                         {"deep/**", {"deep/c.txt", "deep/er"}},
                                         {"{p,deep/er}/{a,b}.log", {"deep/er/b.log", "p/a.log"}},
                                         {"{odd.log", {"{odd.log"}},
                                         {"{a,{b,c}.*", {}},
                                         {"deep/{c,{d,e}}.txt", {"deep/c.txt"}},
                                         {"nothing/*", {}}}) {
    INFO(row.pattern);
    std::vector<std::string> expected;
    for (const std::string& name : row.expected) expected.push_back(folder / name);
    std::vector<std::string> found = ingest::expand_glob(folder / row.pattern);
    if (row.pattern == "deep/**") std::erase(found, folder / "deep/er/b.log");
    CHECK(found == expected);
  }
}

TEST_CASE("A loop of links and a device stop nothing, and are told once") {
  const Folder folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  fs::create_symlink("loop.log", folder / "loop.log");
  fs::create_symlink("/dev/zero", folder / "zero.log");
  append(folder / "app.log", "a1\n");
  Follower follower{{folder / "*"}};
  follower.read_for(kWhile);
  append(folder / "app.log", "a2\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"a1", "a2"});
  std::vector<std::string> told;
  for (const InputProblem& problem : follower.counters().problems()) told.push_back(problem.what.substr(folder.path().size()));
  std::sort(told.begin(), told.end());
  REQUIRE(told.size() == 4);
  for (const auto& [at, what] : {std::pair{0, "/a is a symbolic link that leads in a circle"},
                                 {1, "/b is a symbolic link that leads in a circle"},
                                 {2, "/loop.log is a symbolic link that leads in a circle"},
                                 {3, "/zero.log is a device and is not read"}})
    CHECK(told[static_cast<std::size_t>(at)].starts_with(what));
}

TEST_CASE("Parts with numbers that grow, renamed while nobody followed, are read on and read") {
  Folder folder;
  const std::string log = folder / "app.log";
  const auto ends =
      GENERATE(std::vector<std::string>{".8000", ".10000", ".12000", ".14000"}, std::vector<std::string>{".9", ".10", ".11", ".100"},
               std::vector<std::string>{".1795305600123", ".1795305600456", ".1795305600789", ".1795305601000"});
  append(log, "a1\n");
  Follower follower{{log}};
  follower.read_for(kWhile);
  fs::rename(log, log + ends[0]);
  append(log, "b1\n");
  follower.read_for(kWhile);
  follower.stop();
  append(log, "b2\n");
  for (const std::size_t i : {1U, 2U, 3U}) {
    fs::rename(log, log + ends[i]);
    append(log, "c" + std::to_string(i) + "\n");
  }
  follower.start();
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == Lines{"a1", "b1", "b2", "c1", "c2", "c3"});
}

TEST_CASE("Logs with the same content are all read, unless one is a part of the other by its name") {
  Folder folder;
  const std::string same = "ERROR out of memory\n";
  fs::create_directory(folder / "one");
  fs::create_directory(folder / "two");
  append(folder / "one/app.log", same);
  append(folder / "one/other.log", same);
  append(folder / "two/app.log", same);
  Follower follower{{folder / "*/*.log*"}};
  follower.read_for(kWhile);
  CHECK(follower.lines().size() == 3);
  fs::copy_file(folder / "one/app.log", folder / "one/app.log.1");
  fs::copy_file(folder / "one/other.log", folder / "one/other-20261123.log");
  follower.read_for(kWhile);
  CHECK(follower.lines().size() == 3);
}

namespace {

/// Writes numbered lines and rotates, as fast as it can.
class Rotator {
 public:
  Rotator(std::string log, std::uint64_t seed) : log_{std::move(log)}, random_{seed} {}

  void run(int rotations) {
    for (int i = 0; i < rotations; ++i) {
      write_lines(1 + random_() % 30);
      kinds.emplace_back(number_, static_cast<int>(random_() % 4));
      rotate(kinds.back().second);
    }
    write_lines(5);
  }
  [[nodiscard]] std::uint64_t lines() const noexcept { return number_; }
  std::vector<std::pair<std::uint64_t, int>> kinds;  // of each rotation: lines written before it, and how it was done
  static std::string line(std::uint64_t number) { return "line " + std::to_string(number) + " " + std::string(number * 7919 % 90, 'x'); }

 private:
  void write_lines(std::uint64_t count) {
    std::string text;
    for (std::uint64_t i = 0; i < count; ++i) text += line(number_++) + "\n";
    append(log_, text);
  }
  void rotate(int kind) {
    constexpr int kKept = 600;
    fs::remove(log_ + "." + std::to_string(kKept));
    for (int i = kKept - 1; i >= 1; --i)
      for (const char* end : {"", ".gz"})
        if (fs::exists(log_ + "." + std::to_string(i) + end))
          fs::rename(log_ + "." + std::to_string(i) + end, log_ + "." + std::to_string(i + 1) + end);
    const std::string first = log_ + ".1";
    switch (kind) {
      case 0:
        fs::copy_file(log_, first);
        fs::resize_file(log_, 0);
        break;
      case 1:
        fs::rename(log_, first);
        append(log_, "");
        break;
      case 2:
        fs::rename(log_, first);
        static_cast<void>(std::system(("gzip " + first).c_str()));
        break;
      default:
        fs::rename(log_, first);
        write_lines(1);
        append(first, line(number_++) + "\n");  // by who has the old one open still
    }
    // Nothing is thrown away: what nobody had a chance to see is nobody's fault.
    std::this_thread::sleep_for(std::chrono::milliseconds{random_() % 8});
  }
  std::string log_;
  std::mt19937_64 random_;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("A thousand rotations at full speed, with restarts: every line once") {
  const char* const given = std::getenv("LOGLODE_ROTATIONS");
#ifdef LOGLODE_SANITIZED
  constexpr int kRotations = 200;  // every new file is held against every part, and there it takes twenty times as long
#else
  constexpr int kRotations = 1000;
#endif
  const int rotations = given != nullptr ? std::atoi(given) : kRotations;
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2));
  const std::string pattern = seed == 1 ? "app.log" : "app.log*";
  Folder folder;
  Rotator rotator{folder / "app.log", seed};
  Follower follower{{folder / pattern}};
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    rotator.run(rotations / 2);
    done = true;
  }};
  while (!done) {
    follower.read_for(std::chrono::milliseconds{150});
    follower.restart();
  }
  writer.join();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (follower.seen.size() < rotator.lines() && std::chrono::steady_clock::now() < until)
    follower.read_for(std::chrono::milliseconds{200});
  follower.read_for(std::chrono::milliseconds{1'000});  // for what must not come
  const Lines lines = follower.lines();
  std::uint64_t lost = 0, twice = 0;
  std::string first_lost;
  for (std::uint64_t number = 0; number < rotator.lines(); ++number) {
    const std::size_t count = lines.count(Rotator::line(number));
    if (count == 0 && lost++ < 60) {
      const auto after = std::find_if(rotator.kinds.begin(), rotator.kinds.end(), [&](const auto& kind) { return kind.first > number; });
      first_lost += std::to_string(number) + (after == rotator.kinds.end() ? " "
                                                                           : "/" + std::to_string(after - rotator.kinds.begin()) + "k" +
                                                                                 std::to_string(after->second) + " ");
    }
    twice += count > 1;
  }
  INFO("lost: " << first_lost << ", written " << rotator.lines() << ", seed " << seed);
  CHECK(lost == 0);
  CHECK(twice == 0);
  CHECK(lines.size() == rotator.lines());
  CHECK(follower.clashes == std::vector<std::string>{});
}

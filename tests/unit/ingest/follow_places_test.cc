// Followed files in odd places: behind links, moved away, with holes and prepared room.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/ingest/follower.h"

using namespace loglode;
using namespace loglode::test;
namespace fs = std::filesystem;

TEST_CASE("Room that a writer prepared with NULs is waited at, not passed over; a hole before more text is") {
  const Folder folder;
  const bool stored = GENERATE(false, true);
  CAPTURE(stored);
  const std::string log = folder / "app.log";
  append(log, "one\n");
  if (stored)
    append(log, std::string(1 << 20, '\0'));
  else
    fs::resize_file(log, 1 << 20);
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one"});
  const auto write_at = [&](std::size_t at, const std::string& text) {
    std::fstream file{log, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(at));
    file << text;
  };
  write_at(4, "two\nthr");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one", "two"});
  follower.restart();
  write_at(11, "ee\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one", "two", "three"});
  append(log, "behind\n");
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"one", "two", "three", "behind"});
}

TEST_CASE("A sparse file, or one of NULs alone, costs nothing; text behind a hole at its beginning is read") {
  const Folder folder;
  append(folder / "a.log", "");
  fs::resize_file(folder / "a.log", std::uintmax_t{1} << 40);
  append(folder / "b.log", "");
  fs::resize_file(folder / "b.log", std::uintmax_t{1} << 40);
  append(folder / "b.log", "far behind\n");
  append(folder / "c.log", "one\n");
  Follower follower{{folder / "*.log"}};
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == Lines{"far behind", "one"});
  CHECK(follower.counters().problems().size() == 1);
}

TEST_CASE("A log that is reached by a link is looked for where it really is") {
  const Folder folder;
  const bool restarted = GENERATE(false, true);
  CAPTURE(restarted);
  fs::create_directories(folder / "pods");
  fs::create_directories(folder / "containers");
  append(folder / "pods/0.log", "a1\n");
  fs::create_symlink("../pods/0.log", folder / "containers/shop.log");
  Follower follower{{folder / "containers/*.log"}};
  follower.read_for(kWhile);
  follower.stop();
  append(folder / "pods/0.log", "a2\n");
  fs::rename(folder / "pods/0.log", folder / "pods/0.log.20261128-100000");
  append(folder / "pods/0.log", "a3\n");
  if (restarted) {  // the container too
    fs::remove(folder / "containers/shop.log");
    append(folder / "pods/1.log", "b1\n");
    fs::create_symlink("../pods/1.log", folder / "containers/shop.log");
  }
  follower.start();
  follower.read_for(3 * kWhile);
  Lines expected{"a1", "a2", "a3"};
  if (restarted) expected.insert("b1");
  CHECK(follower.lines() == expected);
}

TEST_CASE("A file that held no whole line when it was seen last is read, wherever it is by then") {
  const bool stopped = GENERATE(false, true), had_half = GENERATE(false, true), linked = GENERATE(false, true);
  const std::string header = GENERATE(std::string{}, std::string(2000, '#') + '\n');         // as another log begins
  const std::string to = GENERATE("app.log", "app.log.1", "app-1.log", "app.log-20261129");  // in its folder
  if (!linked && to == "app.log") return;
  const Folder folder;
  fs::create_directories(folder / "logs");
  fs::create_directories(folder / "real");
  const std::string place = folder / (linked ? "real/" : "logs/");
  if (!header.empty()) append(folder / "logs/aaa.log", header + "c1\n");
  append(place + "app.log", header + (had_half ? "a" : ""));
  if (linked) fs::create_symlink("../real/app.log", folder / "logs/app.log");
  Follower follower{{folder / "log?/a??.log"}};  // its fixed part is the folder: links may lead there
  follower.read_for(kWhile);
  if (stopped) follower.stop();
  append(place + "app.log", had_half ? "1\n" : "a1\n");
  if (to != "app.log") fs::rename(place + "app.log", place + to);
  Lines expected{"a1"};
  if (!header.empty()) expected.insert({"c1", header.substr(0, 2000), header.substr(0, 2000)});
  if (linked) {
    append(folder / "real/other.log", "b1\n");
    expected.insert("b1");
    fs::remove(folder / "logs/app.log");
    fs::create_symlink("../real/other.log", folder / "logs/app.log");
  }
  if (stopped) follower.start();
  CAPTURE(stopped, had_half, linked, to, header.size());
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == expected);
  follower.restart();
  follower.read_for(kWhile);
  CHECK(follower.lines() == expected);
}

TEST_CASE("A file that was moved or deleted while it held nothing is read when something is written to it") {
  const std::string to = GENERATE("logs/app.log.1", "elsewhere", "");
  CAPTURE(to);
  const Folder folder;
  fs::create_directories(folder / "logs");
  append(folder / "logs/app.log", "");
  Follower follower{{folder / "logs/*.log"}};
  follower.read_for(kWhile);
  std::ofstream writer{folder / "logs/app.log", std::ios::app};
  if (to.empty())
    fs::remove(folder / "logs/app.log");
  else
    fs::rename(folder / "logs/app.log", folder / to);
  append(folder / "logs/app.log", "b1\n");
  follower.read_for(2 * kWhile);
  writer << "a1\n" << std::flush;
  follower.read_for(kWhile);
  CHECK(follower.lines() == Lines{"a1", "b1"});
}

TEST_CASE("Parts that leave their folder are found where the configuration says that they go") {
  const Folder folder;
  fs::create_directories(folder / "old");
  fs::create_directories(folder / "logs");
  const std::string log = folder / "logs/app.log";
  append(folder / "old/app.log.9", "ancient\n");
  fs::last_write_time(folder / "old/app.log.9", fs::file_time_type::clock::now() - std::chrono::hours{1});
  append(log, "a1\na2\n");
  Follower follower{{folder / "logs/*.log"}};
  follower.rotated = {folder / "old/*"};
  follower.restart();
  follower.read_for(kWhile);
  // Twice between two looks: nobody saw the middle one under its own name.
  append(log, "a3\n");
  fs::rename(log, folder / "old/app.log.2");
  append(log, "b1\n");
  fs::rename(log, folder / "old/app.log.1");
  append(log, "c1\n");
  append(folder / "old/db.log.1", "of another log\n");
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == Lines{"a1", "a2", "a3", "b1", "c1"});
  follower.stop();
  append(log, "c2\n");
  fs::rename(log, folder / "old/app.log.0");
  append(log, "d1\n");
  follower.start();
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == Lines{"a1", "a2", "a3", "b1", "c1", "c2", "d1"});
  CHECK(follower.clashes.empty());
}

TEST_CASE("A part that was rolled away while nobody followed is found under any name that dates and numbers make") {
  const Folder folder;
  const std::string log = folder / "app.log";
  fs::create_directory(folder / "arch");
  const bool elsewhere = GENERATE(false, true);
  const std::string name = GENERATE(std::string{"app-1.log"}, std::string{"app.1.log"}, std::string{"app-11-29-2026-1.log"},
                                    std::string{"app-1.log.gz"}, std::string{"app-11-29-2026-1.log.gz"});
  CAPTURE(elsewhere, name);
  append(log, "10:00:01 a1\n");
  Follower follower{{log}};
  if (elsewhere) {
    follower.rotated = {folder / "arch/*"};
    follower.restart();
  }
  follower.read_for(kWhile);
  follower.stop();
  append(log, "10:00:02 a2\n");
  const std::string part = folder / ((elsewhere ? "arch/" : "") + name);
  if (name.ends_with(".gz")) {
    std::ofstream{part, std::ios::binary} << gzip("10:00:01 a1\n10:00:02 a2\n");
    fs::remove(log);
  } else {
    fs::rename(log, part);
  }
  append(folder / "app-other.log", "10:00:02 another log\n");
  append(log, "10:00:03 b1\n");
  follower.start();
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 a2", "10:00:03 b1"});
}

TEST_CASE(
    "A log that is rolled twice between two looks is read, under any names that numbers make, and a log of its own beside it is not") {
  const Folder folder;
  struct Names {
    std::string log, first, second;
  };
  const Names names = GENERATE(Names{"app.log", "app-1.log", "app-2.log"},
                               Names{"app.log", "app-2026-11-29T10-00-00.000.log", "app-2026-11-29T10-00-01.000.log"},
                               Names{"current", "@400000006a1b2c3d00000001.s", "@400000006a1b2c3d00000002.u"});
  const bool stopped = GENERATE(false, true);
  CAPTURE(names.log, names.first, stopped);
  const std::string old = names.log == "current" ? "@400000006a1b2c3c00000001.s" : "app-0.log";
  append(folder / names.log, "10:00:01 a1\n");
  append(folder / old, "09:00:00 rolled away before\n");
  fs::last_write_time(folder / old, fs::file_time_type::clock::now() - std::chrono::hours{1});
  Follower follower{{folder / names.log}};
  follower.read_for(kWhile);
  if (stopped) follower.stop();
  append(folder / names.log, "10:00:02 a2\n");
  fs::rename(folder / names.log, folder / names.first);
  append(folder / names.log, "10:00:03 b1\n");
  fs::rename(folder / names.log, folder / names.second);
  append(folder / names.log, "10:00:04 c1\n");
  append(folder / "app-other.log", "10:00:02 another log\n");
  append(folder / "app1.ndjson", "10:00:02 what a program made of the log\n");
  if (stopped) follower.start();
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 a2", "10:00:03 b1", "10:00:04 c1"});
}

TEST_CASE("A log that is rotated in the usual way says nothing of files beside it that numbers tell from it") {
  const Folder folder;
  const bool stopped = GENERATE(false, true);
  append(folder / "app.log", "10:00:01 a1\n");
  Follower follower{{folder / "app.log"}};
  follower.read_for(kWhile);
  if (stopped) follower.stop();
  append(folder / "app.log", "10:00:02 a2\n");
  fs::rename(folder / "app.log", folder / "app.log.1");
  append(folder / "app.log", "10:00:03 b1\n");
  append(folder / "app-2.log", "10:00:03 another log\n");
  if (stopped) follower.start();
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 a2", "10:00:03 b1"});
}

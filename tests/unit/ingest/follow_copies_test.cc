// Copies, late writers, and logs that are equal: what is the same log, and what is one of its own.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ingest/follow/file_content.h"
#include "ingest/follow/known_files.h"
#include "ingest/follow/path_patterns.h"
#include "tests/unit/ingest/follower.h"

using namespace loglode;
using namespace loglode::test;
namespace fs = std::filesystem;

TEST_CASE("What is written to a renamed or deleted file long after it was quiet is read") {
  const Folder folder;
  const std::string log = folder / "app.log";
  const bool deleted = GENERATE(false, true);
  CAPTURE(deleted);
  std::ofstream writer{log, std::ios::app};
  writer << "a1\n" << std::flush;
  Follower follower{{log}};
  follower.read_for(kWhile);
  if (deleted)
    fs::remove(log);
  else
    fs::rename(log, log + ".1");
  append(log, "b1\n");
  Lines expected{"a1", "b1"};
  for (const char* const line : {"a2", "a3"}) {
    follower.read_for(2 * kWhile);  // it is quiet for longer than the patience with rotated files
    writer << line << '\n' << std::flush;
    expected.insert(line);
  }
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == expected);
  CHECK(follower.clashes.empty());
}

TEST_CASE("A copy is known by what it holds, whatever its name") {
  const Folder folder;
  const std::string log = folder / "app.log";
  const std::string copy = folder / GENERATE(std::string{"app.1.log"}, std::string{"app-1.log"}, std::string{"kept_for_later.log"});
  CAPTURE(copy);
  append(log, "10:00:01 a1\n10:00:02 a2\n");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  Lines expected{"10:00:01 a1", "10:00:02 a2", "10:00:03 a3"};
  SECTION("copied, and truncated a while later") {
    append(log, "10:00:03 a3\n");
    fs::copy_file(log, copy);
    follower.read_for(kWhile);
    fs::resize_file(log, 0);
  }
  SECTION("put in its place, longer") {
    fs::copy_file(log, folder / "app.tmp");
    append(folder / "app.tmp", "10:00:03 a3\n");
    fs::rename(folder / "app.tmp", log);
  }
  append(log, "10:00:04 b1\n");
  expected.insert("10:00:04 b1");
  follower.read_for(3 * kWhile);
  CHECK(follower.lines() == expected);
  CHECK(follower.clashes.empty());
}

TEST_CASE("Short logs without times that are equal are logs of their own, one after the other") {
  const Folder folder;
  const std::string same = "starting worker\nERROR cannot open the ledger\n";
  Follower follower{{folder / "*.log"}};
  for (const char* const name : {"job-0.log", "job-1.log", "job-2.log"}) {
    append(folder / name, same);
    follower.read_for(2 * kWhile);
    fs::remove(folder / name);
    follower.read_for(2 * kWhile);
  }
  CHECK(follower.lines().count("starting worker") == 3);
}

TEST_CASE("Equal content is evidence of a copy when it shows a time, or is a KiB") {
  using ingest::is_telling;
  struct Row {
    std::string text;
    bool expected;
  };
  for (const Row& row : std::vector<Row>{{"2026-11-28T10:00:01Z started", true},
                                         {"20261128T100001Z started", true},
                                         {"1795305600 started", true},
                                         {"{\"ts\":\"1795305600123\"}", true},
                                         {"Nov 28 10:00:01 host app: x", true},
                                         {"starting worker 12345", false},
                                         {"listening on fe80::12:34:56", false},
                                         {"version 10.20.30", false},
                                         {"", false},
                                         {std::string(1023, '='), false},
                                         {std::string(1024, '='), true}}) {
    INFO(row.text);
    CHECK(is_telling(row.text) == row.expected);
  }
}

TEST_CASE("Logs of a pod's container are one log, which begins again with each restart") {
  using ingest::log_of;
  const std::string pod = "/var/log/pods/shop_cart-7c9d8b5f4-abcde_1234/app/";
  CHECK(log_of(pod + "0.log") == log_of(pod + "3.log"));
  CHECK(log_of(pod + "0.log") == log_of(pod + "1.log.20261128-100000.gz"));
  CHECK(log_of(pod + "0.log") != log_of(pod + "side.log"));
  CHECK(log_of("/srv/jobs/0.log") != log_of("/srv/jobs/1.log"));
  CHECK(log_of("/srv/app.log") == log_of("/srv/app.log.2.gz"));
}

TEST_CASE("A log that begins like one that was read, with the same time in each row, is read, also when it is the shorter one") {
  const Folder folder;
  std::string header;
  for (int i = 0; i < 150; ++i) header += "00:00:00 column " + std::to_string(i) + " of the header\n";
  Follower follower{{folder / "*.log"}};
  append(folder / "first.log", header + "a1\na2\na3\n");
  follower.read_for(kWhile);
  fs::remove(folder / "first.log");
  follower.read_for(2 * kWhile);
  append(folder / "second.log", header);
  follower.read_for(kWhile);
  append(folder / "second.log", "b1\n");
  follower.read_for(2 * kWhile);
  const Lines lines = follower.lines();
  for (const char* const line : {"a1", "a2", "a3", "b1"}) CHECK(lines.count(line) == 1);
}

TEST_CASE("A log that is compressed and truncated while it is being read is read on in its archive") {
  const Folder folder;
  const std::string log = folder / "app.log";
  std::string text;
  Lines expected;
  for (int number = 0; number < 20'000; ++number) {
    const std::string line = "order " + std::to_string(number) + " is placed, and nobody says when";
    text += line + '\n';
    expected.insert(line);
  }
  append(log, text);
  Follower follower{{folder / GENERATE(std::string{"app.log"}, std::string{"*"})}};
  while (follower.seen.empty()) follower.read_once();
  REQUIRE(follower.seen.size() < expected.size());
  std::ofstream{folder / "app.log.1.gz", std::ios::binary} << gzip(text);
  fs::resize_file(log, 0);
  append(log, "begun again\n");
  expected.insert("begun again");
  for (int i = 0; i < 10 && (i == 0 || follower.lines().size() < expected.size()); ++i) follower.read_for(3 * kWhile);
  Lines other;
  const Lines came = follower.lines();
  std::set_symmetric_difference(came.begin(), came.end(), expected.begin(), expected.end(), std::inserter(other, other.end()));
  CHECK(other == Lines{});
  follower.restart();
  follower.read_for(kWhile);
  CHECK(follower.lines().size() == expected.size());
}

TEST_CASE("What came between the announcement of a log without times and its reading is read, though nothing comes after it") {
  const Folder folder;
  const std::string log = folder / "app.log";
  append(log, "one\n");
  Follower follower{{folder / "*.log"}};
  while (follower.latest_batch != log) follower.read_once();  // its announcement comes before anything is read of it
  append(log, "two\nthree\n");
  fs::last_write_time(log, fs::last_write_time(log) - std::chrono::hours{1});
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == Lines{"one", "two", "three"});
}

namespace {

constexpr std::size_t kOrders = 20'000;

std::string many_orders() {
  std::string text;
  for (std::size_t number = 0; number < kOrders; ++number) text += "order " + std::to_string(number) + " is placed, and nobody says when\n";
  return text;
}

void read_a_part(Follower& follower) {
  while (follower.seen.empty()) follower.read_once();
  REQUIRE(follower.seen.size() < kOrders);
}

}  // namespace

TEST_CASE("What nobody can read any more is told with its bytes, once") {
  const Folder folder;
  const std::string log = folder / "app.log";
  const std::string text = many_orders();
  append(log, text);
  Follower follower{{folder / "*.log"}};
  read_a_part(follower);
  bool lost = false;
  SECTION("truncated") {
    fs::resize_file(log, 0);
    append(log, "begun again\n");
    follower.read_for(kWhile);
    lost = true;
    CHECK(follower.status().lost_bytes == 0);  // a copy may turn up yet
  }
  SECTION("truncated, and copied before") {
    fs::copy_file(log, folder / "app.log.1");
    fs::resize_file(log, 0);
    follower.read_for(kWhile);
  }
  SECTION("renamed") {
    fs::rename(log, folder / "app.log.1");
    follower.read_for(kWhile);
  }
  follower.end();
  const std::vector<InputProblem> told = follower.counters().problems();
  CHECK(told.size() == (lost ? 1U : 0U));
  if (!lost) return;
  CAPTURE(told.front().what);
  CHECK_THAT(told.front().what, Catch::Contains("app.log was truncated when at least ") && Catch::EndsWith("they are lost"));
  std::uint64_t read = 0;  // the last line up to where it was read, which is amid it
  for (const auto& [key, line] : follower.seen) read = std::max<std::uint64_t>(read, std::get<2>(key) + line.size());
  CHECK_THAT(told.front().what, Catch::Contains(" " + std::to_string(text.size() - read) + " bytes"));
}

TEST_CASE("A log that was deleted while nobody followed is told with the bytes of it that were known") {
  const Folder folder;
  const std::string log = folder / "app.log";
  append(log, many_orders());
  Follower follower{{folder / "*.log"}};
  read_a_part(follower);
  follower.stop();
  fs::remove(log);
  follower.start();
  follower.read_for(std::chrono::milliseconds{5'500});  // what moves or compresses a log may still be at work
  follower.end();
  REQUIRE(follower.counters().problems().size() == 1);
  CHECK_THAT(follower.counters().problems().front().what, Catch::Contains("app.log was deleted or replaced when at least "));
}

TEST_CASE("Parts that were rotated while nobody followed are read, though the clock of the earlier run was ahead") {
  const Folder folder;
  const std::string log = folder / "app.log";
  const bool growing = GENERATE(false, true);  // .2 is newer than .1
  CAPTURE(growing);
  append(log, "a1\n");
  Follower follower{{log}};
  follower.read_for(kWhile);
  follower.stop();
  follower.clock_was_ahead(std::chrono::minutes{10});
  append(log, "a2\n");
  fs::rename(log, folder / (growing ? "app.log.1" : "app.log.2"));
  append(log, "b1\n");
  fs::rename(log, folder / (growing ? "app.log.2" : "app.log.1"));
  append(log, "c1\n");
  follower.start();
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == Lines{"a1", "a2", "b1", "c1"});
}

TEST_CASE("A log that was copied, truncated and renamed while nobody followed, and has no successor yet, is read to its end") {
  const Folder folder;
  const std::string log = folder / "app.log";
  append(log, "10:00:01 a1\n");
  Follower follower{{folder / "*.log"}};
  follower.read_for(kWhile);
  follower.stop();
  append(log, "10:00:02 a2\n");
  fs::copy_file(log, folder / "app.log.2");
  fs::resize_file(log, 0);
  append(log, "10:00:03 b1\n");
  fs::rename(log, folder / "app.log.1");
  follower.start();
  follower.read_for(2 * kWhile);
  CHECK(follower.lines() == Lines{"10:00:01 a1", "10:00:02 a2", "10:00:03 b1"});
}

TEST_CASE("A log that was truncated and then deleted leaves nothing to the next file that is given its inode") {
  const Folder folder;
  const std::string log = folder / "app.log";
  append(log, "");
  const auto opened = ingest::open_input({log, 0, 0, false, false});
  REQUIRE(opened);
  const ingest::FileKey key = ingest::key_of(opened->status);
  ingest::KnownFiles known{{}};
  known.begin_generation(opened->descriptor.number(), key, 1);
  known.forget_deleted_generations();
  CHECK(known.has_new_generation(key));
  fs::remove(log);
  known.forget_deleted_generations();
  CHECK_FALSE(known.has_new_generation(key));
}

TEST_CASE("A log whose end is cut off is not read again, and what is written behind the cut is") {
  const Folder folder;
  const std::string log = folder / "app.log";
  const bool stopped = GENERATE(false, true);
  const int cut = GENERATE(5, 400, 2'000);
  CAPTURE(stopped, cut);
  Lines expected;
  for (int i = 0; i < 200; ++i) {
    const std::string line = "10:00:01 line " + std::to_string(i);
    append(log, line + "\n");
    expected.insert(line);
  }
  Follower follower{{log}};
  follower.read_for(kWhile);
  if (stopped) follower.stop();
  fs::resize_file(log, fs::file_size(log) - static_cast<std::uintmax_t>(cut));
  if (stopped) follower.start();
  follower.read_for(kWhile);
  append(log, "\n10:00:02 behind it\n");
  follower.read_for(kWhile);
  expected.insert("10:00:02 behind it");
  CHECK(follower.lines() == expected);
  CHECK(follower.clashes.empty());
}

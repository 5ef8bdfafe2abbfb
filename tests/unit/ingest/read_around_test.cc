#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::test;

namespace {

std::string numbered_lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("context: the lines around a record are found in files and archives", "[ingest]") {
  const TemporaryFolder folder;
  const std::string text = numbered_lines(1000);
  for (const std::string& path :
       {folder.write("a.log", text), folder.write("a.log.gz", gzip(text)), folder.write("a.log.zst", zstd(text))}) {
    INFO(path);
    const auto around = read_around(path, text.find("line 500\n"), 2, 3, 1);
    REQUIRE(around.has_value());
    CHECK(around->before == Lines{"line 497", "line 498", "line 499"});
    CHECK(around->record == Lines{"line 500", "line 501"});
    CHECK(around->after == Lines{"line 502"});
    CHECK(around->first_line == 497);
  }
}

TEST_CASE("context: at the beginning and the end there are fewer lines around", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.log", "one\r\ntwo\r\nthree");
  const auto first = read_around(path, 0, 1, 5, 1);
  REQUIRE(first.has_value());
  CHECK(first->before.empty());
  CHECK(first->record == Lines{"one"});
  CHECK(first->after == Lines{"two"});
  CHECK(first->first_line == 1);
  const auto last = read_around(path, 10, 1, 1, 5);
  REQUIRE(last.has_value());
  CHECK(last->before == Lines{"two"});
  CHECK(last->record == Lines{"three"});
  CHECK(last->after.empty());
  CHECK(last->first_line == 2);
  const auto alone = read_around(path, 5, 1, 0, 0);
  REQUIRE(alone.has_value());
  CHECK(alone->record == Lines{"two"});
  CHECK(alone->first_line == 2);
}

TEST_CASE("context: every record that was read is found again by its offset", "[ingest]") {
  using namespace std::string_literals;
  const TemporaryFolder folder;
  const std::string utf16 = "\xff\xfe"s + "a\0\n\0b\0 \0b\0\n\0 \0c\0\n\0"s;
  for (const std::string& text :
       {"a\n b\nc\n"s, "\xef\xbb\xbf"s + "a\nb\n"s, "\0\0\0a\nb\n\0\0c\n"s, utf16, std::string(100'000, 'x') + "\nb\n"}) {
    const std::string path = folder.write("a.log", text);
    for (const SlowRecord& record : read_path(path, Framed::indented).records) {
      INFO("offset " << record.offset);
      const auto around = read_around(path, record.offset, record.line_count, 1000, 0);
      REQUIRE(around.has_value());
      REQUIRE(around->record.size() == record.line_count);
      std::string joined;
      for (const std::string& line : around->record) joined += (joined.empty() ? "" : "\n") + line;
      CHECK(joined == record.raw.substr(0, 64 * kKiB));
      CHECK(around->first_line + around->before.size() == record.line);
    }
  }
}

// --- what cannot be found ---

TEST_CASE("context: a file that is gone, shorter, changed, damaged or no file says so", "[ingest]") {
  const TemporaryFolder folder;
  const auto expect = [](const std::string& path, std::uint64_t offset, const std::string& sentence) {
    INFO(path);
    const auto around = read_around(path, offset, 1, 1, 1);
    REQUIRE_FALSE(around.has_value());
    INFO(around.error().message);
    CHECK(around.error().message.find(sentence) != std::string::npos);
  };
  const std::string path = folder.write("a.log", "one\ntwo\n");
  expect(folder.path("gone.log"), 0, "no such file");
  expect(path, 8, "has changed since it was read");
  expect(path, 5, "no line begins at byte 5");
  expect(folder.write("e.log", ""), 0, "has changed since it was read");
  expect("-", 0, "standard input");
  expect(folder.path(), 0, "is a folder");
  const std::string archive = gzip(numbered_lines(10'000));
  expect(folder.write("a.log.gz", archive.substr(0, archive.size() / 2)), 100'000, "ends in the middle");
}

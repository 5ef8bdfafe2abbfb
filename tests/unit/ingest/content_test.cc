// What content is taken for: text in its encodings, or something that is refused.
#include <random>

#include "ingest/content_check.h"
#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::test;
using namespace std::string_literals;

namespace {

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string lines(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

std::string utf16(const std::u16string& text, bool little) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8U), low = static_cast<char>(unit & 0xffU);
    bytes += little ? std::string{low, high} : std::string{high, low};
  }
  return bytes;
}

std::string tar_header() {
  std::string header(512, '\0');
  header.replace(0, 7, "app.log");
  header.replace(257, 5, "ustar");
  return header + "hello\n" + std::string(506, '\0');
}

}  // namespace

TEST_CASE("content: logs of every kind are read", "[ingest]") {
  const std::string line = "2026-11-23T12:00:00Z INFO a message of some length";
  const auto expect = [](const char* what, const std::string& bytes) {
    INFO(what);
    CHECK(ingest::examine(bytes).refused.empty());
    CHECK(ingest::examine(bytes).encoding == ingest::Encoding::bytes);
  };
  expect("empty", "");
  expect("one byte", "x");
  expect("text", lines(line, 100));
  expect("colours", lines("\x1b[32mINFO\x1b[0m x", 100));
  expect("a few NULs", lines(line, 20) + "a\0b\0c\n"s + lines(line, 20));
  expect("a hole of NULs", lines(line, 20) + std::string(5000, '\0') + lines(line, 20));
  expect("NULs at the end", lines(line, 3) + std::string(60'000, '\0'));
  expect("FIX", lines("8=FIX.4.2\x01"
                      "9=65\x01"
                      "35=A\x01"
                      "49=S\x01"
                      "56=T\x01"
                      "10=062\x01",
                      100));
  expect("Latin-1", lines("Gr\xfc\xdf"
                          "e aus K\xf6ln",
                          100));
  expect("KOI8-R", lines("\xcf\xdb\xc9\xc2\xcb\xc1 \xde\xd4\xc5\xce\xc9\xd1", 100));
  expect("GBK", lines("\xc1\xac\xbd\xd3\xca\xa7\xb0\xdc: timeout", 100));
  expect("one line of a TLS hello among text",
         lines(line, 100) + "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x07\x05\n"s + lines(line, 50));
  expect("begins like a short magic", "BZh is how this line begins\n");
  expect("a line that begins with MZ", "MZ is fine\n");
}

TEST_CASE("content: UTF-16 is decoded, with and without a byte-order mark", "[ingest]") {
  const TemporaryFolder folder;
  const std::u16string text = u"first line\r\nzweite Zeile \u00e4\u20ac\U0001f4a5\r\n\r\nlast";
  const std::vector<std::string> expected = {"first line", "zweite Zeile \xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa5", "", "last"};
  for (const bool little : {true, false}) {
    for (const bool mark : {true, false}) {
      const std::string bytes = utf16((mark ? u"\ufeff" : u"") + text, little);
      for (const std::string& content : {bytes, gzip(bytes)}) {
        INFO("little " << little << " mark " << mark);
        const ReadAll all = read_path(folder.write("a.log", content));
        CHECK(all.raws() == expected);
        CHECK(all.problems.empty());
        REQUIRE(all.records.size() == 4);
        CHECK(all.records[1].offset == 12);  // counted in decoded bytes
      }
    }
  }
  SECTION("halves of characters become U+FFFD") {
    const std::string bytes =
        utf16(u"\ufeffa" + std::u16string{0xd800} + u"b" + std::u16string{0xdc00} + u"c\n" + std::u16string{0xd801}, true) + "x";
    CHECK(read_path(folder.write("b.log", bytes)).raws() == std::vector<std::string>{"a\xef\xbf\xbd"
                                                                                     "b\xef\xbf\xbd"
                                                                                     "c",
                                                                                     "\xef\xbf\xbd\xef\xbf\xbd"});
  }
}

TEST_CASE("content: a UTF-8 byte-order mark is no part of the first line", "[ingest]") {
  const TemporaryFolder folder;
  const ReadAll all = read_path(folder.write("a.log", "\xef\xbb\xbf{\"a\":1}\nb\n"));
  CHECK(all.records == std::vector<SlowRecord>{{"{\"a\":1}", 3, 1}, {"b", 11, 2}});
  CHECK(all.bytes == 13);
}

TEST_CASE("content: preallocated and truncated logs with runs of NULs are read", "[ingest]") {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& bytes, std::vector<std::string> texts) {
    const ReadAll all = read_path(folder.write("a.log", bytes));
    std::vector<std::string> found;
    for (const SlowRecord& record : all.records) {
      if (!record.blank) found.push_back(record.raw);
    }
    CHECK(found == texts);
    CHECK(all.problems.empty());
    CHECK(all.bytes == bytes.size());
  };
  const std::string run(3 * kMiB, '\0');
  expect(run + "a\nb\n", {"a", "b"});
  expect("a\nb\n" + run, {"a", "b"});
  expect("a\n" + run + "b\n", {"a", "b"});
  expect(run, {});
  expect("\0\0\0a\n"s, {"a"});
}

TEST_CASE("content: a prefix of whole lines chooses the format", "[ingest]") {
  const TemporaryFolder folder;
  const auto prefix_of = [&](const std::string& text) {
    const TestFactory factory;
    read_inputs({{.path = folder.write("a.log", text)}}, factory);
    REQUIRE(factory.prefixes.size() == 1);
    return factory.prefixes[0];
  };
  CHECK(prefix_of("a\r\nb") == std::vector<std::string>{"a", "b"});
  CHECK(prefix_of("").empty());
  CHECK(prefix_of(lines("line", 1000)) == std::vector<std::string>(kPrefixLines, "line"));
  const auto long_lines = prefix_of(lines(std::string(1000, 'x'), 100));
  CHECK(long_lines == std::vector<std::string>(kPrefixBytes / 1001, std::string(1000, 'x')));
  CHECK(prefix_of(std::string(100'000, 'x') + "\nb\n") == std::vector<std::string>{std::string(kPrefixBytes, 'x')});
}

TEST_CASE("content: text that begins as an archive's name does is text", "[ingest]") {
  const TemporaryFolder folder;
  for (const char* text : {"BZh9 is a level\n", "BZh\n", "BZh0\n", "7zXZ\n"})
    CHECK(read_path(folder.write("a.log", text)).records.size() == 1);
}

// --- what is refused ---

TEST_CASE("content: what is no log is refused by what it is, named or found, also in an archive", "[ingest]") {
  const TemporaryFolder folder;
  folder.write("in/zz.log", "still read\n");
  const auto expect = [&](const std::string& bytes, const std::string& what) {
    for (const std::string& stored : {bytes, gzip(bytes), zstd(bytes)}) {
      INFO(what);
      const std::string path = folder.write("in/a", stored);
      const ReadAll named = read_inputs({{.path = path}, {.path = folder.path("in/zz.log")}}, TestFactory{});
      CHECK(named.raws() == std::vector<std::string>{"still read"});
      CHECK(named.any_fatal());
      CHECK(named.sentences().find(path + " is ") == 0);
      CHECK(named.sentences().find(stored == bytes ? what : "") != std::string::npos);
      RunCounters counters;
      const ReadAll found = read_inputs(find_inputs({folder.path("in")}, counters).value(), TestFactory{});
      CHECK(found.raws() == std::vector<std::string>{"still read"});
      CHECK(found.problems.size() == 1);
      CHECK_FALSE(found.any_fatal());
    }
  };
  expect(tar_header(), "a tar archive");
  expect("PK\x03\x04" + random_bytes(100, 1), "a zip archive");
  expect(
      "\x7f"
      "ELF\x02\x01\x01"s +
          random_bytes(100, 1),
      "an ELF program");
  expect("%PDF-1.7\n" + lines("text", 10), "a PDF document");
  expect("\x89PNG\r\n\x1a\n"s + random_bytes(100, 1), "an image");
  expect("\xff\xd8\xff\xe0"s + random_bytes(100, 1), "an image");
  expect("SQLite format 3\0"s + random_bytes(100, 1), "an SQLite database");
  expect("LPKSHHRH" + random_bytes(100, 1), "journalctl");
  expect("\xff\xfe\0\0a\0\0\0"s, "UTF-32");
  expect("\0\0\xfe\xff\0\0\0a"s, "UTF-32");
  expect(random_bytes(4096, 2), "binary");
  expect(random_bytes(1 << 20U, 3), "binary");
  SECTION("records of fixed size, as in wtmp") {
    std::string wtmp;
    for (int i = 0; i < 50; ++i) wtmp += "\x07\0\0\0\x34\x12\0\0pts/0"s + std::string(27, '\0') + "ts/0root" + std::string(340, '\0');
    expect(wtmp, "binary");
  }
  SECTION("an archive in an archive") {
    for (const std::string& once : {gzip("a\n"), zstd("a\n"), bzip2("a\n"), xz("a\n")}) {
      const ReadAll all = read_path(folder.write("twice.gz", gzip(once)));
      CHECK(all.records.empty());
      CHECK(all.sentences().find("compressed twice") != std::string::npos);
    }
  }
}

TEST_CASE("content: random bytes are binary whatever their number", "[ingest]") {
  for (const std::size_t size : {256U, 1000U, 65536U}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      INFO("size " << size << " seed " << seed);
      CHECK_FALSE(ingest::examine(random_bytes(size, seed)).refused.empty());
    }
  }
}

#include "ingest/input_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "ingest/stream_identity.h"
#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::test;

namespace {

std::string numbered_lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line number " + std::to_string(i) + "\n";
  return text;
}

/// Standard input is what `path` holds, while this lives.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : before_{::dup(STDIN_FILENO)} { ::dup2(descriptor, STDIN_FILENO); }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

}  // namespace

TEST_CASE("source: plain, gzip, zstd, bzip2 and xz give the same records, whatever the name says", "[ingest]") {
  const TemporaryFolder folder;
  const std::string text = numbered_lines(50'000);
  const ReadAll plain = read_path(folder.write("a.gz", text));
  CHECK(plain.records.size() == 50'000);
  CHECK(plain.bytes == text.size());
  CHECK(plain.bytes_read == text.size());
  const auto expect = [&](const char* what, const std::string& stored) {
    INFO(what);
    const ReadAll all = read_path(folder.write("b.log", stored));
    CHECK(all.records == plain.records);
    CHECK(all.bytes == text.size());
    CHECK(all.bytes_read == stored.size());
    CHECK(all.problems.empty());
  };
  const std::size_t half = text.size() / 2;
  expect("gzip", gzip(text));
  expect("zstd", zstd(text));
  expect("bzip2", bzip2(text));
  expect("xz", xz(text));
  expect("bzip2, two streams, one of nothing", bzip2(text.substr(0, half)) + bzip2("") + bzip2(text.substr(half)));
  expect("xz, two streams, padded", xz(text.substr(0, half)) + std::string(8, '\0') + xz(text.substr(half)) + std::string(4, '\0'));
  expect("gzip, two members", gzip(text.substr(0, half)) + gzip(text.substr(half)));
  expect("gzip, an empty member between", gzip(text.substr(0, half)) + gzip("") + gzip(text.substr(half)));
  expect("gzip, padded with NULs", gzip(text) + std::string(100'000, '\0'));
  expect("zstd, two frames", zstd(text.substr(0, half)) + zstd(text.substr(half)));
  expect("zstd, skippable frame first", std::string{"\x50\x2a\x4d\x18\x04\0\0\0abcd", 12} + zstd(text));
}

TEST_CASE("source: several inputs are streams of their own, in the order given", "[ingest]") {
  const TemporaryFolder folder;
  const TestFactory factory;
  const ReadAll all = read_inputs({{.path = folder.write("one.log", "a\nb")},
                                   {.path = folder.write("empty.log", "")},
                                   {.path = folder.write("two.log.gz", gzip("c\n")), .baseline = true}},
                                  factory, {.service = ""});
  CHECK(all.raws() == std::vector<std::string>{"a", "b", "c"});
  CHECK(all.streams == std::vector<std::uint32_t>{0, 0, 2});
  CHECK(all.problems.empty());
  REQUIRE(factory.infos.size() == 3);
  CHECK(factory.infos[0].service == "one");
  CHECK(factory.infos[2].service == "two");
  CHECK(factory.infos[2].baseline);
  CHECK(factory.infos[2].path == folder.path("two.log.gz"));
  CHECK(all.records[2] == SlowRecord{"c", 0, 1});
}

TEST_CASE("source: records do not depend on the size of batches", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.log", numbered_lines(3000));
  for (const Framed how : {Framed::lines, Framed::indented, Framed::letters}) {
    const ReadAll whole = read_path(path, how);
    for (const std::size_t batch_bytes : {std::size_t{64}, std::size_t{1000}, std::size_t{65'536}}) {
      const ReadAll small = read_path(path, how, {.batch_bytes = batch_bytes});
      CHECK(small.records == whole.records);
      CHECK(small.batches > whole.batches - (batch_bytes == 65'536 ? 1 : 0));
    }
  }
}

TEST_CASE("source: a stream's description says file, time and identity", "[ingest]") {
  const TemporaryFolder folder;
  const auto describe = [&](const std::string& path, const std::string& service = "") {
    const TestFactory factory;
    read_inputs({{.path = path}}, factory, {.service = service});
    REQUIRE(factory.infos.size() == 1);
    return factory.infos[0];
  };
  const std::string path = folder.write("a.log", "first\n");
  const timespec times[2] = {{1'700'000'000, 5}, {1'700'000'000, 5}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  const StreamInfo info = describe(path);
  CHECK(info.modified == Timestamp{std::chrono::nanoseconds{1'700'000'000'000'000'005}});
  CHECK(describe(path, "shop").service == "shop");

  SECTION("renaming keeps the identity, other content or another file changes it") {
    std::filesystem::rename(path, folder.path("a.log.1"));
    CHECK(describe(folder.path("a.log.1")).identity == info.identity);
    CHECK_FALSE(describe(folder.write("a.log", "first\n")).identity == info.identity);
    folder.write("a.log.1", "other\n");
    CHECK_FALSE(describe(folder.path("a.log.1")).identity == info.identity);
  }
  SECTION("only the first 1024 bytes are looked at, after decompression") {
    const std::string head(ingest::kIdentityBytes, 'x');
    folder.write("b.log", head + "1");
    const StreamIdentity before = describe(folder.path("b.log")).identity;
    folder.write("b.log", head + "2");
    CHECK(describe(folder.path("b.log")).identity == before);
    folder.write("b.log", gzip(head + "3"));
    CHECK(describe(folder.path("b.log")).identity == before);
  }
}

TEST_CASE("source: standard input is read, from a file and from a pipe", "[ingest]") {
  const TemporaryFolder folder;
  const std::string text = numbered_lines(100'000);
  SECTION("a file") {
    const int file = ::open(folder.write("a.gz", gzip(text)).c_str(), O_RDONLY);
    const StandardInput input{file};
    const TestFactory factory;
    const ReadAll all = read_inputs({{.path = "-"}}, factory);
    CHECK(all.records.size() == 100'000);
    CHECK(factory.infos[0].service == "stdin");
    CHECK(factory.infos[0].modified != kNoTime);
    ::close(file);
  }
  SECTION("a pipe whose writer is slow") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const StandardInput input{ends[0]};
    std::thread writer{[&] {
      for (std::size_t at = 0; at < text.size(); at += 10'000) {
        const std::string part = text.substr(at, 10'000);
        CHECK(::write(ends[1], part.data(), part.size()) == static_cast<ssize_t>(part.size()));
      }
      ::close(ends[1]);
    }};
    const TestFactory factory;
    const ReadAll all = read_inputs({{.path = "-"}}, factory);
    writer.join();
    CHECK(all.records.size() == 100'000);
    CHECK(factory.infos[0].modified == kNoTime);
    CHECK(factory.infos[0].identity == ingest::identity_of_standard_input(text));
    ::close(ends[0]);
  }
}

TEST_CASE("source: a pipe that says nothing gives empty batches until it does", "[ingest]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const StandardInput input{ends[0]};
  const TestFactory factory;
  RunCounters counters;
  const auto source = make_input_source({}, {{.path = "-"}}, factory, counters);
  const auto soon = [] { return Deadline::clock::now() + std::chrono::milliseconds{10}; };
  Batch batch;
  CHECK(source->fill(batch, soon()).value() == Fill::more);
  CHECK(batch.records.empty());
  const std::string lines = numbered_lines(300);
  REQUIRE(::write(ends[1], lines.data(), lines.size()) > 0);
  CHECK(source->fill(batch, soon()).value() == Fill::more);
  CHECK(batch.records.size() == 299);  // the last one may still go on
  ::close(ends[1]);
  batch.clear();
  CHECK(source->fill(batch, soon()).value() == Fill::end);
  CHECK(batch.records.size() == 1);
  ::close(ends[0]);
}

TEST_CASE("source: a FIFO that was named is waited for", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    std::ofstream{path} << "a\nb\n";
  }};
  CHECK(read_path(path).raws() == std::vector<std::string>{"a", "b"});
  writer.join();
}

TEST_CASE("source: a file that grows while it is read is read to its end", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.log", numbered_lines(1000));
  const TestFactory factory;
  RunCounters counters;
  const auto source = make_input_source({.batch_bytes = 1000}, {{.path = path}}, factory, counters);
  std::size_t records = 0;
  for (bool grown = false;;) {
    Batch batch;
    const Fill fill = source->fill(batch, Deadline::max()).value();
    records += batch.records.size();
    if (!grown) std::ofstream{path, std::ios::app} << "one more\n";
    grown = true;
    if (fill == Fill::end) break;
  }
  CHECK(records == 1001);
  CHECK(counters.problems().empty());
}

// --- faults ---

TEST_CASE("source: a file that shrinks while it is read is reported, and read as far as it goes", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.log", numbered_lines(200'000));
  const TestFactory factory;
  RunCounters counters;
  const auto source = make_input_source({.batch_bytes = 1000}, {{.path = path}}, factory, counters);
  Batch batch;
  REQUIRE(source->fill(batch, Deadline::max()).value() == Fill::more);
  std::filesystem::resize_file(path, 10);
  for (Fill fill = Fill::more; fill != Fill::end;) {
    batch.clear();
    fill = source->fill(batch, Deadline::max()).value();
  }
  REQUIRE(counters.problems().size() == 1);
  CHECK(counters.problems()[0].what.find("got shorter while it was read") != std::string::npos);
}

TEST_CASE("source: an archive cut anywhere is read up to there and reported", "[ingest]") {
  const TemporaryFolder folder;
  const std::string text = numbered_lines(40);
  for (const auto& [archive, name] : std::vector<std::pair<std::string, std::string>>{
           {gzip(text), "a.gz"}, {zstd(text), "a.zst"}, {bzip2(text), "a.bz2"}, {xz(text), "a.xz"}}) {
    for (std::size_t size = 1; size < archive.size(); ++size) {
      INFO(name << " cut to " << size);
      const ReadAll all = read_path(folder.write(name, archive.substr(0, size)));
      REQUIRE(all.problems.size() == 1);
      CHECK(all.problems[0].fatal);
      CHECK(all.problems[0].what.find(" after " + std::to_string(size) + " bytes") != std::string::npos);
      std::string joined;
      for (const SlowRecord& record : all.records) joined += record.raw + "\n";
      if (!joined.empty()) joined.pop_back();
      CHECK(text.compare(0, joined.size(), joined) == 0);  // what was read is the beginning
    }
  }
}

TEST_CASE("source: a damaged archive is read up to the damage, and the next input is read", "[ingest]") {
  const TemporaryFolder folder;
  const std::string text = numbered_lines(100'000);
  for (std::string archive : {gzip(text), zstd(text), bzip2(text), xz(text)}) {
    for (std::size_t i = archive.size() / 2; i < archive.size() / 2 + 40; ++i) archive[i] = static_cast<char>(archive[i] ^ 0x5a);
    const ReadAll all = read_inputs({{.path = folder.write("a", archive)}, {.path = folder.write("b", "after\n")}}, TestFactory{});
    CHECK(all.any_fatal());
    CHECK(all.sentences().find("is damaged") != std::string::npos);
    REQUIRE(all.records.size() > 1);
    CHECK(all.records.front().raw == "line number 1");
    CHECK(all.records.back().raw == "after");
  }
}

TEST_CASE("source: bytes after an archive's end are left out and reported", "[ingest]") {
  const TemporaryFolder folder;
  for (const std::string& archive : {gzip("a\n"), zstd("a\n"), bzip2("a\n"), xz("a\n")}) {
    const ReadAll all = read_path(folder.write("a", archive + "rubbish"));
    CHECK(all.raws() == std::vector<std::string>{"a"});
    REQUIRE(all.problems.size() == 1);
    CHECK_FALSE(all.any_fatal());
    CHECK(all.sentences().find("follow its end at byte " + std::to_string(archive.size())) != std::string::npos);
  }
}

TEST_CASE("source: decompression has limits, which are reported and counted", "[ingest]") {
  const TemporaryFolder folder;
  const std::string bomb(20 * kMiB, 'x');
  const auto expect = [&](const std::string& stored, const DecompressionLimits& limits, const char* sentence) {
    const ReadAll all = read_path(folder.write("a", stored), Framed::lines, {.decompression = limits});
    CHECK(all.any_fatal());
    INFO(all.sentences());
    CHECK(all.sentences().find(sentence) != std::string::npos);
    CHECK(all.bytes < bomb.size());
    return all;
  };
  CHECK(expect(gzip(bomb), {.bytes_max = 4 * kMiB}, "the limit on decompression").decompression_hit == 1);
  CHECK(expect(zstd(bomb), {.ratio_max = 100, .ratio_from_bytes = 4 * kMiB}, "the limit on decompression").decompression_hit == 1);
  expect(zstd(bomb), {.window_log_max = 10}, "zstd -dc --long=31");
  CHECK(expect(bzip2(bomb), {.ratio_from_bytes = 4 * kMiB}, "the limit on decompression").decompression_hit == 1);
  CHECK(expect(xz(bomb), {.ratio_max = 100, .ratio_from_bytes = 4 * kMiB}, "the limit on decompression").decompression_hit == 1);
  expect(xz(bomb, 9), {.window_log_max = 20}, "xz -dc FILE");
}

TEST_CASE("source: what vanished or cannot be opened is reported and passed over", "[ingest]") {
  const TemporaryFolder folder;
  const ReadAll all = read_inputs({{.path = folder.path("gone")},
                                   {.path = folder.path()},
                                   {.path = folder.write("a", "a\n")},
                                   {.path = folder.path("x"), .in_folder = true}},
                                  TestFactory{});
  CHECK(all.raws() == std::vector<std::string>{"a"});
  REQUIRE(all.problems.size() == 3);
  CHECK(all.problems[0].what == "no such file: " + folder.path("gone"));
  CHECK(all.problems[0].fatal);
  CHECK(all.problems[1].what.find("is a folder") != std::string::npos);
  CHECK_FALSE(all.problems[2].fatal);
}

TEST_CASE("source: nothing to read is an end", "[ingest]") {
  const ReadAll all = read_inputs({}, TestFactory{});
  CHECK(all.records.empty());
  CHECK(all.problems.empty());
}

#include "sinks/rotating_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/unit/sinks/folder_on_disk.h"

using namespace loglode;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kNoon{std::chrono::seconds{1'795'694'400}};  // 2026-11-26T12:00:00Z

struct Opened {
  FolderOnDisk folder;
  RotatingFileConfig config;
  Timestamp now = kNoon;
  std::vector<std::string> told;
  std::mutex mutex;
  std::unique_ptr<RotatingFile> file;

  explicit Opened(RotateConfig rotate = {}) {
    config.path = folder / "records.ndjson";
    config.rotate = rotate;
    config.now = [this] { return now; };
    config.tell = [this](const std::string& what) {
      const std::scoped_lock lock{mutex};
      told.push_back(what);
    };
  }
  Result<void> open() {
    file.reset();
    auto opened = RotatingFile::open(config);
    if (!opened) return tl::unexpected<Error>(opened.error());
    file = std::move(*opened);
    return {};
  }
};

std::string unpack(const std::string& path) {
  if (path.ends_with(".gz")) {
    gzFile in = gzopen(path.c_str(), "rb");
    REQUIRE(in != nullptr);
    std::string out;
    std::array<char, 4096> piece{};
    for (int got = 0; (got = gzread(in, piece.data(), piece.size())) > 0;) out.append(piece.data(), static_cast<std::size_t>(got));
    CHECK(gzclose(in) == Z_OK);
    return out;
  }
  const std::string bytes = read_bytes(path);
  if (!path.ends_with(".zst")) return bytes;
  std::string out(8 << 20, '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

std::string all_lines(const FolderOnDisk& folder) {
  std::string out;
  std::vector<std::string> names = folder.names();
  std::rotate(names.begin(), names.begin() + 1, names.end());  // the file itself comes last
  for (const std::string& name : names) out += unpack(folder / name);
  return out;
}

std::string line(int i) { return "{\"n\":" + std::to_string(i) + "}\n"; }

}  // namespace

TEST_CASE("rotating file: appends to what is there, with permissions for its owner and group alone", "[sinks]") {
  Opened opened;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(opened.open().has_value());
    REQUIRE(opened.file->append(line(i)).has_value());
    REQUIRE(opened.file->sync().has_value());
  }
  CHECK(read_bytes(opened.config.path) == line(0) + line(1) + line(2));
  struct stat status {};
  REQUIRE(::stat(opened.config.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0137U) == 0);
  CHECK(opened.told.empty());
}

TEST_CASE("rotating file: parts are named by time, sort by it whatever the clock does, and only `keep` stay", "[sinks]") {
  Opened opened{{12, 0s, 0, Compression::none}};
  REQUIRE(opened.open().has_value());
  for (int i = 0; i < 5; ++i) {
    opened.now = kNoon - std::chrono::hours{i == 3 ? 1 : 0} + std::chrono::milliseconds{i / 2};
    REQUIRE(opened.file->append(line(i)).has_value());
  }
  CHECK(opened.folder.names() ==
        std::vector<std::string>{"records.ndjson", "records.ndjson.20261126T120000.000-0000", "records.ndjson.20261126T120000.001-0000",
                                 "records.ndjson.20261126T120000.001-0001", "records.ndjson.20261126T120000.002-0000"});
  CHECK(all_lines(opened.folder) == line(0) + line(1) + line(2) + line(3) + line(4));
  opened.config.rotate.keep = 2;
  write_bytes(opened.folder / "records.ndjson.1", "somebody else's\n");
  REQUIRE(opened.open().has_value());
  opened.file->finish_parts();
  CHECK(opened.folder.names() == std::vector<std::string>{"records.ndjson", "records.ndjson.1", "records.ndjson.20261126T120000.001-0001",
                                                          "records.ndjson.20261126T120000.002-0000"});
}

TEST_CASE("rotating file: age rotates, at a write or at a sync; an empty file never does", "[sinks]") {
  Opened opened{{0, 3600s, 0, Compression::none}};
  REQUIRE(opened.open().has_value());
  opened.now += 2h;
  REQUIRE(opened.file->sync().has_value());
  CHECK(opened.folder.names().size() == 1);
  REQUIRE(opened.file->append(line(0)).has_value());
  CHECK(opened.folder.names().size() == 1);
  REQUIRE(opened.file->sync().has_value());
  CHECK(opened.folder.names().size() == 2);
  REQUIRE(opened.file->append(line(1)).has_value());
  opened.now += 2h;
  REQUIRE(opened.file->append(line(2)).has_value());
  CHECK(opened.folder.names().size() == 3);
  CHECK(all_lines(opened.folder) == line(0) + line(1) + line(2));
}

TEST_CASE("rotating file: rotated parts are compressed both ways, and what they hold stays the same", "[sinks]") {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    Opened opened{{200'000, 0s, 0, compression}};
    REQUIRE(opened.open().has_value());
    std::string expected, block;
    for (int i = 0; i < 100'000; ++i) {
      block += line(i);
      if (i % 1000 != 999) continue;
      REQUIRE(opened.file->append(block).has_value());
      expected += block;
      block.clear();
    }
    opened.file->finish_parts();
    std::size_t compressed = 0;
    for (const std::string& name : opened.folder.names()) compressed += name.ends_with(suffix_of(compression)) ? 1 : 0;
    CHECK(compressed == opened.folder.names().size() - 1);
    CHECK(compressed > 3);
    CHECK(all_lines(opened.folder) == expected);
    CHECK(opened.told.empty());
  }
}

TEST_CASE("rotating file: a reader beside it counts every line exactly once, through rotation and syncs", "[sinks]") {
  Opened opened{{4000, 0s, 0, Compression::none}};
  opened.config.now = [] { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); };
  REQUIRE(opened.open().has_value());
  constexpr int kLines = 20'000;
  std::jthread syncs{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) static_cast<void>(opened.file->sync());
  }};
  std::map<ino_t, std::size_t> seen;  // bytes read of each file, by what it is, not by its name
  std::multiset<std::string> lines;
  const auto read_on = [&] {
    for (const auto& name : opened.folder.names()) {
      const auto in = open_file(opened.folder / name, O_RDONLY);
      struct stat status {};
      if (!in || ::fstat(in->fd(), &status) != 0) continue;  // renamed in between: the next round finds it
      std::size_t& at = seen[status.st_ino];
      std::string bytes(static_cast<std::size_t>(status.st_size) - at, '\0');
      if (::pread(in->fd(), bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size())) continue;
      std::size_t begin = 0;
      for (std::size_t end = 0; (end = bytes.find('\n', begin)) != std::string::npos; begin = end + 1)
        lines.insert(bytes.substr(begin, end - begin));
      at += begin;
    }
  };
  std::jthread reader{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) read_on();
  }};
  for (int i = 0; i < kLines; ++i)
    if (!opened.file->append(line(i))) FAIL("it cannot be written");
  reader.request_stop();
  reader.join();
  syncs.request_stop();
  syncs.join();
  read_on();
  CHECK(lines.size() == kLines);
  CHECK(std::set<std::string>{lines.begin(), lines.end()}.size() == kLines);
}

// Error paths.

TEST_CASE("rotating file: an unfinished last line is cut at open, whatever is left of it", "[sinks]") {
  const std::string whole = line(1), torn = "{\"torn\":\"" + std::string(200'000, 'x') + "\"}";
  for (const std::size_t left :
       {std::size_t{1}, std::size_t{5}, std::size_t{65'535}, std::size_t{65'536}, std::size_t{65'537}, torn.size()}) {
    for (const std::string& before : {std::string{}, whole}) {
      Opened opened;
      write_bytes(opened.config.path, before + torn.substr(0, left));
      REQUIRE(opened.open().has_value());
      CHECK(opened.file->bytes_cut() == left);
      CHECK(opened.told.size() == 1);
      REQUIRE(opened.file->append(line(2)).has_value());
      CHECK(read_bytes(opened.config.path) == before + line(2));
    }
  }
  Opened zeros;  // what a power cut may leave
  write_bytes(zeros.config.path, whole + std::string(4096, '\0'));
  REQUIRE(zeros.open().has_value());
  CHECK(read_bytes(zeros.config.path) == whole);
}

TEST_CASE("rotating file: a file that is not ours is refused and left as it is", "[sinks]") {
  Opened opened;
  write_bytes(opened.config.path, "some notes\nwithout a newline");
  const auto refused = opened.open();
  REQUIRE(!refused);
  CHECK(refused.error().code == std::errc::invalid_argument);
  CHECK(read_bytes(opened.config.path) == "some notes\nwithout a newline");
}

TEST_CASE("rotating file: two writers of one file are refused", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  const auto second = RotatingFile::open(opened.config);
  REQUIRE(!second);
  CHECK(second.error().code == std::errc::device_or_resource_busy);
}

TEST_CASE("rotating file: on a full disk nothing of a write counts, and the same write goes well later", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.file->append(line(1)).has_value());
  for (std::uint64_t room = 0; room < line(2).size(); ++room) {
    const FullDisk full{line(1).size() + room};
    const auto written = opened.file->append(line(2));
    REQUIRE(!written);
    CHECK(written.error().retryable);
    CHECK(read_bytes(opened.config.path) == line(1));
  }
  REQUIRE(opened.file->append(line(2)).has_value());
  CHECK(read_bytes(opened.config.path) == line(1) + line(2));
}

TEST_CASE("rotating file: /dev/full says so, /dev/null takes everything", "[sinks]") {
  Opened opened{{1, 0s, 1, Compression::zstd}};
  opened.config.path = "/dev/full";
  REQUIRE(opened.open().has_value());
  const auto written = opened.file->append(line(1));
  REQUIRE(!written);
  CHECK(written.error().retryable);
  opened.config.path = "/dev/null";
  REQUIRE(opened.open().has_value());
  CHECK(opened.file->append(line(1)).has_value());
  CHECK(opened.file->sync().has_value());
}

TEST_CASE("rotating file: one that was moved or removed is created again at the next sync", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.file->append(line(1)).has_value());
  std::filesystem::rename(opened.config.path, opened.folder / "moved");
  REQUIRE(opened.file->append(line(2)).has_value());
  REQUIRE(opened.file->sync().has_value());
  REQUIRE(opened.file->append(line(3)).has_value());
  CHECK(read_bytes(opened.folder / "moved") == line(1) + line(2));
  CHECK(read_bytes(opened.config.path) == line(3));
  std::filesystem::remove(opened.config.path);
  REQUIRE(opened.file->sync().has_value());
  REQUIRE(opened.file->append(line(4)).has_value());
  CHECK(read_bytes(opened.config.path) == line(4));
  CHECK(opened.told.size() == 2);
}

TEST_CASE("rotating file: it goes on in the old file when it cannot rotate, says so once, and rotates later", "[sinks]") {
  Opened opened{{8, 0s, 0, Compression::none}};
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.file->append(line(0)).has_value());
  opened.file->finish_parts();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool first = opened.file->append(line(1)).has_value();
  opened.now += 10s;
  const bool second = opened.file->append(line(2)).has_value();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK((first && second));
  CHECK(read_bytes(opened.config.path) == line(0) + line(1) + line(2));
  CHECK(opened.told.size() == 1);
  opened.now += 10s;
  REQUIRE(opened.file->append(line(3)).has_value());
  CHECK(read_bytes(opened.config.path) == line(3));
  CHECK(all_lines(opened.folder) == line(0) + line(1) + line(2) + line(3));
}

TEST_CASE("rotating file: what a crash left of a compression is done at the next start", "[sinks]") {
  const std::string part = "records.ndjson.20261126T120000.000-0000";
  const auto expect = [&](const std::vector<std::string>& before) {
    Opened opened{{0, 0s, 0, Compression::zstd}};
    write_bytes(opened.config.path, line(1));
    for (const std::string& name : before)
      write_bytes(opened.folder / name, name.ends_with(".zst.tmp") ? "half of someth"
                                        : name.ends_with(".zst")   ? "whole, says the rename"
                                                                   : line(0));
    REQUIRE(opened.open().has_value());
    opened.file->finish_parts();
    CHECK(opened.folder.names() == std::vector<std::string>{"records.ndjson", part + ".zst"});
    CHECK(all_lines(opened.folder) == line(0) + line(1));
  };
  expect({part});                     // before it began
  expect({part, part + ".zst.tmp"});  // in the middle
  expect({part, part + ".zst"});      // before the plain one was removed
}

TEST_CASE("rotating file: a part that cannot be compressed stays plain and whole", "[sinks]") {
  Opened opened{{0, 0s, 0, Compression::zstd}};
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += line(i * 7919);
  const std::string part = "records.ndjson.20261126T120000.000-0000";
  write_bytes(opened.folder / part, text);
  const FullDisk full{1000};
  REQUIRE(opened.open().has_value());
  opened.file->finish_parts();
  CHECK(opened.folder.names() == std::vector<std::string>{"records.ndjson", part});
  CHECK(read_bytes(opened.folder / part) == text);
  CHECK(opened.told.size() == 1);
}

TEST_CASE("rotating file: a symbolic link is not written through, at the start or later; /dev is", "[sinks][errors]") {
  Opened opened;
  const std::string victim = opened.folder / "victim";
  std::ofstream{victim} << "{\"theirs\":1}\n";
  REQUIRE(::symlink(victim.c_str(), opened.config.path.c_str()) == 0);
  const auto refused = opened.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == std::errc::invalid_argument);
  CHECK(refused.error().message.find("is a symbolic link") != std::string::npos);

  REQUIRE(::unlink(opened.config.path.c_str()) == 0);
  REQUIRE(opened.open());
  REQUIRE(opened.file->append("{\"n\":1}\n"));
  REQUIRE(::unlink(opened.config.path.c_str()) == 0);
  REQUIRE(::symlink(victim.c_str(), opened.config.path.c_str()) == 0);
  const auto synced = opened.file->sync();
  REQUIRE_FALSE(synced);
  CHECK(synced.error().retryable);
  CHECK(read_bytes(victim) == "{\"theirs\":1}\n");

  opened.file.reset();
  opened.config.path = "/dev/fd/1";
  CHECK(opened.open());
}

TEST_CASE("rotating file: a FIFO that nobody reads from, or reads from slowly, holds up nobody for long", "[sinks][errors]") {
  std::signal(SIGPIPE, SIG_IGN);
  Opened opened;
  REQUIRE(::mkfifo(opened.config.path.c_str(), 0600) == 0);
  REQUIRE(opened.open());  // its reader may come later
  const auto none = opened.file->append("{\"n\":0}\n");
  REQUIRE_FALSE(none);
  CHECK(none.error().retryable);

  std::string wanted, got;
  const auto read_some = [&](int fd, std::size_t bytes) {
    std::string piece(bytes, '\0');
    const ssize_t size = ::read(fd, piece.data(), piece.size());
    if (size > 0) got.append(piece, 0, static_cast<std::size_t>(size));
    return size;
  };
  int reader = ::open(opened.config.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  std::size_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string line = "{\"n\":" + std::to_string(i) + ",\"text\":\"" + std::string(1000, 'x') + "\"}\n";
    for (;;) {
      const auto began = std::chrono::steady_clock::now();
      const auto written = opened.file->append(line);
      CHECK(std::chrono::steady_clock::now() - began < 10s);
      if (written) break;
      ++refused;
      while (read_some(reader, 4096) > 0) continue;
    }
    wanted += line;
  }
  CHECK(refused > 0);
  for (int i = 0; !opened.file->sync() && i < 100; ++i)
    while (read_some(reader, 4096) > 0) continue;
  while (read_some(reader, 4096) > 0) continue;
  CHECK(got == wanted);

  // Its reader goes in the middle of a line: the next one is given the line from its beginning.
  got.clear();
  REQUIRE(opened.file->append("{\"text\":\"" + std::string(200'000, 'y') + "\"}\n"));
  CHECK_FALSE(opened.file->sync());
  ::close(reader);
  CHECK_FALSE(opened.file->sync());
  reader = ::open(opened.config.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (int i = 0; !opened.file->sync() && i < 100; ++i)
    while (read_some(reader, 4096) > 0) continue;
  while (read_some(reader, 4096) > 0) continue;
  ::close(reader);
  CHECK(got == "{\"text\":\"" + std::string(200'000, 'y') + "\"}\n");
}

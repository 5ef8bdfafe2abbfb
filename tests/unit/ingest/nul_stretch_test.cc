// Stretches of NULs: held against a reading of the whole file, byte by byte.
#include "ingest/follow/nul_stretch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode::ingest;

namespace {

struct OpenFile {
  explicit OpenFile(const std::string& path) : fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} { REQUIRE(fd >= 0); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(fd); }
  void write(std::uint64_t at, const std::string& bytes) const {
    REQUIRE(::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(bytes.size()));
  }
  int fd;
};

NulStretch::Found look_to_the_end(NulStretch& nuls, const OpenFile& file, std::uint64_t position, std::uint64_t size) {
  NulStretch::Found found = nuls.look(file.fd, position, size);
  for (int i = 0; found.goes == NulStretch::Goes::unknown && i < 1000; ++i) found = nuls.look(file.fd, position, size);
  return found;
}

}  // namespace

TEST_CASE("Behind NULs the next byte that is none is found, in holes and in what is stored", "[ingest][follow]") {
  const loglode::test::TemporaryFolder folder;
  std::mt19937 dice{7};
  for (int round = 0; round < 60; ++round) {
    const OpenFile file{folder.path(std::to_string(round))};
    std::string model;
    for (int piece = 0; piece < 6; ++piece) {
      const std::size_t bytes = std::size_t{1} << (dice() % 20);
      const bool hole = dice() % 2 == 0, text = dice() % 3 == 0;
      if (!hole) file.write(model.size(), std::string(bytes, text ? 'x' : '\0'));
      model.append(bytes, !hole && text ? 'x' : '\0');
    }
    REQUIRE(::ftruncate(file.fd, static_cast<off_t>(model.size())) == 0);
    NulStretch nuls;
    for (std::size_t at = 0; at < model.size() && model.find('\0', at) != std::string::npos;) {
      at = model.find('\0', at);
      const std::size_t data = model.find('x', at);
      const NulStretch::Found found = look_to_the_end(nuls, file, at, model.size());
      CHECK((found.goes == NulStretch::Goes::on) == (data != std::string::npos));
      if (data == std::string::npos) break;
      REQUIRE(found.data == data);
      at = data;
    }
  }
}

TEST_CASE("A hole of a terabyte is passed over at once, stored NULs a few MiB at a time, and what is written into a stretch is seen",
          "[ingest][follow]") {
  const loglode::test::TemporaryFolder folder;
  const OpenFile sparse{folder.path("sparse")};
  const std::uint64_t far = std::uint64_t{1} << 40;
  sparse.write(far, "data\n");
  NulStretch nuls;
  NulStretch::Found found = nuls.look(sparse.fd, 5, far + 5);
  CHECK(found.goes == NulStretch::Goes::on);
  CHECK(found.data == far);

  const OpenFile stored{folder.path("stored")};
  const std::uint64_t size = 3 * NulStretch::kBytesRead;
  stored.write(0, std::string(size, '\0'));
  CHECK(nuls.look(stored.fd, 100, size).goes == NulStretch::Goes::unknown);
  CHECK(look_to_the_end(nuls, stored, 100, size).goes == NulStretch::Goes::to_end);
  stored.write(100, "a line\n");
  found = nuls.look(stored.fd, 100, size);
  CHECK(found.goes == NulStretch::Goes::on);
  CHECK(found.data == 100);
  CHECK(look_to_the_end(nuls, stored, 107, size).goes == NulStretch::Goes::to_end);
  stored.write(size, "behind\n");
  found = look_to_the_end(nuls, stored, 107, size + 7);
  CHECK(found.goes == NulStretch::Goes::on);
  CHECK(found.data == size);
}

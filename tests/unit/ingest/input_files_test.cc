#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "ingest/log_name.h"
#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_of(const std::vector<InputFile>& files, const std::string& folder) {
  std::vector<std::string> names;
  for (const InputFile& file : files) names.push_back(fs::relative(file.path, folder).string());
  return names;
}

}  // namespace

TEST_CASE("inputs: rotated parts are next to each other, oldest first", "[ingest]") {
  const auto expect = [](const std::vector<std::string>& in_order) {
    const TemporaryFolder folder;
    std::vector<std::string> shuffled = in_order;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937{1});
    for (const std::string& name : shuffled) folder.write(name, name);
    RunCounters counters;
    CHECK(names_of(find_inputs({folder.path()}, counters).value(), folder.path()) == in_order);
    // The same, named one by one, in any order.
    std::vector<std::string> paths;
    for (const std::string& name : shuffled) paths.push_back(folder.path(name));
    CHECK(names_of(find_inputs(paths, counters).value(), folder.path()) == in_order);
    CHECK(counters.problems().empty());
  };
  expect({"app.log.10.gz", "app.log.2.gz", "app.log.1", "app.log", "db.log.1", "db.log"});
  expect({"app-20261121.log", "app-20261122.log.gz", "app.log"});
  expect({"app.log-20261121.gz", "app.log-20261122.gz", "app.log.2.gz", "app.log.1", "app.log.old", "app.log"});
  expect({"app.2026-11-21.0.log", "app.2026-11-21.1.log.gz", "app.2026-11-21.10.log", "app.2026-11-22.0.log", "app.log"});
  expect({"app-2026-11-21.log", "app-2026-11-22.log.2", "app-2026-11-22.log.1", "app-2026-11-22.log"});
  expect({"app.log-20261122-0300", "app.log-20261122-1200", "app.log-20261122-1230", "app.log"});
  expect({"app.log.2026-11-22-9", "app.log.2026-11-22-10", "app.log.2026-11-22-24", "app.log.2026-11-23.2", "app.log.2026-11-23.17"});
  expect({"part-2.log", "part-10.log", "a/z.log", "a/b/c.log", "b/a.log.1", "b/a.log"});
  expect({"0.log.20261121-120000.gz", "0.log", "1.log"});
}

TEST_CASE("inputs: what is given, found and sized is in the description", "[ingest]") {
  const TemporaryFolder folder;
  const std::string named = folder.write("b.log", "12345");
  folder.write("sub/a.log", "123");
  RunCounters counters;
  const auto files = find_inputs({named, folder.path("sub")}, counters, true).value();
  REQUIRE(files.size() == 2);
  const InputFile& in_sub = files[0].in_folder ? files[0] : files[1];
  const InputFile& itself = files[0].in_folder ? files[1] : files[0];
  CHECK(itself.path == named);
  CHECK(itself.bytes == 5);
  CHECK(itself.given == 0);
  CHECK(itself.baseline);
  CHECK(in_sub.bytes == 3);
  CHECK(in_sub.given == 1);
}

TEST_CASE("inputs: a file is read once, however often and by whatever name it is given", "[ingest]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("app.log", "x");
  fs::create_hard_link(path, folder.path("hard.log"));
  fs::create_symlink(path, folder.path("soft.log"));
  fs::create_directory_symlink(folder.path(), folder.path("circle"));
  RunCounters counters;
  const auto files =
      find_inputs({folder.path(), path, path, folder.path("./app.log"), folder.path("soft.log"), "-", "-"}, counters).value();
  REQUIRE(files.size() == 2);
  CHECK_FALSE(files.back().in_folder);  // it was named as well
  CHECK(counters.problems().empty());
}

TEST_CASE("inputs: links out of a folder are not followed, and said", "[ingest]") {
  const TemporaryFolder folder, elsewhere;
  folder.write("a.log", "a");
  const std::string target = elsewhere.write("b.log", "b");
  fs::create_symlink(target, folder.path("link.log"));
  fs::create_symlink(folder.path("nowhere"), folder.path("broken.log"));
  RunCounters counters;
  CHECK(find_inputs({folder.path()}, counters).value().size() == 1);
  REQUIRE(counters.problems().size() == 1);
  CHECK_FALSE(counters.problems()[0].fatal);
  CHECK(counters.problems()[0].what.find(target) != std::string::npos);

  fs::create_symlink("circle.log", folder.path("circle.log"));
  RunCounters circle;
  CHECK(find_inputs({folder.path()}, circle).value().size() == 1);
  REQUIRE(circle.problems().size() == 2);
  CHECK(circle.problems()[0].what.find("circle.log is a symbolic link that leads in a circle") != std::string::npos);
  fs::remove(folder.path("circle.log"));

  RunCounters both;
  CHECK(find_inputs({folder.path(), elsewhere.path()}, both).value().size() == 2);
  CHECK(both.problems().empty());
  CHECK(find_inputs({folder.path("link.log")}, both).value().size() == 1);  // named itself
}

TEST_CASE("inputs: FIFOs and sockets in a folder are left out and hang nothing", "[ingest]") {
  const TemporaryFolder folder;
  folder.write("a.log", "a");
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = folder.path("socket");
  REQUIRE(name.size() < sizeof address.sun_path);
  std::copy(name.begin(), name.end(), address.sun_path);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  RunCounters counters;
  const auto files = find_inputs({folder.path()}, counters).value();
  CHECK(names_of(files, folder.path()) == std::vector<std::string>{"a.log"});
  CHECK(counters.problems().size() == 2);
  ::close(socket);

  SECTION("also when a file turns into a FIFO after it was found") {
    fs::remove(folder.path("a.log"));
    REQUIRE(::mkfifo(folder.path("a.log").c_str(), 0600) == 0);
    const ReadAll all = read_inputs(files, TestFactory{});
    CHECK(all.records.empty());
    CHECK(all.sentences().find("is a FIFO") != std::string::npos);
    CHECK_FALSE(all.any_fatal());
  }
  SECTION("a socket that was named is refused") {
    const ReadAll all = read_path(folder.path("socket"));
    CHECK(all.any_fatal());
  }
}

TEST_CASE("inputs: numbers in names count as numbers, and the order is strict", "[ingest]") {
  const std::vector<std::string> in_order = {"", "01", "1", "1a", "2", "9", "10", "a", "a/b", "a01", "a1", "a2", "a10", "a10b", "b"};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t k = 0; k < in_order.size(); ++k) {
      INFO(in_order[i] << " < " << in_order[k]);
      CHECK(ingest::natural_less(in_order[i], in_order[k]) == (i < k));
    }
  }
}

// --- what cannot be read ---

TEST_CASE("inputs: what is missing is said, and stops nothing that is there", "[ingest]") {
  const TemporaryFolder folder;
  const std::string there = folder.write("a.log", "a");
  const std::string missing = folder.path("missing.log");
  RunCounters counters;
  const auto files = find_inputs({missing, there}, counters);
  REQUIRE(files.has_value());
  CHECK(files->size() == 1);
  REQUIRE(counters.problems().size() == 1);
  CHECK(counters.problems()[0].what == "no such file: " + missing);
  CHECK(counters.problems()[0].fatal);

  const auto none = find_inputs({missing, folder.path("other")}, counters);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == std::errc::invalid_argument);
  CHECK(none.error().message == "no such file: " + missing + "; no such file: " + folder.path("other"));
  CHECK_FALSE(find_inputs({}, counters).has_value());
  CHECK_FALSE(find_inputs({""}, counters).has_value());
}

TEST_CASE("inputs: an empty folder is said", "[ingest]") {
  const TemporaryFolder folder;
  RunCounters counters;
  const auto files = find_inputs({folder.path()}, counters);
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().message == "no files in folder " + folder.path());
}

TEST_CASE("inputs: without permission a file or folder is a problem, not a stop", "[ingest]") {
  const TemporaryFolder folder;
  folder.write("a.log", "a");
  const std::string secret = folder.write("secret.log", "s");
  folder.write("closed/b.log", "b");
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder.path("a.log"), fs::perms::all);
  fs::permissions(secret, fs::perms::none);
  fs::permissions(folder.path("closed"), fs::perms::none);
  // Root may read anything: ask as nobody, in a process of its own.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(77);
    RunCounters in_folder, named;
    const auto files = find_inputs({folder.path()}, in_folder);
    const auto alone = find_inputs({secret}, named);
    const bool right = files && files->size() == 1 && in_folder.problems().size() == 2 && !in_folder.problems()[0].fatal &&
                       !in_folder.problems()[1].fatal && !alone && named.problems().size() == 1 && named.problems()[0].fatal &&
                       alone.error().message.find("no permission to read") == 0;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  fs::permissions(folder.path("closed"), fs::perms::all);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    WARN("skipped: cannot become another user here");
    return;
  }
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

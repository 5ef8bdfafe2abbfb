// Where files of a source may be: links out of its folders are not followed, whatever is exchanged meanwhile.
#include "ingest/follow/allowed_places.h"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "ingest/follow/followed_file.h"
#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::ingest;
namespace fs = std::filesystem;

namespace {

/// A folder with files by their relative paths; what a file holds is its path.
struct Tree : loglode::test::TemporaryFolder {
  std::string operator/(const std::string& name) const { return path(name); }
  void file(const std::string& name) const {
    fs::create_directories(fs::path{*this / name}.parent_path());
    std::ofstream{*this / name} << name << "\n";
  }
  void link(const std::string& name, const std::string& to) const {
    fs::create_directories(fs::path{*this / name}.parent_path());
    fs::create_symlink(to, *this / name);
  }
  [[nodiscard]] std::vector<std::string> all(const std::vector<std::string>& names) const {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(*this / name);
    return paths;
  }
};

}  // namespace

TEST_CASE("The fixed part of a pattern is what stands before its first sign of a glob, of a path its folder or itself",
          "[ingest][follow]") {
  Tree tree;
  tree.file("logs/app/a.log");
  const auto expect = [](const std::string& pattern, const std::string& folder) {
    INFO(pattern);
    CHECK(fixed_part_of(pattern) == folder);
  };
  expect("/var/log/*.log", "/var/log");
  expect("/var/log/a?p/x.log", "/var/log");
  expect("/var/log/**/x.log", "/var/log");
  expect("/*", "/");
  expect("/var/./log/../log/*.log", "/var/log");
  expect(tree / "logs/app/a.log", tree / "logs/app");
  expect(tree / "logs/app/not-there.log", tree / "logs/app");
  expect(tree / "logs/app", tree / "logs/app");
  expect(tree / "logs/app/", tree / "logs/app");
  expect("*.log", fs::current_path().string());
}

TEST_CASE("A link is followed to what lies below the fixed part of its own pattern, or below a root", "[ingest][follow]") {
  Tree tree;
  for (const char* name : {"logs/a.log", "logs/deep/b.log", "other/o.log", "private/key", "data/app/d.log", "logs-of-others/x.log"})
    tree.file(name);
  tree.link("logs/inside.log", "deep/b.log");
  tree.link("logs/outside.log", "../private/key");
  tree.link("logs/absolute.log", tree / "private/key");
  tree.link("logs/folder", "../private");
  tree.link("logs/beside.log", "../logs-of-others/x.log");
  tree.link("logs/data.log", "../data/app/d.log");
  tree.link("logs/other.log", "../other/o.log");
  tree.link("logs/chain.log", "outside.log");
  tree.link("log-link", "logs");
  const auto expect = [&](const std::vector<std::string>& patterns, const std::vector<std::string>& roots, const std::string& path,
                          bool allowed) {
    INFO(patterns.front() << " " << path);
    AllowedPlaces places{tree.all(patterns), tree.all(roots), false};
    const auto opened = places.open(tree / path);
    CHECK(opened.has_value() == allowed);
    CHECK(places.refused().size() == (allowed ? 0 : 1));
    if (!opened) CHECK(opened.error().code == std::errc::operation_not_permitted);
  };
  expect({"logs/*.log"}, {}, "logs/a.log", true);
  expect({"logs/*.log"}, {}, "logs/inside.log", true);
  expect({"logs/*.log"}, {}, "logs/outside.log", false);
  expect({"logs/*.log"}, {}, "logs/absolute.log", false);
  expect({"logs/*.log"}, {}, "logs/chain.log", false);
  expect({"logs/*.log"}, {}, "logs/beside.log", false);
  expect({"logs/*/key"}, {}, "logs/folder/key", false);
  expect({"logs/outside.log"}, {}, "logs/outside.log", false);
  expect({"*/*.log"}, {}, "logs/outside.log", true);
  expect({"logs/*.log"}, {"data"}, "logs/data.log", true);
  expect({"logs/*.log"}, {"data/ap"}, "logs/data.log", false);
  expect({"logs/*.log"}, {"data", "not-there"}, "logs/outside.log", false);
  expect({"log-link/*.log"}, {}, "log-link/a.log", true);
  expect({"log-link/*.log"}, {}, "log-link/outside.log", false);
  expect({"{logs,other}/*.log"}, {}, "other/o.log", true);
  expect({"{logs,other}/*.log"}, {}, "logs/outside.log", false);
  // What another pattern of the source may read is no place for links of this one.
  expect({"logs/*.log", "other/*.log"}, {}, "logs/other.log", false);
  expect({"logs/*.log"}, {"/"}, "logs/outside.log", true);
}

TEST_CASE("The layout of a kubernetes node needs no roots", "[ingest][follow]") {
  Tree tree;
  tree.file("var/log/pods/ns_pod_uid/app/0.log");
  tree.file("var/lib/docker/containers/0123/0123-json.log");
  tree.file("var/lib/secrets/key");
  tree.link("var/log/pods/ns_pod2_uid/app/0.log", tree / "var/lib/docker/containers/0123/0123-json.log");
  tree.link("var/log/pods/ns_pod3_uid/app/0.log", tree / "var/lib/secrets/key");
  tree.link("var/log/containers/a.log", "../pods/ns_pod_uid/app/0.log");
  tree.link("var/log/containers/b.log", tree / "var/log/pods/ns_pod2_uid/app/0.log");
  tree.link("var/log/containers/c.log", tree / "var/log/pods/ns_pod3_uid/app/0.log");
  const auto opens = [&](const std::string& pattern, const std::string& path) {
    return AllowedPlaces{{tree / pattern}, {}, false}.open(tree / path).has_value();
  };
  CHECK(opens("var/log/containers/*.log", "var/log/containers/a.log"));
  CHECK(opens("var/log/containers/*.log", "var/log/containers/b.log"));
  CHECK_FALSE(opens("var/log/containers/*.log", "var/log/containers/c.log"));
  CHECK(opens("var/log/containers/*.log", "var/log/pods/ns_pod_uid/app/0.log"));  // a part is looked for where the log really is
  CHECK(opens("var/log/pods/*/*/*.log", "var/log/pods/ns_pod2_uid/app/0.log"));
  CHECK_FALSE(opens("var/log/pods/*/*/*.log", "var/log/pods/ns_pod3_uid/app/0.log"));
}

TEST_CASE("What is refused says the key that allows it, and is forgotten when it is gone or allowed", "[ingest][follow]") {
  Tree tree;
  tree.file("private/key");
  tree.file("logs/a.log");
  tree.link("logs/b.log", "../private/key");
  tree.link("logs/c.log", "../private/key");
  AllowedPlaces places{{tree / "logs/*.log"}, {}, false};
  const auto opened = places.open(tree / "logs/b.log");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message == (tree / "logs/b.log") + " leads to " + (tree / "private/key") +
                                      ", outside of the folders that its source names, and is not read: add `" + (tree / "private") +
                                      "` to the source's `roots` if it should be");
  CHECK_FALSE(places.open(tree / "logs/c.log").has_value());
  CHECK(places.refused().size() == 2);
  fs::remove(tree / "logs/b.log");
  fs::remove(tree / "logs/c.log");
  fs::create_symlink("a.log", tree / "logs/c.log");
  places.forget_gone();
  CHECK(places.refused().size() == 1);
  CHECK(places.open(tree / "logs/c.log").has_value());
  CHECK(places.refused().empty());
  CHECK(places.open(tree / "logs/not-there.log").error().code == std::errc::no_such_file_or_directory);
  tree.link("logs/d.log", "../private/key");
  CHECK(AllowedPlaces{{tree / "logs/*.log"}, {}, true}.open(tree / "logs/d.log").has_value());
}

TEST_CASE("A fixed part that becomes a link, or comes later, is where it is at each look", "[ingest][follow]") {
  Tree tree;
  tree.file("real/a.log");
  AllowedPlaces places{{tree / "logs/*.log"}, {}, false};
  tree.link("logs", "real");
  CHECK_FALSE(places.open(tree / "logs/a.log").has_value());
  places.look();
  CHECK(places.open(tree / "logs/a.log").has_value());
}

TEST_CASE("A link that is exchanged while files are opened never gives what lies outside", "[ingest][follow][errors]") {
  Tree tree;
  tree.file("private/key");
  tree.file("logs/a.log");
  std::atomic<bool> done{false};
  std::thread exchanging{[&] {
    for (bool inside = false; !done; inside = !inside) {
      fs::create_symlink(inside ? "a.log" : "../private/key", tree / "logs/next");
      fs::rename(tree / "logs/next", tree / "logs/b.log");
    }
  }};
  AllowedPlaces places{{tree / "logs/*.log"}, {}, false};
  std::size_t opened_inside = 0, outside = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto opened = places.open(tree / "logs/b.log");
    if (!opened) continue;
    const bool inside = first_bytes_of(opened->descriptor.number()) == "logs/a.log\n";
    ++(inside ? opened_inside : outside);
  }
  done = true;
  exchanging.join();
  CHECK(outside == 0);
  CHECK(opened_inside > 0);
}

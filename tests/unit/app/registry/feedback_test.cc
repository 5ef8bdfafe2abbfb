#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "app/registry/type_readers.h"
#include "config/load_config.h"

namespace loglode::config {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// A folder of its own, the configuration in it; gone with the test.
struct Folder {
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path = fs::temp_directory_path() / ("loglode-feedback-" + std::to_string(::getpid()));

  [[nodiscard]] Lines problems_of(const std::string& yaml) const {
    Lines out;
    for (const ConfigProblem& problem : load_config_text(yaml, (path / "c.yaml").string(), type_readers(), [](const std::string& name) {
                                          return name == "OUT" ? std::optional<std::string>{"fb/out.ndjson"} : std::nullopt;
                                        }).problems)
      out.push_back(std::to_string(problem.line) + ": " + problem.message);
    return out;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return "\"" + (path / name).string() + "\""; }
  [[nodiscard]] std::string told(const std::string& what, const std::string& paths, const std::string& exclude) const {
    return what + " would be read by source \"in\" (paths " + at(paths) +
           "), so that the run feeds itself for ever: write where no source " + "reads, or leave it out there" +
           (exclude.empty() ? "" : ": exclude: ['" + exclude + "']");
  }
  /// One file source and one file sink.
  [[nodiscard]] Lines of(const std::string& source, const std::string& sink) const {
    return problems_of("sources: { in: { type: file, " + source + " } }\nsinks: { out: { type: file, " + sink + " } }\n");
  }
};

TEST_CASE("feedback: a file that a source reads cannot be written, whether it is there or not", "[app][config]") {
  const Folder folder;
  const Lines told{"2: " + folder.told("sink \"out\": its file " + folder.at("fb/out.ndjson"), "fb/*", "out.ndjson*")};
  CHECK(folder.of("paths: ['fb/*']", "path: fb/out.ndjson") == told);
  CHECK(folder.of("paths: [x.log, 'fb/*']", "path: ./fb/../fb/out.ndjson") == told);
  CHECK(folder.of("paths: ['fb/*'], exclude: ['*.gz']", "path: fb/out.ndjson") == told);
  CHECK(folder.of("paths: ['fb/*.log']", "path: fb/out.ndjson").empty());
  CHECK(folder.of("paths: ['fb/*']", "path: out.ndjson").empty());
  CHECK(folder.of("paths: ['fb/*'], exclude: [out.ndjson]", "path: fb/out.ndjson").empty());
  CHECK(folder.of("paths: ['fb/*'], exclude: ['*/fb/out*']", "path: fb/out.ndjson").empty());
  CHECK(folder.of("paths: ['*/out.ndjson']", "path: fb/out.ndjson").size() == 1);
  CHECK(folder.of("paths: ['*']", "path: .hidden").empty());
}

TEST_CASE("feedback: a folder that a source names, and those below, are read whole", "[app][config]") {
  const Folder folder;
  CHECK(folder.of("paths: [fb]", "path: fb/deep/out.ndjson") ==
        Lines{"2: " + folder.told("sink \"out\": its file " + folder.at("fb/deep/out.ndjson"), "fb", "out.ndjson*")});
  CHECK(folder.of("paths: [fb/]", "path: fb/out.ndjson").size() == 1);
  CHECK(folder.of("paths: ['f?']", "path: fb/deep/out.ndjson").size() == 1);
  CHECK(folder.of("paths: [fb]", "path: fb/out.conf").empty());  // no log by its name
  CHECK(folder.of("paths: [fb]", "path: fbi/out.ndjson").empty());
}

TEST_CASE("feedback: rotated parts of a sink", "[app][config]") {
  const Folder folder;
  const std::string rotating = "path: fb/out.ndjson, rotate: { size: 1MiB, compress: zstd }";
  CHECK(folder.of("paths: ['fb/*'], exclude: [out.ndjson]", rotating) ==
        Lines{"2: " + folder.told("sink \"out\": the rotated parts of " + folder.at("fb/out.ndjson"), "fb/*", "out.ndjson*")});
  CHECK(folder.of("paths: ['fb/*.zst']", rotating).size() == 1);
  CHECK(folder.of("paths: ['fb/*.gz']", rotating).empty());
  CHECK(folder.of("paths: ['fb/*'], exclude: ['out.ndjson*']", rotating).empty());
  CHECK(folder.of("paths: ['fb/*'], exclude: [out.ndjson]", "path: fb/out.ndjson").empty());
}

TEST_CASE("feedback: state and dead letters", "[app][config]") {
  const Folder folder;
  const auto with = [&](const std::string& paths, const std::string& more) {
    return folder.problems_of("sources: { in: { type: file, paths: [" + paths + "] } }\nsinks: { out: { type: file, path: o/x } }\n" +
                              more + "\n");
  };
  CHECK(with("'fb/*'", "state: fb/st") == Lines{"3: " + folder.told("state: what is in " + folder.at("fb/st"), "fb/*", "*st/*")});
  CHECK(with("'fb/st/dead-letters/*'", "state: fb/st").size() == 1);
  CHECK(with("'fb/*.log'", "state: fb/st").empty());
  CHECK(with("'fb/*'", "dead_letters: { path: fb/dl }") ==
        Lines{"3: " + folder.told("dead letters: what is in " + folder.at("fb/dl"), "fb/*", "*dl/*")});
  CHECK(with("'fb/*.log'", "dead_letters: { path: fb/dl }").empty());
}

TEST_CASE("feedback: links lead to the same file, names from outside are not shown", "[app][config]") {
  const Folder folder;
  fs::create_directories(folder.path / "fb");
  fs::create_directory_symlink(folder.path / "fb", folder.path / "link");
  CHECK(folder.of("paths: ['fb/*']", "path: link/out.ndjson").size() == 1);
  CHECK(folder.of("paths: ['link/*']", "path: fb/out.ndjson").size() == 1);
  CHECK(folder.of("paths: ['link/*'], exclude: ['*/link/out.ndjson']", "path: fb/out.ndjson").empty());
  std::ofstream{folder.path / "same.ndjson"} << "x\n";
  fs::create_hard_link(folder.path / "same.ndjson", folder.path / "fb/other.log");
  CHECK(folder.of("paths: ['fb/*']", "path: same.ndjson").size() == 1);
  CHECK(folder.of("paths: ['fb/*']", "path: '${OUT}'") == Lines{"2: " + folder.told("sink \"out\": its file \"${OUT}\"", "fb/*", "")});
}

TEST_CASE("feedback: a topic that a source reads from the same brokers", "[app][config]") {
  const Folder folder;
  const auto between = [&](const std::string& from, const std::string& topics, const std::string& to, const std::string& topic) {
    return folder.problems_of("sources: { in: { type: kafka, group: g, brokers: [" + from + "], topics: [" + topics +
                              "] } }\nsinks: { out: { type: kafka, brokers: [" + to + "], topic: " + topic + " } }\n");
  };
  const std::string told = "is read by source \"in\" (topics ",
                    on = ") from the same brokers, so that the run feeds itself for ever: write to another topic";
  CHECK(between("'a:1'", "slow", "'a:1'", "slow") == Lines{"2: sink \"out\": its topic \"slow\" " + told + "\"slow\"" + on});
  CHECK(between("'b:1', 'a:1'", "x, '^sl.*'", "'PLAINTEXT://A:1,c:1'", "slow") ==
        Lines{"2: sink \"out\": its topic \"slow\" " + told + "\"^sl.*\"" + on + ", or write the pattern so that it does not match"});
  CHECK(between("'localhost:1'", "slow", "'127.0.0.1:1'", "slow").size() == 1);
  CHECK(between("'a:1'", "slow", "'b:1'", "slow").empty());
  CHECK(between("'a:1'", "slow", "'a:2'", "slow").empty());
  CHECK(between("'a:1'", "'^fast'", "'a:1'", "slow").empty());
  CHECK(between("'a:1'", "'^.*'", "'a:1'", "__own").empty());  // not read by a pattern
}

}  // namespace
}  // namespace loglode::config

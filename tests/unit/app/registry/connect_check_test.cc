#include "app/registry/connect_check.h"
#include "app/registry/type_readers.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/unit/threads_seen.h"

namespace loglode::config {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone with the test.
struct Folder {
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path = fs::temp_directory_path() / ("loglode-connect-" + std::to_string(::getpid()));
};

/// Brokers inside of librdkafka.
class MockCluster {
 public:
  MockCluster() {
    char why[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    REQUIRE(owner_ != nullptr);
    cluster_ = rd_kafka_mock_cluster_new(owner_, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }
  void create(const char* topic) { REQUIRE(rd_kafka_mock_topic_create(cluster_, topic, 1, 1) == RD_KAFKA_RESP_ERR_NO_ERROR); }
  [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

 private:
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

std::vector<std::string> lines_of(const std::vector<ConfigProblem>& problems) {
  std::vector<std::string> out;
  for (const ConfigProblem& problem : problems) out.push_back(to_string(problem));
  return out;
}

PipelineConfig read(const std::string& yaml, const fs::path& folder, const std::string& brokers = "") {
  const LoadedConfig loaded = load_config_text(
      yaml, (folder / "c.yaml").string(), type_readers(),
      [&](const std::string& name) -> std::optional<std::string> { return name == "BROKERS" ? std::optional{brokers} : std::nullopt; });
  for (const ConfigProblem& problem : loaded.problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(loaded.usable());
  PipelineConfig config = loaded.config;
  if (config.http.line == 0) config.http.on = false;  // the port of the default may be taken where tests run
  return config;
}

TEST_CASE("connecting: topics are found by name and by pattern", "[app][config]") {
  if (!test::kKafkaCanRun) {
    WARN("skipped: librdkafka does not run under this ThreadSanitizer");
    return;
  }
  const Folder folder;
  MockCluster cluster;
  for (const char* topic : {"orders", "app.web", "app.db", "found"}) cluster.create(topic);
  const PipelineConfig config = read(
      "sources: { in: { type: kafka, brokers: '${BROKERS}', group: g, topics: [orders, '^app\\.', nothing, '^no'] } }\n"
      "sinks: { out: { type: kafka, brokers: '${BROKERS}', topic: found } }\n",
      folder.path, cluster.brokers());
  const ConnectReport report = try_connections(config);
  CHECK(report.found == std::vector<std::string>{"source \"in\": topic \"orders\" is there", "source \"in\": 2 topics match \"^app\\.\"",
                                                 "sink \"out\": topic \"found\" is there"});
  const std::string file = config.file;
  CHECK(lines_of(report.problems) == std::vector<std::string>{file + ":1: source \"in\": there is no topic \"nothing\"",
                                                              file + ":1: source \"in\": no topic matches \"^no\" yet"});
}

TEST_CASE("connecting: files are counted and folders tried", "[app][config]") {
  const Folder folder;
  for (const char* name : {"a.log", "b.log", "c.log.gz"}) std::ofstream{folder.path / name} << "x\n";
  const ConnectReport report =
      try_connections(read("state: new/state\nsources: { in: { type: file, paths: ['*.log*', a.log], exclude: ['*.gz'] } }\n"
                           "sinks: { out: { type: file, path: out/records.ndjson } }\n",
                           folder.path));
  CHECK(lines_of(report.problems).empty());
  REQUIRE(report.found.size() == 4);
  CHECK(report.found[0] == "source \"in\": 2 readable files");
  CHECK_FALSE(fs::exists(folder.path / "new"));

  fs::create_symlink("circle.log", folder.path / "circle.log");
  fs::create_symlink("/dev/zero", folder.path / "zero.log");
  const ConnectReport odd = try_connections(
      read("sources: { in: { type: file, paths: ['*.log'] } }\nsinks: { out: { type: file, path: out/records.ndjson } }\n", folder.path));
  CHECK(odd.found[0].find("circle.log is a symbolic link that leads in a circle") != std::string::npos);
  CHECK(odd.found[1].find("zero.log is a device and is not read") != std::string::npos);
  CHECK(odd.found[2] == "source \"in\": 2 readable files");
}

TEST_CASE("connecting: a broker that does not answer is a problem, without its name when that came from outside", "[app][config]") {
  if (!test::kKafkaCanRun) {
    WARN("skipped: librdkafka does not run under this ThreadSanitizer");
    return;
  }
  const Folder folder;
  const PipelineConfig config =
      read("sources: { in: { type: kafka, brokers: '${BROKERS}', group: g, topics: x } }\nsinks: { out: { type: file, path: o } }\n",
           folder.path, "127.0.0.1:1");
  const ConnectReport report = try_connections(config, Milliseconds{1500});
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].message.starts_with("source \"in\": \"${BROKERS}\" does not answer: "));
  CHECK(report.problems[0].message.find("127.0.0.1") == std::string::npos);
}

TEST_CASE("connecting: no file in a folder is a remark, no folder a problem", "[app][config]") {
  const Folder folder;
  fs::create_directories(folder.path / "logs");
  const auto report_of = [&](const std::string& paths) {
    return try_connections(
        read("sources: { in: { type: file, paths: [" + paths + "] } }\nsinks: { out: { type: file, path: o } }\n", folder.path));
  };
  const ConnectReport empty = report_of("'nowhere/*.log', 'logs/*.log'");
  CHECK(lines_of(empty.problems).empty());
  CHECK(empty.found.front() == "source \"in\": no file matches yet");
  CHECK(lines_of(report_of("'l*/*.log'").problems).empty());
  CHECK(lines_of(report_of("'nowhere/*.log'").problems) ==
        std::vector<std::string>{(folder.path / "c.yaml").string() + ":1: source \"in\": no file matches, and there is no folder \"" +
                                 (folder.path / "nowhere").string() + "\" either"});
}

TEST_CASE("connecting: places that cannot be written", "[app][config]") {
  const Folder folder;
  std::ofstream{folder.path / "file"} << "x\n";
  const auto refused = [&](const std::string& path) {
    const PipelineConfig config =
        read("sources: { in: { type: stdin } }\nsinks: { out: { type: file, path: '" + path + "' } }\n", folder.path);
    INFO(path);
    const std::string shown = path.front() == '/' ? path : (folder.path / path).string();
    CHECK(lines_of(try_connections(config).problems) ==
          std::vector<std::string>{config.file + ":2: sink \"out\": \"" + shown + "\" cannot be written by this user"});
  };
  for (const char* const path : {"file/records.ndjson", "/proc/nope/x.ndjson", "/proc/x.ndjson", "/sys/nope/deep/x.ndjson"}) refused(path);
}

TEST_CASE("connecting: the port of http.listen is tried", "[app][config]") {
  const Folder folder;
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(other, reinterpret_cast<const sockaddr*>(&at), size) == 0);
  REQUIRE(::listen(other, 1) == 0);
  REQUIRE(::getsockname(other, reinterpret_cast<sockaddr*>(&at), &size) == 0);
  const std::string address = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  const PipelineConfig config =
      read("sources: { in: { type: stdin } }\nsinks: { out: { type: file, path: o } }\nhttp: { listen: '" + address + "' }\n", folder.path);
  CHECK(lines_of(try_connections(config).problems) ==
        std::vector<std::string>{config.file + ":3: http: cannot listen on " + address +
                                 ": Address already in use (is this configuration " +
                                 "running already?); choose another address in http.listen, or off"});
  ::close(other);
  const ConnectReport free = try_connections(config);
  CHECK(lines_of(free.problems).empty());
  CHECK(free.found.back() == "http: " + address + " is free");
}

}  // namespace
}  // namespace loglode::config

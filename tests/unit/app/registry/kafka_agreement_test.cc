// `check` and `run` say the same of an option of librdkafka: what one passes the other takes, what one refuses the other does not start
// with.
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/registry/kafka_clients.h"
#include "app/registry/type_readers.h"
#include "config/load_config.h"
#include "ingest/kafka/kafka_source.h"
#include "kafka/options.h"

using namespace loglode;
using namespace loglode::config;

namespace {

LoadedConfig read(const std::string& of_source, const std::string& of_sink) {
  return load_config_text("sources: { in: { type: kafka, brokers: '127.0.0.1:1', topics: t, group: g, options: { " + of_source +
                              " } } }\nsinks: { out: { type: kafka, brokers: '127.0.0.1:1', topic: u, options: { " + of_sink +
                              " } } }\nstate: s\n",
                          "c.yaml", type_readers(), [](const std::string&) { return std::optional<std::string>{}; });
}

std::string option(const std::string& name, const std::string& value) { return "'" + name + "': '" + value + "'"; }

/// Every name of the table, and what people do set, with values of many kinds.
std::vector<std::pair<std::string, std::string>> options() {
  std::set<std::string> names{"linger.ms",          "compression.codec",
                              "batch.num.messages", "session.timeout.ms",
                              "security.protocol",  "client.id",
                              "isolation.level",    "partition.assignment.strategy",
                              "no.such.option",     "dr_cb"};
  for (const kafka::ReservedOption& reserved : kafka::reserved_options()) names.emplace(reserved.name);
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& name : names)
    for (const char* const value : {"0", "1", "10", "-1", "true", "false", "all", "range", "cooperative-sticky", "lz4", "plaintext"})
      all.emplace_back(name, value);
  return all;
}

/// As run makes it, less what only a run knows.
bool source_starts(const PipelineConfig& config) {
  KafkaSourceConfig kafka = client_of(config.sources.front());
  kafka.next_stream = [] { return StreamId{}; };
  return try_kafka_source(kafka).has_value();
}

bool sink_starts(const PipelineConfig& config) {
  static const RuleCatalog kNoRules;
  static const std::string kNothing;
  return make_kafka_sink(client_of(config.sinks.front()), kNoRules, [](ShapeId) -> const std::string& { return kNothing; }).has_value();
}

struct Tried {
  bool source_passed = false, source_started = false, sink_passed = false, sink_started = false;
};

Tried try_option(const std::string& name, const std::string& value) {
  const LoadedConfig as_source = read(option(name, value), ""), as_sink = read("", option(name, value));
  return {as_source.usable(), source_starts(as_source.config), as_sink.usable(), sink_starts(as_sink.config)};
}

/// Many at a time: a thousand clients are made, and newer librdkafka (2.8 does) sleeps for up to a second when one is closed.
std::vector<Tried> try_all(const std::vector<std::pair<std::string, std::string>>& options) {
  std::vector<Tried> out(options.size());
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 32; ++i)
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < options.size(); at = next++) out[at] = try_option(options[at].first, options[at].second);
    });
  threads.clear();  // joins
  return out;
}

}  // namespace

TEST_CASE("kafka options: check and run agree on each", "[app][config]") {
  if (!kafka::clients_run()) {
    WARN("skipped: librdkafka does not run under this ThreadSanitizer");
    return;
  }
  std::size_t passed = 0, refused = 0;
  const auto all = options();
  const std::vector<Tried> tried = try_all(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].first << " = " << all[i].second);
    CHECK(tried[i].source_started == tried[i].source_passed);
    CHECK(tried[i].sink_started == tried[i].sink_passed);
    ++(tried[i].source_passed ? passed : refused);
    ++(tried[i].sink_passed ? passed : refused);
  }
  CHECK(passed > 30);
  CHECK(refused > 100);
}

TEST_CASE("kafka options: what only all of them together say is a problem of the configuration", "[app][config]") {
  if (!kafka::clients_run()) {
    WARN("skipped: librdkafka does not run under this ThreadSanitizer");
    return;
  }
  const LoadedConfig flights = read("", "max.in.flight.requests.per.connection: 10");  // deliveries are in order and once: at most 5
  REQUIRE(flights.problems.size() == 1);
  CHECK(flights.problems[0].line == 2);
  CHECK(flights.problems[0].message.find("sink \"out\": librdkafka refuses these options together: ") == 0);
  CHECK_FALSE(sink_starts(flights.config));
  const LoadedConfig timeouts = read("max.poll.interval.ms: 1000, session.timeout.ms: 6000", "");
  REQUIRE(timeouts.problems.size() == 1);
  CHECK(timeouts.problems[0].line == 1);
  CHECK(timeouts.problems[0].message.find("source \"in\": librdkafka refuses these options together: ") == 0);
}

TEST_CASE("kafka options: a program or a server that a client would ask is not asked by check", "[app][config]") {
  CHECK(read("security.protocol: sasl_plaintext, sasl.kerberos.kinit.cmd: 'touch kinit-ran'", "").usable());
}

TEST_CASE("kafka options: the table is by name, says why, names no option twice, and is in the documentation", "[app][config]") {
  std::ifstream file{LOGLODE_SOURCE_DIR "/docs/configuration.md"};
  const std::string documentation{std::istreambuf_iterator<char>{file}, {}};
  REQUIRE_FALSE(documentation.empty());
  std::string_view before;
  for (const kafka::ReservedOption& reserved : kafka::reserved_options()) {
    INFO(reserved.name);
    CHECK(before < reserved.name);
    CHECK((reserved.of_sources || reserved.of_sinks));
    CHECK_FALSE(reserved.why.empty());
    CHECK(documentation.find("`" + std::string{reserved.name} + "`") != std::string::npos);
    before = reserved.name;
  }
}

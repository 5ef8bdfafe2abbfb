#include "config/load_config.h"
#include "app/registry/type_readers.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "config/config_summary.h"

namespace loglode::config {
namespace {

const Environment kNothing = [](const std::string&) { return std::nullopt; };

LoadedConfig loaded(const std::string& yaml, const Environment& environment = kNothing) {
  LoadedConfig out = load_config_text(yaml, "etc/run.yaml", type_readers(), environment);
  for (const ConfigProblem& problem : out.problems) UNSCOPED_INFO(to_string(problem));
  return out;
}

// The example of the contract; the elasticsearch sink has a test of its own.
constexpr const char* kExample = R"(state: /var/lib/loglode
snapshot: 1s
sources:
  shop:
    type: kafka
    brokers: [127.0.0.1:9092]
    topics: [orders, '^app\..*']
    group: loglode
    instance: '${HOSTNAME:}'
    start: earliest
    format: auto
    service: { from: topic }
    lateness: 60s
    headers: [traceparent, x-tenant]
    options: { security.protocol: plaintext }
    per_topic:
      - { topics: ['^app\.nginx'], format: json, service: { from: 'fixed:nginx' } }
  web:
    type: file
    paths: ['/var/log/nginx/*.log', more/*.log]
    exclude: ['*.gz']
    start: end
    transforms:
      - drop: { severity_below: info }
      - redact: { pattern: 'session=[0-9a-f]+' }
      - rename: { from: svc, to: service.name }
      - sample: { keep_one_in: 10, when: { service: 'probe-*' } }
      - route: { when: { rule: nginx-access }, to: [archive] }
pipeline: { threads: auto, memory: 128MiB, line_bytes_max: 2MiB }
rules:    { packs: [builtin, ./rules/shop.yaml] }
mining:   { templates_max: 50000 }
detect:   { bucket: 10s, frequent: { count: 5, window: 30s }, notify: { pages_per_day_max: 3 }, mutes: [./mutes.yaml] }
sinks:
  archive:
    type: file
    path: /var/log/loglode/records.ndjson
    what: [records]
    rotate: { size: 256MiB, age: 24h, keep: 14, compress: zstd }
    sync: never
  alerts:
    type: kafka
    brokers: [127.0.0.1:9092]
    topic: loglode.incidents
    what: [findings, incidents]
    when_full: dead_letter
dead_letters: { path: letters, size_max: 2GiB, when_full: block, mask_dead_letters: true }
rca:      { provider: none }
http:     { listen: '[::1]:9601' }
log:      { level: warn, format: json }
)";

TEST_CASE("configuration: the example of the contract is read whole", "[app][config]") {
  const LoadedConfig out = loaded(kExample);
  REQUIRE(out.problems.empty());
  REQUIRE(out.warnings.size() == 1);
  CHECK(to_string(out.warnings[0]) ==
        "etc/run.yaml:32: pages_per_day_max has no effect yet: this version notifies nobody; \"notify\" in findings says who would be "
        "notified");
  const PipelineConfig& config = out.config;
  CHECK(config.state.value == "/var/lib/loglode");
  CHECK(config.state.line == 1);
  REQUIRE(config.sources.size() == 2);
  const SourceConfig& shop = config.sources[0];
  CHECK(shop.name == "shop");
  CHECK(shop.line == 4);
  CHECK(shop.brokers[0].value == "127.0.0.1:9092");
  CHECK(shop.topics[1].value == "^app\\..*");
  CHECK(shop.instance.empty());
  CHECK(shop.start.kind == StartAt::Kind::earliest);
  CHECK(shop.service.kind == ServiceFrom::Kind::topic);
  CHECK(shop.options.at("security.protocol").value == "plaintext");
  REQUIRE(shop.headers.size() == 2);
  CHECK(shop.headers[1].value == "x-tenant");
  REQUIRE(shop.per_topic.size() == 1);
  CHECK(shop.per_topic[0].service->name == "nginx");
  CHECK(config.pipeline.threads.value == 0);
  CHECK(config.pipeline.memory_bytes.value == 128 * kMiB);
  CHECK(config.pipeline.line_bytes_max.line == 29);
  CHECK(config.rules.builtin);
  REQUIRE(config.rules.packs.size() == 1);
  CHECK(config.rules.packs[0].value == "etc/rules/shop.yaml");
  CHECK(config.templates_max.value == 50'000);
  CHECK(config.detect.frequent_window.value == std::chrono::seconds{30});
  CHECK(config.detect.mutes[0].value == "etc/mutes.yaml");
  CHECK(config.dead_letters.path.value == "etc/letters");
  CHECK(config.dead_letters.mask.value);
  CHECK(config.http.host == "::1");
  CHECK(config.http.port == 9601);
  CHECK(config.log.level.value == LogConfig::Level::warn);
  CHECK(config.log.format.value == LogConfig::Format::json);
}

TEST_CASE("configuration: files, transforms and sinks of the example", "[app][config]") {
  const LoadedConfig out = loaded(kExample);
  REQUIRE(out.problems.empty());
  const SourceConfig& web = out.config.sources[1];
  CHECK(web.start.kind == StartAt::Kind::end);
  CHECK(web.paths[1].value == "etc/more/*.log");
  CHECK(web.paths[1].line == 20);
  REQUIRE(web.transforms.size() == 5);
  CHECK(std::get<Drop>(web.transforms[0].what).when.below.value == Severity::info);
  CHECK(std::get<Redact>(web.transforms[1].what).pattern.value == "session=[0-9a-f]+");
  CHECK(std::get<Rename>(web.transforms[2].what).to.value == "service.name");
  CHECK(std::get<Sample>(web.transforms[3].what).keep_one_in.value == 10);
  CHECK(std::get<Sample>(web.transforms[3].what).when->service.value == "probe-*");
  CHECK(std::get<Route>(web.transforms[4].what).to[0].value == "archive");
  CHECK(web.transforms[4].line == 28);
  REQUIRE(out.config.sinks.size() == 2);
  const SinkConfig& archive = out.config.sinks[0];
  CHECK(archive.wants(Document::record));
  CHECK_FALSE(archive.wants(Document::finding));
  CHECK(archive.rotate.bytes->value == 256 * kMiB);
  CHECK(archive.rotate.age->value == std::chrono::hours{24});
  CHECK(archive.rotate.keep->value == 14);
  CHECK(archive.rotate.compress.value == Compress::zstd);
  CHECK_FALSE(archive.sync_with_snapshot.value);
  const SinkConfig& alerts = out.config.sinks[1];
  CHECK(alerts.what == std::set{Document::finding, Document::incident});
  CHECK(alerts.topic.value == "loglode.incidents");
  CHECK(alerts.when_full.value == WhenFull::dead_letter);
}

TEST_CASE("configuration: everything but sources and sinks has a default", "[app][config]") {
  const LoadedConfig out = loaded("sources: { in: { type: stdin } }\nsinks: { out: { type: file, path: out.ndjson } }\n");
  REQUIRE(out.problems.empty());
  REQUIRE(out.warnings.size() == 1);
  CHECK(to_string(out.warnings[0]) == "etc/run.yaml: no \"state\": positions, templates and what is normal are lost when the process ends");
  const PipelineConfig& config = out.config;
  CHECK(config.snapshot.value == std::chrono::seconds{1});
  CHECK(config.sources[0].lateness.value == std::chrono::seconds{60});
  CHECK(config.sources[0].format.value == "auto");
  CHECK(config.pipeline.memory_bytes.value == 256 * kMiB);
  CHECK(config.pipeline.line_bytes_max.value == kMiB);
  CHECK(config.rules.builtin);
  CHECK(config.templates_max.value == 100'000);
  CHECK(config.detect.bucket.value == std::chrono::seconds{10});
  CHECK(config.detect.frequent_count.value == 10);
  CHECK(config.detect.pages_per_day_max.value == 10);
  CHECK(config.sinks[0].what == std::set{Document::record});
  CHECK(config.dead_letters.path.empty());
  CHECK(config.dead_letters.bytes_max.value == 1024 * kMiB);
  CHECK(config.http.on);
  CHECK(config.http.port == 9600);
  CHECK(summary_of(config) == "1 source (in: stdin), 1 sink (out: records to file etc/out.ndjson), no state");
}

TEST_CASE("configuration: a file source goes on from the state when there is one, else it begins at the start", "[app][config]") {
  const std::string rest = "sources: { in: { type: file, paths: [x] } }\nsinks: { out: { type: file, path: out.ndjson } }\n";
  CHECK(loaded(rest).config.sources[0].start.kind == StartAt::Kind::start);
  const LoadedConfig with_state = loaded("state: /s\n" + rest);
  CHECK(with_state.config.sources[0].start.kind == StartAt::Kind::state);
  CHECK(with_state.config.dead_letters.path.value == "/s/dead-letters");
}

TEST_CASE("configuration: a time, a listen of off, and a token are read", "[app][config]") {
  const std::string kafka = "sources: { in: { type: kafka, brokers: a:1, topics: b, group: c, start: '2026-11-23T12:00:00Z' } }\n";
  const std::string sinks = "sinks: { out: { type: kafka, brokers: 'a:1,b:2', topic: t, options: { acks: all, linger.ms: 5 } } }\n";
  const LoadedConfig out = loaded(kafka + sinks + "http: { listen: off }\n");
  REQUIRE(out.problems.empty());
  CHECK(out.config.sources[0].start.kind == StartAt::Kind::time);
  CHECK(to_rfc3339(out.config.sources[0].start.time) == "2026-11-23T12:00:00.000000000Z");
  CHECK_FALSE(out.config.http.on);
  const LoadedConfig open = loaded(kafka + sinks + "http: { listen: '0.0.0.0:9600', token: t0ken-t0ken-t0ken }\n");
  CHECK(open.problems.empty());
  CHECK(open.config.http.token.shown == "***");
}

TEST_CASE("configuration: it is known whether it holds secrets", "[app][config]") {
  const auto holds = [](const std::string& source, const std::string& rest) {
    const LoadedConfig out = loaded("sources: { in: " + source + " }\nsinks: { out: { type: file, path: o } }\n" + rest);
    CHECK(out.problems.empty());
    return out.holds_secrets;
  };
  const auto kafka = [](const std::string& options) {
    return "{ type: kafka, brokers: a:1, topics: b, group: c, options: " + options + " }";
  };
  CHECK_FALSE(holds("{ type: file, paths: [x] }", ""));
  CHECK_FALSE(holds(kafka("{ fetch.min.bytes: 5 }"), ""));
  CHECK(holds("{ type: file, paths: [x] }", "http: { token: " + std::string(20, 't') + " }\n"));
  CHECK(holds(kafka("{ sasl.password: hunter2 }"), ""));
}

TEST_CASE("configuration: variables and files are read, relative ones beside the configuration", "[app][config]") {
  const auto folder = std::filesystem::temp_directory_path() / "loglode-load-config-test";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "password"} << "from-a-file\n";
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "GROUP" ? std::optional<std::string>{"from-env"} : std::nullopt;
  };
  const LoadedConfig out = load_config_text(
      "sources: { in: { type: kafka, brokers: a:1, topics: '${T:orders}', group: '${GROUP}', options: { sasl.password: "
      "'${file:password}' } } }\nsinks: { out: { type: file, path: o } }\npipeline: { threads: '${N:3}' }\n",
      (folder / "run.yaml").string(), type_readers(), environment);
  std::filesystem::remove_all(folder);
  REQUIRE(out.problems.empty());
  const SourceConfig& source = out.config.sources[0];
  CHECK(source.topics[0].value == "orders");
  CHECK(source.group.value == "from-env");
  CHECK(source.options.at("sasl.password").value == "from-a-file");
  CHECK(out.config.pipeline.threads.value == 3);
  CHECK(summary_of(out.config).find("from-env") == std::string::npos);
  CHECK(source.options.at("sasl.password").shown == "***");
}

TEST_CASE("configuration: rules that transforms name are looked up", "[app][config]") {
  const LoadedConfig out = loaded(kExample);
  CHECK(names_rules(out.config));
  CHECK(check_rule_ids(out.config, {"nginx-access"}).empty());
  const auto unknown = check_rule_ids(out.config, {"nginx-acces", "disk-full"});
  REQUIRE(unknown.size() == 1);
  CHECK(to_string(unknown[0]) == "etc/run.yaml:28: unknown rule \"nginx-access\" (did you mean \"nginx-acces\"?)");
}

TEST_CASE("configuration: told from a rule pack by its keys", "[app][config]") {
  CHECK(is_pipeline_config(kExample));
  CHECK(is_pipeline_config("sinks: [\n"));
  CHECK(is_pipeline_config("# first\nstate: /x\n"));
  CHECK(is_pipeline_config("\xEF\xBB\xBFsinks: {}\n"));
  CHECK(is_pipeline_config(std::string_view{"\xFF\xFEs\0i\0n\0k\0s\0:\0", 14}));
  CHECK_FALSE(is_pipeline_config("pack: x\nversion: 1\nrules: []\n"));
  CHECK_FALSE(is_pipeline_config("rules: []\n"));
  CHECK_FALSE(is_pipeline_config("rules:\n  - id: x\n    sources: y\n"));
  CHECK_FALSE(is_pipeline_config(""));
}

}  // namespace
}  // namespace loglode::config

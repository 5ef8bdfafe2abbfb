#include <librdkafka/rdkafka.h>
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "app/registry/type_readers.h"
#include "config/load_config.h"

namespace loglode::config {
namespace {

using Lines = std::vector<std::string>;

Lines problems_of(const std::string& yaml) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "SECRET" ? std::optional<std::string>{"hunter2"} : std::nullopt;
  };
  Lines out;
  for (const ConfigProblem& problem : load_config_text(yaml, "c.yaml", type_readers(), environment).problems)
    out.push_back(to_string(problem));
  return out;
}

const std::string kGoodSources = "sources: { in: { type: stdin } }\n";
const std::string kGoodSinks = "sinks: { out: { type: file, path: o } }\n";

/// What is wrong with a file whose third line is `line`.
void expect_line(const std::string& line, const Lines& expected) {
  INFO(line);
  Lines numbered;
  for (const std::string& message : expected) numbered.push_back("c.yaml:3: " + message);
  CHECK(problems_of(kGoodSources + kGoodSinks + line + "\n") == numbered);
}

void expect_source(const std::string& source, const Lines& expected) {
  INFO(source);
  Lines numbered;
  for (const std::string& message : expected) numbered.push_back("c.yaml:2: " + message);
  CHECK(problems_of(kGoodSinks + "sources: { in: " + source + " }\n") == numbered);
}

void expect_sink(const std::string& sink, const Lines& expected) {
  INFO(sink);
  Lines numbered;
  for (const std::string& message : expected) numbered.push_back("c.yaml:2: " + message);
  CHECK(problems_of(kGoodSources + "sinks: { out: " + sink + " }\n") == numbered);
}

void expect_transform(const std::string& transform, const Lines& expected) {
  expect_source("{ type: stdin, transforms: [" + transform + "] }", expected);
}

TEST_CASE("problems of the whole file", "[app][config]") {
  CHECK(problems_of("") == Lines{"c.yaml: empty: a configuration has \"sources\" and \"sinks\""});
  CHECK(problems_of("[1]") == Lines{"c.yaml:1: the configuration must be a mapping",
                                    "c.yaml:1: it has \"sources\" and \"sinks\": `loglode help config` shows all keys"});
  for (const std::string_view text :
       {std::string_view{"\xFF\xFEs\0o\0", 6}, std::string_view{"s\0o\0", 4}, std::string_view{"\xFE\xFF\0s\0o", 6}})
    CHECK(problems_of(std::string{text}) ==
          Lines{"c.yaml: the configuration is not YAML: UTF-16, as PowerShell and some editors write: save the file as UTF-8"});
  CHECK(problems_of("state: /x\n") == Lines{"c.yaml: the configuration lacks \"sources\"", "c.yaml: the configuration lacks \"sinks\""});
  CHECK(problems_of("sources: [\n").front().starts_with("c.yaml:2: not YAML: "));
  CHECK(problems_of(kGoodSources + kGoodSinks + "---\nstate: x\n").front() ==
        "c.yaml:3: a second YAML document (after ---): a file holds one configuration");
  CHECK(problems_of("sources: {}\nsinks: []\n") == Lines{"c.yaml:1: \"sources\" must be a mapping of at least one name to a source",
                                                         "c.yaml:2: \"sinks\" must be a mapping of at least one name to a sink"});
  CHECK(problems_of("sources:\n  a: { type: stdin }\n  a: { type: stdin }\n  'b c': {}\nsinks:\n  o: { type: file, path: o }\n  o: 1\n") ==
        Lines{"c.yaml:3: source \"a\" is given twice", "c.yaml:4: bad name of a source \"b c\": letters, digits and . _ - only, at most 64",
              "c.yaml:7: sink \"o\" is given twice"});
  CHECK(
      problems_of(
          "sources:\n  a: { type: stdin }\n  b: { type: stdin }\nsinks:\n  o: { type: file, path: o }\n  p: { type: file, path: ./o }\n") ==
      Lines{"c.yaml:3: source \"b\": only one source can read standard input, and another one does already",
            "c.yaml:6: sink \"p\" writes the file of sink \"o\""});
}

TEST_CASE("problems of the small sections", "[app][config]") {
  expect_line("stat: /x", {"unknown key \"stat\" in the configuration (did you mean \"state\"?)"});
  expect_line("state:", {"\"state\" must not be empty"});
  expect_line("state: [x]", {"\"state\" must be one value, not a list or a mapping"});
  expect_line("snapshot: 1", {"bad snapshot \"1\": a duration is written 500ms, 10s, 5m, 2h or 1d"});
  expect_line("snapshot: 1ms", {"bad snapshot \"1ms\": from 10ms to 10m"});
  expect_line("pipeline: fast", {"pipeline must be a mapping"});
  expect_line("pipeline: { treads: 2 }", {"unknown key \"treads\" in pipeline (did you mean \"threads\"?)"});
  expect_line("pipeline: { threads: 0 }", {"bad threads \"0\": auto, or a whole number from 1 to 64"});
  expect_line("pipeline: { threads: 64 }", {});
  expect_line("pipeline: { threads: 65 }", {"bad threads \"65\": auto, or a whole number from 1 to 64"});
  expect_line("pipeline: { memory: 1GB }", {"bad memory \"1GB\": a size is written 64KiB, 256MiB, 1GiB or in plain bytes"});
  expect_line("pipeline: { memory: 1MiB }", {"bad memory \"1MiB\": from 16MiB to 16384GiB"});
  expect_line("pipeline: { memory: 16MiB, line_bytes_max: 3MiB }", {"line_bytes_max must be at most an eighth of memory"});
  expect_line("pipeline: { threads: 1, threads: 2 }", {"key \"threads\" is given twice in pipeline"});
  expect_line("rules: { packs: [builtin, builtin] }", {"\"packs\" has builtin twice"});
  expect_line("mining: { templates_max: lots }", {"bad templates_max \"lots\": a whole number from 100 to 10000000"});
  for (const char* const width : {"1s", "20s", "1h"})
    expect_line(
        "detect: { bucket: " + std::string{width} + " }",
        {"bucket can only be 10s: what is rare, frequent, a drop or a silence was measured in windows of 10 s, and those of another "
         "width could not be added to what the state and other members have"});
  expect_line("detect: { bucket: 10s }", {});
  expect_line("detect: { frequent: { count: 0 } }", {"bad count \"0\": a whole number from 1 to 1000000000"});
  expect_line("dead_letters: { when_full: drop_newest }", {"bad when_full \"drop_newest\": one of block"});
  expect_line("dead_letters: { mask_dead_letters: yes }", {"bad mask_dead_letters \"yes\": one of true, false"});
  expect_line("rca: { provider: llama }", {"bad provider \"llama\": one of none, anthropic, openai, openai_compatible"});
  expect_line("log: { level: warning }", {"bad level \"warning\": one of trace, debug, info, warn, error (did you mean \"warn\"?)"});
  const std::string form = ": an address and a port like 127.0.0.1:9600 or [::1]:9600, or off";
  for (const std::string bad :
       {"9600", "localhost", ":9600", "example.org:9600", "127.0.0.1:x", "127.0.0.1:70000", "256.0.0.1:1", "::1:9600"})
    expect_line("http: { listen: '" + bad + "' }", {"bad listen \"" + bad + "\"" + form});
  expect_line("http: { listen: '0.0.0.0:9600' }", {"listen \"0.0.0.0:9600\" can be reached from other machines: it needs a \"token\""});
  expect_line("http: { listen: '127.0.0.1:9600', token: short }",
              {"a token must have 16 characters or more, as shorter ones can be guessed: try `openssl rand -hex 16`"});
  expect_line("http: { listen: '[::]:9600' }", {"listen \"[::]:9600\" can be reached from other machines: it needs a \"token\""});
}

TEST_CASE("problems of sources", "[app][config]") {
  expect_source("{ paths: [x] }", {"source \"in\" lacks \"type\""});
  expect_source("{ type: kafak }", {"bad type \"kafak\": one of kafka, file, stdin (did you mean \"kafka\"?)"});
  expect_source("{ type: kafka }", {"source \"in\" lacks \"brokers\"", "source \"in\" lacks \"topics\"", "source \"in\" lacks \"group\""});
  expect_source("{ type: file }", {"source \"in\" lacks \"paths\""});
  expect_source("{ type: file, paths: [] }", {"\"paths\" must not be empty"});
  expect_source("{ type: file, paths: [x, ''] }", {"\"paths\" must be a text or a list of texts, none of them empty"});
  expect_source("{ type: file, paths: x, group: g }", {"\"group\" is for kafka sources only"});
  expect_source("{ type: stdin, start: end }", {"\"start\" is for kafka and file sources only"});
  expect_source("{ type: file, paths: x, start: latest }", {"bad start \"latest\": one of start, end, state"});
  expect_source("{ type: file, paths: x, start: state }", {"start: state needs a \"state\" folder"});
  expect_source("{ type: stdin, format: jsno }", {"unknown format \"jsno\" (did you mean \"json\"?)"});
  expect_source("{ type: stdin, tz: Europe/Nowhere }", {"unknown tz \"Europe/Nowhere\": write a name like Europe/Berlin, or UTC"});
  expect_source("{ type: stdin, lateness: 1h30m }", {"bad lateness \"1h30m\": a duration is written 500ms, 10s, 5m, 2h or 1d"});
  expect_source("{ type: stdin, service: { from: topic } }", {"service from topic: source \"in\" has no topic"});
  expect_source("{ type: file, paths: x, service: { from: 'field:' } }",
                {"bad from \"field:\": one of topic, key, path, field:NAME, fixed:NAME (did you mean \"field:NAME\"?)"});
}

TEST_CASE("problems of Kafka sources", "[app][config]") {
  const auto expect = [](const std::string& more, const Lines& expected) {
    expect_source("{ type: kafka, group: g, " + more + " }", expected);
  };
  expect("brokers: ['a:x'], topics: t", {"bad broker \"a:x\": write host:port"});
  for (const std::string bare : {"nohost", "[::1]", "SASL_SSL://a", "a:1,b"})
    expect("brokers: ['" + bare + "'], topics: t", {"bad broker \"" + bare + "\": it has no port: write host:port, as host:9092"});
  expect("brokers: ['[::1]:9092', 'SASL_SSL://a:1,b:2'], topics: t", {});
  expect("brokers: ['a:1,:2'], topics: t", {"bad broker \"a:1,:2\": write host:port"});
  expect("brokers: ['a:1'], topics: ['a b']", {"bad topic \"a b\": letters, digits and . _ - only, at most 249; a pattern begins with ^"});
  expect("brokers: ['a:1'], topics: ['^a(']", {"bad topic pattern \"^a(\": Unmatched ( or \\("});
  expect("brokers: ['a:1'], topics: t, start: erliest", {"bad start \"erliest\": one of earliest, latest, from-beginning-once, a time like "
                                                         "2026-11-23T12:00:00Z (did you mean \"earliest\"?)"});
  expect("brokers: ['a:1'], topics: t, start: 2026-13-45",
         {"bad start \"2026-13-45\": not a time; write for example 2026-11-23T12:00:00Z"});
  expect("brokers: ['a:1'], topics: t, per_topic: [{ topics: ['^(']}]",
         {"bad topic pattern \"^(\": Unmatched ( or \\(", "per_topic needs \"format\" or \"service\""});
  expect("brokers: ['a:1'], topics: t, headers: traceparent", {});
  expect("brokers: ['a:1'], topics: t, headers: [a, 'b c', a]",
         {"bad header \"b c\": printable ASCII without blanks only", "header \"a\" is named twice"});
  expect("brokers: ['a:1'], topics: t, headers: [" + std::string(129, 'x') + "]",
         {"bad header \"" + std::string(60, 'x') + "…\": a name has at most 128 bytes"});
  expect("brokers: ['a:1'], topics: t, headers: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]", {"17 headers, at most 16 are kept"});
}

TEST_CASE("problems of librdkafka's options", "[app][config]") {
  const auto source = [](const std::string& option, const std::string& expected) {
    expect_source("{ type: kafka, brokers: 'a:1', topics: t, group: g, options: { " + option + " } }",
                  expected.empty() ? Lines{} : Lines{expected});
  };
  const std::string snapshot = " is not to be set here: positions move only behind a durable snapshot";
  source("enable.auto.commit: true", "option \"enable.auto.commit\"" + snapshot);
  source("enable.auto.offset.store: true", "option \"enable.auto.offset.store\"" + snapshot);
  source("enable.partition.eof: true",
         "option \"enable.partition.eof\" is not to be set here: loglode sets it: idle partitions are told by it from slow ones");
  source("group.id: x", "option \"group.id\" is not to be set here: the key \"group\" sets it");
  source("bootstrap.servers: x", "option \"bootstrap.servers\" is not to be set here: the key \"brokers\" sets it");
  source("statistics.interval.ms: 1",
         "option \"statistics.interval.ms\" is not to be set here: loglode sets it: its own metrics come from there");
  source("plugin.library.paths: x.so", "option \"plugin.library.paths\" is not to be set here: it would load foreign code");
  if (rd_kafka_version() < 0x02060100)
    source("partition.assignment.strategy: cooperative-sticky",
           "option \"partition.assignment.strategy\" is not to be set here: cooperative-sticky needs librdkafka 2.6.1 or newer; range and "
           "roundrobin are safe");
  source("partition.assignment.strategy: range", "");
  source("isolation.level: read_committed", "");
  source(
      "secruity.protocol: ssl",
      fmt::format("unknown option \"secruity.protocol\" of librdkafka {} (did you mean \"security.protocol\"?)", rd_kafka_version_str()));
  source("session.timeout.ms: soon", "option \"session.timeout.ms\": Invalid value for configuration property \"session.timeout.ms\"");
  source("log_cb: x", "option \"log_cb\": Property \"log_cb\" must be set through dedicated .._set_..() function");
  source("check.crcs: [a]", "option \"check.crcs\" must have one value");
  const auto sink = [](const std::string& option, const std::string& expected) {
    expect_sink("{ type: kafka, brokers: 'a:1', topic: t, options: { " + option + " } }", expected.empty() ? Lines{} : Lines{expected});
  };
  sink("acks: 1", "option \"acks\" is not to be set here: a record counts as delivered once all in-sync replicas have it: only all");
  sink("acks: -1", "");
  sink("enable.idempotence: false",
       "option \"enable.idempotence\" is not to be set here: retries would repeat and reorder records: only true");
  sink("enable.idempotence: true", "");
  const std::string crcs =
      "behind a batch that fails its checksum librdkafka loses its place and may end the process (docs/dependencies.md)";
  source("check.crcs: true", "option \"check.crcs\" is not to be set here: " + crcs);
  source("check.crcs: false", "");
  const std::string for_ever = "is not to be set here: a record is tried until the topic takes it or refuses it for good";
  sink("message.timeout.ms: 10", "option \"message.timeout.ms\" " + for_ever);
  sink("delivery.timeout.ms: 10", "option \"delivery.timeout.ms\" " + for_ever);
  sink("message.timeout.ms: 0", "");
  source("message.timeout.ms: 10", "");
  sink("compression.codec: zst", "option \"compression.codec\": Invalid value \"zst\" for configuration property \"compression.codec\"");
}

TEST_CASE("problems of transforms", "[app][config]") {
  expect_transform("{ drp: {} }", {"unknown key \"drp\" in a transform (did you mean \"drop\"?)"});
  expect_transform("drop", {"a transform must be a mapping"});
  expect_transform("{ drop: }", {"drop must be a mapping"});
  expect_transform("{ redact: [a] }", {"redact must be a mapping"});
  expect_transform("{ drop: {} }", {"drop needs at least one of severity_at_least, severity_below, rule, pattern, service"});
  expect_transform("{ drop: { severity_below: inf } }",
                   {"bad severity_below \"inf\": one of trace, debug, info, warn, error, fatal (did you mean \"info\"?)"});
  expect_transform("{ drop: { pattern: '[' } }", {"bad pattern \"[\": missing terminating ] for character class (at byte 1)"});
  expect_transform("{ redact: {} }", {"redact lacks \"pattern\""});
  expect_transform("{ rename: { from: a, to: a } }", {"rename: \"from\" and \"to\" are the same"});
  expect_transform("{ sample: {} }", {"sample lacks \"keep_one_in\""});
  expect_transform("{ sample: { keep_one_in: 1 } }", {"bad keep_one_in \"1\": a whole number from 2 to 1000000000"});
  expect_transform("{ route: { to: [out] } }", {"route lacks \"when\""});
  expect_transform("{ route: { when: { service: a }, to: [oot] } }", {"route to an unknown sink \"oot\" (did you mean \"out\"?)"});
  expect_transform("{ drop: { rule: a }, redact: { pattern: b } }",
                   {"a transform is a mapping of one key: begin each transform with a dash"});
  CHECK(problems_of("sources: { in: { type: stdin, transforms: [{ route: { when: { rule: a }, to: out } }] } }\n"
                    "sinks: { out: { type: file, path: o, what: findings } }\n") ==
        Lines{"c.yaml:1: route to sink \"out\", which takes no records (its \"what\")"});
}

TEST_CASE("problems of a sink for Elasticsearch that a run or the server would find", "[app][config]") {
  const auto expect_key = [](const std::string& key, const std::string& expected) {
    expect_sink("{ type: elasticsearch, urls: ['https://a:9200'], " + key + " }", expected.empty() ? Lines{} : Lines{expected});
  };
  const auto expect_url = [](const std::string& url, const std::string& why) {
    expect_sink("{ type: elasticsearch, urls: ['" + url + "'] }",
                why.empty() ? Lines{} : Lines{"bad url \"" + url + "\": " + why + ", for example https://es1:9200"});
  };
  const std::string port = "a port is a number from 1 to 65535";
  for (const std::string good : {"http://a", "https://a:9200/prefix/", "http://[::1]:9200", "http://10.0.0.1:80", "http://a/b:c"})
    expect_url(good, "");
  for (const std::string bad : {"http://a:", "http://a:0", "http://a:70000", "http://a:x", "http://a:92 00"})
    expect_url(bad, bad.find(' ') == std::string::npos ? port : "it holds a blank or a sign that no URL has");
  for (const std::string bad : {"http://", "http:///x", "http://:9200"}) expect_url(bad, "it has no host");
  expect_url("http://::1:9200", "it has no host");
  expect_url("http://fe80::1:9200", "an IPv6 address stands in brackets: http://[::1]:9200");
  expect_url("http://a:9200/x?y=1", "it ends with its path: no ? and no #");
  expect_sink("{ type: elasticsearch, urls: ['https://a:9200', 'https://A:9200/'] }", {"\"urls\" has \"https://A:9200/\" twice"});
  expect_key("proxy: 'proxy:3128'", "bad proxy \"proxy:3128\": it begins with http:// or https://, for example http://proxy:3128");
  expect_key("proxy: 'http://bob:x@proxy:3128'", "");
  expect_key("tls: { ca: /no/such/ca.pem }", "tls.ca \"/no/such/ca.pem\": there is no such file");
  expect_key("tls: { ca: / }", "tls.ca \"/\": is a folder: name a PEM file in it");
  expect_key(
      "tls: { ca: /dev/null }",
      "tls.ca \"/dev/null\": holds no PEM block of a certificate (\"-----BEGIN …\"): `openssl x509 -inform der`, `openssl pkcs12` or "
      "`openssl pkey` make one of other formats");
  expect_key("retry: { first: 1m, max: 500ms }",
             "sink \"out\": \"retry.first\" (1m) is longer than \"retry.max\" (500ms): the first pause is the shortest");
  const std::string ours = "logs-loglode-NAMESPACE or logs-loglode.DATASET-NAMESPACE, which our index template is for";
  for (const std::string good : {"logs-loglode-default", "logs-loglode.shop-eu-1", "logs-loglode.a.b_c-prod"})
    expect_key("data_stream: " + good, "");
  for (const auto& [name, why] :
       std::initializer_list<std::pair<std::string, std::string>>{{"logs-app-default", ours},
                                                                  {"logs-loglode", ours},
                                                                  {"logs-loglode.shop", ours},
                                                                  {"logs-loglode.-x", "a part of it is empty: " + ours},
                                                                  {"logs-loglode-", "a part of it is empty: " + ours},
                                                                  {"logs-loglode-Prod", "upper case is refused by the server"},
                                                                  {"logs-loglode-a b", "lower-case letters, digits and . _ - only"},
                                                                  {"logs-loglode-a,b", "lower-case letters, digits and . _ - only"},
                                                                  {"-logs-loglode-a", "it begins with a letter or digit"}})
    expect_key("data_stream: '" + name + "'", "bad data_stream \"" + name + "\": " + why);
  for (const auto& [size, why] : std::initializer_list<std::pair<std::size_t, std::string>>{
           {200, "longer than 200 bytes"}, {101, "dataset and namespace have at most 100 bytes each"}}) {
    const Lines problems =
        problems_of(kGoodSources + "sinks: { out: { type: elasticsearch, urls: ['https://a'], data_stream: logs-loglode-" +
                    std::string(size, 'a') + " } }\n");
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().ends_with(why));
  }
  expect_key("events: { prefix: _x }", "bad prefix \"_x\": it begins with a letter or digit");
  expect_key("events: { prefix: logs-loglode }",
             "bad prefix \"logs-loglode\": indices of that name would be taken for data streams of records");
}

TEST_CASE("problems of sinks", "[app][config]") {
  expect_sink("{ type: file }", {"sink \"out\" lacks \"path\""});
  expect_sink("{ type: kafka }", {"sink \"out\" lacks \"brokers\"", "sink \"out\" lacks \"topic\""});
  expect_sink("{ type: s3 }", {"bad type \"s3\": one of file, kafka, elasticsearch"});
  expect_sink("{ type: elasticsearch, urls: ['https://127.0.0.1:9200'], api_key: x }", {});
  expect_sink("{ type: elasticsearch }", {"sink \"out\" lacks \"urls\""});
  expect_sink("{ type: elasticsearch, urls: ['es1:9200'] }",
              {"bad url \"es1:9200\": it begins with http:// or https://, for example https://es1:9200"});
  expect_sink("{ type: elasticsearch, urls: ['http://a:9200'], api_key: x, bearer: y }",
              {"sink \"out\": one of \"api_key\", \"user\" with \"password\", and \"bearer\", not several"});
  expect_sink("{ type: elasticsearch, urls: ['http://a:9200'], user: x }", {"sink \"out\": \"user\" and \"password\" belong together"});
  expect_sink("{ type: elasticsearch, urls: ['http://a:9200'], bulk: { size: 1KiB } }", {"bad size \"1KiB\": from 64KiB to 100MiB"});
  expect_sink("{ type: file, path: o, what: [record] }",
              {"bad what \"record\": one of records, templates, findings, incidents, reports (did you mean \"records\"?)"});
  expect_sink("{ type: file, path: o, what: [records, records] }", {"\"what\" has \"records\" twice"});
  expect_sink("{ type: file, path: o, what: [] }", {"\"what\" must not be empty"});
  expect_sink("{ type: file, path: o, topic: t }", {"\"topic\" is for kafka sinks only"});
  expect_sink("{ type: file, path: o, sync: always }", {"bad sync \"always\": one of snapshot, never"});
  expect_sink("{ type: file, path: o, when_full: dead_letter }", {"when_full: dead_letter needs dead_letters.path or a \"state\" folder"});
  expect_sink("{ type: file, path: o, rotate: { keep: 0 } }",
              {"bad keep \"0\": a whole number from 1 to 1000000", "sink \"out\".rotate needs \"size\" or \"age\""});
  expect_sink("{ type: kafka, brokers: 'a:1', topic: '^x' }", {"bad topic \"^x\": letters, digits and . _ - only, at most 249"});
}

TEST_CASE("problems never hold a value from outside, nor a secret", "[app][config]") {
  const Lines lines = problems_of(
      "state: '${SECRET}'\n"
      "snapshot: '${SECRET}'\n"
      "sources:\n"
      "  a: { type: '${SECRET}' }\n"
      "  b: { type: kafka, brokers: '${SECRET}:x', topics: ['^(${SECRET}', '${SECRET} x'], group: g, start: '${SECRET}', options: {\n"
      "       security.protocol: '${SECRET}', ssl.key.password: [hunter2], compression.codec: '${SECRET}', '${SECRET}': x } }\n"
      "  c: { type: stdin, format: '${SECRET}', tz: '${SECRET}', transforms: [{ redact: { pattern: '(${SECRET}' } }] }\n"
      "sinks:\n"
      "  o: { type: file, path: '${SECRET}', what: '${SECRET}', rotate: { size: '${SECRET}', age: '${SECRET}', keep: '${SECRET}' } }\n"
      "http: { listen: '${SECRET}', token: [hunter2] }\n"
      "rca: { provider: '${SECRET}', url: '${SECRET:hunter2}', key: hunter2 }\n"
      "log: { level: '${SECRET}', format: '${MISSING}' }\n");
  CHECK(lines.size() >= 20);
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(line.find("hunter2") == std::string::npos);
  }
  CHECK(lines.back() == "c.yaml:12: bad format \"${MISSING}\": one of text, json");
}

}  // namespace
}  // namespace loglode::config

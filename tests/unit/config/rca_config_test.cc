// The section `rca`: every key of it, and what is said of a wrong one.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "config/load_config.h"
#include "config/rca_keys.h"

namespace loglode::config {
namespace {

constexpr TypeReaders kNoTypes{[](const YAML::Node&, int, ConfigReading&) { return std::vector<SourceConfig>{}; },
                               [](const YAML::Node&, int, ConfigReading&) { return std::vector<SinkConfig>{}; },
                               [](LoadedConfig&, const Environment&) {}, [](const PipelineConfig&, ConfigReading&) {}};

LoadedConfig load(const std::string& rca, const std::string& state = "state: /s\n") {
  return load_config_text("sources: {}\nsinks: {}\n" + state + "rca: " + rca + "\n", "/etc/c.yaml", kNoTypes,
                          [](const std::string& name) -> std::optional<std::string> {
                            if (name == "MODEL_KEY") return "sk-hunter2";
                            if (name == "BROKEN") return "sk hunter2";
                            return std::nullopt;
                          });
}

std::vector<std::string> messages(const std::vector<ConfigProblem>& problems) {
  std::vector<std::string> out;
  for (const ConfigProblem& problem : problems) out.push_back(problem.message);
  return out;
}

TEST_CASE("rca: the section of the contract is read whole", "[config]") {
  const LoadedConfig loaded = load(R"({
  provider: openai_compatible, url: 'http://127.0.0.1:8080', model: NAME, key: '${MODEL_KEY}', api_version: '', effort: medium,
  tokens: { input_max: 5000, output_max: 900, field: max_completion_tokens }, timeout: 300s,
  when: { severity: warning, notify: [page] },
  budget: { calls_per_hour: 7, cost_per_day: 5.00, price_per_million: { input: 3, cached_input: 0.3, output: 15 } },
  cache: 1h, queue: 9, raw_examples: true, send_hosts: plain, exclude: { services: ['hr.*'] },
  context: { command: [/usr/local/bin/ctx, -v], timeout: 2s, bytes_max: 1KiB },
  audit: { path: /var/lib/x.ndjson, bodies: true, keep: 30d }, language: zh })");
  CHECK(messages(loaded.problems).empty());
  CHECK(messages(loaded.warnings).empty());
  CHECK(loaded.holds_secrets);
  const RcaConfig& rca = loaded.config.rca;
  CHECK(rca.provider.value == RcaConfig::Provider::openai_compatible);
  CHECK(rca.key.value == "sk-hunter2");
  CHECK(rca.key.shown == "***");
  CHECK(rca.effort.value == "medium");
  CHECK(rca.input_tokens_max.value == 5000);
  CHECK(rca.output_tokens_max.value == 900);
  CHECK(rca.tokens_field.value == "max_completion_tokens");
  CHECK(rca.timeout.value == std::chrono::seconds{300});
  CHECK(rca.severity_least.value == Severity::warn);
  CHECK(rca.notify == std::set<std::string>{"page"});
  CHECK(rca.calls_per_hour.value == 7);
  CHECK(rca.cost_per_day->value == 5.0);
  CHECK(rca.prices->cached_input == 0.3);
  CHECK(rca.queue_max.value == 9);
  CHECK(rca.send_hosts.value == RcaConfig::Hosts::plain);
  CHECK(rca.excluded_services.front().value == "hr.*");
  CHECK(rca.context_command.back().value == "-v");
  CHECK(rca.context_bytes_max.value == kKiB);
  CHECK(rca.audit_path.value == "/var/lib/x.ndjson");
  CHECK(rca.audit_bodies.value);
  CHECK(rca.audit_kept.value == std::chrono::hours{24 * 30});
  CHECK(rca.language.value == RcaConfig::Language::chinese);
}

TEST_CASE("rca: defaults are those of the provider", "[config]") {
  const RcaConfig hosted = load("{ provider: anthropic, model: m }").config.rca;
  CHECK(hosted.url.value == "https://api.anthropic.com");
  CHECK(hosted.timeout.value == std::chrono::seconds{60});
  CHECK(hosted.effort.value == "medium");
  CHECK(hosted.audit_path.value == "/s/ai-audit.ndjson");
  CHECK(load("{ provider: openai, model: m }").config.rca.url.value == "https://api.openai.com");
  const RcaConfig local = load("{ provider: openai_compatible, model: m, url: 'http://127.0.0.1:1' }").config.rca;
  CHECK(local.timeout.value == std::chrono::seconds{600});
  CHECK(local.effort.empty());
  CHECK(load("{ language: en }").config.rca.provider.value == RcaConfig::Provider::none);
}

TEST_CASE("rca: what is wrong is said, with what to do", "[config]") {
  const auto expect = [](const std::string& rca, const std::vector<std::string>& problems, const std::string& state = "state: /s\n") {
    INFO(rca);
    CHECK(messages(load(rca, state).problems) == problems);
  };
  const std::string local = "provider: openai_compatible, url: 'http://127.0.0.1:1', model: m";
  expect("{ provider: llama }", {"bad provider \"llama\": one of none, anthropic, openai, openai_compatible"});
  expect("{ provider: anthropic }", {"rca lacks \"model\""});
  expect("{ provider: openai_compatible, model: m }", {"rca lacks \"url\""});
  expect("{ modle: m }", {"unknown key \"modle\" in rca (did you mean \"model\"?)"});
  expect("{ " + local + " }", {"rca needs \"audit.path\" or a \"state\" folder: what is sent to a model is written down before"}, "");
  expect("{ " + local + ", budget: { cost_per_day: 5 } }",
         {"\"cost_per_day\" needs \"price_per_million\": without prices nobody knows what a call costs"});
  expect("{ " + local + ", budget: { cost_per_day: -5, price_per_million: { input: 1e3 } } }",
         {"bad cost_per_day \"-5\": an amount like 0.30, from 0 to 1000000", "bad input \"1e3\": an amount like 0.30, from 0 to 1000000",
          "rca.budget.price_per_million lacks \"output\""});
  expect("{ " + local + ", key: sk-hunter2 }",
         {"\"key\" must not be written into the configuration: '${NAME}' reads the environment, '${file:PATH}' a file"});
  expect("{ " + local + ", key: '${NONE:sk-hunter2}' }",
         {"\"key\" must not be written into the configuration: '${NAME}' reads the environment, '${file:PATH}' a file"});
  expect("{ " + local + ", key: '${NONE:}' }", {});  // a local model without one
  expect("{ " + local + ", key: '${BROKEN}' }", {"\"key\" holds a blank, a line break or a sign that no key has"});
  expect("{ provider: openai_compatible, model: m, url: '127.0.0.1:1' }",
         {"bad url \"127.0.0.1:1\": it begins with http:// or https://, for example http://127.0.0.1:8080"});
  expect("{ provider: openai_compatible, model: m, url: 'http://me:hunter2@h' }",
         {"\"url\" must not hold a user or password: use \"key\""});
  expect("{ when: { severity: fatal, notify: [pager] } }",
         {"bad severity \"fatal\": one of info, warning, error, critical",
          "bad notify \"pager\": one of page, ticket, digest, none (did you mean \"page\"?)"});
  expect("{ exclude: {} }", {"rca.exclude lacks \"services\""});
  expect("{ context: { timeout: 1s } }", {"rca.context lacks \"command\""});
  expect("{ tokens: { field: 'a b' } }", {"bad field \"a b\": letters, digits and . _ - only"});
}

TEST_CASE("rca: a key file that others can read is refused", "[config]") {
  const std::string file = std::filesystem::temp_directory_path() / ("loglode-key-" + std::to_string(::getpid()));
  std::ofstream{file} << "sk-hunter2\n";
  const std::string rca = "{ provider: openai, model: m, key: '${file:" + file + "}' }";
  for (const mode_t mode : {0644U, 0604U, 0602U}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK(messages(load(rca).problems) ==
          std::vector<std::string>{"the key file " + file + " can be read by every user of this machine: chmod 600 " + file});
  }
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  CHECK(load(rca).problems.empty());
  CHECK(load(rca).config.rca.key.value == "sk-hunter2");
  std::filesystem::remove(file);
}

TEST_CASE("rca: what works, but perhaps not as it was meant, is a warning", "[config]") {
  CHECK(messages(load("{ provider: openai_compatible, model: m, url: 'http://gpu:8000', key: '${MODEL_KEY}' }").warnings) ==
        std::vector<std::string>{"rca: \"http://gpu:8000\" is not encrypted: evidence and the key can be read on the way"});
  const LoadedConfig raised = load("{ provider: anthropic, model: m, tokens: { output_max: 1000 } }");
  CHECK(messages(raised.warnings) == std::vector<std::string>{"output_max is raised to 8000: the thinking before the answer counts in it"});
  CHECK(raised.config.rca.output_tokens_max.value == 8000);
}

TEST_CASE("rca: the documentation has the table of its keys", "[config]") {
  std::ifstream file{LOGLODE_SOURCE_DIR "/docs/configuration.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  CHECK(text.find(rca_keys().table()) != std::string::npos);
}

}  // namespace
}  // namespace loglode::config

// The client of language models as a program, for the tests beside it: the first line of standard input is its configuration, each further
// one a question; each answer is a line of standard output. The key is in the environment (ASK_MODEL_KEY).
#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "rca/model/model_client.h"

namespace {

using nlohmann::json;
using namespace loglode::rca;
using std::chrono::milliseconds;

ModelConfig config_of(const json& given) {
  ModelConfig out;
  const std::string provider = given.at("provider");
  out.provider = provider == "anthropic" ? ModelConfig::Provider::anthropic
                 : provider == "openai"  ? ModelConfig::Provider::openai
                                         : ModelConfig::Provider::openai_compatible;
  out.url = given.at("url");
  out.model = given.value("model", "m");
  out.effort = given.value("effort", "");
  out.audit_file = given.value("audit", "");
  out.audit_bodies = given.value("bodies", false);
  out.timeout = milliseconds{given.value("timeout_ms", 10'000)};
  out.output_tokens_max = given.value("output_max", 8000U);
  out.calls_per_hour = given.value("calls_per_hour", 1000U);
  if (given.contains("cost_per_day")) out.cost_per_day = given.at("cost_per_day").get<double>();
  if (given.contains("prices")) out.prices = ModelPrices{given["prices"][0], given["prices"][1], given["prices"][2]};
  out.retry_first = milliseconds{given.value("retry_first_ms", 5)};
  out.breaker_pause = milliseconds{given.value("breaker_pause_ms", 60'000)};
  if (const char* const key = std::getenv("ASK_MODEL_KEY")) out.key = key;
  return out;
}

ModelRequest request_of(const json& given) {
  ModelRequest out;
  out.system = given.value("system", "You explain incidents.");
  out.user = given.value("user", "E1 | db | too many clients");
  out.schema = given.value(
      "schema", R"({"type":"object","properties":{"summary":{"type":"string"}},"required":["summary"],"additionalProperties":false})");
  out.incident_id = given.value("incident", "i-1");
  out.fingerprint = given.value("fingerprint", "");
  out.evidence = given.value("evidence", std::vector<std::string>{});
  out.severity = static_cast<loglode::Severity>(given.value("severity", 17));
  out.masked = given.value("masked", std::map<std::string, std::uint64_t>{});
  return out;
}

json said(const ModelAnswer& answer) {
  return {{"status", status_word(answer.status)},
          {"text", answer.text},
          {"reason", answer.reason},
          {"request_id", answer.request_id},
          {"input", answer.usage.input},
          {"cached", answer.usage.cached_input},
          {"output", answer.usage.output},
          {"estimated", answer.usage.estimated},
          {"cost", answer.cost},
          {"from_cache", answer.from_cache},
          {"has_retry", answer.retry_at.has_value()}};
}

}  // namespace

int main() {
  std::string line;
  std::getline(std::cin, line);
  ModelClient client{config_of(json::parse(line))};
  while (std::getline(std::cin, line)) {
    const json asked = json::parse(line);
    std::stop_source source;
    std::jthread stopper;
    if (const int after = asked.value("cancel_after_ms", 0); after > 0)
      stopper = std::jthread{[&source, after] {
        std::this_thread::sleep_for(milliseconds{after});
        source.request_stop();
      }};
    std::cout << said(client.ask(request_of(asked), source.get_token())).dump() << std::endl;
  }
}

// Errors as the servers word them: what is made of each, what a person reads, and what nobody reads.
#include "rca/model/server_refusal.h"

#include <catch2/catch.hpp>

namespace loglode::rca {
namespace {

using Kind = ServerRefusal::Kind;
using Provider = ModelConfig::Provider;
using Schema = RequestForm::Schema;

ModelConfig config_of(Provider provider = Provider::anthropic) {
  ModelConfig config;
  config.provider = provider;
  config.url = "http://h";
  config.model = "m";
  config.key = "hunter2-0123456789abcdef";
  config.effort = "medium";
  return config;
}

ServerRefusal refusal(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return read_refusal(config_of(), answer);
}

TEST_CASE("each error of a model server is one of few kinds", "[rca]") {
  const auto expect = [](int status, const std::string& body, Kind kind) {
    INFO(status << ' ' << body);
    CHECK(static_cast<int>(refusal(status, body).kind) == static_cast<int>(kind));
  };
  const auto anthropic = [](const std::string& type, const std::string& message) {
    return R"({"type":"error","error":{"type":")" + type + R"(","message":")" + message + R"("},"request_id":"req_1"})";
  };
  const auto openai = [](const std::string& message, const std::string& code) {
    return R"({"error":{"message":")" + message + R"(","type":"invalid_request_error","param":null,"code":")" + code + R"("}})";
  };
  expect(400, anthropic("invalid_request_error", "output_config.format: Extra inputs are not permitted"), Kind::form);
  expect(400,
         anthropic("invalid_request_error",
                   "The compiled grammar is too large, which would cause performance issues. Simplify your tool schemas"),
         Kind::form);
  expect(400,
         anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing"),
         Kind::account);
  expect(400,
         anthropic("invalid_request_error",
                   "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."),
         Kind::account);
  expect(400, anthropic("invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum"), Kind::too_long);
  expect(
      400,
      anthropic("invalid_request_error", "max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for this model"),
      Kind::output_limit);
  expect(401, anthropic("authentication_error", "invalid x-api-key"), Kind::key);
  expect(402, anthropic("billing_error", "billing"), Kind::account);
  expect(403, anthropic("permission_error", "no"), Kind::key);
  expect(404, anthropic("not_found_error", "model: claude-2"), Kind::no_model);
  expect(408, "", Kind::passing);
  expect(409, "", Kind::passing);
  expect(413, anthropic("request_too_large", "Request exceeds the maximum size"), Kind::too_long);
  expect(429, anthropic("rate_limit_error", "This request would exceed your organization's rate limit of 40,000 input tokens per minute"),
         Kind::passing);
  expect(429, openai("Rate limit reached: add a payment method at https://platform.openai.com/account/billing", "rate_limit_exceeded"),
         Kind::passing);
  expect(429, openai("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"), Kind::account);
  expect(429, anthropic("rate_limit_error", "Your workspace's monthly spend limit is reached"), Kind::account);
  expect(500, anthropic("api_error", "Internal server error"), Kind::passing);
  expect(503, R"({"error":{"message":"Loading model","type":"unavailable_error","code":503}})", Kind::passing);
  expect(504, "<html>gateway time-out</html>", Kind::passing);
  expect(529, anthropic("overloaded_error", "Overloaded"), Kind::passing);
  // OpenAI
  expect(400, openai("Unsupported parameter: 'reasoning.effort' is not supported with this model.", "unsupported_parameter"), Kind::form);
  expect(400,
         openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
                "context_length_exceeded"),
         Kind::too_long);
  expect(404, openai("The model `gpt-3` does not exist or you do not have access to it.", "model_not_found"), Kind::no_model);
  expect(400, openai("The requested model 'x' does not exist.", "model_not_found"), Kind::no_model);
  // llama.cpp
  expect(
      400,
      R"({"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9012,"n_ctx":8192}})",
      Kind::too_long);
  expect(400, R"({"error":{"code":400,"message":"Failed to parse grammar","type":"invalid_request_error"}})", Kind::form);
  expect(500, R"({"error":{"code":500,"message":"JSON schema conversion failed: unresolved $ref","type":"server_error"}})", Kind::form);
  // vLLM, Ollama, others
  expect(
      400,
      R"({"object":"error","message":"'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 1234 input tokens (8000 > 4096 - 1234).","type":"BadRequestError","param":null,"code":400})",
      Kind::output_limit);
  expect(
      400,
      R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 9234 tokens (1234 in the messages, 8000 in the completion).","code":400})",
      Kind::output_limit);
  expect(404, R"({"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error"}})", Kind::no_model);
  expect(422, R"({"detail":[{"loc":["body","response_format"],"msg":"extra fields not permitted"}]})", Kind::form);
  expect(400, R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}])", Kind::key);
  expect(301, "", Kind::other);
  expect(418, "short and stout", Kind::other);
}

TEST_CASE("the reason says what to do", "[rca]") {
  CHECK(refusal(401, R"({"error":{"message":"invalid x-api-key"}})").reason ==
        "the model server refuses the key (401): look at rca.key: invalid x-api-key");
  CHECK(refusal(404, R"({"error":{"message":"model: m"}})").reason ==
        "the model server does not know the model or the path (404): it may be retired, look at rca.model and rca.url: model: m");
  CHECK(refusal(504, "<html><script>alert(1)</script></html>").reason == "the model server cannot answer now (504)");
  HttpAnswer elsewhere;
  elsewhere.status = 302;
  elsewhere.location = "http://evil/\x1b[31m";
  CHECK(read_refusal(config_of(), elsewhere).reason ==
        "the model server sends elsewhere (302, to \"http://evil/\\x1b[31m\"), which is not followed: if it is meant, rca.url names it");
}

TEST_CASE("what a server echoes of a key is never shown", "[rca]") {
  const std::string key = "hunter2-0123456789abcdef";
  const auto expect_hidden = [&](const std::string& text) {
    const std::string shown = without_secrets(text, key);
    INFO(text << " -> " << shown);
    for (std::size_t at = 0; at + 6 <= key.size(); ++at) CHECK(shown.find(key.substr(at, 6)) == std::string::npos);
    CHECK(shown.find("0therSecret") == std::string::npos);
  };
  expect_hidden("Incorrect API key provided: " + key + ". You can find your key at");
  expect_hidden("Incorrect API key provided: hunter2-*******bcdef");
  expect_hidden("no: Authorization: Bearer " + key);
  expect_hidden("no: Authorization: Bearer 0therSecret");
  expect_hidden("headers: {\"authorization\": \"Basic 0therSecret==\", \"x-api-key\": \"0therSecret\"}");
  expect_hidden("sk-0therSecret and AIza0therSecret");
  expect_hidden("password=0therSecret; api_key=0therSecret");
  CHECK(without_secrets("the task-force asks for a basis", key) == "the task-force asks for a basis");
  CHECK(without_secrets(std::string(5000, 'x'), key).size() < 320);
  CHECK(without_secrets("\x1b[2J\xff\xe2\x80\xae", "") == "\\x1b[2J\\xff\\u{202e}");
}

TEST_CASE("a form is lowered by what the server said, until nothing is left", "[rca]") {
  const auto lowered = [](Provider provider, const RequestForm& form, std::string_view wording) {
    return lower_form(config_of(provider), form, wording);
  };
  CHECK(lowered(Provider::anthropic, {}, "output_config.effort: extra inputs") == RequestForm{Schema::enforced, false, false});
  CHECK(lowered(Provider::anthropic, {}, "output_config.format: extra inputs") == RequestForm{Schema::loose, true, false});
  CHECK(lowered(Provider::anthropic, {Schema::loose, true, false}, "tools") == RequestForm{Schema::none, true, false});
  CHECK_FALSE(lowered(Provider::anthropic, {Schema::none, true, false}, "no"));
  CHECK(lowered(Provider::openai_compatible, {},
                "unsupported parameter: 'max_tokens' is not supported with this model. use 'max_completion_tokens'") ==
        RequestForm{Schema::enforced, true, true});
  CHECK(lowered(Provider::openai_compatible, {Schema::enforced, false, false}, "model does not support thinking") ==
        RequestForm{Schema::loose, false, false});
}

}  // namespace
}  // namespace loglode::rca

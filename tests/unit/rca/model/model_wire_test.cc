// What is sent to each provider, and what its answers say: bodies as the providers document them, and as their servers gave them here.
#include "rca/model/model_wire.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace loglode::rca {
namespace {

using nlohmann::json;
using Provider = ModelConfig::Provider;
using End = WireAnswer::End;
using Schema = RequestForm::Schema;

ModelConfig config_of(Provider provider) {
  ModelConfig config;
  config.provider = provider;
  config.url = "http://h";
  config.model = "m";
  config.key = "sk-hunter2hunter2";
  config.effort = "medium";
  return config;
}

ModelRequest request() {
  ModelRequest out;
  out.system = "You explain.";
  out.user = "E1 | \xff bad bytes";
  out.schema = R"({"type":"object","properties":{"a":{"enum":["E1"]}},"required":["a"],"additionalProperties":false})";
  return out;
}

json body_of(Provider provider, const RequestForm& form = {}, const ModelRequest& asked = request()) {
  const std::string text = request_body(config_of(provider), asked, form, 8000);
  CHECK(text.find("hunter2") == std::string::npos);
  const json body = json::parse(text);
  for (const char* const sampling : {"temperature", "top_p", "top_k", "tool_choice", "seed"}) CHECK_FALSE(body.contains(sampling));
  return body;
}

TEST_CASE("Anthropic: the schema is enforced, else a tool is offered, else asked for in words", "[rca]") {
  const json best = body_of(Provider::anthropic);
  CHECK(best["max_tokens"] == 8000);
  CHECK(best["system"][0]["text"] == "You explain.");
  CHECK(best["system"][0]["cache_control"]["type"] == "ephemeral");
  CHECK(best["messages"].size() == 1);
  CHECK(best["output_config"]["format"]["type"] == "json_schema");
  CHECK(best["output_config"]["format"]["schema"]["required"][0] == "a");
  CHECK(best["output_config"]["effort"] == "medium");
  CHECK_FALSE(best.contains("tools"));
  const json tool = body_of(Provider::anthropic, {Schema::loose, true, false});
  CHECK(tool["tools"][0]["input_schema"]["type"] == "object");
  CHECK_FALSE(tool["output_config"].contains("format"));
  const json text = body_of(Provider::anthropic, {Schema::none, false, false});
  CHECK_FALSE(text.contains("tools"));
  CHECK_FALSE(text.contains("output_config"));
  CHECK(text["system"][0]["text"].get<std::string>().find("additionalProperties") != std::string::npos);
}

TEST_CASE("OpenAI Responses: nothing is stored there", "[rca]") {
  const json best = body_of(Provider::openai);
  CHECK(best["store"] == false);
  CHECK(best["instructions"] == "You explain.");
  CHECK(best["max_output_tokens"] == 8000);
  CHECK(best["text"]["format"]["type"] == "json_schema");
  CHECK(best["text"]["format"]["strict"] == true);
  CHECK(best["reasoning"]["effort"] == "medium");
  CHECK(body_of(Provider::openai, {Schema::loose, false, false})["text"]["format"]["type"] == "json_object");
  CHECK_FALSE(body_of(Provider::openai, {Schema::none, false, false}).contains("text"));
}

TEST_CASE("chat completions: a limit is always sent, under the name that the server knows", "[rca]") {
  const json best = body_of(Provider::openai_compatible);
  CHECK(best["max_tokens"] == 8000);
  CHECK(best["messages"][0]["role"] == "system");
  CHECK(best["response_format"]["json_schema"]["schema"]["type"] == "object");
  CHECK(best["stream"] == false);
  const json other = body_of(Provider::openai_compatible, {Schema::loose, false, true});
  CHECK(other["max_completion_tokens"] == 8000);
  CHECK_FALSE(other.contains("max_tokens"));
  CHECK(other["response_format"]["type"] == "json_object");
  CHECK_FALSE(body_of(Provider::openai_compatible, {Schema::none, false, false}).contains("response_format"));
  ModelRequest broken = request();
  broken.schema = "not JSON";
  CHECK(body_of(Provider::openai_compatible, {}, broken)["response_format"]["json_schema"]["schema"]["type"] == "object");
}

TEST_CASE("the address is that of the configuration, whatever of the path stands there", "[rca]") {
  const auto expect = [](Provider provider, const std::string& url, std::string_view endpoint) {
    ModelConfig config = config_of(provider);
    config.url = url;
    CHECK(model_endpoint(config) == endpoint);
  };
  expect(Provider::anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages");
  expect(Provider::openai, "https://h/v1/", "https://h/v1/responses");
  expect(Provider::openai_compatible, "http://h:1", "http://h:1/v1/chat/completions");
  expect(Provider::openai_compatible, "http://h:1/api/v1", "http://h:1/api/v1/chat/completions");
  expect(Provider::openai_compatible, "http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions");
}

TEST_CASE("the key is a header of Anthropic's requests, and a bearer of others", "[rca]") {
  const auto anthropic = request_headers(config_of(Provider::anthropic));
  CHECK(std::find(anthropic.begin(), anthropic.end(), "x-api-key: sk-hunter2hunter2") != anthropic.end());
  CHECK(std::find(anthropic.begin(), anthropic.end(), "anthropic-version: 2023-06-01") != anthropic.end());
  for (const std::string& header : request_headers(config_of(Provider::openai))) CHECK(header.find("hunter2") == std::string::npos);
}

struct Row {
  std::string_view body;
  End end;
  std::string_view text;
  ModelUsage usage{};
};

void check(Provider provider, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.body);
    const WireAnswer answer = read_wire_answer(provider, row.body);
    CHECK(static_cast<int>(answer.end) == static_cast<int>(row.end));
    CHECK(answer.text == row.text);
    CHECK(answer.usage.input == row.usage.input);
    CHECK(answer.usage.cached_input == row.usage.cached_input);
    CHECK(answer.usage.output == row.usage.output);
  }
}

TEST_CASE("Anthropic's answers are read by the type of their blocks and by their stop reason", "[rca]") {
  check(
      Provider::anthropic,
      {{R"({"id":"msg_1","content":[{"type":"thinking","thinking":"{\"no\":1}","signature":"x"},{"type":"text","text":"{\"a\":1}"}],
              "stop_reason":"end_turn","usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":100,"output_tokens":7}})",
        End::whole,
        "{\"a\":1}",
        {15, 100, 7}},
       {R"({"content":[{"type":"redacted_thinking","data":"x"},{"type":"text","text":"a"},{"type":"text","text":"b"}],"stop_reason":"end_turn"})",
        End::whole, "ab"},
       {R"({"content":[{"type":"text","text":"Here:"},{"type":"tool_use","id":"t","name":"report","input":{"a":1}}],"stop_reason":"tool_use"})",
        End::whole, "{\"a\":1}"},
       {R"({"content":[{"type":"text","text":"```"}],"stop_reason":"max_tokens"})", End::output_limit, "```"},
       {R"({"content":[],"stop_reason":"refusal"})", End::refusal, ""},
       {R"({"content":[{"type":"text","text":"{"}],"stop_reason":"model_context_window_exceeded"})", End::context_limit, "{"},
       {R"({"content":[],"stop_reason":"end_turn"})", End::whole, ""},
       {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", End::failed, ""},
       {R"({"content":"text"})", End::unreadable, ""},
       {R"([1,2])", End::unreadable, ""},
       {R"({"content":[{"type":"text","te)", End::unreadable, ""},
       {R"({"content":[7,null,{"type":7},{"type":"text","text":["x"]}],"usage":{"input_tokens":-5,"output_tokens":1e300}})", End::whole,
        ""}});
}

TEST_CASE("the message of a Responses answer is found wherever it stands", "[rca]") {
  check(
      Provider::openai,
      {{R"({"id":"resp_1","status":"completed","output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"{\"a\":1}"}]}],
              "usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":9}})",
        End::whole,
        "{\"a\":1}",
        {40, 60, 9}},
       {R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"reasoning"}]})", End::output_limit,
        ""},
       {R"({"status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]})", End::refusal, ""},
       {R"({"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I cannot"}]}]})", End::refusal, ""},
       {R"({"status":"failed","error":{"code":"server_error","message":"m"},"output":[]})", End::failed, ""},
       {R"({"status":"completed"})", End::unreadable, ""}});
}

TEST_CASE("chat completions are read as llama.cpp, Ollama and vLLM give them", "[rca]") {
  check(
      Provider::openai_compatible,
      {{R"({"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"{\"a\":1}"}}],"id":"chatcmpl-1","object":"chat.completion",
              "usage":{"completion_tokens":12,"prompt_tokens":52,"total_tokens":64,"prompt_tokens_details":{"cached_tokens":50}},"timings":{"prompt_n":2}})",
        End::whole,
        "{\"a\":1}",
        {2, 50, 12}},
       {R"({"choices":[{"finish_reason":"length","message":{"role":"assistant","content":"```json"}}]})", End::output_limit, "```json"},
       {R"({"choices":[{"finish_reason":"stop","message":{"role":"assistant","reasoning_content":"{}","content":null}}]})", End::whole, ""},
       {R"({"choices":[{"finish_reason":"stop","message":{"content":[{"type":"text","text":"x"},{"type":"image"}]}}]})", End::whole, "x"},
       {R"({"choices":[{"finish_reason":"stop","message":{"content":null,"refusal":"no"}}]})", End::refusal, ""},
       {R"({"choices":[{"finish_reason":"content_filter","message":{"content":"x"}}]})", End::refusal, "x"},
       {R"({"choices":[]})", End::unreadable, ""},
       {R"({"error":{"message":"Provider returned error","code":502}})", End::failed, ""},
       {R"({"error":"model is loading"})", End::failed, ""},
       {"", End::unreadable, ""}});
  CHECK(read_wire_answer(Provider::openai_compatible, R"({"error":"model is loading"})").detail == "model is loading");
}

TEST_CASE("an answer that is nested without end is read in bounded room", "[rca]") {
  const std::string deep(2 * 1024 * 1024, '[');
  CHECK(read_wire_answer(Provider::anthropic, deep).end == End::unreadable);
}

}  // namespace
}  // namespace loglode::rca

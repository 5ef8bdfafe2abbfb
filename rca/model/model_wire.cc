#include "rca/model/model_wire.h"

#include <nlohmann/json.hpp>

namespace loglode::rca {
namespace {

using Json = nlohmann::ordered_json;
using Provider = ModelConfig::Provider;
using Schema = RequestForm::Schema;

constexpr std::string_view kAnthropicVersion = "2023-06-01";
constexpr std::string_view kName = "report";  // of the tool, and of the schema

Json schema_of(const ModelRequest& request) {
  Json schema = Json::parse(request.schema, nullptr, false);
  return schema.is_object() ? schema : Json{{"type", "object"}};
}

/// The system text, with the schema in words where the server does not enforce it.
std::string system_text(const ModelRequest& request, const RequestForm& form, bool is_tool) {
  if (form.schema == Schema::enforced) return request.system;
  const std::string how =
      is_tool ? "Give your answer by calling the tool \"report\" once. " : "Answer with one JSON object and nothing else. ";
  return request.system + "\n\n" + how + "It fits this JSON schema:\n" + request.schema;
}

Json anthropic_body(const ModelConfig& config, const ModelRequest& request, const RequestForm& form, std::uint32_t output_max) {
  const bool is_tool = form.schema == Schema::loose;
  Json body{{"model", config.model}, {"max_tokens", output_max}};
  body["system"] =
      Json::array({{{"type", "text"}, {"text", system_text(request, form, is_tool)}, {"cache_control", {{"type", "ephemeral"}}}}});
  body["messages"] = Json::array({{{"role", "user"}, {"content", request.user}}});
  if (form.schema == Schema::enforced) body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", schema_of(request)}};
  if (form.has_effort && !config.effort.empty()) body["output_config"]["effort"] = config.effort;
  if (is_tool)  // offered, not forced: the newest models refuse a forced one
    body["tools"] = Json::array({{{"name", kName}, {"description", "Takes the answer."}, {"input_schema", schema_of(request)}}});
  return body;
}

Json responses_body(const ModelConfig& config, const ModelRequest& request, const RequestForm& form, std::uint32_t output_max) {
  Json body{{"model", config.model},
            {"instructions", system_text(request, form, false)},
            {"input", request.user},
            {"max_output_tokens", output_max},
            {"store", false}};
  if (form.schema == Schema::enforced)
    body["text"]["format"] = {{"type", "json_schema"}, {"name", kName}, {"strict", true}, {"schema", schema_of(request)}};
  if (form.schema == Schema::loose) body["text"]["format"] = {{"type", "json_object"}};
  if (form.has_effort && !config.effort.empty()) body["reasoning"] = {{"effort", config.effort}};
  return body;
}

Json chat_body(const ModelConfig& config, const ModelRequest& request, const RequestForm& form, std::uint32_t output_max) {
  const std::string other = config.tokens_field == "max_tokens" ? "max_completion_tokens" : "max_tokens";
  Json body{{"model", config.model}};
  body["messages"] =
      Json::array({{{"role", "system"}, {"content", system_text(request, form, false)}}, {{"role", "user"}, {"content", request.user}}});
  body[form.has_other_limit ? other : config.tokens_field] = output_max;
  if (form.schema == Schema::enforced)
    body["response_format"] = {{"type", "json_schema"},
                               {"json_schema", {{"name", kName}, {"strict", true}, {"schema", schema_of(request)}}}};
  if (form.schema == Schema::loose) body["response_format"] = {{"type", "json_object"}};
  if (form.has_effort && !config.effort.empty()) body["reasoning_effort"] = config.effort;
  body["stream"] = false;
  return body;
}

// --- answers: of whatever shape they are, nothing here throws
// ------------------------------------------------------------------------------

const Json& at(const Json& node, std::string_view key) {
  static const Json kNothing;
  if (!node.is_object()) return kNothing;
  const auto found = node.find(std::string{key});
  return found == node.end() ? kNothing : *found;
}
std::string text_at(const Json& node, std::string_view key) {
  const Json& value = at(node, key);
  return value.is_string() ? value.get<std::string>() : std::string{};
}
std::uint64_t count_at(const Json& node, std::string_view key) {
  constexpr std::int64_t kMost = 1'000'000'000;  // tokens: more is nonsense, and would not fit into a sum
  const Json& value = at(node, key);
  return value.is_number_integer() ? static_cast<std::uint64_t>(std::clamp<std::int64_t>(value.get<std::int64_t>(), 0, kMost)) : 0;
}

WireAnswer read_anthropic(const Json& body) {
  WireAnswer out;
  std::string tool;
  if (!at(body, "content").is_array()) return out;
  for (const Json& block : at(body, "content")) {
    const std::string type = text_at(block, "type");
    if (type == "text") out.text += text_at(block, "text");
    if (type == "tool_use" && at(block, "input").is_object())
      tool = at(block, "input").dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  if (!tool.empty()) out.text = std::move(tool);
  const std::string stop = text_at(body, "stop_reason");
  using enum WireAnswer::End;
  out.end = stop == "max_tokens"                      ? output_limit
            : stop == "model_context_window_exceeded" ? context_limit
            : stop == "refusal"                       ? refusal
                                                      : whole;
  out.detail = text_at(at(body, "stop_details"), "explanation");
  const Json& usage = at(body, "usage");
  out.usage = {count_at(usage, "input_tokens") + count_at(usage, "cache_creation_input_tokens"), count_at(usage, "cache_read_input_tokens"),
               count_at(usage, "output_tokens")};
  return out;
}

/// `all` counts those that were cached too.
ModelUsage usage_of(std::uint64_t all, std::uint64_t cached, std::uint64_t output) { return {all - std::min(all, cached), cached, output}; }

WireAnswer read_responses(const Json& body) {
  WireAnswer out;
  using enum WireAnswer::End;
  const std::string status = text_at(body, "status"), why = text_at(at(body, "incomplete_details"), "reason");
  if (!at(body, "output").is_array() && status != "failed") return out;
  out.end = status == "failed" || status == "cancelled" ? failed
            : status != "incomplete"                    ? whole
            : why == "content_filter"                   ? refusal
                                                        : output_limit;
  out.detail = text_at(at(body, "error"), "message");
  for (const Json& item : at(body, "output")) {
    if (text_at(item, "type") != "message") continue;
    for (const Json& part : at(item, "content")) {
      if (text_at(part, "type") == "output_text") out.text += text_at(part, "text");
      if (text_at(part, "type") != "refusal") continue;
      out.end = refusal;
      out.detail = text_at(part, "refusal");
    }
  }
  const Json& usage = at(body, "usage");
  out.usage = usage_of(count_at(usage, "input_tokens"), count_at(at(usage, "input_tokens_details"), "cached_tokens"),
                       count_at(usage, "output_tokens"));
  return out;
}

WireAnswer read_chat(const Json& body) {
  WireAnswer out;
  const Json& choices = at(body, "choices");
  if (!choices.is_array() || choices.empty()) return out;
  const Json &message = at(choices.front(), "message"), &content = at(message, "content");
  if (!message.is_object()) return out;
  if (content.is_string()) out.text = content.get<std::string>();
  if (content.is_array())
    for (const Json& part : content)
      if (text_at(part, "type") == "text") out.text += text_at(part, "text");
  using enum WireAnswer::End;
  const std::string finish = text_at(choices.front(), "finish_reason");
  out.detail = text_at(message, "refusal");
  out.end = finish == "length" ? output_limit : finish == "content_filter" || !out.detail.empty() ? refusal : whole;
  const Json& usage = at(body, "usage");
  out.usage = usage_of(count_at(usage, "prompt_tokens"), count_at(at(usage, "prompt_tokens_details"), "cached_tokens"),
                       count_at(usage, "completion_tokens"));
  return out;
}

WireAnswer read_any(Provider provider, const Json& body) {
  switch (provider) {
    case Provider::anthropic:
      return read_anthropic(body);
    case Provider::openai:
      return read_responses(body);
    case Provider::openai_compatible:
    case Provider::none:
      break;
  }
  return read_chat(body);
}

}  // namespace

std::string model_endpoint(const ModelConfig& config) {
  const std::string_view path = config.provider == Provider::anthropic ? "/v1/messages"
                                : config.provider == Provider::openai  ? "/v1/responses"
                                                                       : "/v1/chat/completions";
  std::string out = config.url;
  while (out.ends_with('/')) out.pop_back();
  if (out.ends_with(path)) return out;
  return out.append(out.ends_with("/v1") ? path.substr(3) : path);
}

std::vector<std::string> request_headers(const ModelConfig& config) {
  std::vector<std::string> out{"Content-Type: application/json", "Accept: application/json"};
  if (config.provider != Provider::anthropic) return out;
  out.push_back("anthropic-version: " + (config.api_version.empty() ? std::string{kAnthropicVersion} : config.api_version));
  if (!config.key.empty()) out.push_back("x-api-key: " + config.key);
  return out;
}

std::string request_body(const ModelConfig& config, const ModelRequest& request, const RequestForm& form, std::uint32_t output_tokens_max) {
  const Json body = config.provider == Provider::anthropic ? anthropic_body(config, request, form, output_tokens_max)
                    : config.provider == Provider::openai  ? responses_body(config, request, form, output_tokens_max)
                                                           : chat_body(config, request, form, output_tokens_max);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

WireAnswer read_wire_answer(Provider provider, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  WireAnswer out = read_any(provider, json);
  out.id = text_at(json, "id");
  out.has_usage = out.usage.input + out.usage.cached_input + out.usage.output > 0;
  const Json& error = at(json, "error");
  if (out.end == WireAnswer::End::unreadable && !error.is_null()) {  // some proxies say so with status 200
    out.end = WireAnswer::End::failed;
    out.detail = error.is_string() ? error.get<std::string>() : text_at(error, "message");
  }
  return out;
}

}  // namespace loglode::rca

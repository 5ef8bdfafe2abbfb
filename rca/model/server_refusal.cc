#include "rca/model/server_refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/terminal_text.h"

namespace loglode::rca {
namespace {

using Json = nlohmann::json;
using Kind = ServerRefusal::Kind;

constexpr std::size_t kErrorBytesMax = 64 * kKiB;  // a longer one explains nothing
constexpr std::size_t kShownBytesMax = 300;
constexpr std::size_t kKeyPartLeast = 6;
constexpr std::string_view kMask = "***";

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::string word_at(const Json& node, const char* key) {
  const auto found = node.is_object() ? node.find(key) : node.end();
  if (found == node.end() || (!found->is_string() && !found->is_number())) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

struct Wording {
  std::string message, all;  // all: with type, code and parameter
};

/// {"error":{"message":…}}, {"error":"…"}, {"message":…}, {"detail":…}, a list of one of them, or plain text.
Wording wording_of(const HttpAnswer& answer) {
  if (answer.body.size() > kErrorBytesMax) return {};
  Json json = Json::parse(answer.body, nullptr, false);
  if (json.is_array() && !json.empty()) json = Json(json.front());
  if (!json.is_object()) {
    const bool is_page = answer.body.find('<') != std::string::npos;
    return is_page ? Wording{} : Wording{answer.body.substr(0, kShownBytesMax), answer.body.substr(0, kShownBytesMax)};
  }
  const Json error = json.contains("error") ? json["error"] : json;
  if (error.is_string()) return {error.get<std::string>(), error.get<std::string>()};
  std::string message = word_at(error, "message");
  if (message.empty()) message = word_at(error, "detail");
  if (message.empty() && error.contains("detail"))
    message = error["detail"].dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, kShownBytesMax);
  std::string all = message;
  for (const char* const key : {"type", "code", "param"}) all += ' ' + word_at(error, key);
  return {message, all};
}

bool is_account(std::string_view text) {
  return says(text,
              {"insufficient_quota", "exceeded your current quota", "spend limit", "spending limit", "spend_limit", "billing_hard_limit",
               "credit balance", "usage limit", "monthly limit", "insufficient credits", "insufficient balance"});
}

bool is_too_long(std::string_view text) {
  return says(text, {"prompt is too long", "context_length_exceeded", "context length", "exceed_context_size", "context window",
                     "context size", "maximum context", "input is too long", "too many input tokens"});
}

Kind kind_of_bad_request(std::string_view text) {
  if (is_account(text)) return Kind::account;
  if (says(text, {"model_not_found", "no such model", "unknown model"}) ||
      (says(text, {"model"}) && says(text, {"does not exist", "not found"})))
    return Kind::no_model;
  if (says(text, {"api key not valid", "invalid api key", "invalid_api_key"})) return Kind::key;
  const bool names_limit = says(text, {"max_tokens", "max_completion_tokens", "max_output_tokens", "in the completion"});
  if (names_limit && says(text, {"too large", "too long", "maximum", "exceed", " > "})) return Kind::output_limit;
  return is_too_long(text) ? Kind::too_long : Kind::form;
}

Kind kind_of(int status, std::string_view text) {
  if (status == 400 || status == 422 || status == 501) return kind_of_bad_request(text);
  if (status == 401 || status == 403) return Kind::key;
  if (status == 402) return Kind::account;
  if (status == 404) return Kind::no_model;
  if (status == 413) return Kind::too_long;
  if (status == 429) return is_account(text) ? Kind::account : Kind::passing;
  if (status >= 500) return says(text, {"grammar", "schema", "response_format"}) ? Kind::form : Kind::passing;
  return status == 408 || status == 409 ? Kind::passing : Kind::other;
}

std::string advice(Kind kind, int status, const ModelConfig& config) {
  switch (kind) {
    case Kind::key:
      if (config.key.empty()) return fmt::format("the model server asks for a key ({}): set rca.key", status);
      return status == 403 ? "the key may not use this model, or not from here (403): look at its rights and at rca.model"
                           : fmt::format("the model server refuses the key ({}): look at rca.key", status);
    case Kind::account:
      return fmt::format("the account at the model server has reached its limit or has no means left ({}): raise it there", status);
    case Kind::no_model:
      return fmt::format("the model server does not know the model or the path ({}): it may be retired, look at rca.model and rca.url",
                         status);
    case Kind::too_long:
      return fmt::format("the prompt is too long for the model server ({}): lower rca.tokens.input_max, or give the model more context",
                         status);
    case Kind::output_limit:
      return fmt::format("the model has less room than rca.tokens.output_max ({}): lower it, or give the model more context", status);
    case Kind::form:
      return fmt::format("the model server refuses the request ({})", status);
    case Kind::passing:
      return status == 429 ? "the model server is asked too often (429)" : fmt::format("the model server cannot answer now ({})", status);
    case Kind::timed_out:
    case Kind::other:
      break;
  }
  return fmt::format("the model server answers with status {}", status);
}

ServerRefusal read_fault(const ModelConfig& config, const HttpAnswer& answer) {
  if (answer.timed_out)
    return {Kind::timed_out, fmt::format("the model did not answer within {} s (rca.timeout)", config.timeout.count() / 1000), {}};
  if (answer.untrusted)
    return {Kind::other, "the model server's certificate is not trusted: " + without_secrets(answer.fault, config.key), {}};
  return {Kind::passing, "the model server gave no whole answer: " + without_secrets(answer.fault, config.key), {}};
}

// --- secrets -----------------------------------------------------------------------------------------------------------------------------

bool ends_word(char c) {
  return c == ' ' || c == '"' || c == '\'' || c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t' || c == '<' || c == '}';
}

/// What stands behind `name`, up to the end of the word; `Bearer` and the like are passed over.
void mask_behind(std::string& text, std::string_view name) {
  for (std::size_t at = lower(text).find(name); at != std::string::npos; at = lower(text).find(name, at)) {
    at += name.size();
    while (at < text.size() && (text[at] == ' ' || text[at] == ':' || text[at] == '=' || text[at] == '"' || text[at] == '\'')) ++at;
    const std::string rest = lower(std::string_view{text}.substr(at, 7));
    if (rest.starts_with("bearer ") || rest.starts_with("basic ") || rest.starts_with("apikey ")) continue;  // has its own turn
    std::size_t end = at;
    while (end < text.size() && !ends_word(text[end])) ++end;
    if (end > at) text.replace(at, end - at, kMask);
  }
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Whole words that begin so.
void mask_words(std::string& text, std::string_view begin) {
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    if (at > 0 && is_word(text[at - 1])) continue;
    std::size_t end = at;
    while (end < text.size() && !ends_word(text[end])) ++end;
    text.replace(at, end - at, kMask);
  }
}

/// How many bytes at `at` are a part of the key.
std::size_t key_part(std::string_view text, std::size_t at, std::string_view key) {
  std::size_t longest = 0;
  for (std::size_t from = 0; from < key.size(); ++from) {
    std::size_t length = 0;
    while (at + length < text.size() && from + length < key.size() && text[at + length] == key[from + length]) ++length;
    longest = std::max(longest, length);
  }
  return longest;
}

std::string mask_key(std::string_view text, std::string_view key) {
  const std::size_t least = std::min(kKeyPartLeast, key.size());
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t part = key.empty() ? 0 : key_part(text, at, key);
    const bool hidden = part > 0 && part >= least;
    if (hidden && !out.ends_with(kMask)) out += kMask;
    if (!hidden) out += text[at];
    at += hidden ? part : 1;
  }
  return out;
}

}  // namespace

std::string without_secrets(std::string_view text, std::string_view key) {
  std::string out = mask_key(text.substr(0, 4 * kShownBytesMax), key);
  for (const std::string_view name : {"authorization", "bearer ", "basic ", "apikey ", "x-api-key", "api_key=", "password="})
    mask_behind(out, name);
  for (const std::string_view begin : {"sk-", "sk_", "gsk_", "hf_", "AIza", "eyJ"}) mask_words(out, begin);
  out = printable(out);
  if (out.size() <= kShownBytesMax) return out;
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end) + "…";
}

ServerRefusal read_refusal(const ModelConfig& config, const HttpAnswer& answer) {
  if (!answer.is_whole()) return read_fault(config, answer);
  if (answer.status >= 300 && answer.status < 400)
    return {Kind::other,
            fmt::format("the model server sends elsewhere ({}, to \"{}\"), which is not followed: if it is meant, rca.url names it",
                        answer.status, without_secrets(answer.location, config.key)),
            {}};
  const Wording wording = wording_of(answer);
  ServerRefusal out;
  out.wording = lower(wording.all);
  out.kind = kind_of(answer.status, out.wording);
  out.reason = advice(out.kind, answer.status, config);
  if (!wording.message.empty()) out.reason += ": " + without_secrets(wording.message, config.key);
  return out;
}

std::optional<RequestForm> lower_form(const ModelConfig& config, RequestForm form, std::string_view wording) {
  const bool can_rename = config.provider == ModelConfig::Provider::openai_compatible && !form.has_other_limit;
  if (form.has_effort && !config.effort.empty() && says(wording, {"effort", "reasoning", "thinking"})) {
    form.has_effort = false;
  } else if (can_rename && says(wording, {"max_completion_tokens", "max_tokens"})) {
    form.has_other_limit = true;
  } else if (form.schema != RequestForm::Schema::none) {
    form.schema = form.schema == RequestForm::Schema::enforced ? RequestForm::Schema::loose : RequestForm::Schema::none;
  } else {
    return std::nullopt;
  }
  return form;
}

}  // namespace loglode::rca

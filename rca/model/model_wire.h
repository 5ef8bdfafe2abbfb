// How each provider is asked, and what its answer says: JSON in, JSON out. Stateless, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rca/model/model_client.h"

namespace loglode::rca {

/// What of a request the server takes. Lowered when it refuses, and then remembered.
struct RequestForm {
  enum class Schema : std::uint8_t { enforced, loose, none };  // by the schema; a tool that is offered, or any JSON object; text alone
  Schema schema = Schema::enforced;
  bool has_effort = true;
  bool has_other_limit = false;  // chat completions: max_completion_tokens for max_tokens, or the other way round

  [[nodiscard]] bool operator==(const RequestForm&) const = default;
};

[[nodiscard]] std::string model_endpoint(const ModelConfig& config);
/// With the key, where it goes by a header of its own; else it is HttpAccess::bearer.
[[nodiscard]] std::vector<std::string> request_headers(const ModelConfig& config);
[[nodiscard]] std::string request_body(const ModelConfig& config, const ModelRequest& request, const RequestForm& form,
                                       std::uint32_t output_tokens_max);

struct WireAnswer {
  enum class End : std::uint8_t { whole, output_limit, context_limit, refusal, failed, unreadable };
  End end = End::unreadable;
  std::string text{};    // what the model wrote, without its thoughts
  std::string detail{};  // of a refusal or a failure, as the server put it
  std::string id{};
  bool has_usage = false;
  ModelUsage usage{};
};

[[nodiscard]] WireAnswer read_wire_answer(ModelConfig::Provider provider, std::string_view body);

}  // namespace loglode::rca

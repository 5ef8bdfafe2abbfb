// Asks a language model one question, and says what came of it: within the budgets, each request written to the audit file before it is
// sent, retried where that can help. Anthropic Messages, OpenAI Responses, and chat completions of OpenAI's shape (llama.cpp, Ollama,
// vLLM). Any thread may ask; one question is under way at a time, the next one waits for its end. ModelQueue is for who must not wait.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/severity.h"
#include "core/timestamp.h"
#include "rca/model/model_config.h"

namespace loglode::rca {

struct ModelRequest {
  std::string system{}, user{};
  std::string schema{};  // JSON schema of the answer, as text
  std::string incident_id{};
  Severity severity = Severity::unspecified;
  /// What the incident is, and what else makes another answer right (the language): within `cache` the same one is answered from memory,
  /// unless the severity or over 30 % of `evidence` has changed. Empty: never.
  std::string fingerprint{};
  std::vector<std::string> evidence{};            // names that outlive a pack (template ids), in the order of E1, E2, …
  std::map<std::string, std::uint64_t> masked{};  // what was masked, and how often: for the audit
  bool is_repair = false;                         // a second question about the same incident: never answered from memory
};

struct ModelUsage {
  std::uint64_t input = 0, cached_input = 0, output = 0;  // tokens; `input` without those that were cached
  bool estimated = false;                                 // the server said nothing: from the bytes
};

struct ModelAnswer {
  enum class Status : std::uint8_t { ok, refused, truncated, unavailable, not_configured, over_budget, breaker_open, cancelled };
  Status status = Status::unavailable;
  std::string text{};        // ok: the JSON object that was found in the answer, whole; whether it fits the schema is not looked at
  std::string reason{};      // else: why not and what to do, a sentence for a person; holds no secret, nothing unprintable
  std::string request_id{};  // of the server, where it named one
  std::optional<Timestamp> retry_at{};  // before it another question is of no use
  ModelUsage usage{};                   // of all requests of this question
  double cost = 0;                      // of the same; 0 without prices
  bool from_cache = false;              // an earlier answer: usage and cost were then
  std::vector<std::string> evidence{};  // from_cache: ModelRequest::evidence of the question that was answered
};
/// `ok`, `refused`, …: as reports and the audit write it.
[[nodiscard]] std::string_view status_word(ModelAnswer::Status status) noexcept;

/// What would be sent, for a person to look at first.
struct ModelPreview {
  std::string url{}, body{};       // body: the JSON of the first request
  std::uint32_t input_tokens = 0;  // estimated
};

/// About so many tokens: bytes / 2.7.
[[nodiscard]] std::uint32_t estimated_tokens(std::size_t bytes) noexcept;

class ModelClient {
 public:
  using WallClock = std::function<Timestamp()>;
  [[nodiscard]] static Timestamp system_time();

  /// With a key, the memory of the process is made private (base/private_memory).
  explicit ModelClient(ModelConfig config, WallClock now = &system_time);
  ModelClient(const ModelClient&) = delete;
  ModelClient& operator=(const ModelClient&) = delete;
  ~ModelClient();

  /// Waits for the answer, however long the model takes, up to `timeout` for each request. A stop ends it at once: `cancelled`.
  [[nodiscard]] ModelAnswer ask(const ModelRequest& request, std::stop_token stop = {});
  /// Tokens that so many bytes of a prompt are to this model: by what its server said of earlier ones, else estimated_tokens().
  [[nodiscard]] std::uint32_t tokens_in(std::size_t bytes) const;
  /// Sends nothing, writes nothing.
  [[nodiscard]] ModelPreview preview(const ModelRequest& request) const;
  [[nodiscard]] const ModelConfig& config() const noexcept;

 private:
  class Asking;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace loglode::rca

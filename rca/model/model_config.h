// How a language model is reached and what it may cost: plain data with the defaults in place. Made by the command or the service that
// asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/pipeline_config.h"

namespace loglode::rca {

/// In the currency of the user, for a million tokens.
struct ModelPrices {
  double input = 0, cached_input = 0, output = 0;
};

struct ModelConfig {
  enum class Provider : std::uint8_t { none, anthropic, openai, openai_compatible };
  Provider provider = Provider::none;
  std::string url{};          // of the server; its host is the only one that is ever reached. /v1/… is added where it does not end so
  std::string model{};        // as the server calls it
  std::string key{};          // secret: never part of a message, of the audit or of a command line; empty: none is sent
  std::string api_version{};  // anthropic-version; empty: the newest that was tested
  std::string effort{};       // empty: none is asked for
  std::string tokens_field{"max_tokens"};  // of chat completions: some servers call it max_completion_tokens
  std::uint32_t input_tokens_max = 6000, output_tokens_max = 8000;
  std::chrono::milliseconds timeout{600'000};

  std::uint32_t calls_per_hour = 20;
  std::optional<double> cost_per_day{};  // needs prices
  std::optional<ModelPrices> prices{};   // none: no cost is known
  std::chrono::milliseconds cache{std::chrono::hours{6}};
  std::size_t queue_max = 50;

  std::string audit_file{};  // what was sent where; without one nothing is sent. Budgets stand in a file beside it (AUDIT.budget)
  bool audit_bodies = false;
  std::chrono::milliseconds audit_kept{std::chrono::hours{24 * 90}};

  // Pauses, so that tests can be fast.
  std::chrono::milliseconds retry_first{500}, retry_longest{8'000}, retry_after_longest{60'000};
  std::chrono::milliseconds breaker_pause{std::chrono::minutes{5}}, account_pause{std::chrono::hours{1}};
};

/// Of the section `rca` of a configuration that has no problem. No files are read, nothing is opened.
[[nodiscard]] ModelConfig model_config(const config::RcaConfig& rca);

}  // namespace loglode::rca

// What may still be asked and spent, what the server takes, what was answered: the small file beside the audit, read and written whole.
// Plain data and functions; who holds the audit's lock may touch the file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "rca/model/model_client.h"
#include "rca/model/model_wire.h"

namespace loglode::rca {

struct RememberedAnswer {
  std::string fingerprint{};  // with provider, URL and model
  Severity severity = Severity::unspecified;
  std::vector<std::string> evidence{};
  Timestamp time = kNoTime;
  ModelAnswer::Status status = ModelAnswer::Status::ok;
  std::string text{}, reason{}, request_id{};
};

struct CallLedger {
  double calls = 0;  // that may be made at once
  Timestamp calls_at = kNoTime;
  std::int64_t day = 0;                             // since 1970, UTC
  std::int64_t cost_micros = 0;                     // of that day, in millionths; what is under way counts with the most that it may cost
  std::map<std::string, RequestForm> forms{};       // by endpoint and model
  std::map<std::string, double> bytes_per_token{};  // of the same, as the usage returned says
  std::vector<RememberedAnswer> answers{};          // the oldest first
};

/// A token bucket, full at the beginning, and a new day: both as of `now`.
void pass_time(CallLedger& ledger, const ModelConfig& config, Timestamp now);
/// Takes a call from the bucket. None: it is empty, and has one at the time that is answered.
[[nodiscard]] std::optional<Timestamp> take_call(CallLedger& ledger, const ModelConfig& config, Timestamp now);
/// When the next day begins, where this one's cost is used up.
[[nodiscard]] std::optional<Timestamp> cost_refused_until(const CallLedger& ledger, const ModelConfig& config);
[[nodiscard]] std::int64_t cost_micros(const ModelConfig& config, const ModelUsage& usage);

/// Tokens that so many bytes of a request are, by what the server said of earlier ones; else estimated_tokens().
[[nodiscard]] std::uint32_t tokens_in(const CallLedger& ledger, const ModelConfig& config, std::size_t bytes);
/// Corrects it.
void learn_tokens(CallLedger& ledger, const ModelConfig& config, std::size_t bytes, const ModelUsage& usage);

/// Endpoint and model.
[[nodiscard]] std::string endpoint_name(const ModelConfig& config);
/// The answer to the same incident, if it still holds.
[[nodiscard]] const RememberedAnswer* find_answer(const CallLedger& ledger, const ModelConfig& config, const ModelRequest& request,
                                                  Timestamp now);
void remember_answer(CallLedger& ledger, const ModelConfig& config, const ModelRequest& request, const ModelAnswer& answer, Timestamp now);
/// Over 30 % of the larger one is not in both.
[[nodiscard]] bool has_changed(const std::vector<std::string>& then, const std::vector<std::string>& now);

/// A new one where there is no file. Errors: what is there is none of ours, and budgets that nobody knows are not begun again silently.
[[nodiscard]] Result<CallLedger> read_ledger(const std::string& path, const ModelConfig& config, Timestamp now);
/// Whole or not at all, durable, mode 0600.
[[nodiscard]] Result<void> write_ledger(const std::string& path, const CallLedger& ledger);

}  // namespace loglode::rca

// Audit and ledger together: one request begins, one request ends, each a step that is durable as a whole before anything else happens.
// Used by one thread.
#pragma once

#include <string>

#include "rca/model/audit_file.h"
#include "rca/model/call_ledger.h"

namespace loglode::rca {

/// A request that is about to be sent.
struct RequestBegin {
  std::string call{};
  std::uint64_t attempt = 1;
  std::size_t body_bytes = 0;
  std::uint32_t output_tokens_max = 0;
};

/// How it ended.
struct RequestEnd {
  std::string status{}, reason{}, request_id{}, answer{};
  int http_status = 0;
  ModelUsage usage{};
};

class CallLog {
 public:
  explicit CallLog(const ModelConfig& config) : config_{config} {}

  /// The lock of the audit, and the ledger as of `now`. Errors: as LockedAudit::open and read_ledger.
  struct Open {
    LockedAudit audit;
    CallLedger ledger;
  };
  [[nodiscard]] Result<Open> open(Timestamp now);
  /// Writes down that a request is sent, and the most that it may cost. What fails here is not sent.
  [[nodiscard]] Result<void> begin(Open& open, const ModelRequest& request, const RequestBegin& begin, Timestamp now);
  /// Writes down what came of it, and what it did cost.
  [[nodiscard]] Result<void> end(Open& open, const RequestBegin& begin, const RequestEnd& end, Timestamp now);

 private:
  [[nodiscard]] std::string ledger_path() const { return config_.audit_file + ".budget"; }
  [[nodiscard]] std::int64_t most(const CallLedger& ledger, const RequestBegin& begin) const;

  const ModelConfig& config_;
  std::int64_t forgot_on_day_ = -1;
};

[[nodiscard]] std::string sha256_hex(std::string_view text);
[[nodiscard]] std::string_view provider_word(ModelConfig::Provider provider) noexcept;

}  // namespace loglode::rca

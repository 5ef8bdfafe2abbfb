// The HTTP side of a running service: /metrics, /healthz, /readyz, and nothing else (docs/operations.md).
// Owns its threads: one that accepts, and kConnectionsMax that answer. The callbacks are called on those, at the same time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/config/pipeline_config.h"
#include "app/ops/health.h"
#include "core/limits.h"
#include "core/result.h"

namespace loglode {

struct StatusLimits {
  std::size_t head_bytes_max = 8 * kKiB;     // request line and headers; a body is not read at all
  std::size_t requests_max = 100;            // on one connection
  std::chrono::milliseconds quiet{5000};     // between two pieces of a request, two requests, two pieces of an answer
  std::chrono::milliseconds request{10000};  // from the first byte of a request to the last of its answer, however lively
};
inline constexpr std::size_t kConnectionsMax = 8;  // one more is told 503 and closed

struct StatusCallbacks {
  std::function<std::string()> metrics;  // in the Prometheus text format
  std::function<Health()> health;        // good while the process works
  std::function<Health()> ready;         // good once sources are up and the first snapshot went well, until the drain
};

class StatusServer {
 public:
  /// Listens and answers until it is destroyed. `callbacks` must be good until then.
  /// Errors: errno as the system gives it (address_in_use, permission_denied, …), with host:port; invalid_argument when the address can be
  /// reached from other machines and there is no token.
  [[nodiscard]] static Result<std::unique_ptr<StatusServer>> start(const config::HttpConfig& config, StatusCallbacks callbacks,
                                                                   StatusLimits limits = {});
  virtual ~StatusServer() = default;
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;  // also when any was asked for

 protected:
  StatusServer() = default;
};

}  // namespace loglode

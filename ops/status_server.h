// What a running service answers over HTTP: /metrics, /healthz, /readyz, and nothing else (docs/operations.md).
// Stateless; the server it starts owns its threads (net/http_server.h) and calls the callbacks on those, at the same time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/pipeline_config.h"
#include "core/result.h"
#include "net/http_server.h"
#include "ops/health.h"

namespace loglode {

struct StatusCallbacks {
  std::function<std::string()> metrics;  // in the Prometheus text format
  std::function<Health()> health;        // good while the process works
  std::function<Health()> ready;         // good once sources are up and the first snapshot went well, until the drain
};

/// Listens and answers until the server is destroyed. What `callbacks` use must be good until then.
/// Errors: those of HttpServer::start.
[[nodiscard]] Result<std::unique_ptr<HttpServer>> start_status_server(const config::HttpConfig& config, StatusCallbacks callbacks,
                                                                      HttpLimits limits = {});

}  // namespace loglode

#include "ops/status_server.h"

#include <utility>

namespace loglode {
namespace {

HttpResponse health_response(const Health& health) {
  return plain_response(health.good ? 200 : 503, health.reason.empty() ? (health.good ? "ok" : "not ok") : health.reason);
}

HttpResponse status_response(const HttpRequest& request, const StatusCallbacks& callbacks) {
  if (request.path == "/metrics") return {200, callbacks.metrics(), "text/plain; version=0.0.4; charset=utf-8", {}};
  if (request.path == "/healthz") return health_response(callbacks.health());
  if (request.path == "/readyz") return health_response(callbacks.ready());
  return plain_response(404, "there is /metrics, /healthz, /readyz");
}

}  // namespace

Result<std::unique_ptr<HttpServer>> start_status_server(const config::HttpConfig& config, StatusCallbacks callbacks, HttpLimits limits) {
  return HttpServer::start({config.host, config.port, config.token.value, limits},
                           [callbacks = std::move(callbacks)](const HttpRequest& request) { return status_response(request, callbacks); });
}

}  // namespace loglode

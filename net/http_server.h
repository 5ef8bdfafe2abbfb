// An HTTP server for scrapers, probes and people's browsers: GET and HEAD, small requests, answers made by one function.
// Owns its threads: kHttpThreads that accept, read, call the handler and write. The handler is called on those, several at the same time.
// Whoever is slow, idle, sends too much or comes as one too many costs a bounded amount of memory and time and takes no thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "core/result.h"

namespace loglode {

struct HttpLimits {
  std::size_t head_bytes_max = 8 * kKiB;     // request line and headers; a body is never read
  std::size_t requests_max = 100;            // on one connection
  std::size_t connections_max = 8;           // one more takes the place of who has waited longest with a request, or is told 503
  std::chrono::milliseconds quiet{5000};     // between two pieces of a request, two requests, two pieces of an answer
  std::chrono::milliseconds request{10000};  // from the first byte of a request to the last of its answer, however lively
};
inline constexpr std::size_t kHttpThreads = 4;

struct HttpServerConfig {
  std::string host = "127.0.0.1";  // a name or an address, without brackets
  std::uint16_t port = 0;          // 0: any
  std::string token;  // asked for as `Authorization: Bearer …` where it is set: it must be when other machines can reach `host`
  HttpLimits limits{};
};

struct HttpRequest {
  bool head = false;       // HEAD; else GET. The answer is the same, its body is left out by the server
  std::string_view path;   // as it was sent, without the query; good during the call
  std::string_view query;  // behind the first '?'
};

struct HttpResponse {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";         // a literal
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // literals
};

/// A sentence as the answer, with a newline.
[[nodiscard]] HttpResponse plain_response(unsigned status, std::string text);

/// May throw: the answer is then 500, without the exception's text.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpServer {
 public:
  /// Listens and answers until it is destroyed, which waits for no client. What `handler` uses must be good until then.
  /// Errors: errno as the system gives it (address_in_use, permission_denied, …) with host:port; invalid_argument when other machines can
  /// reach the address and there is no token, or a short one.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const HttpServerConfig& config, HttpHandler handler);
  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;  // also when any was asked for

 protected:
  HttpServer() = default;
};

}  // namespace loglode

#include "app/ops/status_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "app/ops/http_access.h"
#include "app/ops/http_connection.h"

namespace loglode {
namespace {

// After the accepting thread had to give up its socket (no memory, no descriptors): how soon it listens again.
constexpr std::chrono::milliseconds kListenAgain{1000};
constexpr const char* kPlain = "text/plain; charset=utf-8";

thread_local bool refusing = false;  // the connection handed over next is one too many

/// Never more than kConnectionsMax connections: a waiting one would keep its descriptor for as long as the others like.
class BoundedPool final : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> answer) override {
    if (busy_.fetch_add(1) >= kConnectionsMax) {
      refusing = true;
      answer();
      refusing = false;
      --busy_;
      return;
    }
    pool_.enqueue([this, answer = std::move(answer)] {
      answer();
      --busy_;
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  std::atomic<std::size_t> busy_{0};
  httplib::ThreadPool pool_{kConnectionsMax};
};

/// What a request may not have: what it says after its head would be taken for the next one.
bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") ||
         (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0") ||
         (request.method != "GET" && request.method != "HEAD");
}

void reply(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text + "\n", kPlain);
}

void reply(httplib::Response& response, const Health& health) {
  reply(response, health.good ? 200 : 503, health.reason.empty() ? (health.good ? "ok" : "not ok") : health.reason);
}

class Server final : public StatusServer, private httplib::Server {
 public:
  Server(const config::HttpConfig& config, StatusCallbacks callbacks, StatusLimits limits)
      : config_{config}, callbacks_{std::move(callbacks)}, limits_{limits}, needs_token_{!is_loopback(config.host)} {
    new_task_queue = [] { return new BoundedPool; };
    set_tcp_nodelay(true);
    // Its own default has SO_REUSEPORT: a second service would share the port, and each answer half of the scrapes.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_default_headers({{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}});
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) { return admit(request, response); });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) { reply(response, 500, "it failed"); });
    Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(callbacks_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    });
    Get("/healthz", [this](const httplib::Request&, httplib::Response& response) { reply(response, callbacks_.health()); });
    Get("/readyz", [this](const httplib::Request&, httplib::Response& response) { reply(response, callbacks_.ready()); });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty()) reply(response, response.status, response.status == 404 ? "there is /metrics, /healthz, /readyz" : "no");
    });
  }

  ~Server() override {
    socket_t listening = INVALID_SOCKET;
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      listening = svr_sock_.exchange(INVALID_SOCKET);
    }
    wake_.notify_all();
    // Wakes the accepting thread; closed only when it is gone, so that it never accepts on somebody else's descriptor.
    if (listening != INVALID_SOCKET) ::shutdown(listening, SHUT_RDWR);
    if (accepting_.joinable()) accepting_.join();
    if (listening != INVALID_SOCKET) ::close(listening);
  }

  Result<void> begin() {
    errno = 0;
    if (!bind()) {
      const int why = errno != 0 ? errno : EADDRNOTAVAIL;
      return fail(std::error_code{why, std::generic_category()},
                  fmt::format("cannot listen on {}:{}: {}; choose another address in http.listen, or off",
                              config_.host.find(':') == std::string::npos ? config_.host : "[" + config_.host + "]", config_.port,
                              std::generic_category().message(why)));
    }
    accepting_ = std::thread{[this] { accept_until_stopped(); }};
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

 private:
  bool bind() {
    if (port_ != 0 || config_.port != 0) {
      const int wanted = port_ != 0 ? port_.load() : config_.port;
      if (!bind_to_port(config_.host, wanted)) return false;
      port_ = static_cast<std::uint16_t>(wanted);
      return true;
    }
    const int any = bind_to_any_port(config_.host);
    if (any > 0) port_ = static_cast<std::uint16_t>(any);
    return any > 0;
  }

  /// The library stops listening on any error of accept() but one. A service that works must not look dead for that.
  void accept_until_stopped() {
    listen_after_bind();
    std::unique_lock lock{mutex_};
    svr_sock_ = INVALID_SOCKET;  // closed by the library, or ours to close
    while (!wake_.wait_for(lock, kListenAgain, [this] { return stopping_.load(); })) {
      if (!bind()) continue;
      lock.unlock();
      listen_after_bind();
      lock.lock();
      svr_sock_ = INVALID_SOCKET;
    }
  }

  HandlerResponse admit(const httplib::Request& request, httplib::Response& response) const {
    if (request.get_header_value_count("Host") != 1 || !is_our_host(request.get_header_value("Host"), config_.host)) {
      reply(response, 403, "this is not the host that was asked for");
    } else if (request.method != "GET" && request.method != "HEAD") {
      response.set_header("Allow", "GET, HEAD");
      reply(response, 405, "only GET and HEAD");
    } else if (needs_token_ && (request.get_header_value_count("Authorization") != 1 ||
                                !has_token(request.get_header_value("Authorization"), config_.token.value))) {
      response.set_header("WWW-Authenticate", "Bearer");
      reply(response, 401, "a token is needed");
    } else {
      return HandlerResponse::Unhandled;
    }
    return HandlerResponse::Handled;
  }

  bool process_and_close_socket(socket_t socket) override {
    HttpConnection connection{socket, limits_, stopping_};
    if (refusing)
      connection.answer("503 Service Unavailable", "too many connections\n");
    else
      serve(connection);
    ::shutdown(socket, SHUT_WR);
    char rest[4096];  // what was sent and not read would reset the connection, and our answer with it
    for (int i = 0; i < 16 && ::recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0; ++i) {}
    ::close(socket);
    return true;
  }

  void serve(HttpConnection& connection) {
    for (std::size_t left = limits_.requests_max; left > 0 && !stopping_; --left) {
      switch (connection.next_head()) {
        case HttpConnection::Head::none:
          return;
        case HttpConnection::Head::too_long:
          connection.answer("431 Request Header Fields Too Large", "the request is too long\n");
          return;
        case HttpConnection::Head::complete:
          break;
      }
      bool closed = false, last = true;  // the library does not show us what it cannot read, and goes on behind it
      const bool answered = process_request(connection, left == 1, closed, [&](httplib::Request& request) {
        last = has_body(request);
        // Ranges could ask for the same bytes thousands of times; 100-continue is about a body.
        request.ranges.clear();
        request.headers.erase("Range");
        request.headers.erase("Expect");
      });
      if (!answered || closed || last) return;
    }
  }

  const config::HttpConfig config_;
  const StatusCallbacks callbacks_;
  const StatusLimits limits_;
  const bool needs_token_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // of wake_; who changes svr_sock_ outside of the library holds it
  std::condition_variable wake_;
  std::thread accepting_;
};

}  // namespace

Result<std::unique_ptr<StatusServer>> StatusServer::start(const config::HttpConfig& config, StatusCallbacks callbacks,
                                                          StatusLimits limits) {
  if (!is_loopback(config.host) && config.token.empty())
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("http.listen {}:{} can be reached from other machines: it needs a \"token\"", config.host, config.port));
  auto server = std::make_unique<Server>(config, std::move(callbacks), limits);
  if (auto begun = server->begin(); !begun) return tl::unexpected(begun.error());
  return std::unique_ptr<StatusServer>{std::move(server)};
}

}  // namespace loglode

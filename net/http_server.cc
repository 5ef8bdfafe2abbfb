#include "net/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>

#include "base/http_token.h"
#include "net/http_access.h"
#include "net/http_session.h"

namespace loglode {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// After a connection could not be accepted (no memory, no descriptors): how soon the next one is tried.
constexpr std::chrono::milliseconds kAcceptAgain{200};

void close_on_exec(int descriptor) noexcept { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

std::error_code standard(const error_code& error) {
  return error.category() == boost::system::system_category() ? std::error_code{error.value(), std::generic_category()}
                                                              : std::make_error_code(std::errc::address_not_available);
}

std::string address_text(const HttpServerConfig& config) {
  const bool is_v6 = config.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", config.host, config.port) : fmt::format("{}:{}", config.host, config.port);
}

class Server final : public HttpServer {
 public:
  Server(const HttpServerConfig& config, HttpHandler handler) {
    served_.config = config;
    served_.handler = std::move(handler);
    served_.needs_token = !config.token.empty();
  }

  /// Waits for handlers that are being called, for no client.
  ~Server() override {
    io_.stop();
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  Result<void> begin() {
    if (const error_code error = listen()) {
      const std::error_code why = standard(error);
      return fail(why, fmt::format("cannot listen on {}: {}; choose another address in http.listen, or off", address_text(served_.config),
                                   why.message()));
    }
    accept();
    for (std::thread& thread : threads_) thread = std::thread{[this] { io_.run(); }};
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

 private:
  error_code listen() {
    error_code error;
    const auto found = tcp::resolver{io_}.resolve(served_.config.host, std::to_string(served_.config.port),
                                                  tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return error;
    for (const auto& entry : found)
      if (!(error = listen_on(entry.endpoint()))) break;
    return error;
  }

  error_code listen_on(const tcp::endpoint& endpoint) {
    error_code error;
    if (acceptor_.close(error); acceptor_.open(endpoint.protocol(), error)) return error;
    close_on_exec(acceptor_.native_handle());
    // Not SO_REUSEPORT: a second service would share the port, and each answer half of the scrapes.
    if (acceptor_.set_option(tcp::acceptor::reuse_address{true}, error)) return error;
    if (endpoint.address().is_v6() && acceptor_.set_option(asio::ip::v6_only{false}, error)) return error;
    if (acceptor_.bind(endpoint, error)) return error;
    if (acceptor_.listen(asio::socket_base::max_listen_connections, error)) return error;
    port_ = acceptor_.local_endpoint(error).port();
    return error;
  }

  void accept() {
    acceptor_.async_accept(asio::make_strand(io_), [this](const error_code& error, tcp::socket socket) {
      if (error) return accept_later();
      take(std::move(socket));
      accept();
    });
  }

  /// A service that works must not look dead because it was short of descriptors for a moment.
  void accept_later() {
    retry_.expires_after(kAcceptAgain);
    retry_.async_wait([this](const error_code& error) {
      if (!error) accept();
    });
  }

  void take(tcp::socket socket) {
    close_on_exec(socket.native_handle());
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    const std::size_t there = served_.sessions, most = served_.config.limits.connections_max;
    if (there >= 2 * most) return;  // so many that even those who are refused are too many: closed without a word
    const auto session = std::make_shared<HttpSession>(std::move(socket), served_);
    if (there >= most && !make_room()) return session->refuse();
    session->serve();
    std::erase_if(waiting_, [](const std::weak_ptr<HttpSession>& each) { return each.expired(); });
    waiting_.push_back(session);
  }

  /// Clients that say nothing, or a byte now and then, must not keep a probe from its answer: whoever has waited longest has to go.
  bool make_room() {
    std::shared_ptr<HttpSession> oldest;
    for (const std::weak_ptr<HttpSession>& each : waiting_) {
      auto session = each.lock();
      if (session && session->waits_since() && (!oldest || session->waits_since() < oldest->waits_since())) oldest = std::move(session);
    }
    if (!oldest) return false;
    oldest->make_room();
    return true;
  }

  HttpServed served_;  // outlives the sessions, which io_ holds
  asio::io_context io_{static_cast<int>(kHttpThreads)};
  tcp::acceptor acceptor_{io_};                      // used by one handler at a time: accept() or accept_later()
  asio::steady_timer retry_{io_};                    // likewise
  std::vector<std::weak_ptr<HttpSession>> waiting_;  // likewise; some may be answered, or gone
  std::uint16_t port_ = 0;                           // written before the threads begin
  std::array<std::thread, kHttpThreads> threads_;
};

}  // namespace

HttpResponse plain_response(unsigned status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(text) + "\n";
  return response;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerConfig& config, HttpHandler handler) {
  if (!is_loopback(config.host) && config.token.empty())
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("http.listen {} can be reached from other machines: it needs a \"token\"", address_text(config)));
  if (!config.token.empty() && config.token.size() < kHttpTokenBytesLeast)
    return fail(std::make_error_code(std::errc::invalid_argument), std::string{kShortHttpToken});
  auto server = std::make_unique<Server>(config, std::move(handler));
  if (auto begun = server->begin(); !begun) return tl::unexpected(begun.error());
  return std::unique_ptr<HttpServer>{std::move(server)};
}

}  // namespace loglode

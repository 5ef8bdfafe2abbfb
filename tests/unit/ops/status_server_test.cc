#include "ops/status_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/net/connection.h"

namespace loglode {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Served {
  explicit Served(config::HttpConfig config = {}, HttpLimits limits = {}) {
    config.port = 0;
    auto started = start_status_server(config, {[this] { return metrics; }, [this] { return health; }, [this] { return ready; }}, limits);
    REQUIRE(started);
    server = std::move(*started);
  }
  std::string ask(const std::string& request) const {
    const Connection client{server->port()};
    client.send(request);
    return client.rest();
  }
  std::string get(const std::string& path, const std::string& headers = "") const {
    return ask("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:9600\r\nConnection: close\r\n" + headers + "\r\n");
  }
  std::string metrics = "loglode_lines_total 1\n";
  Health health, ready{false, "reading the state"};
  std::unique_ptr<HttpServer> server;
};

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")).substr(0, 12); }
std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? std::string{} : answer.substr(at + 4);
}

TEST_CASE("status server: metrics, health and readiness", "[app][ops]") {
  Served served;
  const std::string metrics = served.get("/metrics");
  CHECK(status_of(metrics) == "HTTP/1.1 200");
  CHECK(metrics.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
  CHECK(body_of(metrics) == "loglode_lines_total 1\n");
  CHECK(status_of(served.get("/healthz")) == "HTTP/1.1 200");
  const std::string ready = served.get("/readyz");
  CHECK(status_of(ready) == "HTTP/1.1 503");
  CHECK(body_of(ready) == "reading the state\n");
}

TEST_CASE("status server: HEAD has no body, requests share a connection up to its limit", "[app][ops]") {
  HttpLimits limits;
  limits.requests_max = 3;
  Served served{{}, limits};
  const std::string head = served.ask("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(status_of(head) == "HTTP/1.1 200");
  CHECK(body_of(head).empty());
  const Connection client{served.server->port()};
  for (int i = 0; i < 5; ++i) client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answers = client.rest();
  std::size_t count = 0;
  for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos; at = answers.find("HTTP/1.1 200", at + 1)) ++count;
  CHECK(count == 3);
}

TEST_CASE("status server: a long answer arrives whole, also with descriptors past 1024", "[app][ops]") {
  Served served;
  served.metrics = std::string(5'000'000, 'x') + "\n";
  std::vector<int> open;
  for (int i = 0; i < 1100; ++i)
    if (const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC); fd >= 0) open.push_back(fd);
  CHECK(body_of(served.get("/metrics")).size() == 5'000'001);
  for (const int fd : open) ::close(fd);
}

TEST_CASE("status server: its end does not wait for those who are connected", "[app][ops]") {
  Served served;
  const Connection idle{served.server->port()}, half{served.server->port()};
  half.send("GET /met");
  std::this_thread::sleep_for(milliseconds{50});
  const auto start = steady_clock::now();
  served.server.reset();
  CHECK(steady_clock::now() - start < milliseconds{2000});
}

TEST_CASE("status server: a token that is set is asked for, on loopback too", "[app][ops]") {
  for (const char* host : {"0.0.0.0", "127.0.0.1"}) {
    INFO(host);
    config::HttpConfig config;
    config.host = host;
    config.token.value = std::string(16, 's');
    const Served served{config};
    CHECK(status_of(served.get("/metrics")) == "HTTP/1.1 401");
    CHECK(status_of(served.get("/healthz", "Authorization: Bearer " + std::string(15, 's') + "\r\n")) == "HTTP/1.1 401");
    CHECK(status_of(served.get("/metrics", "Authorization: Bearer " + std::string(16, 's') + "\r\n")) == "HTTP/1.1 200");
  }
}

TEST_CASE("status server: a token that can be guessed is refused", "[app][ops]") {
  config::HttpConfig config;
  for (const std::size_t size : {std::size_t{1}, std::size_t{6}, std::size_t{15}}) {
    config.token.value = std::string(size, 's');
    const auto refused = start_status_server(config, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == std::errc::invalid_argument);
    CHECK(refused.error().message.find("16 characters") != std::string::npos);
  }
}

// ---- what is refused ----

TEST_CASE("status server: requests that it does not answer", "[app][ops]") {
  const Served served;
  const auto expect = [&](const std::string& request, const std::string& status) {
    INFO(request.substr(0, 100));
    CHECK(status_of(served.ask(request)) == status);
  };
  const std::string end = "Host: localhost\r\nConnection: close\r\n\r\n";
  expect("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "HTTP/1.1 403");
  expect("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 403");
  expect("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + end, "HTTP/1.1 403");
  expect("GET / HTTP/1.1\r\n" + end, "HTTP/1.1 404");
  expect("GET /metrics/../healthz HTTP/1.1\r\n" + end, "HTTP/1.1 404");
  expect("GET /metricsx HTTP/1.1\r\n" + end, "HTTP/1.1 404");
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"})
    expect(std::string{method} + " /metrics HTTP/1.1\r\n" + end, "HTTP/1.1 405");
  expect("NONSENSE\r\n\r\n", "HTTP/1.1 400");
  expect("GET /metrics HTTP/1.1\r\nX: " + std::string(10'000, 'a') + "\r\n" + end, "HTTP/1.1 431");
  expect("GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n" + end, "HTTP/1.1 431");
  expect(std::string(20'000, 'a'), "HTTP/1.1 431");
}

TEST_CASE("status server: a body is not read and not taken for a request", "[app][ops]") {
  const Served served;
  const std::string inner = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answers =
      served.ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner);
  CHECK(status_of(answers) == "HTTP/1.1 200");
  CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("status server: ranges do not make an answer longer, whatever they say", "[app][ops]") {
  Served served;
  served.metrics = std::string(1000, 'x');
  std::string ranges = "Range: bytes=0-";
  while (ranges.size() < 7900) ranges += ",0-";
  CHECK(body_of(served.get("/metrics", ranges + "\r\n")).size() <= 1000);
  CHECK(body_of(served.get("/metrics", "Range: bytes=5000-6000\r\n")).size() <= 1000);
}

TEST_CASE("status server: who is slow is left, also when never quiet", "[app][ops]") {
  HttpLimits limits;
  limits.quiet = milliseconds{300};
  limits.request = milliseconds{800};
  const Served served{{}, limits};
  const auto start = steady_clock::now();
  const Connection quiet{served.server->port()};
  quiet.send("GET /metrics HTTP/1.1\r\n");
  CHECK(quiet.rest().empty());
  CHECK(steady_clock::now() - start < milliseconds{2000});
  const Connection drip{served.server->port()};
  bool open = true;
  int sent = 0;
  for (; open && sent < 50; ++sent) {
    open = drip.send("a");
    std::this_thread::sleep_for(milliseconds{100});
  }
  CHECK_FALSE(open);
  CHECK(sent < 20);
}

/// Asks until the answer has this status, for five seconds at most.
bool answers(Served& served, const std::string& status) {
  for (const auto until = steady_clock::now() + milliseconds{5000}; steady_clock::now() < until;)
    if (status_of(served.get("/healthz")) == status) return true;
  return false;
}

TEST_CASE("status server: idle connections give way to whoever asks", "[app][ops]") {
  Served served;
  {
    std::vector<std::unique_ptr<Connection>> idle;
    for (std::size_t i = 0; i < HttpLimits{}.connections_max; ++i) idle.push_back(std::make_unique<Connection>(served.server->port()));
    for (int i = 0; i < 20; ++i) CHECK(status_of(served.get("/healthz")) == "HTTP/1.1 200");
  }
  CHECK(answers(served, "HTTP/1.1 200"));
}

TEST_CASE("status server: a callback that throws is a 500", "[app][ops]") {
  auto server = start_status_server({.port = 0, .token = {}}, {[]() -> std::string { throw std::runtime_error{"secret"}; }, {}, {}});
  REQUIRE(server);
  const Connection client{(*server)->port()};
  client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = client.rest();
  CHECK(status_of(answer) == "HTTP/1.1 500");
  CHECK(answer.find("secret") == std::string::npos);
}

TEST_CASE("status server: a port that is taken, an address that is not ours, a missing token", "[app][ops]") {
  const Served first;
  config::HttpConfig config;
  config.port = first.server->port();
  const auto taken = start_status_server(config, {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == std::errc::address_in_use);
  CHECK(taken.error().message.find("127.0.0.1:" + std::to_string(config.port)) != std::string::npos);
  config.host = "192.0.2.1";
  config.token.value = std::string(16, 'x');
  const auto foreign = start_status_server(config, {});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().message.find("192.0.2.1:") != std::string::npos);
  config.token.value.clear();
  const auto open = start_status_server(config, {});
  REQUIRE_FALSE(open);
  CHECK(open.error().code == std::errc::invalid_argument);
}

}  // namespace
}  // namespace loglode

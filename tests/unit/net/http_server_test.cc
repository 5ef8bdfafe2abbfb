#include "net/http_server.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/net/connection.h"

namespace loglode {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::unique_ptr<HttpServer> start(HttpHandler handler, HttpLimits limits = {}) {
  auto server = HttpServer::start({"127.0.0.1", 0, "", limits}, std::move(handler));
  REQUIRE(server);
  return std::move(*server);
}

HttpResponse echo(const HttpRequest& request) {
  return plain_response(200, (request.head ? "HEAD " : "GET ") + std::string{request.path} + "|" + std::string{request.query});
}

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

TEST_CASE("http server: a handler is given the path and the query apart", "[net]") {
  const auto server = start(echo);
  const auto expect = [&](const std::string& target, const std::string& body) {
    INFO(target);
    const Connection client{server->port()};
    client.send(get(target));
    CHECK(client.read_until("\n", milliseconds{2000}).find("HTTP/1.1 200") == 0);
    const Connection again{server->port()};
    again.send(get(target));
    CHECK(again.read_until(body).find(body) != std::string::npos);
  };
  expect("/a", "GET /a|\n");
  expect("/a?b=c", "GET /a|b=c\n");
  expect("/a?b?c", "GET /a|b?c\n");
  expect("/%61?", "GET /%61|\n");
}

TEST_CASE("http server: a request that comes byte by byte, and a connection used again", "[net]") {
  const auto server = start(echo);
  const Connection client{server->port()};
  for (const std::string target : {"/first", "/second"}) {
    for (const char byte : get(target)) client.send(std::string(1, byte));
    CHECK(client.read_until("GET " + target).find("HTTP/1.1 200") == 0);
  }
}

TEST_CASE("http server: HTTP/1.0 is answered and closed, Connection: close too", "[net]") {
  const auto server = start(echo);
  for (const char* request :
       {"GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n", "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"}) {
    const Connection client{server->port()};
    client.send(request);
    const std::string answer = client.rest();
    CHECK(answer.find("HTTP/1.1 200") == 0);
    CHECK(answer.find("<nothing came>") == std::string::npos);
  }
}

TEST_CASE("http server: an answer carries its own type and what browsers must not guess or keep", "[net]") {
  const auto server = start([](const HttpRequest&) { return HttpResponse{200, "{}", "application/json", {{"X-Own", "1"}}}; });
  const Connection client{server->port()};
  client.send(get("/"));
  const std::string answer = client.read_until("{}");
  for (const char* header : {"Content-Type: application/json\r\n", "X-Own: 1\r\n", "X-Content-Type-Options: nosniff\r\n",
                             "Cache-Control: no-store\r\n", "Content-Length: 2\r\n"})
    CHECK(answer.find(header) != std::string::npos);
}

TEST_CASE("http server: a slow answer holds up nobody else", "[net]") {
  std::atomic<bool> release{false};
  const auto server = start([&](const HttpRequest& request) {
    if (request.path == "/slow") release.wait(false);
    return plain_response(200, "done");
  });
  const Connection slow{server->port()}, quick{server->port()};
  slow.send(get("/slow"));
  quick.send(get("/quick"));
  CHECK(quick.read_until("done").find("HTTP/1.1 200") == 0);
  release = true;
  release.notify_all();
  CHECK(slow.read_until("done").find("HTTP/1.1 200") == 0);
}

TEST_CASE("http server: it listens on IPv6 and on a name", "[net]") {
  for (const char* host : {"::1", "localhost"}) {
    INFO(host);
    const auto server = HttpServer::start({host, 0, "", {}}, echo);
    if (!server && std::string{host} == "::1") continue;  // a machine without IPv6
    REQUIRE(server);
    CHECK((*server)->port() != 0);
  }
}

// ---- what is refused ----

TEST_CASE("http server: what is no request, and heads at the limit and past it", "[net]") {
  const auto server = start(echo);
  const auto expect = [&](const std::string& request, const std::string& status) {
    INFO(request.substr(0, 60) << " … " << request.size());
    const Connection client{server->port()};
    client.send(request);
    CHECK(client.rest().substr(0, 12) == status);
  };
  expect("\x16\x03\x01\x02\x00\x01", "HTTP/1.1 400");  // a TLS client
  expect("GET /\r\n\r\n", "HTTP/1.1 400");
  expect("GET / HTTP/2.0\r\n\r\n", "HTTP/1.1 400");
  expect("GET / HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400");
  expect("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400");
  const std::string head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: ";
  expect(head + std::string(7000, 'a') + "\r\n\r\n", "HTTP/1.1 200");
  expect(head + std::string(8200, 'a') + "\r\n\r\n", "HTTP/1.1 431");
  std::string many = head;
  while (many.size() < 9000) many += "a\r\nX: ";
  expect(many + "\r\n\r\n", "HTTP/1.1 431");
}

TEST_CASE("http server: a client that does not read its answer is left", "[net]") {
  HttpLimits limits;
  limits.connections_max = 1;
  limits.quiet = milliseconds{200};
  limits.request = milliseconds{400};
  const auto server = start([](const HttpRequest&) { return plain_response(200, std::string(64 << 20, 'x')); }, limits);
  const Connection deaf{server->port()};
  deaf.send(get("/"));
  // Once it was left there is room for the next: until then that one is told 503.
  const auto give_up = steady_clock::now() + milliseconds{5000};
  std::string status;
  while (status != "HTTP/1.1 200" && steady_clock::now() < give_up) {
    const Connection next{server->port()};
    next.send(get("/"));
    status = next.read_until("\r\n").substr(0, 12);
  }
  CHECK(status == "HTTP/1.1 200");
}

TEST_CASE("http server: clients that never end their requests take nobody's place", "[net]") {
  for (const char* begun : {"", "G", "GET / HTTP/1.1\r\nHost: localhost\r\n"}) {
    INFO(begun);
    const auto server = start(echo);
    std::vector<std::unique_ptr<Connection>> slow;
    for (int i = 0; i < 8; ++i) {
      slow.push_back(std::make_unique<Connection>(server->port()));
      slow.back()->send(begun);
    }
    for (int i = 0; i < 20; ++i) {
      const Connection probe{server->port()};
      probe.send(get("/healthz"));
      CHECK(probe.read_until("GET /healthz|").find("HTTP/1.1 200") == 0);
    }
  }
}

TEST_CASE("http server: a flood of connections is refused, and answered again when it is over", "[net]") {
  const auto server = start(echo);
  {
    std::vector<std::unique_ptr<Connection>> flood;
    for (int i = 0; i < 200; ++i) flood.push_back(std::make_unique<Connection>(server->port()));
    CHECK(flood.back()->rest().find("200 OK") == std::string::npos);
  }
  const auto give_up = steady_clock::now() + milliseconds{5000};
  std::string answer;
  while (answer.find("HTTP/1.1 200") != 0 && steady_clock::now() < give_up) {
    const Connection client{server->port()};
    client.send(get("/"));
    answer = client.read_until("GET /|");
  }
  CHECK(answer.find("HTTP/1.1 200") == 0);
}

TEST_CASE("http server: it goes on after it had no descriptors for a connection", "[net]") {
  const auto server = start(echo);
  ::rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const Connection first{server->port()};
  first.send(get("/"));
  first.read_until("GET /|");
  // All descriptors are taken but one, for our socket: none is left for the server's end of it. Whoever runs the test may have left us
  // some.
  std::vector<int> taken{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  REQUIRE(taken.back() >= 0);
  ::rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(taken.back()) + 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  for (int more = 0; (more = ::dup(taken.front())) >= 0;) taken.push_back(more);
  ::close(taken.back());
  taken.pop_back();
  {
    const Connection late{server->port()};
    late.send(get("/late"));
    const std::string came = late.read_until("\n", milliseconds{300});
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(came == "<nothing came>");
    CHECK(late.read_until("GET /late|").find("HTTP/1.1 200") == 0);
  }
  for (const int each : taken) ::close(each);
}

}  // namespace
}  // namespace loglode

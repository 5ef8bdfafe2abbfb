#include "net/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace loglode {
namespace {

using std::chrono::milliseconds;

/// A server on loopback that answers the first request of each connection with the same bytes, then closes it, where it is told so only
/// when it has read another one; it keeps the last request.
class CannedServer {
 public:
  explicit CannedServer(std::string answer, bool reads_another = false)
      : answer_{std::move(answer)}, reads_another_{reads_another}, listener_{socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener_, 8) == 0);
    REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  ~CannedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] const std::string& request() const { return request_; }  // after an answer
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve() {
    for (int client = accept(listener_, nullptr, nullptr); client >= 0; client = accept(listener_, nullptr, nullptr)) {
      if (read_request(client) && !answer_.empty()) static_cast<void>(send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL));
      if (reads_another_) static_cast<void>(read_request(client));
      close(client);
    }
  }
  bool read_request(int client) {
    request_.clear();
    while (true) {
      const std::size_t head = request_.find("\r\n\r\n"), length = request_.find("Content-Length: ");
      if (head != std::string::npos) {
        const std::size_t body = length < head ? std::stoul(request_.substr(length + 16)) : 0;
        if (request_.size() >= head + 4 + body) break;
      }
      char bytes[4096];
      const ssize_t count = recv(client, bytes, sizeof bytes, 0);
      if (count <= 0) return false;
      request_.append(bytes, static_cast<std::size_t>(count));
    }
    ++requests_;
    return true;
  }
  const std::string answer_;
  const bool reads_another_;
  const int listener_;
  std::atomic<int> requests_{0};
  std::uint16_t port_ = 0;
  std::string request_;
  std::thread thread_;
};

TEST_CASE("an HTTP answer is read with its status, body and headers") {
  CannedServer server{
      "HTTP/1.1 429 Too Many Requests\r\nX-elastic-product: Elasticsearch\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy"};
  HttpAccess access;
  access.api_key = "secret";
  HttpCall request;
  request.method = "POST";
  request.url = server.url() + "/x";
  request.body = "hello";
  const HttpAnswer answer = http_exchange(access, request);
  CHECK(answer.is_whole());
  CHECK(answer.status == 429);
  CHECK_FALSE(answer.is_success());
  CHECK(answer.body == "busy");
  CHECK(answer.product == "Elasticsearch");
  CHECK(answer.retry_after == milliseconds{7000});
  CHECK(server.request().find("POST /x HTTP/1.1\r\n") == 0);
  CHECK(server.request().find("Authorization: ApiKey secret\r\n") != std::string::npos);
  CHECK(server.request().find("Expect:") == std::string::npos);
  CHECK(server.request().ends_with("\r\n\r\nhello"));
}

TEST_CASE("an answer that is cut off is no whole answer, and the request counts as sent") {
  CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nfour"};
  HttpCall request;
  request.url = server.url();
  const HttpAnswer answer = http_exchange({}, request);
  CHECK_FALSE(answer.is_whole());
  CHECK(answer.was_sent);
}

TEST_CASE("a server that is not there is told without waiting") {
  std::string url;
  { url = CannedServer{""}.url(); }
  HttpCall request;
  request.url = url;
  const HttpAnswer answer = http_exchange({}, request);
  CHECK_FALSE(answer.is_whole());
  CHECK_FALSE(answer.was_sent);
}

TEST_CASE("who takes the body can end the exchange") {
  CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour"};
  HttpCall request;
  request.url = server.url();
  std::string taken;
  request.take = [&](std::string_view bytes) {
    taken += bytes;
    return false;
  };
  const HttpAnswer answer = http_exchange({}, request);
  CHECK(taken == "four");
  CHECK_FALSE(answer.is_whole());
}

TEST_CASE("a request is not repeated where its connection was closed without an answer") {
  CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true};
  HttpExchanges exchanges;
  std::vector<HttpAnswer> answers;
  for (int i = 0; i < 2; ++i) {  // the second one on the connection of the first
    HttpCall request;
    request.method = "POST";
    request.url = server.url();
    request.body = "hello";
    exchanges.start({}, request, [&](const HttpAnswer& answer) { answers.push_back(answer); });
    for (int round = 0; round < 200 && exchanges.open() > 0; ++round) exchanges.run(milliseconds{100});
  }
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].is_success());
  CHECK_FALSE(answers[1].is_whole());
  CHECK(answers[1].was_sent);
  CHECK(server.requests() == 2);
}

TEST_CASE("several exchanges at once are each told once, and a wake ends the wait") {
  CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  HttpExchanges exchanges;
  int done = 0;
  for (int i = 0; i < 5; ++i) {
    HttpCall request;
    request.url = server.url();
    exchanges.start({}, request, [&](const HttpAnswer& answer) { done += answer.is_success() && answer.body == "ok" ? 1 : 100; });
  }
  CHECK(exchanges.open() == 5);
  for (int i = 0; i < 200 && exchanges.open() > 0; ++i) exchanges.run(milliseconds{100});
  CHECK(done == 5);
  std::thread waker{[&] { exchanges.wake(); }};
  exchanges.run(std::chrono::seconds{60});  // would be too long for the test's limit
  waker.join();
}

}  // namespace
}  // namespace loglode

// One connection of an HttpServer. Owns itself through the operation it waits for; all of it runs on its socket's strand, one step at a
// time.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "net/http_server.h"

namespace loglode {

/// What all sessions of a server share. Outlives them.
struct HttpServed {
  HttpServerConfig config;
  HttpHandler handler;
  bool needs_token = false;
  std::atomic<std::size_t> sessions{0};
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, HttpServed& served);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  /// Answers requests until the connection ends.
  void serve();
  /// Tells the client that there are too many.
  void refuse();

  // Any thread:
  /// Since when it waits for a request, or for the rest of one; nothing while one is answered.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waits_since() const noexcept;
  /// Ends it if it still waits: another client needs its place. It is not to be chosen again.
  void make_room();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;
  using Serializer = boost::beast::http::response_serializer<boost::beast::http::string_body>;
  using Moment = std::chrono::steady_clock::time_point;
  using ErrorCode = boost::beast::error_code;

  void begin_request();
  void parse();
  void read_more();
  void answer(HttpResponse response, bool keep_open);
  void write_more();
  void end();
  void drain(std::size_t bytes_left);

  [[nodiscard]] HttpResponse respond() const;
  [[nodiscard]] std::optional<HttpResponse> refusal() const;
  [[nodiscard]] HttpResponse call_handler() const;
  [[nodiscard]] bool has_body() const;
  void wait_at_most(std::chrono::milliseconds quiet);

  HttpServed& served_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;          // of the request being read or answered
  std::optional<Response> response_;      // being written
  std::optional<Serializer> serializer_;  // of response_
  std::size_t head_bytes_ = 0;            // of this request, taken by the parser
  std::size_t requests_left_;
  std::optional<Moment> request_ends_;                                              // empty between requests
  std::atomic<Moment::rep> waits_since_{Moment::max().time_since_epoch().count()};  // max: it does not
};

}  // namespace loglode

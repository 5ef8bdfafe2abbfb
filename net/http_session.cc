#include "net/http_session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <iterator>
#include <limits>

#include "net/http_access.h"

namespace loglode {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;

constexpr std::size_t kPieceBytes = 4 * kKiB;
// What a client sent and nobody read would reset the connection, and the last answer with it: so some is read and thrown away.
constexpr std::size_t kDrainBytesMax = 64 * kKiB;
constexpr std::chrono::milliseconds kDrainTime{500};

constexpr auto kBusy = std::chrono::steady_clock::time_point::max().time_since_epoch().count();

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// The header's value when it is there exactly once.
template <class Fields>
std::optional<std::string_view> only(const Fields& fields, http::field name) {
  const auto [first, end] = fields.equal_range(name);
  if (first == end || std::next(first) != end) return std::nullopt;
  return view(first->value());
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, HttpServed& served)
    : served_{served}, stream_{std::move(socket)}, requests_left_{served.config.limits.requests_max} {
  ++served_.sessions;
}

HttpSession::~HttpSession() { --served_.sessions; }

void HttpSession::serve() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->begin_request(); });
}

void HttpSession::refuse() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
    self->request_ends_ = std::chrono::steady_clock::now() + self->served_.config.limits.request;
    self->answer(plain_response(503, "too many connections"), false);
  });
}

std::optional<HttpSession::Moment> HttpSession::waits_since() const noexcept {
  const Moment since{Moment::duration{waits_since_.load()}};
  return since == Moment::max() ? std::nullopt : std::optional{since};
}

void HttpSession::make_room() {
  if (waits_since_.exchange(kBusy) == kBusy) return;
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
    if (!self->response_) self->stream_.close();
  });
}

void HttpSession::begin_request() {
  waits_since_ = std::chrono::steady_clock::now().time_since_epoch().count();
  response_.reset();
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(served_.config.limits.head_bytes_max));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // a body is not read, so that any may be announced
  head_bytes_ = 0;
  request_ends_.reset();
  if (buffer_.size() == 0) return read_more();
  parse();
}

void HttpSession::wait_at_most(std::chrono::milliseconds quiet) {
  const Moment pause_ends = std::chrono::steady_clock::now() + quiet;
  stream_.expires_at(request_ends_ ? std::min(pause_ends, *request_ends_) : pause_ends);
}

void HttpSession::read_more() {
  wait_at_most(served_.config.limits.quiet);
  stream_.async_read_some(buffer_.prepare(kPieceBytes), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
    if (error) return;  // the client left or was too slow
    self->buffer_.commit(bytes);
    self->parse();
  });
}

/// The buffer holds some bytes of a request, or all of them, or more.
void HttpSession::parse() {
  if (!request_ends_) request_ends_ = std::chrono::steady_clock::now() + served_.config.limits.request;
  ErrorCode error;
  const std::size_t used = parser_->put(buffer_.data(), error);
  buffer_.consume(used);
  head_bytes_ += used;
  const bool done = !error && parser_->is_header_done();
  // Beast bounds one line and not all of them.
  const bool too_long = head_bytes_ + (done ? 0 : buffer_.size()) > served_.config.limits.head_bytes_max;
  if (error == http::error::header_limit || too_long)
    return answer(plain_response(431, "the request line and headers are too long"), false);
  if (error == http::error::need_more) return read_more();
  if (error) return answer(plain_response(400, "this is not an HTTP/1.1 request"), false);
  if (!done) return read_more();
  --requests_left_;
  answer(respond(), parser_->get().keep_alive() && requests_left_ > 0 && !has_body());
}

/// What a client sends after such a head would be taken for its next request.
bool HttpSession::has_body() const {
  const auto& request = parser_->get();
  const auto length = request.find(http::field::content_length);
  return request.count(http::field::transfer_encoding) > 0 || (length != request.end() && length->value() != "0") ||
         (request.method() != http::verb::get && request.method() != http::verb::head);
}

HttpResponse HttpSession::respond() const {
  if (auto refused = refusal()) return std::move(*refused);
  return call_handler();
}

std::optional<HttpResponse> HttpSession::refusal() const {
  const auto& request = parser_->get();
  const HttpServerConfig& config = served_.config;
  const auto host = only(request, http::field::host);
  if (!host || !is_our_host(*host, config.host)) return plain_response(403, "the Host header does not name this server");
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    HttpResponse response = plain_response(405, "only GET and HEAD are answered");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (!served_.needs_token) return std::nullopt;
  const auto authorization = only(request, http::field::authorization);
  if (authorization && has_token(*authorization, config.token)) return std::nullopt;
  HttpResponse response = plain_response(401, "a token is needed: Authorization: Bearer TOKEN");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse HttpSession::call_handler() const {
  const std::string_view target = view(parser_->get().target());
  const auto mark = target.find('?');
  HttpRequest request;
  request.head = parser_->get().method() == http::verb::head;
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  try {
    return served_.handler(request);
  } catch (const std::exception&) { return plain_response(500, "the answer could not be made"); }
}

void HttpSession::answer(HttpResponse response, bool keep_open) {
  waits_since_ = kBusy;
  response_.emplace(static_cast<http::status>(response.status), 11);
  response_->set(http::field::content_type, std::string{response.content_type});
  response_->set("X-Content-Type-Options", "nosniff");
  response_->set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) response_->set(std::string{name}, std::string{value});
  response_->keep_alive(keep_open);
  response_->content_length(response.body.size());
  const bool head = parser_ && parser_->is_header_done() && parser_->get().method() == http::verb::head;
  if (!head) response_->body() = std::move(response.body);
  serializer_.emplace(*response_);
  write_more();
}

void HttpSession::write_more() {
  wait_at_most(served_.config.limits.quiet);
  http::async_write_some(stream_, *serializer_, [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (error) return;
    if (!self->serializer_->is_done()) return self->write_more();
    if (self->response_->keep_alive()) return self->begin_request();
    self->end();
  });
}

void HttpSession::end() {
  ErrorCode ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  buffer_.clear();
  request_ends_ = std::chrono::steady_clock::now() + kDrainTime;
  drain(kDrainBytesMax);
}

void HttpSession::drain(std::size_t bytes_left) {
  wait_at_most(kDrainTime);
  stream_.async_read_some(buffer_.prepare(kPieceBytes), [self = shared_from_this(), bytes_left](ErrorCode error, std::size_t bytes) {
    if (!error && bytes < bytes_left) self->drain(bytes_left - bytes);
  });
}

}  // namespace loglode

// Requests to servers, by libcurl: one at a time that is waited for (http_exchange), or several at once on one thread (HttpExchanges).
// Redirects are never followed, no proxy is taken from the environment, and certificates are verified unless the configuration says
// otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"

namespace loglode {

/// How a server is reached, and as whom: at most one way of saying who.
struct HttpAccess {
  enum class Verify : std::uint8_t { full, certificate, none };  // the certificate and the host's name in it; the certificate; nothing
  std::string user{}, password{}, api_key{}, bearer{};           // secrets: never part of a message
  std::string ca_file{}, certificate_file{}, key_file{};         // PEM; empty: the system's CAs, no certificate of ours
  Verify verify = Verify::full;
  std::string proxy{};  // URL; empty: none
  std::chrono::milliseconds connect_timeout{10'000};
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::string_view body{};             // good until the exchange has ended
  std::vector<std::string> headers{};  // "Name: value"
  std::chrono::milliseconds timeout{60'000};
  /// Takes the body of an answer 2xx while it arrives; false ends the exchange. Without it the body is kept in HttpAnswer::body.
  std::function<bool(std::string_view)> take{};
};

struct HttpAnswer {
  static constexpr std::size_t kBodyBytesMax = 8 * kMiB;  // of a body that is kept; what is longer is cut

  int status = 0;                                          // 0: none came
  std::string body{};                                      // decompressed
  std::string fault{};                                     // why there is no whole answer, for a person; empty: there is one
  bool was_sent = false;                                   // the server may have acted on the request
  bool timed_out = false;                                  // its time was over
  bool untrusted = false;                                  // its certificate was refused
  std::optional<std::chrono::milliseconds> retry_after{};  // of the header, where it is a number of seconds
  std::string location{};                                  // of a redirect
  std::string request_id{};                                // of Request-Id or X-Request-Id
  std::string product{};                                   // X-elastic-product, or X-OpenSearch-Version with "OpenSearch " before it

  [[nodiscard]] bool is_whole() const noexcept { return fault.empty(); }
  [[nodiscard]] bool is_success() const noexcept { return is_whole() && status >= 200 && status < 300; }
};

/// Sends `request` and waits for its answer, no longer than its timeout. Any thread.
[[nodiscard]] HttpAnswer http_exchange(const HttpAccess& access, HttpCall request);

/// Several exchanges at once. Used by one thread, but for wake().
class HttpExchanges {
 public:
  using Done = std::function<void(HttpAnswer)>;

  HttpExchanges();
  HttpExchanges(const HttpExchanges&) = delete;
  HttpExchanges& operator=(const HttpExchanges&) = delete;
  /// Ends what is open; nobody is told.
  ~HttpExchanges();

  /// Begins an exchange. `done` is called by run(), once.
  void start(const HttpAccess& access, HttpCall request, Done done);
  [[nodiscard]] std::size_t open() const noexcept;
  /// Lets open exchanges go on, and tells those that ended. Returns when one ended, after wake(), or after `wait`.
  void run(std::chrono::milliseconds wait);
  /// Ends the wait of run(), or the next one. Any thread.
  void wake() noexcept;

 private:
  struct Open;
  struct Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace loglode

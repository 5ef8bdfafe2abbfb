#include "net/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "core/assert.h"

namespace loglode {

namespace {

struct EndEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct EndHeaders {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

void begin_library() {
  static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  LOGLODE_ASSERT(begun == CURLE_OK);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// One request, and the answer as far as it came. Stays where it is: libcurl has its address.
class Exchange {
 public:
  Exchange(const HttpAccess& access, HttpCall request) : request_{std::move(request)}, easy_{curl_easy_init()} {
    LOGLODE_ASSERT(easy_ != nullptr);
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, access.proxy.c_str());  // empty: none of the environment either
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_ACCEPT_ENCODING, "gzip");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(access.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
    set(CURLOPT_ERRORBUFFER, error_);
    set_identity(access);
    set_trust(access);
    set_body();
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &take_bytes);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PRIVATE, this);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }

  [[nodiscard]] HttpAnswer end(CURLcode code) {
    curl_off_t sent = 0;
    long request_bytes = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
    answer_.was_sent = sent > 0 || request_bytes > 0 || given_ > 0;
    answer_.timed_out = code == CURLE_OPERATION_TIMEDOUT;
    answer_.untrusted = code == CURLE_PEER_FAILED_VERIFICATION;
    if (code == CURLE_SEND_FAIL_REWIND)
      answer_.fault = "the connection was closed before an answer came";
    else if (code != CURLE_OK)
      answer_.fault = stopped_ ? "the answer is not what was asked for" : *error_ != '\0' ? error_ : curl_easy_strerror(code);
    return std::move(answer_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    LOGLODE_ASSERT(code == CURLE_OK);
  }
  void add_header(const std::string& line) { headers_.reset(curl_slist_append(headers_.release(), line.c_str())); }

  void set_identity(const HttpAccess& access) {
    if (!access.api_key.empty()) add_header("Authorization: ApiKey " + access.api_key);
    if (!access.bearer.empty()) add_header("Authorization: Bearer " + access.bearer);
    if (access.user.empty()) return;
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERNAME, access.user.c_str());
    set(CURLOPT_PASSWORD, access.password.c_str());
  }
  void set_trust(const HttpAccess& access) {
    set(CURLOPT_SSL_VERIFYPEER, access.verify == HttpAccess::Verify::none ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, access.verify == HttpAccess::Verify::full ? 2L : 0L);
    if (!access.ca_file.empty()) set(CURLOPT_CAINFO, access.ca_file.c_str());
    if (!access.certificate_file.empty()) set(CURLOPT_SSLCERT, access.certificate_file.c_str());
    if (!access.key_file.empty()) set(CURLOPT_SSLKEY, access.key_file.c_str());
  }
  void set_body() {
    for (const std::string& header : request_.headers) add_header(header);
    add_header("Expect:");  // no wait for "100 Continue"
    if (request_.method == "GET" && request_.body.empty()) return;
    if (request_.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    if (request_.body.empty()) {
      set(CURLOPT_POSTFIELDS, "");
    } else {
      // A body that libcurl cannot begin again: else it repeats a request by itself when a connection that was used before is closed
      // without an answer, and whoever asked does not learn that the server may have carried it out twice.
      set(CURLOPT_POST, 1L);
      set(CURLOPT_READFUNCTION, &give_bytes);
      set(CURLOPT_READDATA, this);
    }
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }

  static std::size_t give_bytes(char* to, std::size_t size, std::size_t count, void* of) {
    auto& self = *static_cast<Exchange*>(of);
    const std::string_view next = self.request_.body.substr(self.given_, size * count);
    std::copy(next.begin(), next.end(), to);
    self.given_ += next.size();
    return next.size();
  }

  static std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* of) {
    static_cast<Exchange*>(of)->header({bytes, count});
    return count;
  }
  static std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* of) {
    auto& self = *static_cast<Exchange*>(of);
    if (self.body({bytes, count})) return count;
    self.stopped_ = true;
    return 0;  // libcurl ends the exchange
  }

  void header(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {  // the last one counts: an interim answer or a proxy's can stand before it
      const std::size_t blank = line.find(' ');
      answer_ = {};
      if (blank != std::string_view::npos) std::from_chars(line.data() + blank + 1, line.data() + line.size(), answer_.status);
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name{line.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(), lower);
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "location") answer_.location = value;
    if (name == "request-id" || name == "x-request-id") answer_.request_id = value;
    if (name == "x-elastic-product") answer_.product = value;
    if (name == "x-opensearch-version") answer_.product = "OpenSearch " + std::string{value};
    if (name != "retry-after") return;
    std::uint32_t seconds = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), seconds).ec == std::errc{})
      answer_.retry_after = std::chrono::seconds{seconds};
  }

  bool body(std::string_view bytes) {
    if (request_.take && answer_.status >= 200 && answer_.status < 300) return request_.take(bytes);
    answer_.body += bytes.substr(0, HttpAnswer::kBodyBytesMax - answer_.body.size());
    return true;
  }

  HttpCall request_;
  HttpAnswer answer_;
  bool stopped_ = false;
  std::size_t given_ = 0;  // bytes of the body
  char error_[CURL_ERROR_SIZE] = {};
  std::unique_ptr<curl_slist, EndHeaders> headers_;
  std::unique_ptr<CURL, EndEasy> easy_;
};

}  // namespace

HttpAnswer http_exchange(const HttpAccess& access, HttpCall request) {
  begin_library();
  Exchange exchange{access, std::move(request)};
  return exchange.end(curl_easy_perform(exchange.easy()));
}

struct HttpExchanges::Open {
  std::unique_ptr<Exchange> exchange;
  Done done;
};

struct HttpExchanges::Multi {
  CURLM* handle = curl_multi_init();
  std::map<CURL*, Open> open{};
};

HttpExchanges::HttpExchanges() {
  begin_library();
  multi_ = std::make_unique<Multi>();
  LOGLODE_ASSERT(multi_->handle != nullptr);
}

HttpExchanges::~HttpExchanges() {
  for (const auto& [easy, open] : multi_->open) curl_multi_remove_handle(multi_->handle, easy);
  multi_->open.clear();
  curl_multi_cleanup(multi_->handle);
}

void HttpExchanges::start(const HttpAccess& access, HttpCall request, Done done) {
  auto exchange = std::make_unique<Exchange>(access, std::move(request));
  CURL* const easy = exchange->easy();
  multi_->open.emplace(easy, Open{std::move(exchange), std::move(done)});
  const CURLMcode added = curl_multi_add_handle(multi_->handle, easy);
  LOGLODE_ASSERT(added == CURLM_OK);
}

std::size_t HttpExchanges::open() const noexcept { return multi_->open.size(); }

void HttpExchanges::run(std::chrono::milliseconds wait) {
  int running = 0, left = 0;
  curl_multi_perform(multi_->handle, &running);
  if (static_cast<std::size_t>(running) == multi_->open.size()) {
    curl_multi_poll(multi_->handle, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    curl_multi_perform(multi_->handle, &running);
  }
  while (const CURLMsg* const message = curl_multi_info_read(multi_->handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto found = multi_->open.find(message->easy_handle);
    Open ended = std::move(found->second);
    multi_->open.erase(found);
    curl_multi_remove_handle(multi_->handle, ended.exchange->easy());
    ended.done(ended.exchange->end(code));
  }
}

void HttpExchanges::wake() noexcept { curl_multi_wakeup(multi_->handle); }

}  // namespace loglode

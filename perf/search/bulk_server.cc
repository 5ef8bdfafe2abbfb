// A stand-in of a search server that costs as little as it can: it counts the documents of each `_bulk` and says that they are stored. One
// thread, 127.0.0.1. With `filter_path` its items are as short as that asks for, else as long as Elasticsearch's.
// usage: bulk_server [--throttled PERCENT] [--rejected PERCENT]     prints "port P"
//   throttled: so many documents are told 429 when they first come; rejected: so many 400, of no field, each time
//   GET /_count  {"documents":stored,"rejected":…,"bulks":…,"bytes":…,"first":seconds,"last":seconds}      DELETE /_count  begins again
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18U;
constexpr std::string_view kStored = R"({"create":{"status":201,"result":"created"}},)";
constexpr std::string_view kStoredWhole =
    R"({"create":{"_index":".ds-logs-loglode-default-2026.11.30-000001","_id":"AZ0123456789abcdefgh","_version":1,"result":"created",)"
    R"("_shards":{"total":2,"successful":1,"failed":0},"_seq_no":1234567,"_primary_term":1,"status":201}},)";
constexpr std::string_view kThrottled =
    R"({"create":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of coordinating operation"}}},)";
constexpr std::string_view kRejected =
    R"({"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"[1:2] failed to parse"}}},)";

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Connection {
  std::string in, out;
  std::size_t written = 0, head_size = 0, body_size = 0;
  bool is_gzip = false;
};

class Server {
 public:
  Server(unsigned throttled, unsigned rejected) : throttled_{throttled}, rejected_{rejected} {}

  void run() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      give_up("listen");
    std::printf("port %u\n", unsigned{ntohs(address.sin_port)});
    std::fflush(stdout);
    const int poll = epoll_create1(0);
    const auto watch = [poll](int fd, std::uint32_t events, int how) {
      epoll_event event{};
      event.events = events;
      event.data.fd = fd;
      if (epoll_ctl(poll, how, fd, &event) != 0) give_up("epoll_ctl");
    };
    watch(listener, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
      epoll_event events[32];
      const int count = epoll_wait(poll, events, 32, -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener) {
          const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
          const int on = 1;
          if (client < 0) continue;
          setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          connections_[client];
          watch(client, EPOLLIN, EPOLL_CTL_ADD);
        } else if (Connection& connection = connections_[fd]; take(fd, connection)) {
          watch(fd, connection.written < connection.out.size() ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
        } else {
          connections_.erase(fd);
          close(fd);
        }
      }
    }
  }

 private:
  bool take(int fd, Connection& of) {
    const std::size_t had = of.in.size();
    of.in.resize(had + kPiece);
    const ssize_t got = recv(fd, of.in.data() + had, kPiece, 0);
    of.in.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    while (has_request(of)) {
      of.out += answer(of);
      of.in.erase(0, of.head_size + of.body_size);
      of.head_size = of.body_size = 0;
    }
    const ssize_t sent = send(fd, of.out.data() + of.written, of.out.size() - of.written, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    of.written += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (of.written == of.out.size()) of.out.clear(), of.written = 0;
    return true;
  }

  static bool has_request(Connection& of) {
    if (of.head_size == 0) {
      const std::size_t end = of.in.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      std::string head = of.in.substr(0, end);
      std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      constexpr std::string_view kLength = "\r\ncontent-length: ";
      const std::size_t length = head.find(kLength);
      if (length != std::string::npos) std::from_chars(head.data() + length + kLength.size(), head.data() + head.size(), of.body_size);
      if (head.find("\r\nexpect: 100-continue") != std::string::npos) of.out += "HTTP/1.1 100 Continue\r\n\r\n";
      of.is_gzip = head.find("\r\ncontent-encoding: gzip") != std::string::npos;
      of.head_size = end + 4;
      of.in.reserve(of.head_size + of.body_size + kPiece);
    }
    return of.in.size() >= of.head_size + of.body_size;
  }

  std::string answer(const Connection& of) {
    const std::string_view head = std::string_view{of.in}.substr(0, of.head_size);
    const std::string_view line = head.substr(0, head.find('\r'));
    if (line.find("/_bulk") != std::string_view::npos) {
      const std::string_view body = std::string_view{of.in}.substr(of.head_size, of.body_size);
      return response(200, bulk(of.is_gzip ? inflated(body) : body, line.find("filter_path") != std::string_view::npos));
    }
    if (line.find("/_settings") != std::string_view::npos) return response(404, "{}");  // no such index yet: nothing is looked up
    if (line.starts_with("DELETE /_count")) *this = Server{throttled_, rejected_, std::move(connections_)};
    if (line.find("/_count") == std::string_view::npos) return response(200, "{}");
    char text[300];
    std::snprintf(text, sizeof text, R"({"documents":%zu,"rejected":%zu,"bulks":%zu,"bytes":%zu,"first":%.6f,"last":%.6f})", documents_,
                  refused_.size(), bulks_, bytes_, first_, last_);
    return response(200, text);
  }
  Server(unsigned throttled, unsigned rejected, std::map<int, Connection> connections)
      : throttled_{throttled}, rejected_{rejected}, connections_{std::move(connections)} {}

  static std::string response(int status, std::string_view body) {
    std::string out =
        "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " Not Found") +
        "\r\nX-elastic-product: Elasticsearch\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    return out += body;
  }

  std::string_view inflated(std::string_view packed) {
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16;
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) give_up("inflateInit2");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // NOLINT: zlib's old signature
    stream.avail_in = static_cast<uInt>(packed.size());
    std::size_t size = 0;
    int code = Z_OK;
    while (code == Z_OK) {
      if (plain_.size() - size < kPiece) plain_.resize(2 * plain_.size() + kPiece);
      stream.next_out = reinterpret_cast<Bytef*>(plain_.data() + size);
      stream.avail_out = static_cast<uInt>(plain_.size() - size);
      code = inflate(&stream, Z_NO_FLUSH);
      size = stream.total_out;
    }
    inflateEnd(&stream);
    return std::string_view{plain_}.substr(0, size);
  }

  std::string bulk(std::string_view body, bool is_filtered) {
    ++bulks_;
    bytes_ += body.size();
    last_ = now();
    if (first_ == 0) first_ = last_;
    const std::string_view stored = is_filtered ? kStored : kStoredWhole;
    std::string out = is_filtered ? R"({"items":[)" : R"({"errors":false,"took":1,"items":[)";
    if (throttled_ == 0 && rejected_ == 0) {
      const std::size_t count = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')) / 2;
      documents_ += count;
      out.reserve(out.size() + count * stored.size() + 2);
      for (std::size_t i = 0; i < count; ++i) out += stored;
    } else {
      for (std::size_t begin = 0; begin < body.size();) {
        const std::size_t action_end = body.find('\n', begin), end = body.find('\n', action_end + 1);
        out += verdict(std::hash<std::string_view>{}(body.substr(begin, action_end - begin)), stored);
        begin = end + 1;
      }
    }
    if (out.back() == ',') out.pop_back();
    return out += "]}";
  }
  std::string_view verdict(std::size_t action, std::string_view stored) {
    const std::size_t place = action % 100;
    if (place < rejected_) return refused_.insert(action), kRejected;
    if (place < rejected_ + throttled_ && came_.insert(action).second) return kThrottled;
    ++documents_;
    return stored;
  }

  unsigned throttled_, rejected_;
  std::map<int, Connection> connections_;
  std::string plain_;
  std::unordered_set<std::size_t> came_, refused_;
  std::size_t documents_ = 0, bulks_ = 0, bytes_ = 0;
  double first_ = 0, last_ = 0;
};

}  // namespace

int main(int count, char** words) {
  unsigned throttled = 0, rejected = 0;
  for (int i = 1; i + 1 < count; i += 2)
    (std::string_view{words[i]} == "--throttled" ? throttled : rejected) = static_cast<unsigned>(std::atoi(words[i + 1]));
  Server{throttled, rejected}.run();
}

#include "app/ops/http_connection.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace loglode {
namespace {

// How soon a stop is noticed.
constexpr std::chrono::milliseconds kLook{100};

bool again() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

HttpConnection::HttpConnection(int fd, const StatusLimits& limits, const std::atomic<bool>& stopping)
    : fd_{fd}, limits_{limits}, stopping_{stopping} {}

bool HttpConnection::wait(short events, Moment until) const {
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    ::pollfd one{fd_, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min(left, kLook).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

HttpConnection::Head HttpConnection::next_head() {
  buffer_.erase(0, head_end_);
  at_ = head_end_ = 0;
  end_ = Moment::max();
  for (std::size_t searched = 0;;) {
    if (!buffer_.empty() && end_ == Moment::max()) end_ = std::chrono::steady_clock::now() + limits_.request;
    if (const auto found = buffer_.find("\r\n\r\n", searched); found != std::string::npos) {
      head_end_ = found + 4;
      return head_end_ > limits_.head_bytes_max ? Head::too_long : Head::complete;
    }
    if (buffer_.size() > limits_.head_bytes_max) return Head::too_long;
    searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    if (!wait(POLLIN, std::min(end_, std::chrono::steady_clock::now() + limits_.quiet))) return Head::none;
    std::array<char, 4096> piece;
    const ssize_t got = ::recv(fd_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !again())) return Head::none;
    if (got > 0) buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

bool HttpConnection::answer(std::string_view status, std::string_view body) {
  if (end_ == Moment::max()) end_ = std::chrono::steady_clock::now() + limits_.request;
  const std::string text =
      fmt::format("HTTP/1.1 {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                  body.size(), body);
  return write(text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

ssize_t HttpConnection::read(char* out, std::size_t size) {
  const std::size_t taken = std::min(size, head_end_ - at_);
  std::memcpy(out, buffer_.data() + at_, taken);
  at_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t HttpConnection::write(const char* bytes, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t sent = ::send(fd_, bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
      continue;
    }
    if (sent < 0 && !again()) return -1;
    if (!wait(POLLOUT, std::min(end_, std::chrono::steady_clock::now() + limits_.quiet))) return -1;
  }
  return static_cast<ssize_t>(done);
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace loglode

// The other end of what the HTTP server serves, for tests. Used by one thread.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>

namespace loglode {

/// A connection to this machine, as anybody could make it.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // No assertion on the way that goes well: UBSan's check of a virtual call needs descriptors, and there may be none.
    if (::connect(fd_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) FAIL("cannot connect: errno " << errno);
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False: not all of it was taken.
  bool send(const std::string& text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// What arrives until `end` was seen, the server closed, or nothing came for `patience`.
  std::string read_until(const std::string& end, std::chrono::milliseconds patience = std::chrono::seconds{5}) const {
    std::string all;
    for (char piece[4096]; end.empty() || all.find(end) == std::string::npos;) {
      ::pollfd one{fd_, POLLIN, 0};
      if (::poll(&one, 1, static_cast<int>(patience.count())) <= 0) return all + "<nothing came>";
      const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) break;
      all.append(piece, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string rest() const { return read_until(""); }

 private:
  int fd_;
};

}  // namespace loglode

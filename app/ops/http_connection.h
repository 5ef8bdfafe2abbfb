// One connection of the status server, as cpp-httplib reads and writes it. Its own stream has a time for each pause only, reads lines
// without end, and refuses descriptors from 1024 on, of which a service that follows many files has more than enough: so this one
// reads the head of a request itself, within limits, before the library sees any of it. Owned by one thread.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <string>

#include "app/ops/status_server.h"

namespace loglode {

class HttpConnection final : public httplib::Stream {
 public:
  enum class Head : std::uint8_t { complete, none, too_long };  // none: the other side left or was too slow, or we are stopping

  /// `fd` stays the caller's. `stopping` must outlive it.
  HttpConnection(int fd, const StatusLimits& limits, const std::atomic<bool>& stopping);

  /// Waits for the head of the next request.
  [[nodiscard]] Head next_head();
  /// After next_head() was complete.
  [[nodiscard]] std::string_view head() const noexcept { return std::string_view{buffer_}.substr(0, head_end_); }

  /// Whether the whole answer went out.
  bool answer(std::string_view status, std::string_view body);

  // httplib::Stream
  [[nodiscard]] bool is_readable() const override { return at_ < head_end_; }
  [[nodiscard]] bool is_writable() const override { return true; }  // write() waits
  ssize_t read(char* out, std::size_t size) override;               // of the head only
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return 0; }  // asked for a comparison with FD_SETSIZE only

 private:
  using Moment = std::chrono::steady_clock::time_point;
  bool wait(short events, Moment until) const;

  int fd_;
  const StatusLimits& limits_;
  const std::atomic<bool>& stopping_;
  std::string buffer_;          // head of this request, then what came behind it
  std::size_t at_ = 0;          // read by the library so far
  std::size_t head_end_ = 0;    // 0: not complete
  Moment end_ = Moment::max();  // of this request
};

}  // namespace loglode

#include "base/service_manager.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace loglode {
namespace {

/// The manager's end: a datagram socket named in NOTIFY_SOCKET as long as this lives.
class Manager {
 public:
  Manager() {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path_.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(fd_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    ::close(fd_);
    std::filesystem::remove(path_);
  }
  /// The next message; empty when none comes in time.
  std::string heard(int wait_ms = 2000) const {
    ::pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, wait_ms) <= 0) return {};
    char buffer[1024];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string{};
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / ("loglode-notify-" + std::to_string(::getpid()))).string();
  int fd_ = -1;
};

TEST_CASE("service manager: it hears when the service is ready, reloads and stops", "[app][ops]") {
  const Manager manager;
  ServiceManager service;
  CHECK(service.ready("2 sources"));
  CHECK(manager.heard() == "READY=1\nSTATUS=2 sources");
  CHECK(service.status("behind by 12 messages"));
  CHECK(manager.heard() == "STATUS=behind by 12 messages");
  CHECK(service.reloading());
  const std::string reloading = manager.heard();
  CHECK(reloading.rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
  CHECK(std::stoull(reloading.substr(reloading.rfind('=') + 1)) > 0);
  CHECK(service.stopping("draining"));
  CHECK(manager.heard() == "STOPPING=1\nSTATUS=draining");
}

TEST_CASE("service manager: the watchdog is told while all is well, and no longer", "[app][ops]") {
  const Manager manager;
  ::setenv("WATCHDOG_USEC", "200000", 1);
  std::atomic<bool> good{true};
  ServiceManager service;
  CHECK(ServiceManager::watchdog_interval() == std::chrono::microseconds{100'000});
  service.keep_watchdog([&] { return good.load(); });
  CHECK(manager.heard() == "WATCHDOG=1");
  CHECK(manager.heard() == "WATCHDOG=1");
  good = false;
  while (!manager.heard(300).empty()) {  // what was on its way
  }
  CHECK(manager.heard(400).empty());
  good = true;
  CHECK(manager.heard() == "WATCHDOG=1");
}

// ---- errors ----

TEST_CASE("service manager: without one nothing is said and nothing waits", "[app][ops]") {
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  ServiceManager service;
  CHECK_FALSE(service.ready("x"));
  CHECK_FALSE(service.reloading());
  CHECK(ServiceManager::watchdog_interval().count() == 0);
  service.keep_watchdog([] { return true; });
}

TEST_CASE("service manager: a status cannot say anything else, a watchdog of another process is none of ours", "[app][ops]") {
  const Manager manager;
  ServiceManager service;
  CHECK(service.status("topic a\nSTOPPING=1"));
  CHECK(manager.heard() == "STATUS=topic a STOPPING=1");
  ::setenv("WATCHDOG_USEC", "200000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK(ServiceManager::watchdog_interval().count() == 0);
}

TEST_CASE("service manager: a socket that is gone is no trouble", "[app][ops]") {
  ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  ServiceManager service;
  CHECK_FALSE(service.ready("x"));
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace loglode

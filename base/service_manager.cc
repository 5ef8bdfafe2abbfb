#include "base/service_manager.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace loglode {
namespace {

bool tell(const std::string& message) noexcept { return ::sd_notify(0, message.c_str()) > 0; }

/// A line end would begin another message to the manager.
std::string one_line(std::string_view text) {
  std::string out{text.substr(0, 400)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

bool tell(std::string_view what, std::string_view status) noexcept {
  try {
    return tell(std::string{what} + "STATUS=" + one_line(status));
  } catch (const std::exception&) {  // out of memory: the manager hears nothing
    return false;
  }
}

}  // namespace

ServiceManager::~ServiceManager() {
  if (!watchdog_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  wake_.notify_all();
  watchdog_.join();
}

bool ServiceManager::ready(std::string_view status) noexcept { return tell("READY=1\n", status); }

bool ServiceManager::status(std::string_view status) noexcept { return tell("", status); }

bool ServiceManager::stopping(std::string_view status) noexcept { return tell("STOPPING=1\n", status); }

bool ServiceManager::reloading() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto usec = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
  try {
    return tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
  } catch (const std::exception&) { return false; }
}

std::chrono::microseconds ServiceManager::watchdog_interval() noexcept {
  std::uint64_t usec = 0;
  if (::sd_watchdog_enabled(0, &usec) <= 0) return std::chrono::microseconds{0};
  return std::chrono::microseconds{std::max<std::uint64_t>(usec / 2, 1)};
}

void ServiceManager::keep_watchdog(std::function<bool()> good) {
  const auto interval = watchdog_interval();
  if (interval.count() == 0 || watchdog_.joinable()) return;
  watchdog_ = std::thread{[this, interval, good = std::move(good)] {
    std::unique_lock lock{mutex_};
    while (!ending_) {
      lock.unlock();
      const bool all_well = good();
      if (all_well) ::sd_notify(0, "WATCHDOG=1");
      lock.lock();
      wake_.wait_for(lock, interval, [this] { return ending_; });
    }
  }};
}

}  // namespace loglode

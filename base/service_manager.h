// Talks to the service manager (systemd, Type=notify) that started the process; does nothing when none did.
// Any thread may call it. Owns one thread while a watchdog is asked for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace loglode {

class ServiceManager {
 public:
  ServiceManager() = default;
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Each returns whether the manager was told. A status is one line; line ends in it become spaces.
  bool ready(std::string_view status) noexcept;
  bool status(std::string_view status) noexcept;
  bool reloading() noexcept;  // followed by ready()
  bool stopping(std::string_view status) noexcept;

  /// Tells the watchdog that all is well, twice in each of its periods, as long as `good` says so: when it stops saying so, or does not
  /// return, the manager restarts the process. Nothing without a watchdog. Once; `good` is called on a thread of its own and must live
  /// as long as this.
  void keep_watchdog(std::function<bool()> good);

  /// How often the watchdog is told; 0 when there is none.
  [[nodiscard]] static std::chrono::microseconds watchdog_interval() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;  // guarded by mutex_
  std::thread watchdog_;
};

}  // namespace loglode

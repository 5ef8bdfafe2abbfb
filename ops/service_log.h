// What a running service says about itself: lines on standard error, for people or (ECS, one JSON object a line) for machines.
// Any thread may call it. Text that comes from logs or servers is escaped: it cannot begin a line of its own or steer a terminal.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config/pipeline_config.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace loglode {

// The same message again within this time is counted, not written.
inline constexpr std::chrono::seconds kRepeatsWindow{10};
// Messages remembered for that; when there are more, the oldest is let go.
inline constexpr std::size_t kRepeatsRemembered = 64;

class ServiceLog {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// To standard error. A level that was not written down can be changed later all the same.
  explicit ServiceLog(const config::LogConfig& config);
  /// For tests: to another spdlog sink, by another clock.
  ServiceLog(const config::LogConfig& config, std::shared_ptr<spdlog::sinks::sink> to, Clock clock);
  ~ServiceLog();  // writes how often the lines held back were repeated
  ServiceLog(const ServiceLog&) = delete;
  ServiceLog& operator=(const ServiceLog&) = delete;

  void debug(std::string_view message);
  void info(std::string_view message);
  void warn(std::string_view message);
  void error(std::string_view message);

  /// At run time (SIGHUP). The format stays as it is.
  void set_level(config::LogConfig::Level level);
  /// Writes the counts whose time is over; each message does so too, so this is for when nothing is said.
  void write_repeats();

 private:
  struct Repeated {
    int level;
    std::string message;
    std::chrono::steady_clock::time_point first;
    std::uint64_t more = 0;
  };
  void say(int level, std::string_view message);
  void write_repeats(std::chrono::steady_clock::time_point now, bool all);
  void write_count(const Repeated& repeated);

  std::mutex mutex_;
  Clock clock_;
  std::unique_ptr<spdlog::logger> logger_;
  std::list<Repeated> recent_;  // guarded by mutex_; by `first`
};

}  // namespace loglode

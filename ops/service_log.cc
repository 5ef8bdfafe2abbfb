#include "ops/service_log.h"

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/terminal_text.h"
#include "core/timestamp.h"

namespace loglode {
namespace {

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "trace";
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

spdlog::level::level_enum to_spdlog(config::LogConfig::Level level) {
  using Level = config::LogConfig::Level;
  switch (level) {
    case Level::trace:
      return spdlog::level::trace;
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

void append(std::string_view text, spdlog::memory_buf_t& out) { out.append(text.data(), text.data() + text.size()); }
std::string_view text_of(const spdlog::details::log_msg& message) { return {message.payload.data(), message.payload.size()}; }
std::string time_of(const spdlog::details::log_msg& message) { return to_rfc3339(std::chrono::time_point_cast<Duration>(message.time)); }

class TextLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    append(fmt::format("{} {:<5} {}\n", time_of(message), level_name(message.level), printable(text_of(message))), out);
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextLines>(); }
};

class EcsLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    nlohmann::ordered_json line;
    line["@timestamp"] = time_of(message);
    line["log.level"] = level_name(message.level);
    line["message"] = text_of(message);
    line["ecs.version"] = "8.11.0";
    line["service.name"] = "loglode";
    line["service.version"] = LOGLODE_VERSION;
    line["event.dataset"] = "loglode.service";
    line["process.pid"] = ::getpid();
    append(printable_json(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)), out);
    append("\n", out);
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<EcsLines>(); }
};

}  // namespace

ServiceLog::ServiceLog(const config::LogConfig& config)
    : ServiceLog{config, std::make_shared<spdlog::sinks::stderr_sink_mt>(), [] { return std::chrono::steady_clock::now(); }} {}

ServiceLog::ServiceLog(const config::LogConfig& config, std::shared_ptr<spdlog::sinks::sink> to, Clock clock)
    : clock_{std::move(clock)}, logger_{std::make_unique<spdlog::logger>("loglode", std::move(to))} {
  if (config.format.value == config::LogConfig::Format::json)
    logger_->set_formatter(std::make_unique<EcsLines>());
  else
    logger_->set_formatter(std::make_unique<TextLines>());
  logger_->flush_on(spdlog::level::trace);
  logger_->set_level(to_spdlog(config.level.value));
}

ServiceLog::~ServiceLog() {
  const std::lock_guard lock{mutex_};
  write_repeats(clock_(), true);
}

void ServiceLog::debug(std::string_view message) { say(spdlog::level::debug, message); }
void ServiceLog::info(std::string_view message) { say(spdlog::level::info, message); }
void ServiceLog::warn(std::string_view message) { say(spdlog::level::warn, message); }
void ServiceLog::error(std::string_view message) { say(spdlog::level::err, message); }

void ServiceLog::set_level(config::LogConfig::Level level) { logger_->set_level(to_spdlog(level)); }

void ServiceLog::write_repeats() {
  const std::lock_guard lock{mutex_};
  write_repeats(clock_(), false);
}

void ServiceLog::say(int level, std::string_view message) {
  const auto spdlog_level = static_cast<spdlog::level::level_enum>(level);
  if (!logger_->should_log(spdlog_level)) return;
  const std::lock_guard lock{mutex_};
  const auto now = clock_();
  write_repeats(now, false);
  const auto same =
      std::find_if(recent_.begin(), recent_.end(), [&](const Repeated& other) { return other.level == level && other.message == message; });
  if (same != recent_.end()) {
    ++same->more;
    return;
  }
  logger_->log(spdlog_level, spdlog::string_view_t{message.data(), message.size()});
  recent_.push_back({level, std::string{message}, now});
  if (recent_.size() <= kRepeatsRemembered) return;
  write_count(recent_.front());
  recent_.pop_front();
}

void ServiceLog::write_repeats(std::chrono::steady_clock::time_point now, bool all) {
  while (!recent_.empty() && (all || now - recent_.front().first >= kRepeatsWindow)) {
    write_count(recent_.front());
    recent_.pop_front();
  }
}

void ServiceLog::write_count(const Repeated& repeated) {
  if (repeated.more == 0) return;
  const std::string text = fmt::format("{} ({} more in {} s)", repeated.message, repeated.more, kRepeatsWindow.count());
  logger_->log(static_cast<spdlog::level::level_enum>(repeated.level), spdlog::string_view_t{text});
}

}  // namespace loglode

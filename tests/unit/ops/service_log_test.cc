#include "ops/service_log.h"

#include <spdlog/sinks/ostream_sink.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace loglode {
namespace {

using config::LogConfig;
using std::chrono::seconds;

/// A log into memory, by a clock that is stepped.
struct Logged {
  explicit Logged(LogConfig::Format format, LogConfig::Level level = LogConfig::Level::info) {
    LogConfig config;
    config.format.value = format;
    config.level.value = level;
    log = std::make_unique<ServiceLog>(config, std::make_shared<spdlog::sinks::ostream_sink_mt>(out), [this] { return now; });
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::istringstream in{out.str()};
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  std::vector<std::string> messages() const {
    std::vector<std::string> all;
    for (const std::string& line : lines()) all.push_back(nlohmann::json::parse(line).at("message"));
    return all;
  }
  std::ostringstream out;
  std::chrono::steady_clock::time_point now{};
  std::unique_ptr<ServiceLog> log;
};

TEST_CASE("service log: JSON lines carry ECS names", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  logged.log->warn("sink archive: disk full");
  REQUIRE(logged.lines().size() == 1);
  const auto line = nlohmann::json::parse(logged.lines()[0]);
  CHECK(line.at("message") == "sink archive: disk full");
  CHECK(line.at("log.level") == "warn");
  CHECK(line.at("service.name") == "loglode");
  CHECK(line.at("event.dataset") == "loglode.service");
  const std::string time = line.at("@timestamp");
  CHECK(time.size() == 30);
  CHECK(time.back() == 'Z');
}

TEST_CASE("service log: text lines have time, level and message", "[app][ops]") {
  Logged logged{LogConfig::Format::text};
  logged.log->error("no");
  REQUIRE(logged.lines().size() == 1);
  CHECK(logged.lines()[0].substr(30) == " error no");
}

TEST_CASE("service log: the level can change at run time", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  logged.log->debug("a");
  logged.log->set_level(LogConfig::Level::debug);
  logged.log->debug("b");
  logged.log->set_level(LogConfig::Level::error);
  logged.log->warn("c");
  logged.log->error("d");
  CHECK(logged.messages() == std::vector<std::string>{"b", "d"});
}

TEST_CASE("service log: what is said again and again is counted", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  for (int i = 0; i < 5; ++i) logged.log->warn("broker away");
  logged.log->error("broker away");  // another level is another message
  logged.log->info("other");
  CHECK(logged.messages() == std::vector<std::string>{"broker away", "broker away", "other"});
  logged.now += seconds{9};
  logged.log->write_repeats();
  CHECK(logged.lines().size() == 3);
  logged.now += seconds{1};
  logged.log->write_repeats();
  REQUIRE(logged.lines().size() == 4);
  CHECK(logged.messages()[3] == "broker away (4 more in 10 s)");
  logged.log->warn("broker away");
  CHECK(logged.messages().back() == "broker away");
  logged.log->warn("broker away");
  logged.log.reset();
  CHECK(logged.messages().back() == "broker away (1 more in 10 s)");
}

// ---- what is hostile ----

TEST_CASE("service log: a message stays on its line and cannot steer a terminal", "[app][ops]") {
  const std::string hostile = "a\nb\r\x1b]0;x\x07 \"q\" \\ \xe2\x80\xae \xff";
  for (const auto format : {LogConfig::Format::text, LogConfig::Format::json}) {
    Logged logged{format};
    logged.log->info(hostile);
    INFO(logged.out.str());
    REQUIRE(logged.lines().size() == 1);
    for (const char* bad : {"\x1b", "\r", "\x07", "\xe2\x80\xae"}) CHECK(logged.out.str().find(bad) == std::string::npos);
    if (format == LogConfig::Format::json) CHECK(logged.messages()[0].substr(0, 3) == "a\nb");
  }
}

TEST_CASE("service log: braces are not a format, empty is a message", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  logged.log->info("{} {0} %s");
  logged.log->info("");
  CHECK(logged.messages() == std::vector<std::string>{"{} {0} %s", ""});
}

TEST_CASE("service log: many different messages are not remembered for ever, and none is lost", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  logged.log->info("0");
  logged.log->info("0");
  for (std::size_t i = 1; i <= 1000; ++i) logged.log->info(std::to_string(i));
  CHECK(logged.lines().size() == 1002);  // with the count of the first
}

TEST_CASE("service log: threads write whole lines", "[app][ops]") {
  Logged logged{LogConfig::Format::json};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) logged.log->info(std::to_string(t) + "." + std::to_string(i));
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(logged.messages().size() == 200);
}

}  // namespace
}  // namespace loglode

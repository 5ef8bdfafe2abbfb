#include "base/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace loglode {

ProgressBar::ProgressBar(const RunCounters& counters, std::uint64_t bytes_total, bool on)
    : counters_{&counters}, bytes_total_{bytes_total} {
  if (on) thread_ = std::thread{[this] { run(); }};
}

ProgressBar::ProgressBar(std::string doing, bool on) : doing_{std::move(doing)} {
  if (on) thread_ = std::thread{[this] { run(); }};
}

ProgressBar::~ProgressBar() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock{mutex_};
    done_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::run() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock{mutex_};
  auto pause = std::chrono::milliseconds{counters_ == nullptr ? 1000 : 500};
  while (!wake_.wait_for(lock, pause, [this] { return done_; })) {
    draw(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    pause = std::chrono::milliseconds{200};
  }
}

void ProgressBar::draw(double seconds) {
  shown_ = true;
  if (counters_ == nullptr) {
    fmt::print(stderr, "\r\033[K{} ({:.0f} s)", doing_, seconds);
    std::fflush(stderr);
    return;
  }
  const auto bytes = static_cast<double>(counters_->bytes_read.load()), lines = static_cast<double>(counters_->lines.load());
  if (bytes_total_ == 0) {
    fmt::print(stderr, "\r\033[K{:.1f} MB  {:.2f} M lines  {:.0f} k lines/s", bytes / 1e6, lines / 1e6, lines / seconds / 1e3);
  } else {
    const double share = std::min(1.0, bytes / static_cast<double>(bytes_total_));
    const int filled = static_cast<int>(share * 30);
    const double left = share > 0.001 ? seconds * (1 - share) / share : 0;
    fmt::print(stderr, "\r\033[K[{:=<{}}{:<{}}] {:3.0f} %  {:.0f}/{:.0f} MB  {:.0f} k lines/s  {:.0f} s left", "", filled, ">", 30 - filled,
               share * 100, bytes / 1e6, static_cast<double>(bytes_total_) / 1e6, lines / seconds / 1e3, left);
  }
  std::fflush(stderr);
}

}  // namespace loglode

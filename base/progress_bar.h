// The progress bar on standard error: bytes, lines/s, time left. Own thread; reads counters only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "core/run_counters.h"

namespace loglode {

class ProgressBar {
 public:
  /// `bytes_total`: 0 when unknown (standard input). Nothing is shown during the first half second: short runs stay silent.
  ProgressBar(const RunCounters& counters, std::uint64_t bytes_total, bool on);
  ~ProgressBar();  // wipes the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

 private:
  void run();
  void draw(double seconds);

  const RunCounters& counters_;
  std::uint64_t bytes_total_;
  bool shown_ = false;
  bool done_ = false;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace loglode

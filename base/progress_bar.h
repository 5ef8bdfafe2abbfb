// The progress bar on standard error: bytes, lines/s, time left; or what is being done and for how long. Own thread; reads counters only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "core/run_counters.h"

namespace loglode {

class ProgressBar {
 public:
  /// `bytes_total`: 0 when unknown (standard input). Nothing is shown during the first half second: short runs stay silent.
  ProgressBar(const RunCounters& counters, std::uint64_t bytes_total, bool on);
  /// Of what has no measure: `doing`, a good text for a terminal. Nothing is shown during the first second.
  ProgressBar(std::string doing, bool on);
  ~ProgressBar();  // wipes the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

 private:
  void run();
  void draw(double seconds);

  const RunCounters* counters_ = nullptr;  // none: `doing_` is shown
  std::uint64_t bytes_total_ = 0;
  std::string doing_;
  bool shown_ = false;
  bool done_ = false;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace loglode

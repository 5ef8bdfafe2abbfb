#include "base/stop_signals.h"

#include <unistd.h>

#include <csignal>

namespace loglode {

namespace {

std::atomic<int> received{0};
std::atomic<bool> stop_requested{false}, reload_requested{false};

extern "C" void on_signal(int signal) {
  if (received.exchange(signal) != 0) _exit(128 + signal);
  stop_requested = true;
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  return stop_requested;
}

std::atomic<bool>& reload_on_hangup() {
  std::signal(SIGHUP, [](int) { reload_requested = true; });
  return reload_requested;
}
void request_stop() noexcept { stop_requested = true; }

int signal_received() noexcept { return received; }

}  // namespace loglode

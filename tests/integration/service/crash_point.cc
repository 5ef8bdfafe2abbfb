// LOGLODE_CRASH_AT=NAME:N kills the program at the N-th time that it passes the point NAME while a checkpoint moves positions.
#include "base/crash_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace loglode {

namespace {

struct Wanted {
  std::string name;
  std::atomic<int> left{0};
  Wanted() {
    const char* const given = std::getenv("LOGLODE_CRASH_AT");
    if (given == nullptr) return;
    const std::string text{given};
    const std::size_t colon = text.find(':');
    name = text.substr(0, colon);
    left = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
  }
};

}  // namespace

void crash_point(std::string_view name) noexcept {
  static Wanted wanted;
  if (wanted.name == name && --wanted.left == 0) std::raise(SIGKILL);
}

}  // namespace loglode

#include "base/descriptor_limit.h"

#include <sys/resource.h>

namespace loglode {

void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));  // refused: what cannot be opened is told
}

bool is_reserved_descriptor(int descriptor) noexcept {
  rlimit files{};
  // The kernel gives the lowest number that is free. Of a very low limit a quarter is left.
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return false;
  const rlim_t reserved = files.rlim_cur / 4 < kReservedDescriptors ? files.rlim_cur / 4 : kReservedDescriptors;
  return static_cast<rlim_t>(descriptor) >= files.rlim_cur - reserved;
}

}  // namespace loglode

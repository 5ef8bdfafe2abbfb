#include "base/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace loglode {

void keep_memory_private() noexcept {
  // Refused where a sandbox forbids it: then it is as private as the sandbox makes it. The limit alone does not hold a pipe in
  // core_pattern.
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0));
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
}

}  // namespace loglode

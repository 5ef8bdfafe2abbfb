#include "base/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace loglode {

TEST_CASE("private memory: nothing is dumped, and nobody may look", "[base]") {
  // In a process of its own: what reads this one's memory (a sanitizer) must go on.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool before = ::prctl(PR_GET_DUMPABLE) == 1;
    keep_memory_private();
    rlimit cores{};
    const bool none = ::getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_cur == 0 && cores.rlim_max == 0;
    ::_exit(before && ::prctl(PR_GET_DUMPABLE) == 0 && none ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace loglode

#include "core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace loglode {

void assertion_failed(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "loglode: internal error: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace loglode

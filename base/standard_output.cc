#include "base/standard_output.h"

#include <cerrno>
#include <cstdio>

namespace loglode {

Result<void> print_text(const std::string& text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written && errno != EPIPE) return fail_errno("cannot write to standard output");
  return {};
}

}  // namespace loglode

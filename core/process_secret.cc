#include "core/process_secret.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>

#include "core/assert.h"

namespace loglode {

ProcessSecret draw_process_secret() noexcept {
  ProcessSecret secret;
  auto* const bytes = reinterpret_cast<char*>(secret.words.data());
  for (std::size_t filled = 0; filled < sizeof secret.words;) {
    const ssize_t got = ::getrandom(bytes + filled, sizeof secret.words - filled, 0);
    LOGLODE_ASSERT(got > 0 || errno == EINTR);  // a kernel that has no randomness can be attacked: no table of ours is worth that
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return secret;
}

}  // namespace loglode

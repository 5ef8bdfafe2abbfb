// How many NULs bytes begin with. Holes in sparse files are gigabytes of them.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace loglode::ingest {

[[nodiscard]] inline std::size_t nul_run(std::string_view bytes) noexcept {
  static constexpr char kNuls[512] = {};
  std::size_t run = 0;
  while (bytes.size() - run >= sizeof kNuls && std::memcmp(bytes.data() + run, kNuls, sizeof kNuls) == 0) run += sizeof kNuls;
  while (run < bytes.size() && bytes[run] == '\0') ++run;
  return run;
}

}  // namespace loglode::ingest

// Random bytes of this process: what tables of things that others choose (messages, ids) are indexed by, so that nobody can choose ones
// that fall on one place. Never part of a result: results are the same whatever it is. Any thread.
#pragma once

#include <array>
#include <cstdint>

namespace loglode {

/// As XXH3 takes it: at least 136 bytes, of high entropy.
struct ProcessSecret {
  std::array<std::uint64_t, 24> words{};
};

[[nodiscard]] ProcessSecret draw_process_secret() noexcept;

/// Drawn from the system when it is asked for first. Inline: it is asked for with every look into a table.
[[nodiscard]] inline const ProcessSecret& process_secret() noexcept {
  static const ProcessSecret kSecret = draw_process_secret();
  return kSecret;
}

/// Both words as one for a hash table, by the process's secret: one multiplication of 64 by 64 bits, folded.
[[nodiscard]] inline std::uint64_t mix_by_secret(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const ProcessSecret& secret = process_secret();
  const Product product = static_cast<Product>(a ^ secret.words[0]) * (b ^ secret.words[1]);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace loglode

// The choice of excerpts that a WindowAggregator keeps. Plain value, owned by one WindowAggregator.
#pragma once

#include <xxhash.h>

#include <cstdint>

#include "core/batch.h"

namespace loglode {

/// Which excerpts are kept, by a hash of what a record is and where: never of the file's identity, which differs between machines.
/// Tightened when they exceed their budget.
class ExcerptSample {
 public:
  /// `quiet`: neither notable nor the first of its shape.
  [[nodiscard]] bool keeps(ShapeId shape, std::uint64_t offset, bool quiet) const noexcept {
    const unsigned bits = quiet ? quiet_bits_ : notable_bits_;
    return bits == 0 || (hash(shape, offset) >> (64 - bits)) == 0;
  }
  void tighten() noexcept {
    if (quiet_bits_ < kQuietBitsMax) {
      ++quiet_bits_;
    } else if (notable_bits_ < 63) {
      ++notable_bits_;
    }
  }

 private:
  static constexpr unsigned kQuietBitsMax = 12;
  static std::uint64_t hash(ShapeId shape, std::uint64_t offset) noexcept {
    const std::uint64_t words[2] = {shape.high, offset};
    return XXH3_64bits(words, sizeof words);
  }
  unsigned quiet_bits_ = 3, notable_bits_ = 0;
};

}  // namespace loglode

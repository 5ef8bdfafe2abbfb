// The stamps of a record that left something open: year, order of day and month, date, zone. Lives on the stack of who reads the record.
#pragma once

#include <array>
#include <cstddef>

#include "parse/time/civil_time.h"

namespace loglode {

/// A stamp says everything or is noted here; of more than there is room for, the first.
struct StampSight {
  struct Stamp {
    CivilTime civil;
    Timestamp time;  // as it was read
  };
  static constexpr std::size_t kStampsMax = 4;

  void clear() noexcept { count = 0; }
  /// Of each stamp, whatever it says.
  void note_offset(std::int32_t east_s, Timestamp time) noexcept {
    offset_s = east_s;
    offset_of = time;
  }
  void note(const CivilTime& civil, Timestamp time) noexcept {
    if (count < kStampsMax) stamps[count++] = {civil, time};
  }
  /// The one that a record's time came from; nullptr when that said everything, or none was read.
  [[nodiscard]] const CivilTime* of(Timestamp time) const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      if (stamps[i].time == time) return &stamps[i].civil;
    }
    return nullptr;
  }

  std::array<Stamp, kStampsMax> stamps;
  std::size_t count = 0;
  std::int32_t offset_s = 0;      // of the last stamp, from UTC; 0 where nobody said it
  Timestamp offset_of = kNoTime;  // what was read as that stamp
};

}  // namespace loglode

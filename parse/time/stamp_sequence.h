// What the stamps of one writer mean, in the order in which it wrote them: what a stamp leaves open (year, order of day and month, date,
// which of the two hours when a clock is set back), those before it decide. Owned by a framer, one thread; depends on the stamps alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "parse/time/civil_time.h"

namespace loglode {

/// Which order a stream's dates of numbers have, for each way to write the year: in full, with two digits, not at all.
class DateOrders {
 public:
  /// Chosen from the stamps of a stream's prefix: the order in which most of them are dates; of equals the one in which they do not lie
  /// after the reference, then that in which they lie close together, then the usual one.
  void study(std::span<const CivilTime> stamps, Timestamp reference);
  /// Sets the date of `civil` in the order chosen. A stamp that is no date in that order chooses another from here on; true then, unless
  /// none was chosen before.
  bool apply(CivilTime& civil);

  [[nodiscard]] std::array<std::uint8_t, 3> memory() const noexcept;
  void recall(const std::array<std::uint8_t, 3>& memory) noexcept;

 private:
  static std::size_t kind_of(const CivilTime& civil) noexcept;
  std::array<std::optional<DateOrder>, 3> chosen_;
};

class StampSequence {
 public:
  /// `reference` (kNoTime: the program's start) and `zone` as in TimeContext.
  StampSequence(Timestamp reference, const ZoneRules* zone) noexcept : reference_(reference), zone_(zone) {}

  /// The stamps that the writer begins with: they lie before the reference, so a step into a new year among them says in which year it
  /// began.
  void study(std::span<const CivilTime> first);
  /// The moment of a stamp whose date has its order; nothing when there is none.
  [[nodiscard]] std::optional<Timestamp> next(const CivilTime& civil);
  /// A moment that a stamp stated in full.
  void see(Timestamp moment) noexcept { latest_ = latest_ == kNoTime || moment > latest_ ? moment : latest_; }

  /// The latest moment so far; kNoTime before the first.
  [[nodiscard]] Timestamp latest() const noexcept { return latest_; }

 private:
  [[nodiscard]] std::optional<Timestamp> place(const CivilTime& civil) const;
  [[nodiscard]] std::optional<Timestamp> place_year(const CivilTime& civil, bool bounded) const;
  [[nodiscard]] std::optional<Timestamp> moment(const CivilTime& civil, int year) const;
  [[nodiscard]] std::optional<Timestamp> on_same_day(const CivilTime& civil) const;
  [[nodiscard]] bool weekday_agrees_at(const CivilTime& civil, Timestamp placed) const;

  struct Placed {
    CivilTime civil;
    Timestamp moment = kNoTime;
  };

  Timestamp reference_;
  const ZoneRules* zone_;
  Timestamp latest_ = kNoTime;
  Placed before_;                                         // the stamp before
  std::optional<std::pair<CivilTime, Timestamp>> first_;  // of the prefix
};

}  // namespace loglode

// Which time was being logged at all: the union of the runs (streams) that were read. What lies between two runs is not silence.
#pragma once

#include <vector>

#include "core/timestamp.h"

namespace loglode {

class Coverage {
 public:
  /// In any order; what is empty is left out.
  void add(Timestamp from, Timestamp to);
  /// Joins what overlaps. To be called once after the last add(), before anything is asked.
  void settle();

  [[nodiscard]] double seconds() const noexcept { return total_s_; }
  /// Covered seconds before `time`: a clock that stands still between the runs.
  [[nodiscard]] double seconds_before(Timestamp time) const noexcept;
  [[nodiscard]] double seconds_within(Timestamp from, Timestamp to) const noexcept;

 private:
  struct Span {
    Timestamp from, to;
    double before_s = 0;  // covered until `from`
  };
  std::vector<Span> spans_;
  double total_s_ = 0;
};

}  // namespace loglode

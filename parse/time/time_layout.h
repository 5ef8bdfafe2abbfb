// How a stamp is written, as a user's own format says it: `%d.%m.%Y %H:%M:%S,%f`. Compiled once, immutable, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

/// strptime's letters: %Y %y %m %d %e %j %H %I %M %S %p, %b %B %h (a month's English name), %a %A (a weekday's), %F %T %D %R, %z (Z, +hh,
/// +hhmm, +hh:mm, or an abbreviation that means one thing), %s (seconds since 1970), and of our own %f (a fraction of 1 to 9 digits) and
/// %Q (milliseconds since 1970). A blank stands for one or more, %% for itself, every other character for itself. Numbers need not be
/// padded where something else ends them.
class TimeLayout {
 public:
  static constexpr std::size_t kBytesMax = 128;

  /// Errors (invalid_argument, a sentence that says what to do): too long, a letter that is not known, no day and month (or epoch).
  static Result<TimeLayout> compile(std::string_view layout);
  /// Reads a stamp at the very beginning of `text`: how many characters it took, 0 when it is none.
  [[nodiscard]] std::size_t read(std::string_view text, const TimeContext& context, Timestamp& out) const;

 private:
  std::vector<char> letters_;   // of each part: a strptime letter, or '\0' for a literal, ' ' for blanks
  std::vector<char> literals_;  // of each part that is one
};

}  // namespace loglode

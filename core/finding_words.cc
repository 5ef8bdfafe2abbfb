#include "core/finding_words.h"

namespace loglode {

std::string clock_text(Timestamp time) {
  if (time == kNoTime) return "?";
  return to_rfc3339(time).substr(11, 8);
}

std::string word_for(FindingKind kind) {
  switch (kind) {
    case FindingKind::new_error:
      return "new";
    case FindingKind::new_warning:
      return "new";
    case FindingKind::rate_up:
      return "up";
    case FindingKind::rate_down:
      return "down";
    case FindingKind::value_shift:
      return "slower";
    default:
      return std::string{name_of(kind)};
  }
}

}  // namespace loglode

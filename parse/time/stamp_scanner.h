// The parts that timestamps are made of, read one after the other from a text. Used by the functions of parse/time/ only;
// a scanner lives on one function's stack.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/ascii.h"
#include "parse/time/civil_time.h"

namespace loglode {

class StampScanner {
 public:
  explicit StampScanner(std::string_view text) noexcept : text_(text) {}

  /// At most the text's size: no reader can leave its end behind.
  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  void go_to(std::size_t position) noexcept { at_ = std::min(position, text_.size()); }
  /// The character `ahead` of here; NUL past the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char wanted) noexcept {
    if (peek() != wanted || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void skip(std::size_t count) noexcept { at_ += std::min(count, text_.size() - at_); }
  std::size_t take_blanks() noexcept;
  /// How many digits stand here (at most `limit`).
  [[nodiscard]] std::size_t digits_ahead(std::size_t limit = 32) const noexcept;
  /// A number of `least` to `most` digits that no further digit follows.
  bool take_number(unsigned least, unsigned most, unsigned& out) noexcept;
  /// Exactly `count` digits, whatever follows.
  bool take_digits(unsigned count, unsigned& out) noexcept;

  /// `Jan`, `january`, `JAN` …: 1 to 12.
  bool take_month_name(unsigned& month) noexcept;
  /// `Sun`, `Sunday,` … and the blanks behind it.
  bool take_weekday(CivilTime& civil) noexcept;
  /// hh:mm[:ss[fraction]] [AM|PM], also h:m:s, hh.mm.ss and hhmmss. With `needs_seconds` hh:mm is not enough.
  bool take_time_of_day(CivilTime& civil, bool needs_seconds);
  /// Z, +hh, +hhmm, +hh:mm, UTC, UTC+2, CET, Europe/Berlin …, with or without a blank before it, (-3) and RFC 9557's [Europe/Berlin].
  /// Nothing there is fine.
  void take_offset(CivilTime& civil);
  /// A fraction of the second behind `separator`, when there is one.
  void take_fraction(CivilTime& civil, char separator);

 private:
  enum class OffsetPlace : unsigned char { attached, after_blank, after_name };

  [[nodiscard]] std::size_t half_day_length(std::size_t ahead) const noexcept;
  bool take_half_day(CivilTime& civil);
  bool take_numeric_offset(CivilTime& civil, OffsetPlace place);
  bool take_named_offset(CivilTime& civil);
  bool take_offset_in_parentheses(CivilTime& civil);
  void take_repeated_zone(bool after_blank);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace loglode

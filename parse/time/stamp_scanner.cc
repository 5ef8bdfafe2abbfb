#include "parse/time/stamp_scanner.h"

#include <algorithm>
#include <array>

#include "parse/time/zone_names.h"

namespace loglode {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                                      "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

bool equal_lowered(std::string_view text, std::string_view lowered) noexcept {
  return text.size() == lowered.size() &&
         std::equal(text.begin(), text.end(), lowered.begin(), [](char a, char b) { return to_lower(a) == b; });
}

constexpr std::uint32_t pack_letters(std::string_view name) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(to_lower(name[i]))); };
  return byte(0) << 16 | byte(1) << 8 | byte(2);
}

template <std::size_t N>
constexpr std::array<std::uint32_t, N> pack_names(const std::array<std::string_view, N>& names) noexcept {
  std::array<std::uint32_t, N> packed{};
  for (std::size_t i = 0; i < N; ++i) packed[i] = pack_letters(names[i]);
  return packed;
}
constexpr auto kMonthLetters = pack_names(kMonths);
constexpr auto kWeekdayLetters = pack_names(kWeekdays);

/// The second letters of the names that begin with each letter, as bits: most words are no name, and this says so at once.
template <std::size_t N>
constexpr std::array<std::uint32_t, 26> second_letters(const std::array<std::string_view, N>& names) noexcept {
  std::array<std::uint32_t, 26> second{};
  for (const std::string_view name : names) second[static_cast<std::size_t>(name[0] - 'a')] |= 1U << (name[1] - 'a');
  return second;
}
constexpr auto kMonthSeconds = second_letters(kMonths);
constexpr auto kWeekdaySeconds = second_letters(kWeekdays);

bool may_begin(std::string_view text, std::size_t at, const std::array<std::uint32_t, 26>& seconds) noexcept {
  if (at + 2 >= text.size() || !is_letter(text[at]) || !is_letter(text[at + 1])) return false;
  return (seconds[static_cast<std::size_t>(to_lower(text[at]) - 'a')] >> (to_lower(text[at + 1]) - 'a') & 1U) != 0;
}

/// Places of the months by the remainder of their three letters, which are all different: found at the first look.
constexpr std::size_t kMonthRemainders = 31;
constexpr auto kMonthPlaces = [] {
  std::array<std::uint8_t, kMonthRemainders> places{};
  for (std::size_t i = 0; i < kMonthLetters.size(); ++i) places[kMonthLetters[i] % kMonthRemainders] = static_cast<std::uint8_t>(i);
  return places;
}();
static_assert([] {
  for (std::size_t i = 0; i < kMonthLetters.size(); ++i)
    if (kMonthPlaces[kMonthLetters[i] % kMonthRemainders] != i) return false;
  return true;
}());

/// Position of the name that `word` is, in full or cut to three letters; `N` when it is none.
template <std::size_t N>
std::size_t name_index(std::string_view word, const std::array<std::string_view, N>& names,
                       const std::array<std::uint32_t, N>& letters) noexcept {
  if (word.size() < 3) return N;
  const std::uint32_t begin = pack_letters(word);
  for (std::size_t i = 0; i < N; ++i) {
    if (letters[i] == begin) return word.size() == 3 || equal_lowered(word, names[i]) ? i : N;
  }
  return N;
}

std::size_t letters_at(std::string_view text, std::size_t at) noexcept {
  std::size_t count = 0;
  while (at + count < text.size() && count < 10 && is_letter(text[at + count])) ++count;
  return count;
}

}  // namespace

std::size_t StampScanner::take_blanks() noexcept {
  const std::size_t begin = at_;
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  return at_ - begin;
}

std::size_t StampScanner::digits_ahead(std::size_t limit) const noexcept {
  std::size_t count = 0;
  while (count < limit && at_ + count < text_.size() && is_digit(text_[at_ + count])) ++count;
  return count;
}

bool StampScanner::take_number(unsigned least, unsigned most, unsigned& out) noexcept {
  const std::size_t count = digits_ahead(most + 1);
  return count >= least && count <= most && take_digits(static_cast<unsigned>(count), out);
}

bool StampScanner::take_digits(unsigned count, unsigned& out) noexcept {
  if (digits_ahead(count) != count) return false;
  unsigned value = 0;
  for (unsigned i = 0; i < count; ++i) value = value * 10 + static_cast<unsigned>(text_[at_ + i] - '0');
  at_ += count;
  out = value;
  return true;
}

bool StampScanner::take_month_name(unsigned& month) noexcept {
  if (!may_begin(text_, at_, kMonthSeconds)) return false;
  if (!is_letter(peek(3))) {  // nearly always it is cut to three letters
    const std::uint32_t letters = pack_letters(text_.substr(at_));
    const std::uint8_t place = kMonthPlaces[letters % kMonthPlaces.size()];
    if (kMonthLetters[place] != letters) return false;
    at_ += 3;
    month = place + 1U;
    return true;
  }
  const std::size_t length = letters_at(text_, at_);
  std::size_t index = name_index(text_.substr(at_, length), kMonths, kMonthLetters);
  if (index == kMonths.size() && equal_lowered(text_.substr(at_, length), "sept")) index = 8;
  if (index == kMonths.size()) return false;
  at_ += length;
  month = static_cast<unsigned>(index + 1);
  return true;
}

bool StampScanner::take_weekday(CivilTime& civil) noexcept {
  if (!may_begin(text_, at_, kWeekdaySeconds)) return false;
  const std::size_t length = letters_at(text_, at_);
  const std::size_t index = name_index(text_.substr(at_, length), kWeekdays, kWeekdayLetters);
  if (index == kWeekdays.size()) return false;
  const std::size_t begin = at_;
  at_ += length;
  take(',');
  if (take_blanks() > 0) {
    civil.weekday = static_cast<std::uint8_t>(index + 1);
    return true;
  }
  at_ = begin;
  return false;
}

void StampScanner::take_fraction(CivilTime& civil, char separator) {
  if (peek() != separator || !is_digit(peek(1))) return;
  std::size_t end = at_ + 1;
  std::uint32_t value = 0, taken = 0;
  for (; end < text_.size() && is_digit(text_[end]); ++end) {
    if (taken == 9) continue;  // finer than a nanosecond: cut off
    value = value * 10 + static_cast<std::uint32_t>(text_[end] - '0');
    ++taken;
  }
  // `10:11:12,5,x` are columns; `10:11:12,747,INFO` is log4j's comma before milliseconds.
  if (separator == ',' && taken % 3 != 0 && end < text_.size() && text_[end] == ',') return;
  // After a colon it is a number of milliseconds that need not be padded: 22:15:29:83 is .083.
  std::uint32_t scale = separator == ':' && taken < 3 ? 3 : taken;
  for (; scale < 9; ++scale) value *= 10;
  civil.nanoseconds = value;
  at_ = end;
}

/// The length of `AM`, `pm`, `a.m.` at `ahead`; 0 when something else stands there.
std::size_t StampScanner::half_day_length(std::size_t ahead) const noexcept {
  const char half = to_lower(peek(ahead));
  if (half != 'a' && half != 'p') return 0;
  std::size_t length = 0;
  if (to_lower(peek(ahead + 1)) == 'm')
    length = 2;
  else if (peek(ahead + 1) == '.' && to_lower(peek(ahead + 2)) == 'm' && peek(ahead + 3) == '.')
    length = 4;
  const char behind = peek(ahead + length);
  return is_letter(behind) || is_digit(behind) ? 0 : length;
}

bool StampScanner::take_half_day(CivilTime& civil) {
  std::size_t blank = 0;
  if (peek() == ' ')
    blank = 1;
  else if (text_.substr(at_).substr(0, 3) == "\xE2\x80\xAF")
    blank = 3;  // U+202F, which newer JDKs put before AM and PM
  const std::size_t length = half_day_length(blank);
  if (length == 0) return true;
  if (civil.hour == 0 || civil.hour > 12) return false;
  civil.hour = civil.hour % 12 + (to_lower(peek(blank)) == 'p' ? 12 : 0);
  at_ += blank + length;
  return true;
}

bool StampScanner::take_time_of_day(CivilTime& civil, bool needs_seconds) {
  if (digits_ahead(7) == 6) {  // hhmmss
    take_digits(2, civil.hour), take_digits(2, civil.minute), take_digits(2, civil.second);
    take_fraction(civil, '.'), take_fraction(civil, ',');
    return civil.hour < 24;
  }
  if (!take_number(1, 2, civil.hour)) return false;
  const char separator = peek();
  if ((separator != ':' && separator != '.') || !is_digit(peek(1))) return false;
  skip(1);
  if (!take_number(1, 2, civil.minute)) return false;
  if (peek() != separator || !is_digit(peek(1))) return !needs_seconds && separator == ':' && take_half_day(civil);
  skip(1);
  if (!take_number(1, 2, civil.second)) return false;
  const char point = peek();
  if (point == '.' || point == ',' || point == ':') take_fraction(civil, point);
  return take_half_day(civil);
}

bool StampScanner::take_numeric_offset(CivilTime& civil, OffsetPlace place) {
  const char sign = peek();
  if (sign != '+' && sign != '-') return false;
  const std::size_t begin = at_;
  skip(1);
  const std::size_t count = digits_ahead(5);
  unsigned hours = 0, minutes = 0, hours_max = 18;
  bool good = false;
  if (count == 4) {
    good = take_digits(2, hours) && take_digits(2, minutes);
  } else if (count == 2 || (count == 1 && place == OffsetPlace::after_name)) {
    take_digits(static_cast<unsigned>(count), hours);
    good = true;
    if (peek() == ':' && is_digit(peek(1))) {
      skip(1);
      good = take_number(2, 2, minutes);
    } else if (place == OffsetPlace::after_blank) {
      hours_max = sign == '-' ? 12 : 14;
      good = peek() != '.' && peek() != '%';  // ` -05.3 °C` is the message already
    }
  }
  good = good && !is_letter(peek()) && !is_digit(peek());  // UTC-6a8372f9 is a session's id behind a dash
  if (!good || hours > hours_max || minutes > 59) {
    at_ = begin;
    return false;
  }
  const auto seconds = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
  civil.offset_seconds = sign == '-' ? -seconds : seconds;
  return true;
}

bool StampScanner::take_named_offset(CivilTime& civil) {
  const ZoneName zone = zone_name_at(text_.substr(at_));
  switch (zone.naming) {
    case ZoneNaming::none:
      return false;
    case ZoneNaming::offset:
      civil.offset_seconds = zone.offset_seconds;
      break;
    case ZoneNaming::ambiguous:
      civil.zone_assumed = true;
      break;
    case ZoneNaming::rules:
      civil.zone = zone.rules;
      break;
  }
  skip(zone.length);
  if (zone.naming == ZoneNaming::offset && zone.offset_seconds == 0 && zone.length > 1)
    take_numeric_offset(civil, OffsetPlace::after_name);  // JavaScript's GMT+0100
  return true;
}

/// `(-3)`, `(+05:30)`, `(CET)`.
bool StampScanner::take_offset_in_parentheses(CivilTime& civil) {
  if (peek() != '(') return false;
  const std::size_t begin = at_;
  const CivilTime before = civil;
  skip(1);
  if ((take_numeric_offset(civil, OffsetPlace::after_name) || take_named_offset(civil)) && take(')')) return true;
  at_ = begin;
  civil = before;
  return false;
}

/// Behind an offset in digits: `[Europe/Berlin]`, or its name once more (Go's `+0100 CET`, `+0000 UTC`).
void StampScanner::take_repeated_zone(bool after_blank) {
  const std::size_t begin = at_;
  if (take(' ')) {
    const ZoneName zone = zone_name_at(text_.substr(at_));
    if (after_blank && zone.naming != ZoneNaming::none && zone.length > 1) return skip(zone.length);
    at_ = begin;
    return;
  }
  if (peek() != '[' || !(is_letter(peek(1)) || peek(1) == '!')) return;
  for (std::size_t end = at_ + 1; end < text_.size() && end - at_ < 64; ++end) {
    const char c = text_[end];
    if (c == ']') {
      at_ = end + 1;
      return;
    }
    if (!is_letter(c) && !is_digit(c) && c != '/' && c != '_' && c != '-' && c != '+' && c != '!' && c != '=') return;
  }
}

void StampScanner::take_offset(CivilTime& civil) {
  const std::size_t begin = at_;
  const bool blank = take(' ');
  if (take_numeric_offset(civil, blank ? OffsetPlace::after_blank : OffsetPlace::attached)) return take_repeated_zone(blank);
  // A lone Z after a blank could be anything; the names are unmistakable.
  const bool lone_z = blank && to_lower(peek()) == 'z' && !is_letter(peek(1));
  if (!lone_z && (take_named_offset(civil) || take_offset_in_parentheses(civil))) {
    if (!blank) take_repeated_zone(false);
    return;
  }
  at_ = begin;
}

}  // namespace loglode

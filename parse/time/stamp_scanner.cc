#include "parse/time/stamp_scanner.h"

#include <algorithm>
#include <array>

namespace loglode {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                                      "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

struct Abbreviation {
  std::string_view name;
  std::int32_t offset_hours;
};
// Those that mean one thing to nearly everyone. CST, IST and BST do not; they are read in the context's zone.
constexpr Abbreviation kAbbreviations[] = {{"UTC", 0},   {"GMT", 0},   {"WET", 0},  {"WEST", 1},  {"CET", 1},   {"CEST", 2},  {"MET", 1},
                                           {"MEST", 2},  {"EET", 2},   {"EEST", 3}, {"MSK", 3},   {"EST", -5},  {"EDT", -4},  {"CDT", -5},
                                           {"MST", -7},  {"MDT", -6},  {"PST", -8}, {"PDT", -7},  {"AKST", -9}, {"AKDT", -8}, {"HST", -10},
                                           {"AEST", 10}, {"AEDT", 11}, {"AWST", 8}, {"NZST", 12}, {"NZDT", 13}, {"JST", 9},   {"KST", 9},
                                           {"HKT", 8},   {"SGT", 8},   {"SAST", 2}};
constexpr std::string_view kAmbiguousAbbreviations[] = {"CST", "IST", "BST"};

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
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
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
  const std::size_t length = letters_at(text_, at_);
  std::size_t index = name_index(text_.substr(at_, length), kMonths, kMonthLetters);
  if (index == kMonths.size() && equal_lowered(text_.substr(at_, length), "sept")) index = 8;
  if (index == kMonths.size()) return false;
  at_ += length;
  month = static_cast<unsigned>(index + 1);
  return true;
}

bool StampScanner::take_weekday() noexcept {
  const std::size_t length = letters_at(text_, at_);
  if (name_index(text_.substr(at_, length), kWeekdays, kWeekdayLetters) == kWeekdays.size()) return false;
  const std::size_t begin = at_;
  at_ += length;
  take(',');
  if (take_blanks() > 0) return true;
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

bool StampScanner::take_half_day(CivilTime& civil) {
  std::size_t blank = 0;
  if (peek() == ' ')
    blank = 1;
  else if (text_.substr(at_).substr(0, 3) == "\xE2\x80\xAF")
    blank = 3;  // U+202F, which newer JDKs put before AM and PM
  const char half = to_lower(peek(blank));
  if ((half != 'a' && half != 'p') || to_lower(peek(blank + 1)) != 'm') return true;
  if (is_letter(peek(blank + 2)) || is_digit(peek(blank + 2))) return true;
  if (civil.hour == 0 || civil.hour > 12) return false;
  civil.hour = civil.hour % 12 + (half == 'p' ? 12 : 0);
  at_ += blank + 2;
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

bool StampScanner::take_numeric_offset(CivilTime& civil, bool after_blank) {
  const char sign = peek();
  if (sign != '+' && sign != '-') return false;
  const std::size_t begin = at_;
  skip(1);
  const std::size_t count = digits_ahead(5);
  unsigned hours = 0, minutes = 0;
  bool good = false;
  if (count == 4) {
    good = take_digits(2, hours) && take_digits(2, minutes);
  } else if (count == 2) {
    take_digits(2, hours);
    if (peek() == ':' && is_digit(peek(1))) {
      skip(1);
      good = take_number(2, 2, minutes);
    } else {
      good = !after_blank;  // ` -5 items` is the message already
    }
  }
  if (!good || hours > 18 || minutes > 59) {
    at_ = begin;
    return false;
  }
  const auto seconds = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
  civil.offset_seconds = sign == '-' ? -seconds : seconds;
  return true;
}

bool StampScanner::take_named_offset(CivilTime& civil) {
  const char first = peek();
  if ((first < 'A' || first > 'Z') && first != 'z') return false;  // nearly always a message
  const std::size_t length = letters_at(text_, at_);
  const char next = peek(length);
  if (length > 4 || is_digit(next) || next == '_' || static_cast<unsigned char>(next) >= 0x80) return false;
  const std::string_view word = text_.substr(at_, length);
  if (word == "Z" || word == "z") {
    civil.offset_seconds = 0;
    skip(1);
    return true;
  }
  for (const Abbreviation& known : kAbbreviations) {
    if (word != known.name) continue;
    civil.offset_seconds = known.offset_hours * 3600;
    skip(length);
    if (known.offset_hours == 0) take_numeric_offset(civil, false);  // JavaScript's GMT+0100
    return true;
  }
  for (const std::string_view ambiguous : kAmbiguousAbbreviations) {
    if (word != ambiguous) continue;
    skip(length);
    return true;
  }
  return false;
}

void StampScanner::take_bracketed_zone() {
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
  const std::size_t blanks = take_blanks();
  // A lone Z after a blank could be anything; numeric offsets and names are unmistakable.
  const bool taken = blanks <= 1 && (take_numeric_offset(civil, blanks > 0) ||
                                     (!(blanks > 0 && to_lower(peek()) == 'z' && !is_letter(peek(1))) && take_named_offset(civil)));
  if (!taken) {
    at_ = begin;
    return;
  }
  if (blanks == 0) take_bracketed_zone();
}

}  // namespace loglode

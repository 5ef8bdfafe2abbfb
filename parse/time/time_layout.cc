#include "parse/time/time_layout.h"

#include <algorithm>

#include "parse/time/civil_time.h"
#include "parse/time/stamp_scanner.h"

namespace loglode {
namespace {

constexpr std::string_view kLetters = "YymdejHIMSpbBhaAzsfQ";

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

/// What one letter stands for; empty: it stands for itself.
std::string_view expansion_of(char letter) noexcept {
  switch (letter) {
    case 'F':
      return "%Y-%m-%d";
    case 'T':
      return "%H:%M:%S";
    case 'D':
      return "%m/%d/%y";
    case 'R':
      return "%H:%M";
    default:
      return {};
  }
}

struct HalfRead {
  CivilTime civil;
  unsigned day_of_year = 0;
  char half = '\0';  // a or p
  Timestamp epoch = kNoTime;
};

bool take_number(StampScanner& scan, unsigned most, unsigned& out) {
  const std::size_t count = std::min<std::size_t>(scan.digits_ahead(most), most);
  return count != 0 && scan.take_digits(static_cast<unsigned>(count), out);
}

bool take_fraction(StampScanner& scan, CivilTime& civil) {
  const std::size_t count = scan.digits_ahead(9);
  unsigned value = 0;
  if (count == 0 || !scan.take_digits(static_cast<unsigned>(count), value)) return false;
  for (std::size_t i = count; i < 9; ++i) value *= 10;
  civil.nanoseconds = value;
  return true;
}

bool take_epoch(StampScanner& scan, std::int64_t unit, Timestamp& out) {
  const std::size_t count = scan.digits_ahead(17);
  if (count == 0 || count > 16) return false;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value * 10 + (scan.peek(i) - '0');
  scan.skip(count);
  if (value > 4'102'444'800'000'000'000 / unit) return false;  // the year 2100
  out = Timestamp{Duration{value * unit}};
  return true;
}

bool take_half(StampScanner& scan, char& half) {
  half = to_lower(scan.peek());
  if ((half != 'a' && half != 'p') || to_lower(scan.peek(1)) != 'm') return false;
  scan.skip(2);
  return true;
}

bool take_weekday(StampScanner& scan) {
  std::size_t letters = 0;
  while (letters < 10 && is_letter(scan.peek(letters))) ++letters;
  scan.skip(letters);
  return letters >= 3;
}

bool take_zone(StampScanner& scan, CivilTime& civil) {
  const std::size_t begin = scan.position();
  scan.take_offset(civil);
  return scan.position() != begin;
}

bool take_letter(char letter, StampScanner& scan, HalfRead& read) {
  CivilTime& civil = read.civil;
  unsigned number = 0;
  switch (letter) {
    case 'Y':
      if (!scan.take_digits(4, number)) return false;
      civil.year = static_cast<int>(number);
      return true;
    case 'y':
      if (!scan.take_digits(2, number)) return false;
      civil.year = static_cast<int>(number) + (number < 70 ? 2000 : 1900);
      return true;
    case 'm':
      return take_number(scan, 2, civil.month);
    case 'd':
    case 'e':
      scan.take_blanks();
      return take_number(scan, 2, civil.day);
    case 'j':
      return take_number(scan, 3, read.day_of_year);
    case 'H':
    case 'I':
      scan.take_blanks();
      return take_number(scan, 2, civil.hour);
    case 'M':
      return take_number(scan, 2, civil.minute);
    case 'S':
      return take_number(scan, 2, civil.second);
    case 'f':
      return take_fraction(scan, civil);
    case 'p':
      return take_half(scan, read.half);
    case 'b':
    case 'B':
    case 'h':
      return scan.take_month_name(civil.month);
    case 'a':
    case 'A':
      return take_weekday(scan);
    case 'z':
      return take_zone(scan, civil);
    case 's':
      return take_epoch(scan, 1'000'000'000, read.epoch);
    case 'Q':
      return take_epoch(scan, 1'000'000, read.epoch);
    default:
      return false;
  }
}

/// Day 32 of a year is February 1.
bool set_day_of_year(HalfRead& read) {
  if (read.day_of_year == 0) return true;
  const int year = read.civil.year == kNoYear ? 2000 : read.civil.year;
  unsigned day = read.day_of_year;
  for (unsigned month = 1; month <= 12; ++month) {
    if (day <= days_in_month(year, month)) {
      read.civil.month = month, read.civil.day = day;
      return true;
    }
    day -= days_in_month(year, month);
  }
  return false;
}

bool set_half_day(HalfRead& read) {
  if (read.half == '\0') return true;
  if (read.civil.hour == 0 || read.civil.hour > 12) return false;
  read.civil.hour = read.civil.hour % 12 + (read.half == 'p' ? 12 : 0);
  return true;
}

}  // namespace

Result<TimeLayout> TimeLayout::compile(std::string_view layout) {
  if (layout.empty() || layout.size() > kBytesMax)
    return invalid("a time layout has 1 to " + std::to_string(kBytesMax) + " characters, as in '%Y-%m-%d %H:%M:%S'");
  TimeLayout compiled;
  const auto add = [&](char letter, char literal) { compiled.letters_.push_back(letter), compiled.literals_.push_back(literal); };
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const char c = layout[i];
    if (c == ' ') {
      if (compiled.letters_.empty() || compiled.letters_.back() != ' ') add(' ', '\0');
      continue;
    }
    const char letter = c == '%' && i + 1 < layout.size() ? layout[i + 1] : '\0';
    if (c != '%') {
      add('\0', c);
    } else if (letter == '%') {
      add('\0', c);
    } else if (const std::string_view expanded = expansion_of(letter); !expanded.empty()) {
      for (std::size_t e = 0; e < expanded.size(); ++e) {
        if (expanded[e] == '%')
          add(expanded[++e], '\0');
        else
          add('\0', expanded[e]);
      }
    } else if (letter != '\0' && kLetters.find(letter) != std::string_view::npos) {
      add(letter, '\0');
    } else {
      const std::string shown = letter == '\0' ? "a % at the end" : std::string{"%"} + letter;
      return invalid("a time layout does not know " + shown +
                     "; it knows %Y %y %m %d %e %j %H %I %M %S %f %p %b %a %z %s %Q %F %T %D %R and %%");
    }
    if (c == '%') ++i;
  }
  const auto has = [&](std::string_view any) {
    return std::any_of(compiled.letters_.begin(), compiled.letters_.end(),
                       [&](char have) { return have != '\0' && have != ' ' && any.find(have) != std::string_view::npos; });
  };
  if (!has("sQ") && !((has("mbBh") && has("de")) || has("j")))
    return invalid("a time layout needs a day and a month (%d and %m or %b), or an epoch (%s, %Q): a time of day alone is no moment");
  return compiled;
}

std::size_t TimeLayout::read(std::string_view text, const TimeContext& context, Timestamp& out) const {
  StampScanner scan{text};
  HalfRead read;
  for (std::size_t i = 0; i < letters_.size(); ++i) {
    if (letters_[i] == ' ') {
      if (scan.take_blanks() == 0) return 0;
    } else if (letters_[i] == '\0') {
      if (!scan.take(literals_[i])) return 0;
    } else if (!take_letter(letters_[i], scan, read)) {
      return 0;
    }
  }
  if (read.epoch != kNoTime) {
    out = read.epoch + Duration{read.civil.nanoseconds};
    return scan.position();
  }
  return set_day_of_year(read) && set_half_day(read) && resolve(read.civil, context, out) ? scan.position() : 0;
}

}  // namespace loglode

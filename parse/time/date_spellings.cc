#include "parse/time/date_spellings.h"

#include <array>

#include "parse/time/stamp_scanner.h"

namespace loglode {
namespace {

// Of a number that is nothing but digits, what a log's year may be: longer runs of digits are ids.
constexpr int kGluedYearMin = 1990, kGluedYearMax = 2100;

/// Digits at fixed places; whether all of them were digits is asked once, at the end.
class DigitPairs {
 public:
  explicit DigitPairs(std::string_view text) noexcept : text_(text) {}
  unsigned digit(std::size_t at) noexcept {
    const auto value = static_cast<unsigned>(static_cast<unsigned char>(text_[at])) - '0';
    bad_ |= value > 9 ? 1U : 0U;
    return value;
  }
  unsigned at(std::size_t at) noexcept { return digit(at) * 10 + digit(at + 1); }
  [[nodiscard]] bool good() const noexcept { return bad_ == 0; }

 private:
  std::string_view text_;
  unsigned bad_ = 0;
};

/// Of the straight readers.
bool is_date_time_separator(char c) noexcept { return c == 'T' || c == 't' || c == ' ' || c == '_'; }

int full_year(unsigned two_digits) noexcept { return static_cast<int>(two_digits) + (two_digits < 70 ? 2000 : 1900); }

/// What lies between a date and its time: T, blanks or tabs, `_`, `-`, ` - `, `:`, `::`, `|`, `, `, and what ends one column and begins the
/// next: `] [`, `" "`, `,`, `;`.
bool take_date_time_separator(StampScanner& scan) noexcept {
  const char c = scan.peek();
  switch (c) {
    case ',':
    case ';':
      scan.skip(1);
      scan.take_blanks();
      return true;
    case ' ':
    case '\t':
      scan.take_blanks();
      if ((scan.peek() == '-' || scan.peek() == '|') && scan.peek(1) == ' ') scan.skip(1), scan.take_blanks();
      return true;
    case ']':
    case '"':
      scan.skip(1);
      scan.take(',');
      scan.take_blanks();
      return scan.take(c == ']' ? '[' : '"');
    case ':':
      scan.skip(1);
      scan.take(':');  // Erlang's 23-Nov-2023::10:11:12
      return true;
    default:
      if (!is_date_time_separator(c) && c != '-' && c != '|') return false;
      scan.skip(1);
      return true;
  }
}

std::size_t finish(StampScanner& scan, CivilTime& civil, bool needs_seconds) {
  if (!scan.take_time_of_day(civil, needs_seconds)) return 0;
  scan.take_offset(civil);
  return scan.position();
}

std::size_t finish_after_separator(StampScanner& scan, CivilTime& civil, bool needs_seconds) {
  const char separator = scan.peek();
  if (!take_date_time_separator(scan)) return 0;
  // Between columns only what is a time beyond doubt; elsewhere 10:11 will do.
  return finish(scan, civil, needs_seconds || std::string_view{",;]\"|\t"}.find(separator) != std::string_view::npos);
}

/// yyyy-mm-dd, yyyy/mm/dd, yyyy.mm.dd, 2023-Nov-23, 2023 Nov 23; parts need not be padded.
bool take_year_first(StampScanner& scan, CivilTime& civil) {
  unsigned year = 0;
  if (!scan.take_digits(4, year)) return false;
  civil.year = static_cast<int>(year);
  const char separator = scan.peek();
  scan.skip(1);
  if (is_letter(scan.peek())) {
    if (!scan.take_month_name(civil.month)) return false;
  } else if (separator == ' ' || !scan.take_number(1, 2, civil.month)) {
    return false;
  }
  if (!scan.take(separator)) return false;
  if (separator == ' ') scan.take_blanks();
  return scan.take_number(1, 2, civil.day);
}

std::size_t read_year_first(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  return take_year_first(scan, civil) ? finish_after_separator(scan, civil, false) : 0;
}

bool take_compact_date(StampScanner& scan, CivilTime& civil) {
  unsigned year = 0;
  if (!scan.take_digits(4, year) || !scan.take_digits(2, civil.month) || !scan.take_digits(2, civil.day)) return false;
  civil.year = static_cast<int>(year);
  return true;
}

/// 20231123T101112, 20231123-22:15:29:606, 20171224-0:28:0:83, 20231123 10:11:12.
std::size_t read_compact(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  return take_compact_date(scan, civil) ? finish_after_separator(scan, civil, true) : 0;
}

/// 20231123101112 and, with milliseconds, 20231123101112123.
std::size_t read_all_digits(std::string_view text, CivilTime& civil, std::size_t digits) {
  StampScanner scan{text};
  unsigned milliseconds = 0;
  if (!take_compact_date(scan, civil)) return 0;
  if (!scan.take_digits(2, civil.hour) || !scan.take_digits(2, civil.minute) || !scan.take_digits(2, civil.second)) return 0;
  if (digits == 17) {
    if (civil.year < kGluedYearMin || civil.year > kGluedYearMax || !scan.take_digits(3, milliseconds)) return 0;
    civil.nanoseconds = milliseconds * 1'000'000;
  } else {
    scan.take_fraction(civil, '.');
    scan.take_fraction(civil, ',');
  }
  if (civil.hour > 23) return 0;
  scan.take_offset(civil);
  return scan.position();
}

/// 081109 203615, MySQL's 140305  9:05:01, CockroachDB's 210503 15:04:25.
std::size_t read_short_compact(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  unsigned year = 0;
  if (!scan.take_digits(2, year) || !scan.take_digits(2, civil.month) || !scan.take_digits(2, civil.day)) return 0;
  civil.year = full_year(year);
  return finish_after_separator(scan, civil, true);
}

/// klog's 0614 15:16:01.123456.
std::size_t read_month_day_digits(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  if (!scan.take_digits(2, civil.month) || !scan.take_digits(2, civil.day) || !scan.take(' ')) return 0;
  return finish(scan, civil, true);
}

/// 04/Dec/2005, 23-Nov-2023, 14 Jun 2005, 14 Jun.
bool take_day_then_month_name(StampScanner& scan, CivilTime& civil) {
  if (!scan.take_number(1, 2, civil.day)) return false;
  const char separator = scan.peek();
  scan.skip(1);
  unsigned year = 0;
  if (!scan.take_month_name(civil.month)) return false;
  const std::size_t behind_month = scan.position();
  if (!scan.take(separator)) return false;
  const std::size_t year_digits = scan.digits_ahead(5);
  if (year_digits != 2 && year_digits != 4) return false;
  if (year_digits == 2 && scan.peek(2) == ':') {  // 14 Jun 15:16:01
    scan.go_to(behind_month);
    return true;
  }
  if (!scan.take_digits(static_cast<unsigned>(year_digits), year)) return false;
  civil.year = year_digits == 2 ? full_year(year) : static_cast<int>(year);
  return true;
}

std::size_t read_day_then_month_name(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  return take_day_then_month_name(scan, civil) ? finish_after_separator(scan, civil, civil.year == kNoYear) : 0;
}

/// The order that a date of numbers has when nothing else is known of its stream. With dots or dashes the year last is the European order,
/// with `/` the American one; two digits first are the year in log4j's layouts (17/06/09), but not between dots.
constexpr std::array<DateOrder, 3> usual_orders(char separator, bool long_year, bool has_year) noexcept {
  using enum DateOrder;
  if (!has_year || (long_year && separator == '/')) return {month_day_year, day_month_year, year_month_day};
  if (long_year) return {day_month_year, month_day_year, year_month_day};
  if (separator == '.') return {day_month_year, year_month_day, month_day_year};
  return {year_month_day, month_day_year, day_month_year};
}

bool is_month_and_day(unsigned month, unsigned day) noexcept { return month >= 1 && month <= 12 && day >= 1 && day <= 31; }

/// 06/14/2005, 14.06.2005, 14-06-2005, 17/06/09, and without a year 06-14, 10.30: every order in which it is a date is noted.
bool take_three_numbers(StampScanner& scan, CivilTime& civil) {
  unsigned first = 0, second = 0, third = 0;
  if (!scan.take_number(1, 2, first)) return false;
  const char separator = scan.peek();
  scan.skip(1);
  if (!scan.take_number(1, 2, second)) return false;
  std::size_t year_digits = 0;
  if (scan.peek() == separator) {
    scan.skip(1);
    year_digits = scan.digits_ahead(5);
    if ((year_digits != 2 && year_digits != 4) || !scan.take_digits(static_cast<unsigned>(year_digits), third)) return false;
    if (year_digits == 4 && third < 100) return false;
  }
  DateNumbers& numbers = civil.numbers;
  numbers = {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second), -1, 0, DateOrder::month_day_year};
  if (year_digits != 0) numbers.third = static_cast<std::int16_t>(third);
  const auto allow = [&](DateOrder order, bool good) {
    if (good) numbers.orders = static_cast<std::uint8_t>(numbers.orders | 1U << static_cast<unsigned>(order));
  };
  allow(DateOrder::month_day_year, is_month_and_day(first, second));
  allow(DateOrder::day_month_year, is_month_and_day(second, first));
  allow(DateOrder::year_month_day, year_digits == 2 && is_month_and_day(second, third));
  for (const DateOrder order : usual_orders(separator, year_digits == 4, year_digits != 0)) {
    if (!numbers.may_be(order)) continue;
    numbers.usual = order;
    set_date(civil, order);
    return true;
  }
  return false;
}

std::size_t read_three_numbers(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  return take_three_numbers(scan, civil) ? finish_after_separator(scan, civil, civil.numbers.third < 100) : 0;
}

/// Behind a month's name: `14 15:16:01`, ` 4 04:47:44 2005`, `14 2005 15:16:01`, `24, 2026 12:00:55 AM`, `04 04:47:44 UTC 2005`,
/// `-24-2026`.
std::size_t read_after_month_name(StampScanner& scan, CivilTime& civil) {
  unsigned year = 0;
  scan.take('.');
  const char separator = scan.peek();
  if (separator == '-' || separator == '/') {
    scan.skip(1);
    if (!scan.take_number(1, 2, civil.day) || !scan.take(separator) || scan.digits_ahead(5) != 4 || !scan.take_digits(4, year)) return 0;
    civil.year = static_cast<int>(year);
    return finish_after_separator(scan, civil, true);
  }
  if (scan.take_blanks() == 0 || !scan.take_number(1, 2, civil.day)) return 0;
  scan.take(',');
  if (scan.take_blanks() == 0) return 0;
  if (scan.digits_ahead(5) == 4) {
    if (!scan.take_digits(4, year)) return 0;
    civil.year = static_cast<int>(year);
    scan.take(',');
    if (scan.take_blanks() == 0) return 0;
    if (scan.peek() == 'a' && scan.peek(1) == 't' && scan.peek(2) == ' ') scan.skip(3);  // November 24, 2026 at 12:00:55 AM
  }
  if (finish(scan, civil, civil.year == kNoYear) == 0) return 0;
  if (civil.year != kNoYear || scan.peek() != ' ') return scan.position();
  const std::size_t before_year = scan.position();
  scan.skip(1);
  if (scan.digits_ahead(5) == 4 && scan.take_digits(4, year) && year >= 1970 && year < 2100 && !is_letter(scan.peek())) {
    civil.year = static_cast<int>(year);
  } else {
    scan.go_to(before_year);
  }
  return scan.position();
}

/// 10:11:12 23/11/2023, 10:11:12.123 23-Nov-2023, 10:11:12 2023-11-23: only with seconds and all of the year.
std::size_t read_time_then_date(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  if (!scan.take_time_of_day(civil, true)) return 0;
  scan.take(',');
  if (scan.take_blanks() == 0) return 0;
  const std::size_t digits = scan.digits_ahead(5);
  const char next = scan.peek(digits);
  if (digits == 4 && (next == '-' || next == '/' || next == '.')) {
    if (!take_year_first(scan, civil)) return 0;
  } else if ((digits == 1 || digits == 2) && is_letter(scan.peek(digits + 1))) {
    if (!take_day_then_month_name(scan, civil)) return 0;
  } else if ((digits != 1 && digits != 2) || (next != '/' && next != '-' && next != '.') || !take_three_numbers(scan, civil) ||
             civil.numbers.third < 100) {
    return 0;
  }
  if (civil.year == kNoYear) return 0;
  scan.take_offset(civil);
  return scan.position();
}

}  // namespace

void set_date(CivilTime& civil, DateOrder order) noexcept {
  const DateNumbers& numbers = civil.numbers;
  const auto year = [](std::int16_t written) {
    return written < 0 ? kNoYear : written < 100 ? full_year(static_cast<unsigned>(written)) : int{written};
  };
  switch (order) {
    case DateOrder::year_month_day:
      civil.year = full_year(numbers.first), civil.month = numbers.second, civil.day = static_cast<unsigned>(numbers.third);
      return;
    case DateOrder::month_day_year:
      civil.year = year(numbers.third), civil.month = numbers.first, civil.day = numbers.second;
      return;
    case DateOrder::day_month_year:
      civil.year = year(numbers.third), civil.month = numbers.second, civil.day = numbers.first;
      return;
  }
}

std::size_t read_iso_seconds(std::string_view text, CivilTime& civil) noexcept {
  if (text.size() < 19) return 0;
  const char date_sign = text[4];
  if (date_sign != text[7] || text[13] != ':' || text[16] != ':' || !is_date_time_separator(text[10])) return 0;
  if (date_sign != '-' && date_sign != '/' && date_sign != '.') return 0;
  DigitPairs pairs{text};
  civil.year = static_cast<int>(pairs.at(0) * 100 + pairs.at(2));
  civil.month = pairs.at(5), civil.day = pairs.at(8), civil.hour = pairs.at(11), civil.minute = pairs.at(14), civil.second = pairs.at(17);
  return pairs.good() ? 19 : 0;
}

std::size_t read_clf_seconds(std::string_view text, CivilTime& civil) noexcept {
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':') return 0;
  DigitPairs pairs{text};
  civil.day = pairs.at(0), civil.hour = pairs.at(12), civil.minute = pairs.at(15), civil.second = pairs.at(18);
  civil.year = static_cast<int>(pairs.at(7) * 100 + pairs.at(9));
  StampScanner scan{text.substr(0, 7)};
  scan.go_to(3);
  return pairs.good() && scan.take_month_name(civil.month) ? 20 : 0;
}

std::size_t read_syslog_seconds(std::string_view text, CivilTime& civil) noexcept {
  if (text.size() < 17 || !is_letter(text[0]) || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':') return 0;
  // A host or a program follows, whose name begins with a small letter; anything else may belong to the stamp.
  if (text[15] != ' ' || text[16] < 'a' || text[16] > 'z') return 0;
  DigitPairs pairs{text};
  civil.day = text[4] == ' ' ? pairs.digit(5) : pairs.at(4);
  civil.hour = pairs.at(7), civil.minute = pairs.at(10), civil.second = pairs.at(13);
  StampScanner scan{text.substr(0, 4)};
  return pairs.good() && scan.take_month_name(civil.month) ? 15 : 0;
}

std::size_t read_digits_first(std::string_view text, CivilTime& civil) {
  const StampScanner scan{text};
  const std::size_t digits = scan.digits_ahead(18);
  const char next = scan.peek(digits);
  const bool joined = next == '-' || next == '/' || next == '.';
  switch (digits) {
    case 1:
    case 2:
      if ((joined || next == ' ') && is_letter(scan.peek(digits + 1))) return read_day_then_month_name(text, civil);
      if (next == ':') return read_time_then_date(text, civil);
      return joined ? read_three_numbers(text, civil) : 0;
    case 4:
      if (next == ' ') return is_letter(scan.peek(5)) ? read_year_first(text, civil) : read_month_day_digits(text, civil);
      return joined ? read_year_first(text, civil) : 0;
    case 6:
      if (next == '-' || next == 'T' || next == '_') return scan.peek(9) == ':' ? read_short_compact(text, civil) : 0;
      return next == ' ' || next == '\t' ? read_short_compact(text, civil) : 0;
    case 8:
      return read_compact(text, civil);
    case 14:
    case 17:
      return read_all_digits(text, civil, digits);
    default:
      return 0;
  }
}

std::size_t read_name_first(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  if (scan.take_weekday(civil) && is_digit(scan.peek())) {  // Mon, 02 Jan 2006 15:04:05 GMT; Tue 2026-11-24 10:11:12 UTC
    const std::size_t begin = scan.position();
    const char behind = scan.peek(scan.digits_ahead(5));
    if (behind == ':') return 0;
    const std::size_t taken = read_digits_first(text.substr(begin), civil);
    return taken == 0 ? 0 : begin + taken;
  }
  return scan.take_month_name(civil.month) ? read_after_month_name(scan, civil) : 0;
}

}  // namespace loglode

#include "parse/time/date_spellings.h"

#include <utility>

#include "parse/time/stamp_scanner.h"

namespace loglode {
namespace {

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

bool is_date_time_separator(char c) noexcept { return c == 'T' || c == 't' || c == ' ' || c == '_'; }

int full_year(unsigned two_digits) noexcept { return static_cast<int>(two_digits) + (two_digits < 70 ? 2000 : 1900); }

/// What lies between a numeric date and its time: T, blanks, `_`, `-`, `:` or `, `.
bool take_date_time_separator(StampScanner& scan) noexcept {
  const char c = scan.peek();
  if (c == ',') scan.skip(1);
  if (c == ' ' || c == ',') return scan.take_blanks() > 0;
  if (!is_date_time_separator(c) && c != '-' && c != ':') return false;
  scan.skip(1);
  if (c == ':') scan.take(':');  // Erlang's 23-Nov-2023::10:11:12
  return true;
}

std::size_t finish(StampScanner& scan, CivilTime& civil, bool needs_seconds) {
  if (!scan.take_time_of_day(civil, needs_seconds)) return 0;
  scan.take_offset(civil);
  return scan.position();
}

std::size_t finish_after_separator(StampScanner& scan, CivilTime& civil, bool needs_seconds) {
  return take_date_time_separator(scan) ? finish(scan, civil, needs_seconds) : 0;
}

/// yyyy-mm-dd, yyyy/mm/dd, yyyy.mm.dd and a time; parts need not be padded.
std::size_t read_year_first(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  unsigned year = 0;
  if (!scan.take_digits(4, year)) return 0;
  civil.year = static_cast<int>(year);
  const char separator = scan.peek();
  scan.skip(1);
  if (separator == '-' && is_letter(scan.peek())) {  // 2023-Nov-23
    if (!scan.take_month_name(civil.month)) return 0;
  } else if (!scan.take_number(1, 2, civil.month)) {
    return 0;
  }
  if (!scan.take(separator) || !scan.take_number(1, 2, civil.day)) return 0;
  return finish_after_separator(scan, civil, false);
}

/// 20231123T101112, 20231123-22:15:29:606, 20171224-0:28:0:83, 20231123 10:11:12, 20231123101112.
std::size_t read_compact(std::string_view text, CivilTime& civil, std::size_t digits) {
  StampScanner scan{text};
  unsigned year = 0;
  if (!scan.take_digits(4, year) || !scan.take_digits(2, civil.month) || !scan.take_digits(2, civil.day)) return 0;
  civil.year = static_cast<int>(year);
  return digits == 14 ? finish(scan, civil, true) : finish_after_separator(scan, civil, true);
}

/// 081109 203615 and MySQL's 140305  9:05:01.
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

/// 04/Dec/2005:04:47:44, 23-Nov-2023 10:11:12, 14 Jun 2005 15:16:01.
std::size_t read_day_then_month_name(std::string_view text, CivilTime& civil, std::size_t digits) {
  StampScanner scan{text};
  if (!scan.take_digits(static_cast<unsigned>(digits), civil.day)) return 0;
  const char separator = scan.peek();
  scan.skip(1);
  unsigned year = 0;
  if (!scan.take_month_name(civil.month) || !scan.take(separator)) return 0;
  const std::size_t year_digits = scan.digits_ahead(5);
  if (year_digits != 2 && year_digits != 4) return 0;
  if (year_digits == 2 && scan.peek(2) == ':') return finish(scan, civil, true);  // 14 Jun 15:16:01
  if (!scan.take_digits(static_cast<unsigned>(year_digits), year)) return 0;
  civil.year = year_digits == 2 ? full_year(year) : static_cast<int>(year);
  return finish_after_separator(scan, civil, true);
}

/// Month first when both could be a month, as the most common loggers that write `/` mean it (Java's and .NET's en-US).
void order_month_and_day(CivilTime& civil, bool day_first) noexcept {
  if (day_first ? civil.day <= 12 || civil.month > 12 : civil.month > 12) std::swap(civil.month, civil.day);
}

/// 06/14/2005 03:16:01 PM, 14.06.2005 15:16:01, 14-06-2005 15:16:01, 17/06/09 20:10:40, and without a year 06-14 15:16:01, 10.30 16:49:06.
std::size_t read_three_numbers(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  unsigned first = 0, second = 0, third = 0;
  if (!scan.take_number(1, 2, first)) return 0;
  const char separator = scan.peek();
  scan.skip(1);
  if (!scan.take_number(1, 2, second)) return 0;
  civil.month = first, civil.day = second;
  if (scan.peek() != separator) {
    if (scan.peek() != ' ') return 0;
    order_month_and_day(civil, false);
    return finish_after_separator(scan, civil, true);
  }
  scan.skip(1);
  const std::size_t year_digits = scan.digits_ahead(5);
  if ((year_digits != 2 && year_digits != 4) || !scan.take_digits(static_cast<unsigned>(year_digits), third)) return 0;
  if (year_digits == 4) {
    // With dots or dashes the year last is the European order; with `/` the American one.
    civil.year = static_cast<int>(third);
    if (separator == '/')
      order_month_and_day(civil, false);
    else if (second <= 12)
      std::swap(civil.month, civil.day);
  } else if (second >= 1 && second <= 12) {  // 17/06/09: year first, as Spark and other log4j layouts have it
    civil.year = full_year(first), civil.month = second, civil.day = third;
  } else {
    civil.year = full_year(third);
  }
  return finish_after_separator(scan, civil, true);
}

/// Behind a month's name: `14 15:16:01`, ` 4 04:47:44 2005`, `14 2005 15:16:01`, `24, 2026 12:00:55 AM`, `04 04:47:44 UTC 2005`.
std::size_t read_after_month_name(StampScanner& scan, CivilTime& civil) {
  unsigned year = 0;
  if (scan.take_blanks() == 0 || !scan.take_number(1, 2, civil.day)) return 0;
  scan.take(',');
  if (scan.take_blanks() == 0) return 0;
  if (scan.digits_ahead(5) == 4) {
    if (!scan.take_digits(4, year)) return 0;
    civil.year = static_cast<int>(year);
    scan.take(',');
    if (scan.take_blanks() == 0) return 0;
  }
  if (finish(scan, civil, true) == 0) return 0;
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

}  // namespace

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
  const std::size_t digits = scan.digits_ahead(15);
  const char next = scan.peek(digits);
  switch (digits) {
    case 1:
    case 2:
      if ((next == '/' || next == '-' || next == ' ') && is_letter(scan.peek(digits + 1)))
        return read_day_then_month_name(text, civil, digits);
      return next == '/' || next == '-' || next == '.' ? read_three_numbers(text, civil) : 0;
    case 4:
      if (next == ' ') return read_month_day_digits(text, civil);
      return next == '-' || next == '/' || next == '.' ? read_year_first(text, civil) : 0;
    case 6:
      return next == ' ' ? read_short_compact(text, civil) : 0;
    case 8:
      return read_compact(text, civil, digits);
    case 14:
      return read_compact(text, civil, digits);
    default:
      return 0;
  }
}

std::size_t read_name_first(std::string_view text, CivilTime& civil) {
  StampScanner scan{text};
  scan.take_weekday();
  if (is_digit(scan.peek())) {  // RFC 2822: Mon, 02 Jan 2006 15:04:05 GMT
    const std::size_t digits = scan.digits_ahead(3);
    if (digits > 2 || scan.position() == 0) return 0;
    const std::size_t taken = read_day_then_month_name(text.substr(scan.position()), civil, digits);
    return taken == 0 ? 0 : scan.position() + taken;
  }
  return scan.take_month_name(civil.month) ? read_after_month_name(scan, civil) : 0;
}

}  // namespace loglode

#include "parse/time/stamp_finder.h"

#include <algorithm>

#include "parse/time/stamp_scanner.h"
#include "parse/time/stamp_sight.h"

namespace loglode {
namespace {

constexpr std::size_t kHeaderWordsMax = 3;
constexpr std::size_t kHeaderBytes = 64;
constexpr std::int64_t kEpochSecondsMin = 946684800;  // 2000-01-01: what is less is an id

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// A word of a stamp's may begin behind these: blanks, brackets, quotes, the signs between columns and before values.
bool ends_word_before(char c) noexcept {
  return is_blank(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view{"[](){}<>\"'`=:,;|#*@!>\x1b"}.find(c) != std::string_view::npos;
}

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

char at_or_nul(std::string_view text, std::size_t at) noexcept { return at < text.size() ? text[at] : '\0'; }

/// `until 2027-01-01`, `expires=…`, `notAfter: …`: the word before says that it is another time than the record's.
bool is_called_otherwise(std::string_view before) noexcept {
  while (!before.empty() && !is_letter(before.back())) before.remove_suffix(1);
  std::size_t begin = before.size();
  while (begin > 0 && (is_letter(before[begin - 1]) || before[begin - 1] == '_' || before[begin - 1] == '-')) --begin;
  const std::string_view word = before.substr(begin);
  if (word.size() < 3) return false;
  const auto has = [&](std::string_view part) {
    return std::search(word.begin(), word.end(), part.begin(), part.end(), [](char a, char b) { return to_lower(a) == b; }) != word.end();
  };
  for (const std::string_view part : {"expir", "until", "since", "before", "after", "deadline", "born", "birth", "valid", "next"}) {
    if (has(part)) return true;
  }
  return word.size() == 3 && has("due");
}

/// Few words.
bool is_header(std::string_view before) noexcept {
  std::size_t words = 0;
  for (std::size_t i = 0; i < before.size(); ++i) words += !is_blank(before[i]) && (i == 0 || is_blank(before[i - 1])) ? 1 : 0;
  return words <= kHeaderWordsMax;
}

/// 1606472574 between brackets, also 1609519900.161 with a serial number behind it.
std::size_t read_bracketed_epoch(std::string_view text, const Timestamp bound, Timestamp& out) {
  const std::size_t whole = digits_at(text, 0);
  if (whole != 10 && whole != 13 && whole != 16 && whole != 19) return 0;
  std::size_t length = whole;
  if (at_or_nul(text, length) == '.' && is_digit(at_or_nul(text, length + 1))) length += 1 + digits_at(text, length + 1);
  const char next = at_or_nul(text, length);
  if (next != ']' && next != ')' && next != '>' && next != '}' && next != ':') return 0;
  Timestamp read = kNoTime;
  if (!read_timestamp_field(text.substr(0, length), {}, read) || read > bound) return 0;
  if (read < Timestamp{std::chrono::seconds{kEpochSecondsMin}}) return 0;
  out = read;
  return length;
}

class Search {
 public:
  Search(std::string_view text, const TimeContext& context) : text_(text), context_(context), bound_(latest_of(context)) {}

  FoundStamp at(std::size_t begin, Timestamp& out) const {
    if (begin >= text_.size() || !begins_word(begin)) return {};
    return {begin, read_at(begin, out), is_header(text_.substr(0, begin))};
  }

  std::size_t yearless(std::size_t begin, CivilTime& civil) const {
    if (begin >= text_.size() || !is_letter(text_[begin]) || !begins_word(begin)) return 0;
    const std::size_t length = read_stamp(text_.substr(begin), civil);
    return length != 0 && is_of_any_year(civil) && !is_called_otherwise(text_.substr(0, begin)) ? length : 0;
  }

  FoundStamp time_of_day(Timestamp& out) const {
    const std::size_t end = std::min(text_.size(), kHeaderBytes);
    for (std::size_t at = 0; at < end; ++at) {
      if (!is_digit(text_[at]) || !begins_word(at) || is_glued(at)) continue;
      const std::size_t length = read_time_of_day(text_.substr(at), context_, out);
      if (length != 0) return is_header(text_.substr(0, at)) ? FoundStamp{at, length, true} : FoundStamp{};
      at += digits_at(text_, at) - 1;
    }
    return {};
  }

  FoundStamp run(Timestamp& out) const {
    const std::size_t end = std::min(text_.size(), kSearchedBytes);
    for (std::size_t at = 0; at < end; ++at) {
      if (!begins_word(at)) continue;
      const std::size_t length = read_at(at, out);
      if (length != 0) return {at, length, is_header(text_.substr(0, at))};
      at += is_digit(text_[at]) ? digits_at(text_, at) - 1 : 0;
    }
    return {};
  }

 private:
  static Timestamp latest_of(const TimeContext& context) {
    return (context.reference != kNoTime ? context.reference : program_start()) + std::chrono::days{1};
  }

  /// A digit or a capital behind what ends a word, or a digit behind one letter alone.
  bool begins_word(std::size_t at) const noexcept {
    const char c = text_[at];
    if (!is_digit(c)) return is_letter(c) && (at == 0 || ends_word_before(text_[at - 1]));
    if (at == 0 || ends_word_before(text_[at - 1])) return true;
    return is_glued(at);
  }
  bool is_glued(std::size_t at) const noexcept {
    return at > 0 && is_letter(text_[at - 1]) && (at == 1 || ends_word_before(text_[at - 2]));
  }

  std::size_t read_at(std::size_t at, Timestamp& out) const {
    const std::string_view rest = text_.substr(at);
    if (is_digit(rest[0])) {
      const bool bracket = at > 0 && std::string_view{"[(<{"}.find(text_[at - 1]) != std::string_view::npos;
      if (bracket) {
        if (const std::size_t length = read_bracketed_epoch(rest, bound_, out)) return length;
      }
      if (!may_be_stamp(rest, is_glued(at), bracket || at == 0)) return 0;
    } else if (!begins_with_date_name(rest)) {
      return 0;
    }
    Timestamp read = kNoTime;
    const std::size_t length = read_timestamp(rest, context_, read);
    if (length == 0 || (read > bound_ && !may_be_earlier(read)) || is_called_otherwise(text_.substr(0, at))) return 0;
    out = read;
    return length;
  }

  /// In another order of day and month.
  bool may_be_earlier(Timestamp read) const noexcept {
    const CivilTime* const civil = context_.sight == nullptr ? nullptr : context_.sight->of(read);
    return civil != nullptr && civil->numbers.orders != 0;
  }

  /// Spares most numbers the reader, and refuses what is a stamp in form only where it is a number as likely.
  static bool may_be_stamp(std::string_view rest, bool glued, bool set_off) noexcept {
    const std::size_t digits = digits_at(rest, 0);
    const char next = at_or_nul(rest, digits);
    const bool joined = next == '-' || next == '/' || next == '.';
    switch (digits) {
      case 1:
      case 2:
        return joined || next == ':' || (next == ' ' && is_letter(at_or_nul(rest, digits + 1)));
      case 4:
        return joined || (next == ' ' && (glued || is_letter(at_or_nul(rest, 5))));
      case 6:
        return glued || set_off;
      case 8:
        return true;
      case 14:
      case 17:
        return set_off;
      default:
        return false;
    }
  }

  std::string_view text_;
  const TimeContext& context_;
  Timestamp bound_;
};

}  // namespace

/// Three letters tell, the reader knows the rest.
bool begins_with_date_name(std::string_view text) noexcept {
  StampScanner scan{text};
  unsigned month = 0;
  CivilTime civil;
  return scan.take_month_name(month) || scan.take_weekday(civil);
}

FoundStamp find_timestamp(std::string_view text, const TimeContext& context, Timestamp& out) { return Search{text, context}.run(out); }

FoundStamp timestamp_at(std::string_view text, std::size_t begin, const TimeContext& context, Timestamp& out) {
  return Search{text, context}.at(begin, out);
}

std::size_t yearless_stamp_at(std::string_view text, std::size_t begin, CivilTime& civil) {
  return Search{text, TimeContext{Timestamp{}, nullptr}}.yearless(begin, civil);
}

FoundStamp find_time_of_day(std::string_view text, const TimeContext& context, Timestamp& out) {
  return Search{text, context}.time_of_day(out);
}

}  // namespace loglode

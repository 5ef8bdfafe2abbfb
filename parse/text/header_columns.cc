#include "parse/text/header_columns.h"

#include "parse/text/level_marks.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"
#include "parse/time/stamp_finder.h"

namespace loglode {
namespace {

constexpr std::size_t kTitleBytesMax = 48;  // `chrome.exe *64 - `: longer texts before a dash are prose
constexpr std::size_t kFieldBytesMax = 128;
constexpr std::size_t kUnitBytesMax = 160;
constexpr std::size_t kUnknownLevelBytesMax = 12;

bool is_punctuation(std::string_view word) noexcept {
  for (const char c : word) {
    if (is_letter(c) || is_digit(c) || (static_cast<unsigned char>(c) >= 0x80 && word.size() != 3) ||
        std::string_view{"[](){}<>\"'/"}.find(c) != std::string_view::npos)
      return false;
  }
  return !word.empty() && word.size() <= 3;
}

bool take_length(std::size_t length, LineScanner& scan, ColumnValue& value) noexcept {
  value.text = scan.rest().substr(0, length);
  scan.go_to(scan.position() + length);
  return length != 0;
}

/// Behind a time: the bracket that it stands in, or a sign that the bracket goes on.
bool take_closing(const Column& column, LineScanner& scan) noexcept {
  if (column.open == '\0') return true;
  if (!column.half) return scan.take(closing_bracket(column.open));
  return !scan.at_end() && scan.peek() != closing_bracket(column.open) && !is_letter(scan.peek()) && !is_digit(scan.peek());
}

bool take_time(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  if (column.open != '\0' && !scan.take(column.open)) return false;
  const std::size_t length = column.kind == ColumnKind::clock ? read_time_of_day(scan.rest(), context, value.time)
                                                              : read_timestamp(scan.rest(), context, value.time);
  return take_length(length, scan, value) && take_closing(column, scan);
}

/// 1606472574, 1606472574.25, zap's 1.7000001e+09.
bool take_epoch(const Column& column, LineScanner& scan, ColumnValue& value) {
  if (column.open != '\0' && !scan.take(column.open)) return false;
  const std::string_view rest = scan.rest();
  std::size_t end = 0;
  while (end < rest.size() && (is_digit(rest[end]) || (rest[end] == '.' && end > 0))) ++end;
  if (rest.substr(end, 2) == "e+") {
    end += 2;
    while (end < rest.size() && is_digit(rest[end])) ++end;
  }
  if (end < 7 || end > 40) return false;
  value.text = rest.substr(0, end);
  scan.go_to(scan.position() + end);
  return read_timestamp_field(value.text, {}, value.time) && take_closing(column, scan);
}

/// Text up to a time, and the signs that belong to it.
bool take_moment(LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  const FoundStamp found = find_timestamp(scan.rest(), context, value.time);
  if (found.length == 0) return false;
  value.text = trim_blanks(scan.rest().substr(0, found.begin));
  scan.go_to(scan.position() + found.begin + found.length);
  while (!scan.at_end() && std::string_view{"])>}:,"}.find(scan.peek()) != std::string_view::npos) scan.go_to(scan.position() + 1);
  return true;
}

/// A word where the column's levels stand, set apart as they are, that is none: `BLAH` among INFO and WARN.
bool take_unknown_level(const Column& column, LineScanner& scan, ColumnValue& value) noexcept {
  const std::size_t begin = scan.position();
  if (column.open != '\0' && !scan.take(column.open)) return false;
  scan.take_blanks();
  const std::size_t word = scan.position();
  while (is_letter(scan.peek()) || (is_digit(scan.peek()) && scan.position() > word)) scan.go_to(scan.position() + 1);
  const std::string_view text = scan.line().substr(word, scan.position() - word);
  if (text.size() < 2 || text.size() > kUnknownLevelBytesMax || (column.capitals && !is_in_capitals(text))) return false;
  if (column.open != '\0') {
    scan.take_blanks();
    if (!scan.take(closing_bracket(column.open))) return false;
  }
  if (column.colon && !scan.take(':')) return false;
  if (!is_blank(scan.peek()) && (column.delimiter == '\0' || scan.peek() != column.delimiter)) return false;
  value.text = scan.line().substr(begin, scan.position() - begin);
  value.unknown = true;
  value.tentative = column.open == '\0' && (column.delimiter == '\0' || column.delimiter == ':') && !(column.colon && column.capitals);
  return true;
}

bool take_level(const Column& column, LineScanner& scan, ColumnValue& value) {
  const LevelToken level = level_at(scan.rest(), LevelWords::any);
  if (level.length == 0) return take_unknown_level(column, scan, value);
  if (column.capitals && !is_in_capitals(scan.rest().substr(0, level.length))) return false;
  value.severity = level.severity;
  return take_length(level.length, scan, value);
}

bool take_letter(const Column& column, LineScanner& scan, ColumnValue& value) {
  const char next = scan.peek(1);
  if (column.half ? !is_digit(next) : next != ' ' && next != '/' && next != '\t' && next != '|') return false;
  value.severity = severity_from_word(scan.rest().substr(0, 1), true);
  return take_length(1, scan, value) && value.severity != Severity::unspecified;
}

bool is_same_place(const Column& column, const LevelMark& mark) noexcept {
  return mark.before == column.before && mark.after == column.after && (mark.capitals || !column.capitals);
}

/// The signs behind a mark that belong to it. What follows a `/`, `,` or an opening bracket are columns of their own.
void take_mark_end(const LevelMark& mark, LineScanner& scan) noexcept {
  scan.go_to(mark.end);
  if (std::string_view{"])>}|"}.find(mark.after) != std::string_view::npos && mark.after != '\0') {
    scan.take_blanks();
    if (mark.after != '|') scan.take(mark.after);
  } else if (std::string_view{"/,;"}.find(mark.after) != std::string_view::npos && mark.after != '\0') {
    scan.take(mark.after);
  }
  while (scan.take(':')) {}
}

/// A word of the column's kind between its signs, that is no known severity.
LevelMark unknown_mark(const Column& column, std::string_view line, std::size_t from, std::size_t end) noexcept {
  if (column.before == '\0' || column.before == ' ') return {};
  for (std::size_t at = line.find(column.before, from); at != std::string_view::npos && at < end; at = line.find(column.before, at + 1)) {
    std::size_t stop = at + 1;
    while (stop < end && is_letter(line[stop])) ++stop;
    const std::string_view word = line.substr(at + 1, stop - at - 1);
    const char after = stop < line.size() ? line[stop] : '\0';
    if (word.size() < 2 || word.size() > kUnknownLevelBytesMax || after != column.after || (column.capitals && !is_in_capitals(word)))
      continue;
    LevelMark mark;
    mark.begin = at + 1, mark.end = stop, mark.before = column.before, mark.after = after;
    return mark;
  }
  return {};
}

bool take_marked(const Column& column, LineScanner& scan, ColumnValue& value) {
  const std::string_view line = scan.line();
  const std::size_t begin = scan.position();
  LevelMark mark;
  if (column.far) {
    mark = header_mark(line, begin, true);
    if (!mark.found() || !is_same_place(column, mark)) return false;
  } else {
    const std::size_t end = begin + unit_length(scan.rest());
    if (end - begin > kUnitBytesMax) return false;
    mark = next_level_mark(line, begin, end, !column.capitals);
    while (mark.found() && !is_same_place(column, mark)) mark = next_level_mark(line, mark.end, end, !column.capitals);
    if (!mark.found()) mark = unknown_mark(column, line, begin, end);
    if (!mark.found()) return false;
    value.unknown = mark.severity == Severity::unspecified;
  }
  value.severity = mark.severity;
  value.text = trim_blanks(line.substr(begin, mark.begin - begin));
  if (!value.text.empty() && closing_bracket(value.text.front()) != '\0') value.text.remove_prefix(1);
  if (!value.text.empty() && !column.far) value.text.remove_suffix(1);
  take_mark_end(mark, scan);
  return true;
}

bool take_number(LineScanner& scan, ColumnValue& value) noexcept {
  value.text = scan.take_number();
  const char next = scan.peek();
  return !value.text.empty() && value.text.size() <= 19 &&
         (scan.at_end() || is_blank(next) || next == '|' || next == ',' || next == ';' || next == ':');
}

/// Up to a colon that a blank or the end follows; sshd(pam_unix)[2915]: and dfs.DataNode$PacketResponder: alike.
bool take_tag(LineScanner& scan, ColumnValue& value) noexcept {
  const std::string_view word = scan.take_word();
  return word.size() > 1 && word.back() == ':' && split_program_tag(word, value.text, value.pid);
}

bool take_logger(LineScanner& scan, ColumnValue& value) noexcept {
  value.text = scan.take_word();
  if (!value.text.empty() && value.text.back() == ':') value.text.remove_suffix(1);
  return is_dotted_name(value.text) || is_code_position(value.text);
}

bool take_trace(LineScanner& scan, ColumnValue& value) noexcept {
  TraceIds ids;
  const std::size_t length = take_trace_field(scan.rest(), ids);
  scan.go_to(scan.position() + length);
  value.text = ids.trace, value.pid = ids.span;
  return length != 0;
}

bool take_titled(const Column& column, LineScanner& scan, ColumnValue& value) noexcept {
  const std::string_view rest = scan.rest().substr(0, kTitleBytesMax);
  const std::size_t end = rest.find(column.separator);
  if (end == std::string_view::npos || end == 0) return false;
  value.text = trim_blanks(rest.substr(0, end));
  scan.go_to(scan.position() + end + column.separator.size());
  return !value.text.empty();
}

bool take_field(const Column& column, LineScanner& scan, ColumnValue& value) noexcept {
  if (!scan.take_until(column.delimiter, value.text)) return false;
  scan.go_to(scan.position() - 1);  // the delimiter is taken like everyone's
  value.text = trim_blanks(value.text);
  return value.text.size() <= kFieldBytesMax;
}

bool take_unit(LineScanner& scan, ColumnValue& value) noexcept {
  const std::size_t length = unit_length(scan.rest());
  return length <= kUnitBytesMax && take_length(length, scan, value);
}

bool take_body(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  switch (column.kind) {
    case ColumnKind::time:
    case ColumnKind::clock:
      return take_time(column, scan, context, value);
    case ColumnKind::epoch:
      return take_epoch(column, scan, value);
    case ColumnKind::date:
      return take_length(date_length(scan.rest()), scan, value);
    case ColumnKind::moment:
      return take_moment(scan, context, value);
    case ColumnKind::level:
      return take_level(column, scan, value);
    case ColumnKind::letter:
      return take_letter(column, scan, value);
    case ColumnKind::marked:
      return take_marked(column, scan, value);
    case ColumnKind::number:
      return take_number(scan, value);
    case ColumnKind::group:
      return scan.take_group(column.open, closing_bracket(column.open), value.text);
    case ColumnKind::tag:
      return take_tag(scan, value);
    case ColumnKind::logger:
      return take_logger(scan, value);
    case ColumnKind::trace:
      return take_trace(scan, value);
    case ColumnKind::separator:
      return is_punctuation(value.text = scan.take_word());
    case ColumnKind::sign:
      return scan.take(column.open);
    case ColumnKind::titled:
      return take_titled(column, scan, value);
    case ColumnKind::field:
      return take_field(column, scan, value);
    case ColumnKind::unit:
      return take_unit(scan, value);
    case ColumnKind::word:
      return !(value.text = scan.take_word()).empty();
  }
  return false;
}

}  // namespace

bool take_column(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  const std::size_t begin = scan.position();
  if (!take_body(column, scan, context, value)) {
    value = {};
    scan.go_to(begin);
    return false;
  }
  if (column.delimiter == '\t') {  // empty fields count, so only one tab goes
    scan.take('\t');
    return true;
  }
  scan.take_blanks();
  if (column.delimiter != '\0' && scan.take(column.delimiter)) scan.take_blanks();
  return true;
}

}  // namespace loglode

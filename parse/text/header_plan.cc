#include "parse/text/header_plan.h"

#include "parse/text/ansi.h"
#include "parse/text/parsed_line.h"
#include "parse/text/stated_severity.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

constexpr std::size_t kTitleBytesMax = 48;  // `chrome.exe *64 - `: longer texts before a dash are prose
constexpr std::size_t kFieldBytesMax = 128;

char closing_of(char open) noexcept { return open == '[' ? ']' : open == '(' ? ')' : open == '<' ? '>' : '\0'; }

bool is_punctuation(std::string_view word) noexcept {
  for (const char c : word) {
    if (is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
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

bool take_time(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  if (column.open != '\0' && !scan.take(column.open)) return false;
  const std::size_t length = column.kind == ColumnKind::clock ? read_time_of_day(scan.rest(), context, value.time)
                                                              : read_timestamp(scan.rest(), context, value.time);
  return take_length(length, scan, value) && (column.open == '\0' || scan.take(closing_of(column.open)));
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
  return read_timestamp_field(value.text, {}, value.time) && (column.open == '\0' || scan.take(closing_of(column.open)));
}

bool take_letter(LineScanner& scan, ColumnValue& value) {
  if (scan.peek(1) != ' ' && scan.peek(1) != '/' && scan.peek(1) != '\t') return false;
  value.severity = severity_from_word(scan.rest().substr(0, 1), true);
  return take_length(1, scan, value) && value.severity != Severity::unspecified;
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

bool take_body(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  switch (column.kind) {
    case ColumnKind::time:
    case ColumnKind::clock:
      return take_time(column, scan, context, value);
    case ColumnKind::epoch:
      return take_epoch(column, scan, value);
    case ColumnKind::date:
      return take_length(date_length(scan.rest()), scan, value);
    case ColumnKind::level: {
      const LevelToken level = level_at(scan.rest(), true);
      value.severity = level.severity;
      return take_length(level.length, scan, value);
    }
    case ColumnKind::letter:
      return take_letter(scan, value);
    case ColumnKind::number:
      return take_number(scan, value);
    case ColumnKind::group:
      return scan.take_group(column.open, closing_of(column.open), value.text);
    case ColumnKind::tag:
      return take_tag(scan, value);
    case ColumnKind::logger:
      return take_logger(scan, value);
    case ColumnKind::trace:
      return take_trace(scan, value);
    case ColumnKind::separator:
      return is_punctuation(value.text = scan.take_word());
    case ColumnKind::titled:
      return take_titled(column, scan, value);
    case ColumnKind::field:
      return take_field(column, scan, value);
    case ColumnKind::word:
      return !(value.text = scan.take_word()).empty();
  }
  return false;
}

/// The moment that several stamps of one line tell: a date goes before a time of day alone, an epoch needs no zone, so it wins; a finer
/// stamp gives it the fraction.
void merge_time(const Column& column, Timestamp time, ParsedLine& parsed, ColumnKind& source) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (time == kNoTime || column.kind == source) return;
  if (parsed.time == kNoTime || source == ColumnKind::clock) {
    parsed.time = time;
    source = column.kind;
    return;
  }
  if (column.kind == ColumnKind::clock) return;
  const bool is_epoch = column.kind == ColumnKind::epoch;
  const auto& exact = is_epoch ? time : parsed.time;
  const auto& fine = is_epoch ? parsed.time : time;
  std::int64_t result = exact.time_since_epoch().count();
  const std::int64_t fine_count = fine.time_since_epoch().count();
  const auto second_of_minute = [](std::int64_t count) { return (count / kSecond) % 60; };
  if (result % kSecond == 0 && fine_count > 0 && second_of_minute(result) == second_of_minute(fine_count)) result += fine_count % kSecond;
  parsed.time = Timestamp{Duration{result}};
  source = ColumnKind::epoch;
}

/// nova-api.log.1.2017-05-16 came from the log of nova-api; Go's loggers write their prefix as `shop: `.
std::string_view service_of(std::string_view text) noexcept {
  if (text.size() > 1 && text.back() == ':') text.remove_suffix(1);
  const std::size_t slash = text.rfind('/');
  if (text.find(".log") != std::string_view::npos && slash != std::string_view::npos) text.remove_prefix(slash + 1);
  const std::size_t log = text.find(".log");
  return log == std::string_view::npos || log == 0 ? text : text.substr(0, log);
}

void set_role(const Column& column, const ColumnValue& value, ParsedLine& parsed) noexcept {
  if (column.kind == ColumnKind::tag) parsed.add("process.pid", value.pid);
  if (column.kind == ColumnKind::trace) {
    if (!value.text.empty()) parsed.trace_id = value.text;
    if (!value.pid.empty()) parsed.span_id = value.pid;
  }
  if (column.kind == ColumnKind::group && parsed.trace_id.empty() && value.text.substr(0, 4) == "req-")
    parsed.trace_id = value.text.substr(0, value.text.find(' '));
  switch (column.role) {
    case ColumnRole::service:
      if (is_code_position(value.text))
        parsed.add("log.origin", value.text);
      else
        parsed.service = service_of(value.text);
      break;
    case ColumnRole::host:
      parsed.host = value.text;
      break;
    case ColumnRole::logger:
      parsed.add("log.logger", value.text);
      break;
    case ColumnRole::pid:
      parsed.add("process.pid", value.text);
      break;
    case ColumnRole::thread:
      parsed.add("process.thread.name", value.text);
      break;
    case ColumnRole::none:
      break;
  }
}

}  // namespace

bool take_column(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value) {
  const std::size_t begin = scan.position();
  if (!take_body(column, scan, context, value)) {
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

bool HeaderPlan::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  LineScanner scan{without_ansi(first_line(text), batch)};
  ParsedLine parsed;
  ColumnKind time_source = ColumnKind::word;  // of the record's time; none yet
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    ColumnValue value;
    if (!take_column(column, scan, context.time, value)) {
      if (i < required_) return false;
      if (column.kind == ColumnKind::separator || column.kind == ColumnKind::trace) continue;
      break;
    }
    merge_time(column, value.time, parsed, time_source);
    if (parsed.severity == Severity::unspecified) parsed.severity = value.severity;
    set_role(column, value, parsed);
  }
  parsed.message = trim_blanks(scan.rest());
  if (parsed.severity == Severity::unspecified) parsed.severity = leading_severity(parsed.message);
  commit(parsed, record, batch, context);
  return true;
}

bool HeaderPlan::begins_record(std::string_view line) const {
  return has_ansi(line) ? fits_required(strip_ansi(line)) : fits_required(line);
}

bool HeaderPlan::fits_required(std::string_view line) const {
  const TimeContext any_year{Timestamp{}, nullptr};
  LineScanner scan{line};
  for (std::size_t i = 0; i < required_; ++i) {
    ColumnValue value;
    if (!take_column(columns_[i], scan, any_year, value)) return false;
  }
  return true;
}

}  // namespace loglode

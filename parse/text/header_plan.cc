#include "parse/text/header_plan.h"

#include "parse/text/ansi.h"
#include "parse/text/parsed_line.h"
#include "parse/text/stated_severity.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

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

/// `[trace_id=4bf9… span_id=00f0… service.name=shop]`, `[req-38101a0b … -]`.
void set_group(std::string_view text, ParsedLine& parsed) noexcept {
  if (parsed.trace_id.empty() && text.substr(0, 4) == "req-") parsed.trace_id = text.substr(0, text.find(' '));
  if (text.find('=') == std::string_view::npos) return;
  const TraceIds ids = find_trace_ids(text);
  if (parsed.trace_id.empty()) parsed.trace_id = ids.trace;
  if (parsed.span_id.empty()) parsed.span_id = ids.span;
  constexpr std::string_view kService = "service.name=";
  const std::size_t service = text.find(kService);
  if (service == std::string_view::npos) return;
  const std::string_view name = text.substr(service + kService.size());
  parsed.service = name.substr(0, name.find_first_of(" ,;"));
}

void set_role(const Column& column, const ColumnValue& value, ParsedLine& parsed) noexcept {
  if (column.kind == ColumnKind::tag) parsed.add("process.pid", value.pid);
  if (column.kind == ColumnKind::trace) {
    if (!value.text.empty()) parsed.trace_id = value.text;
    if (!value.pid.empty()) parsed.span_id = value.pid;
  }
  if (column.kind == ColumnKind::group) set_group(value.text, parsed);
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
      parsed.add(is_code_position(value.text) ? "log.origin" : "log.logger", value.text);
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

/// An unknown word that may as well be the message's first counts as a column where the next column follows it.
bool HeaderPlan::take(std::size_t column, LineScanner& scan, const TimeContext& context, ColumnValue& value) const {
  const std::size_t begin = scan.position();
  if (!take_column(columns_[column], scan, context, value)) return false;
  if (!value.tentative) return true;
  LineScanner behind = scan;
  ColumnValue next;
  if (column + 1 < columns_.size() && take_column(columns_[column + 1], behind, context, next) && !next.tentative) return true;
  scan.go_to(begin);
  value = {};
  return false;
}

bool HeaderPlan::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  LineScanner scan{without_ansi(first_line(text), batch)};
  ParsedLine parsed;
  ColumnKind time_source = ColumnKind::word;  // of the record's time; none yet
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    ColumnValue value;
    if (!take(i, scan, context.time, value)) {
      if (i < required_) return false;
      if (column.kind == ColumnKind::separator || column.kind == ColumnKind::trace || column.kind == ColumnKind::sign) continue;
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
    if (!take(i, scan, any_year, value)) return false;
  }
  return true;
}

}  // namespace loglode

#include "parse/text/inner_header.h"

#include <algorithm>

#include "parse/text/ansi.h"
#include "parse/text/line_scanner.h"
#include "parse/text/text_formats.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

constexpr int kHeaderColumnsMax = 8;

/// `-`, `|`, `:` between columns.
void skip_separators(LineScanner& scan) noexcept {
  scan.take_blanks();
  while ((scan.peek() == '-' || scan.peek() == '|' || scan.peek() == ':' || scan.peek() == ',') &&
         (is_blank(scan.peek(1)) || scan.peek(1) == '\0') && !scan.at_end()) {
    scan.go_to(scan.position() + 1);
    scan.take_blanks();
  }
}

bool take_time(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
  const std::size_t begin = scan.position();
  const bool bracket = scan.take('[');
  Timestamp time = kNoTime;
  std::size_t length = read_timestamp(scan.rest(), context.time, time);
  if (length == 0) length = read_time_of_day(scan.rest(), context.time, time);
  if (length != 0) scan.go_to(scan.position() + length);
  if (length == 0 || (bracket && !scan.take(']'))) {
    scan.go_to(begin);
    return false;
  }
  if (parsed.time == kNoTime) parsed.time = time;
  return true;
}

/// A logger's name is taken when something proves that it is one: line number, `:` or ` - ` behind it.
bool take_logger(LineScanner& scan, ParsedLine& parsed) {
  const std::size_t begin = scan.position();
  std::string_view word = scan.take_word();
  bool sure = false;
  if (word.size() > 1 && word.back() == ':') {
    word.remove_suffix(1);
    sure = is_logger_name(word);
  } else if (is_code_position(word)) {
    sure = true;
  } else if (is_dotted_name(word)) {
    sure = scan.rest().substr(0, 3) == " - " || scan.rest().substr(0, 3) == " : ";
  }
  if (!sure) {
    scan.go_to(begin);
    return false;
  }
  parsed.add("log.logger", word);
  return true;
}

bool take_trace_fields(LineScanner& scan, ParsedLine& parsed) {
  TraceIds ids{parsed.trace_id, parsed.span_id};
  const std::size_t taken = take_trace_field(scan.rest(), ids);
  if (taken == 0) return false;
  parsed.trace_id = ids.trace, parsed.span_id = ids.span;
  scan.go_to(scan.position() + taken);
  return true;
}

}  // namespace

// `panic: ` is a severity that Go's runtime words as part of its message: it stays there, where rules and people look for it.
bool read_loose_header(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
  LineScanner scan{line};
  scan.take_blanks();
  bool has_time = false, has_level = false, has_logger = false, has_thread = false;
  for (int column = 0; column < kHeaderColumnsMax; ++column) {
    const std::size_t begin = scan.position();
    bool taken = false;
    if (!has_time) taken = has_time = take_time(scan, context, parsed);
    if (!taken && !has_level && scan.rest().starts_with("panic: ")) {
      parsed.severity = Severity::fatal;
      break;
    }
    if (!taken && !has_level) {
      const LevelToken level = level_at(scan.rest(), has_time && column <= 2);
      if (level.length != 0) {
        parsed.severity = level.severity;
        scan.go_to(begin + level.length);
        taken = has_level = true;
      }
    }
    std::string_view group;
    if (!taken && (has_level || has_time) && !has_thread && scan.take_group('[', ']', group)) {
      // A thread's name or a request's id, when the severity stands before it or right behind it.
      LineScanner behind{scan.rest()};
      behind.take_blanks();
      taken = has_thread = has_level ? !has_logger : level_at(behind.rest(), false).length != 0;
      if (!taken) scan.go_to(begin);
    }
    if (!taken && has_level && !has_logger) taken = has_logger = take_logger(scan, parsed);
    if (!taken) taken = take_trace_fields(scan, parsed);
    if (!taken) break;
    skip_separators(scan);
  }
  parsed.message = trim_blanks(scan.rest());
  if (parsed.message.empty()) parsed.message = trim_blanks(line);
  if (parsed.trace_id.empty()) {
    const TraceIds ids = find_trace_ids(line);
    parsed.trace_id = ids.trace;
    if (parsed.span_id.empty()) parsed.span_id = ids.span;
  }
  if (parsed.severity == Severity::unspecified) parsed.severity = leading_severity(parsed.message);
  return has_time || parsed.severity != Severity::unspecified;
}

namespace {

class FallbackFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "text"; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    ParsedLine parsed;
    read_loose_header(without_ansi(first_line(text), batch), context, parsed);
    commit(parsed, record, batch, context);
    return true;
  }
  [[nodiscard]] bool begins_record(std::string_view line) const override { return !line.empty() && !is_blank(line.front()); }
};

}  // namespace

const LineFormat& fallback_format() {
  static const FallbackFormat format;
  return format;
}

void parse_inner(std::string_view text, Record& record, Batch& batch, const ParseContext& context) {
  ParsedLine parsed;
  read_loose_header(without_ansi(first_line(text), batch), context, parsed);
  if (record.time != kNoTime) parsed.time = kNoTime;
  if (record.severity != Severity::unspecified) parsed.severity = Severity::unspecified;
  if (!record.trace_id.empty()) parsed.trace_id = {};
  if (!record.span_id.empty()) parsed.span_id = {};
  commit(parsed, record, batch, context);
}

}  // namespace loglode

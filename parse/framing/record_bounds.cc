#include "parse/framing/record_bounds.h"

#include <algorithm>

#include "core/limits.h"
#include "parse/framing/strict_line.h"

namespace loglode {

using namespace traces;

namespace {

constexpr unsigned kMessageLinesMax = 8;
constexpr unsigned kUnexplainedMax = 100;  // so that a stream whose later lines have no headers does not end in one trace

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool opens_object(std::string_view line) noexcept { return line == "{" || line == "[{"; }

/// What a server writes at the beginning of its slow query log, below `…, Version: … started with:`.
bool is_query_banner(std::string_view line) noexcept {
  return line.starts_with("Tcp port: ") || (line.starts_with("Time") && line.ends_with("Argument"));
}

/// The number that begins at `at`, and moves behind it.
std::uint64_t take_number(std::string_view text, std::size_t& at) noexcept {
  std::uint64_t number = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) number = number * 10 + static_cast<std::uint64_t>(text[at] - '0');
  return number;
}

/// Whether the two prefixes are one writer's at one moment: the same but for a number that counts its lines (`[4-1]`, and then `[5-1]`).
/// That is not in the time, and no process: those come first in brackets of their own.
bool are_of_one_message(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t kTimeBytes = 19;
  constexpr std::uint64_t kPartsMax = 6;
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size() && a[i] == b[j]) ++i, ++j;
  if (i == a.size() && j == b.size()) return true;
  while (i > 0 && is_digit(a[i - 1])) --i, --j;
  if (i < kTimeBytes || (a[i - 1] != '[' && a[i - 1] != '-')) return false;
  const bool first_bracket = a[i - 1] == '[' && a.substr(0, i).find(']') == std::string_view::npos;
  const std::uint64_t earlier = take_number(a, i), later = take_number(b, j);
  if (first_bracket && a.substr(i, 1) == "]") return false;
  return later > earlier && later - earlier < kPartsMax && a.substr(i) == b.substr(j);
}

/// Where the severity word begins before `:  `.
std::size_t find_level(std::string_view line) noexcept {
  const std::size_t sign = line.substr(0, 256).find(":  ");
  if (sign == std::string_view::npos) return sign;
  std::size_t begin = sign;
  while (begin > 0 && ((line[begin - 1] >= 'A' && line[begin - 1] <= 'Z') || is_digit(line[begin - 1]))) --begin;
  return begin == sign ? std::string_view::npos : begin;
}

}  // namespace

std::size_t find_statement_part(std::string_view line) noexcept {
  const std::size_t begin = find_level(line);
  if (begin == std::string_view::npos) return begin;
  const std::string_view word = line.substr(begin, line.find(':', begin) - begin);
  for (const std::string_view part : {"DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION"})
    if (word == part) return begin;
  return std::string_view::npos;
}

void RecordBounds::reset() noexcept {
  lines_ = text_lines_ = 1;
  headed_ = in_trace_ = object_ = block_ = armor_ = indented_ = false;
  trace_ = Trace::none;
  message_lines_due_ = unexplained_ = 0;
}

void RecordBounds::restart(const LineRules& rules) noexcept {
  reset();
  rules_ = &rules;
  record_.close();
  lines_ = text_lines_ = 0;
  time_line_ = false;
  reason_ = Reason::nothing;
}

Trace RecordBounds::trace_begun(std::string_view line) {
  if (!begun_) begun_ = trace_begun_by(line);
  return *begun_;
}

/// A line with a header: whatever its message looks like, it begins no trace by itself.
bool RecordBounds::start_headed(std::string_view line) {
  reset();
  record_.begin(line);
  headed_ = true;
  object_ = opens_object(line);
  see_armor(line);
  reason_ = Reason::header;
  return false;
}

bool RecordBounds::start_object(std::string_view line) {
  reset();
  record_.close();
  object_ = opens_object(line);
  reason_ = Reason::header;
  return false;
}

bool RecordBounds::start_block(std::string_view line) {
  start_object(line);
  block_ = true;
  return false;
}

bool RecordBounds::start(std::string_view line, Reason reason) {
  reset();
  record_.begin(line);
  object_ = opens_object(line);
  trace_ = trace_begun(line);
  in_trace_ = trace_ != Trace::none && trace_ != Trace::jvm_banner;
  see_armor(line);
  indented_ = is_indented(line);
  reason_ = reason;
  return false;
}

void RecordBounds::see_trace(std::string_view line) {
  if (const Trace trace = trace_begun(line); trace != Trace::none) trace_ = trace;
  if (trace_ == Trace::none && is_go_symbol(line)) trace_ = Trace::symbols;
  if (chains_python_traces(line)) trace_ = Trace::python_chain;
  in_trace_ =
      in_trace_ || trace_ != Trace::none || is_trace_line(line) || is_frame(line) || exception_named_by(line) != ExceptionName::none;
}

bool RecordBounds::add(std::string_view line, Reason reason) {
  if (++lines_ > kRecordLinesMax) object_ = false;
  ++text_lines_;
  record_.add(line);
  see_trace(line);
  see_armor(line);
  indented_ = is_indented(line);
  if (indented_) message_lines_due_ = 0;
  if (line.starts_with("Caused by: ") || line.starts_with("Suppressed: ")) message_lines_due_ = kMessageLinesMax;
  unexplained_ = reason == Reason::open ? unexplained_ + 1 : 0;
  reason_ = reason;
  return true;
}

/// Blank lines stand inside traces and wrapped text; between records they stand for themselves.
bool RecordBounds::add_blank(std::string_view line) {
  const bool may_go_on = object_ || block_ || armor_ || indented_ || in_trace_ || trace_ != Trace::none || (headed_ && rules_->headed) ||
                         (lines_ == 1 && mentions_error(record_.first_line()));
  reason_ = Reason::shape;
  if (lines_ != 0 && may_go_on) {
    ++lines_;
    return true;
  }
  start_object(line);
  lines_ = 0;
  reason_ = Reason::shape;
  return false;
}

/// RFC 7468: `-----BEGIN label-----`, lines of base64, `-----END label-----`.
void RecordBounds::see_armor(std::string_view line) noexcept {
  const std::size_t begin = line.rfind("-----BEGIN ");
  if (begin != std::string_view::npos)
    armor_ = line.ends_with("-----");
  else if (armor_ && line.starts_with("-----END "))
    armor_ = false;
}

/// Lines of base64, those before them that describe a key (RFC 1421: `Proc-Type: 4,ENCRYPTED`), and the end.
bool RecordBounds::continues_armor(std::string_view line) noexcept {
  constexpr std::size_t kLineMax = 128, kNameMax = 32;
  const auto is_base64 = [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/' || c == '='; };
  const auto is_name = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  const std::size_t colon = line.substr(0, kNameMax).find(": ");
  const bool described = text_lines_ <= 4 && colon != std::string_view::npos &&
                         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_name);
  armor_ =
      armor_ && line.size() <= kLineMax && (described || line.starts_with("-----END ") || std::all_of(line.begin(), line.end(), is_base64));
  return armor_;
}

bool RecordBounds::continues_object(std::string_view line) {
  if (opens_object(line) || (is_whole_object(line) && line.size() > 2)) return start_object(line);
  const bool closes = line.front() == '}' || line.front() == ']';
  if (!closes && line.front() != '{' && line.front() != '"' && begins_record(line)) return start_headed(line);
  add(line, Reason::shape);
  if (closes) object_ = false;
  return true;
}

bool RecordBounds::continues_export(std::string_view line) {
  return line.starts_with("__CURSOR=") || lines_ == 0 ? start_block(line) : add(line, Reason::shape);
}

/// Slow query logs: `# Time:` is printed only when it has changed; without it a record begins with `# User@Host:`.
bool RecordBounds::begins_query(std::string_view line) {
  const bool time_line = line.starts_with("# Time: ");
  const bool begins = time_line || (!time_line_ && line.starts_with("# User@Host: "));
  time_line_ = time_line;
  return begins;
}

bool RecordBounds::begins_record(std::string_view line) const {
  for (const LineFormat* format : rules_->formats)
    if (format->begins_record(line)) return true;
  return (rules_->strict_lines && is_strict_line(line)) || (rules_->levels && begins_with_level(line));
}

/// A stream whose beginning was amid a trace when its formats were looked for has none. Its dated lines are no part of any trace.
bool RecordBounds::ends_unknown_trace(std::string_view line) const {
  return !rules_->strict_lines && (in_trace_ || message_lines_due_ != 0) && is_strict_line(line);
}

bool RecordBounds::belongs_to_statement(std::string_view line) const {
  const std::string_view first = record_.first_line();
  const std::size_t part = find_statement_part(line), level = find_level(first);
  return headed_ && level != std::string_view::npos && are_of_one_message(first.substr(0, level), line.substr(0, part));
}

/// Right below a record's first line: the exception that it speaks of, or what it has printed. A line of INFO speaks of none: the program
/// may have died after it.
bool RecordBounds::follows_first_line(std::string_view line) {
  const std::string_view first = record_.first_line();
  const ExceptionName name = exception_named_by(line);
  if (headed_) {
    if (is_calm(first)) return rules_->headed && (line == "{" || line == "[");
    if (name == ExceptionName::qualified || name == ExceptionName::name) return true;
    const Trace trace = trace_begun(line);
    if (trace != Trace::none && trace != Trace::jvm_banner && !is_ruby_crash(line)) return true;
    if (rules_->headed && (line == "{" || line == "[")) return true;
    return (name == ExceptionName::word || is_go_symbol(line)) && mentions_error(first);
  }
  // A line that names an exception is the message of the one before only where that one names none: repeated ones are records.
  if (name != ExceptionName::qualified && trace_begun(line) != Trace::python && (!is_ruby_frame(line) || is_ruby_crash(line))) return false;
  return exception_named_by(first) == ExceptionName::none && mentions_error(first);
}

/// An error that hides below a line that speaks of none: it states its own level, however far it is indented, or it is the rest of a trace
/// whose beginning is somebody else's record.
bool RecordBounds::is_error_below_calm(std::string_view line) {
  if (in_trace_ || lines_ == 0 || record_.first_line().empty()) return false;
  const bool states = is_indented(line) && states_trouble(line) && !rules_->statements;
  const bool causes = text_lines_ == 1 && headed_ && line.starts_with("Caused by: ");
  if (!states && !causes) return false;
  return (states ? !mentions_error(record_.first_line()) : is_calm(record_.first_line())) && !record_.inside();
}

bool RecordBounds::follows_by_shape(std::string_view line) {
  if (is_trace_line(line)) return true;
  if (is_indented(line) && (rules_->indented || in_trace_ || line.front() != ' ' || is_frame(line))) return true;
  if (indented_ && closes_block(line)) return true;
  if (message_lines_due_ != 0) {
    --message_lines_due_;
    return true;
  }
  switch (trace_) {
    case Trace::python:
      if (is_ruby_crash(line)) return true;  // Ruby before 3.0 wrote its traces upside down
      if (!ends_python_trace(line) && !continues_trace(Trace::python_end, line)) return false;
      trace_ = Trace::python_end;
      return true;
    case Trace::python_chain:
      if (trace_begun(line) == Trace::python) return true;
      break;
    case Trace::node:
      if (text_lines_ == 1 || continues_node_crash(line) || closes_block(line)) return true;
      break;
    case Trace::rust_head:
      trace_ = Trace::rust;
      return true;  // the message, on a line of its own since Rust 1.73
    default:
      if (continues_trace(trace_, line)) return true;
      break;
  }
  return text_lines_ == 1 && !record_.first_line().empty() && follows_first_line(line);
}

/// Lines that no shape explains, but the record is not at its end. Where records have no headers nothing would end it.
bool RecordBounds::is_open_for(std::string_view line) {
  if (!rules_->headed || unexplained_ == kUnexplainedMax) return false;
  if (in_trace_ || record_.inside() || record_.continues_statement(line)) return true;
  if (!headed_ || (text_lines_ > 1 && begins_with_level(line))) return false;
  return rules_->reports || record_.announces(rules_->formats);
}

bool RecordBounds::continues(std::string_view line) {
  begun_.reset();
  first_object_bytes_ = rules_->json ? first_object_bytes(line) : 0;
  if (rules_->json && (first_object_bytes_ != 0 || is_whole_object(line))) return start_object(line);
  if (rules_->block == BlockStyle::journald_export) return continues_export(line);
  if (is_blank_line(line)) return add_blank(line);
  if (object_) return continues_object(line);
  if (rules_->block == BlockStyle::slow_query_log) {
    if (begins_query(line)) return start_block(line);
    if (block_ ? line.front() == '#' : lines_ != 0 && is_query_banner(line)) return add(line, Reason::shape);
  }
  if (rules_->statements && find_statement_part(line) != std::string_view::npos)
    return belongs_to_statement(line) ? add(line, Reason::shape) : start_headed(line);
  if (begins_record(line) || ends_unknown_trace(line)) return start_headed(line);
  if (lines_ == 0) return start(line, Reason::nothing);
  if (armor_ && continues_armor(line)) return add(line, Reason::shape);
  if (block_) return add(line, Reason::shape);
  if (headed_ && text_lines_ < rules_->header_lines) return add(line, Reason::open);
  if (trace_ == Trace::jvm_banner && continues_trace(trace_, line)) return add(line, Reason::shape);
  if (is_crash(line) || (trace_ != Trace::ruby && trace_ != Trace::python && is_ruby_crash(line))) return start(line, Reason::shape);
  if (is_last_word(line) || is_error_below_calm(line)) return start(line, Reason::shape);
  if (follows_by_shape(line)) return add(line, Reason::shape);
  return is_open_for(line) ? add(line, Reason::open) : start(line, Reason::nothing);
}

}  // namespace loglode

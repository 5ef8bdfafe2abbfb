#include "parse/framing/record_bounds.h"

#include "core/limits.h"

namespace loglode {

using namespace traces;

namespace {

constexpr unsigned kMessageLinesMax = 8;

bool is_whole_object(std::string_view line) noexcept { return line.size() >= 2 && line.front() == '{' && line.back() == '}'; }
bool opens_object(std::string_view line) noexcept { return line == "{" || line == "[{"; }

/// The pid in `[123]`, as PostgreSQL's log_line_prefix has it by default; 0 when there is none.
std::uint64_t process_of(std::string_view line) noexcept {
  const std::size_t open = line.substr(0, 128).find('[');
  std::uint64_t pid = 0;
  for (std::size_t i = open == std::string_view::npos ? line.size() : open + 1; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i)
    pid = pid * 10 + static_cast<std::uint64_t>(line[i] - '0');
  return pid;
}

/// `DETAIL:  `, `HINT:  ` … where other lines have `ERROR:  `.
bool is_statement_part(std::string_view line) noexcept {
  line = line.substr(0, 256);
  const std::size_t sign = line.find(":  ");
  if (sign == std::string_view::npos) return false;
  line = line.substr(0, sign);
  for (const std::string_view word : {"DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION"})
    if (line.ends_with(word)) return true;
  return false;
}

/// A frame of any runtime's trace, by its indentation and its first word.
bool indented_frame(std::string_view line) noexcept {
  if (line.starts_with('\t')) return true;
  const std::size_t begin = line.find_first_not_of(' ');
  return begin != std::string_view::npos && line.substr(begin).starts_with("at ");
}

/// Somebody else's header in a stream of other headers: `shop: 2026/11/24 00:03:52 …`. Text that goes on does not begin so.
bool has_early_timestamp(std::string_view line) {
  constexpr std::size_t kWordsTried = 3, kBytesTried = 64;
  if (is_indented(line)) return false;
  const TimeContext any_year{Timestamp{}, nullptr};
  std::size_t at = 0;
  for (std::size_t word = 0; word < kWordsTried && at < kBytesTried && at < line.size(); ++word) {
    if (line[at] == '[' || line[at] == '(') ++at;
    Timestamp time = kNoTime;
    if (read_timestamp(line.substr(at), any_year, time) != 0) return true;
    at = line.find(' ', at);
    at = at == std::string_view::npos ? line.size() : at + 1;
  }
  return false;
}

}  // namespace

/// A line with a header: whatever its message looks like, it begins no trace by itself.
bool RecordBounds::start_headed(std::string_view line) {
  lines_ = 1;
  trace_ = Trace::none;
  object_ = opens_object(line);
  indented_ = false;
  message_lines_due_ = 0;
  error_ = !rules_->headed && !is_whole_object(line) && mentions_error(line);
  if (rules_->postgresql) process_ = process_of(line);
  reason_ = Reason::header;
  return false;
}

bool RecordBounds::start(std::string_view line, Reason reason) {
  start_headed(line);
  trace_ = trace_begun_by(line);
  indented_ = is_indented(line);
  reason_ = reason;
  return false;
}

bool RecordBounds::add(std::string_view line, Reason reason) {
  if (++lines_ > kRecordLinesMax) object_ = false;
  if (const Trace trace = trace_begun_by(line); trace != Trace::none) trace_ = trace;
  if (chains_python_traces(line)) trace_ = Trace::python_chain;
  if (is_indented(line)) message_lines_due_ = 0;
  if (line.starts_with("Caused by: ") || line.starts_with("Suppressed: ")) message_lines_due_ = kMessageLinesMax;
  indented_ = is_indented(line);
  error_ = false;
  reason_ = reason;
  return true;
}

/// Blank lines stand inside traces and wrapped text; between records they stand for themselves.
bool RecordBounds::add_blank(std::string_view line) {
  const bool inside = lines_ != 0 && (rules_->headed || object_ || indented_ || trace_ != Trace::none);
  reason_ = Reason::shape;
  if (inside) {
    ++lines_;
    return true;
  }
  start(line, Reason::shape);
  lines_ = 0;
  return false;
}

bool RecordBounds::continues_object(std::string_view line) {
  if (opens_object(line) || (is_whole_object(line) && line.size() > 2)) return start_headed(line);
  const bool closes = line.front() == '}' || line.front() == ']';
  add(line, Reason::shape);
  if (closes) object_ = false;
  return true;
}

/// Slow query logs: `# Time:` is printed only when it has changed; without it a record begins with `# User@Host:`.
bool RecordBounds::continues_block(std::string_view line) {
  bool begins = false;
  if (rules_->block == BlockStyle::journald_export) {
    begins = line.starts_with("__CURSOR=");
  } else {
    const bool time_line = line.starts_with("# Time: ");
    begins = time_line || (!time_line_ && line.starts_with("# User@Host: "));
    time_line_ = time_line;
  }
  return begins || lines_ == 0 ? start_headed(line) : add(line, Reason::shape);
}

bool RecordBounds::begins_record(std::string_view line) const {
  for (const LineFormat* format : rules_->formats)
    if (format->begins_record(line)) return true;
  return !rules_->formats.empty() && has_early_timestamp(line);
}

bool RecordBounds::belongs_to_statement(std::string_view line) const { return lines_ != 0 && process_of(line) == process_; }

bool RecordBounds::follows_by_shape(std::string_view line) {
  if (is_trace_line(line)) return true;
  if (is_indented(line) && (rules_->indented || trace_ != Trace::none || indented_frame(line))) return true;
  if (indented_ && closes_block(line)) return true;
  if (message_lines_due_ != 0) {
    --message_lines_due_;
    return true;
  }
  switch (trace_) {
    case Trace::python:
      if (!ends_python_trace(line)) return false;
      trace_ = Trace::python_end;
      return true;
    case Trace::python_chain:
      return trace_begun_by(line) == Trace::python;
    case Trace::go:
      return continues_go_trace(line);
    case Trace::node:
      return lines_ == 1 || continues_node_crash(line) || closes_block(line);
    case Trace::rust_head:
      trace_ = Trace::rust;
      return true;  // the message, on a line of its own since Rust 1.73
    case Trace::ruby:
      return is_ruby_frame(line);
    case Trace::php:
      return is_numbered_frame(line);
    case Trace::python_end:
    case Trace::rust:
    case Trace::java:
    case Trace::none:
      break;
  }
  if (!error_) return false;
  return is_qualified_exception(line) || trace_begun_by(line) == Trace::python || (is_ruby_frame(line) && !is_ruby_crash(line));
}

bool RecordBounds::continues(std::string_view line) {
  if (rules_->json && is_whole_object(line)) return start_headed(line);
  if (rules_->block != BlockStyle::none) return continues_block(line);
  if (is_blank_line(line)) return add_blank(line);
  if (object_) return continues_object(line);
  if (rules_->postgresql && is_statement_part(line)) return belongs_to_statement(line) ? add(line, Reason::shape) : start_headed(line);
  if (begins_record(line)) return start_headed(line);
  if (lines_ == 0 || (opens_object(line) && !rules_->headed)) return start(line, Reason::nothing);
  if (is_crash(line) || (trace_ != Trace::ruby && is_ruby_crash(line))) return start(line, Reason::shape);
  if (follows_by_shape(line)) return add(line, Reason::shape);
  return rules_->headed ? add(line, Reason::nothing) : start(line, Reason::nothing);
}

}  // namespace loglode

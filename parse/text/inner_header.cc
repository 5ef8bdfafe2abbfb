#include "parse/text/inner_header.h"

#include "parse/text/ansi.h"
#include "parse/text/level_marks.h"
#include "parse/text/line_scanner.h"
#include "parse/text/stated_severity.h"
#include "parse/text/text_formats.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"
#include "parse/time/stamp_finder.h"

namespace loglode {
namespace {

constexpr int kHeaderColumnsMax = 10;
constexpr std::size_t kThreadBytesMax = 64;

/// Reads the columns of one line's header, each as far as it is unmistakable by itself.
class LooseHeader {
 public:
  LooseHeader(std::string_view line, const ParseContext& context, ParsedLine& parsed) : scan_(line), context_(context), parsed_(parsed) {}

  /// True when the message that is left was searched for a level.
  bool read() {
    scan_.take_blanks();
    if (begins_as_prose(scan_.rest()) && !begins_with_date_name(scan_.rest())) {
      parsed_.message = trim_blanks(scan_.rest());
      return is_prose_ = true;
    }
    for (int column = 0; column < kHeaderColumnsMax; ++column) {
      if (!has_level_ && scan_.rest().starts_with("panic: ")) {
        parsed_.severity = Severity::fatal;
        break;
      }
      if (!take_column(column)) break;
      skip_separators();
    }
    if (!has_level_ && parsed_.severity == Severity::unspecified) take_marked_level();
    parsed_.message = trim_blanks(scan_.rest());
    return !has_time_ && parsed_.severity == Severity::unspecified && !parsed_.message.empty() &&
           parsed_.message.size() == scan_.rest().size();
  }

  /// Whether the whole line is text from its first word on, which is no level.
  [[nodiscard]] bool is_prose() const noexcept { return is_prose_; }

 private:
  bool take_column(int column) {
    if (!has_time_ && (take_time() || take_letter_before_time())) return has_time_ = true;
    if (closing_ != '\0' && has_level_ && take_rest_of_bracket()) return true;
    if (!has_level_ && take_level(column)) return has_level_ = true;
    if ((has_level_ || has_time_) && !has_thread_ && take_group()) return has_thread_ = true;
    if (has_level_ && !has_logger_ && take_logger()) return has_logger_ = true;
    return take_trace_fields();
  }

  /// `-`, `|`, `:` between columns.
  void skip_separators() noexcept {
    scan_.take_blanks();
    while (!scan_.at_end() && std::string_view{"-|:,"}.find(scan_.peek()) != std::string_view::npos &&
           (is_blank(scan_.peek(1)) || scan_.peek(1) == '\0')) {
      scan_.go_to(scan_.position() + 1);
      scan_.take_blanks();
    }
  }

  /// A time, in brackets also with other columns behind it: `[2026-11-24 10:12:13,123: ERROR/worker-1]`.
  bool take_time() {
    const std::size_t begin = scan_.position();
    const char open = scan_.peek();
    const char closing = closing_bracket(open);
    if (closing != '\0') scan_.take(open);
    Timestamp time = kNoTime;
    std::size_t length = read_timestamp(scan_.rest(), context_.time, time);
    if (length == 0) length = read_time_of_day(scan_.rest(), context_.time, time);
    scan_.go_to(scan_.position() + length);
    const bool stands_alone = closing == '\0' || scan_.take(closing);
    if (length == 0 || (!stands_alone && !is_blank(scan_.peek()) && scan_.peek() != ':')) {
      scan_.go_to(begin);
      return false;
    }
    if (!stands_alone) closing_ = closing;
    if (parsed_.time == kNoTime) parsed_.time = time;
    return true;
  }

  /// `E 2026-11-24 …`, `[W 10:12:13.123 app]`: one capital and a time.
  bool take_letter_before_time() {
    const std::size_t begin = scan_.position();
    const char open = scan_.peek();
    const char closing = closing_bracket(open);
    if (closing != '\0') scan_.take(open);
    const std::string_view letter = scan_.rest().substr(0, 1);
    if (!letter.empty() && std::string_view{"EWIDFTVC"}.find(letter) != std::string_view::npos) {
      scan_.go_to(scan_.position() + 1);
      const bool glued = is_digit(scan_.peek());
      if ((glued || scan_.take_blanks() > 0) && is_digit(scan_.peek()) && take_time()) {
        parsed_.severity = severity_from_word(letter, true);
        has_level_ = true;
        if (closing != '\0' && !scan_.take(closing)) closing_ = closing;
        return true;
      }
    }
    scan_.go_to(begin);
    return false;
  }

  bool take_level(int column) {
    const LevelToken level = level_at(scan_.rest(), has_time_ && column <= 2);
    if (level.length != 0 && !has_time_ && is_weak_level_word(scan_.rest().substr(0, level.length))) {
      parsed_.severity = level.severity;  // `ALERT exited …`: as likely the first word of the text
      return false;
    }
    if (level.length != 0) {
      parsed_.severity = level.severity;
      scan_.go_to(scan_.position() + level.length);
      if (closing_ != '\0' && scan_.peek() == '/') scan_.take('/');
      return true;
    }
    // `2026-11-24 10:12:13.123 W | raft: …`
    if (!has_time_ || !is_blank(scan_.peek(1)) || scan_.peek(2) != '|') return false;
    parsed_.severity = severity_from_word(scan_.rest().substr(0, 1), true);
    if (parsed_.severity == Severity::unspecified) return false;
    scan_.go_to(scan_.position() + 1);
    return true;
  }

  /// `worker-1]` behind a bracket's time and level.
  bool take_rest_of_bracket() {
    std::string_view thread;
    const std::size_t begin = scan_.position();
    const char closing = closing_;
    closing_ = '\0';
    if (!scan_.take_until(closing, thread) || thread.size() > kThreadBytesMax) {
      scan_.go_to(begin);
      return false;
    }
    parsed_.add("process.thread.name", trim_blanks(thread));
    return has_thread_ = true;
  }

  /// A thread's name or a request's id, when the severity stands before it or right behind it.
  bool take_group() {
    const std::size_t begin = scan_.position();
    std::string_view group;
    if (!scan_.take_group('[', ']', group)) return false;
    LineScanner behind{scan_.rest()};
    behind.take_blanks();
    if (has_level_ ? !has_logger_ : level_at(behind.rest(), false).length != 0) return true;
    scan_.go_to(begin);
    return false;
  }

  /// A logger's name is taken when something proves that it is one: line number, `:` or ` - ` behind it.
  bool take_logger() {
    const std::size_t begin = scan_.position();
    std::string_view word = scan_.take_word();
    bool sure = false;
    if (word.size() > 1 && word.back() == ':') {
      word.remove_suffix(1);
      sure = is_logger_name(word);
    } else if (is_code_position(word)) {
      sure = true;
    } else if (is_dotted_name(word)) {
      sure = scan_.rest().substr(0, 3) == " - " || scan_.rest().substr(0, 3) == " : ";
    }
    if (!sure) {
      scan_.go_to(begin);
      return false;
    }
    parsed_.add("log.logger", word);
    return true;
  }

  bool take_trace_fields() {
    TraceIds ids{parsed_.trace_id, parsed_.span_id};
    const std::size_t taken = take_trace_field(scan_.rest(), ids);
    if (taken == 0) return false;
    parsed_.trace_id = ids.trace, parsed_.span_id = ids.span;
    scan_.go_to(scan_.position() + taken);
    return true;
  }

  /// `54 [main] INFO …`, `10.0.0.1(34567):app@shop:[1000]:LOG:  …`, `app.orders[ERROR] …`: the level behind columns of other kinds.
  void take_marked_level() {
    const std::string_view rest = scan_.rest();
    const LevelMark mark = header_mark(rest, 0, has_time_);
    if (!mark.found()) return;
    parsed_.severity = mark.severity;
    has_level_ = true;
    const std::size_t end = end_of_mark(rest, mark);
    if (end >= rest.size() || (mark.behind_word && !has_time_)) return;
    scan_.go_to(scan_.position() + end);
    if (take_logger()) skip_separators();
  }

  LineScanner scan_;
  const ParseContext& context_;
  ParsedLine& parsed_;
  bool has_time_ = false, has_level_ = false, has_logger_ = false, has_thread_ = false;
  bool is_prose_ = false;
  char closing_ = '\0';  // of the bracket that the time opened
};

}  // namespace

// `panic: ` is a severity that Go's runtime words as part of its message: it stays there, where rules and people look for it.
bool read_loose_header(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
  LooseHeader header{line, context, parsed};
  const bool searched = header.read();
  if (parsed.message.empty()) parsed.message = trim_blanks(line);
  if (parsed.trace_id.empty()) {
    const TraceIds ids = find_trace_ids(line);
    parsed.trace_id = ids.trace;
    if (parsed.span_id.empty()) parsed.span_id = ids.span;
  }
  if (!header.is_prose() && parsed.severity == Severity::unspecified) parsed.severity = leading_severity(parsed.message);
  return searched && parsed.severity == Severity::unspecified;
}

namespace {

class FallbackFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "text"; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    read_as_text(text, record, batch, context);
    return true;
  }
  [[nodiscard]] bool reads_one_line() const noexcept override { return true; }
  [[nodiscard]] bool begins_record(std::string_view line) const override { return !line.empty() && !is_blank(line.front()); }
};

}  // namespace

const LineFormat& fallback_format() {
  static const FallbackFormat format;
  return format;
}

bool read_as_text(std::string_view text, Record& record, Batch& batch, const ParseContext& context) {
  ParsedLine parsed;
  const bool searched = read_loose_header(without_ansi(first_line(text), batch), context, parsed);
  commit(parsed, record, batch, context);
  return searched;
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

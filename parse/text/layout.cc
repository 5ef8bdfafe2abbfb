#include "parse/text/layout.h"

#include "core/assert.h"
#include "parse/text/line_scanner.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

bool has_blank(std::string_view text) noexcept {
  return text.find(' ') != std::string_view::npos || text.find('\t') != std::string_view::npos;
}

/// `message (kafka.server.KafkaServer)`: splits the name off.
void split_logger_at_end(ParsedLine& parsed) noexcept {
  std::string_view& message = parsed.message;
  const std::size_t open = message.rfind('(');
  if (message.empty() || message.back() != ')' || open == std::string_view::npos || open == 0 || message[open - 1] != ' ') return;
  const std::string_view logger = message.substr(open + 1, message.size() - open - 2);
  if (!is_dotted_name(logger)) return;
  parsed.add("log.logger", logger);
  message = trim_blanks(message.substr(0, open));
}

bool is_facility(std::string_view text) noexcept {
  for (const std::string_view known :
       {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"}) {
    if (text == known || (text.substr(0, 5) == "local" && text.size() == 6 && is_digit(text[5]))) return true;
  }
  return false;
}

/// `[req-38101a0b… 113d… 54fa… - - -]`: the request is what ties lines of several services together.
void set_request(std::string_view text, ParsedLine& parsed) noexcept {
  LineScanner scan{text};
  const std::string_view request = scan.take_word();
  if (request != "-" && !request.empty()) parsed.trace_id = request;
}

}  // namespace

Layout::Step Layout::field(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    Kind kind;
    Role role;
  } kFields[] = {{"time", Kind::time, Role::none},       {"clock", Kind::clock, Role::none},   {"level", Kind::level, Role::none},
                 {"letter", Kind::letter, Role::none},   {"pid", Kind::pid, Role::none},       {"logger", Kind::text, Role::logger},
                 {"tag", Kind::text, Role::tag},         {"module", Kind::text, Role::module}, {"code", Kind::text, Role::code},
                 {"thread", Kind::text, Role::thread},   {"host", Kind::text, Role::host},     {"service", Kind::text, Role::service},
                 {"request", Kind::text, Role::request}, {"skip", Kind::text, Role::none},     {"facility", Kind::text, Role::facility},
                 {"uptime", Kind::uptime, Role::none},   {"syslog", Kind::syslog, Role::none}, {"message", Kind::message, Role::none}};
  for (const auto& known : kFields) {
    if (known.name == name) return Step{known.kind, known.role, '\0', false, {}};
  }
  LOGLODE_ASSERT(false && "a layout names a field that there is not");
  return {};
}

Layout::Layout(std::string_view pattern) {
  LineScanner scan{pattern};
  while (!scan.at_end()) {
    std::string_view name;
    if (scan.take('{')) {
      LOGLODE_ASSERT(scan.take_until('}', name));
      steps_.push_back(field(name));
      steps_.back().stop = scan.peek();
      const std::size_t steps = steps_.size();
      steps_.back().balanced =
          scan.peek() == ']' && steps > 1 && steps_[steps - 2].kind == Kind::literal && steps_[steps - 2].literal.back() == '[';
    } else if (scan.take_blanks() > 0) {
      steps_.push_back(Step{Kind::blanks, Role::none, '\0', false, {}});
    } else {
      if (steps_.empty() || steps_.back().kind != Kind::literal) steps_.push_back(Step{});
      steps_.back().literal.push_back(scan.peek());
      scan.go_to(scan.position() + 1);
    }
  }
  while (steps_.back().kind != Kind::message) {
    logger_at_end_ = true;
    steps_.pop_back();
  }
}

bool Layout::set_text(const Step& step, std::string_view text, ParsedLine& parsed) {
  text = trim_blanks(text);
  if (text.empty()) return false;
  switch (step.role) {
    case Role::logger:
    case Role::module:
      if (has_blank(text) || (step.role == Role::module && !is_logger_name(text))) return false;
      parsed.add("log.logger", text);
      return true;
    case Role::tag:
      if (text.size() > 48) return false;
      parsed.add("log.logger", text);
      return true;
    case Role::code:
      if (!is_code_position(text)) return false;
      parsed.add("log.origin", text);
      return true;
    case Role::thread:
      parsed.add("process.thread.name", text);
      return true;
    case Role::host:
      parsed.host = text;
      return !has_blank(text);
    case Role::service:
      parsed.service = text;
      return !has_blank(text);
    case Role::request:
      set_request(text, parsed);
      return true;
    case Role::facility:
      return is_facility(text);
    case Role::none:
      return true;
  }
  return true;
}

bool Layout::read_step(const Step& step, LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const {
  switch (step.kind) {
    case Kind::literal:
      if (step.literal[0] == ']' || step.literal[0] == ':') scan.take_blanks();  // [INFO ] and dmesg's `err   :` are padded
      return scan.take(std::string_view{step.literal});
    case Kind::blanks:
      return scan.take_blanks() > 0 || scan.at_end();
    case Kind::time: {
      const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
      scan.go_to(scan.position() + length);
      return length != 0;
    }
    case Kind::clock: {
      const std::size_t length = time_of_day_length(scan.rest());
      scan.go_to(scan.position() + length);
      return length != 0;
    }
    case Kind::uptime: {
      scan.take_blanks();
      const std::string_view seconds = scan.take_number();
      const bool point = scan.take('.');
      return !seconds.empty() && point && scan.take_number().size() == 6;
    }
    case Kind::level: {
      scan.take_blanks();
      parsed.severity = severity_from_word(scan.take_letters());
      return parsed.severity != Severity::unspecified;
    }
    case Kind::syslog: {
      scan.take_blanks();
      parsed.severity = severity_from_syslog_word(scan.take_letters());
      return parsed.severity != Severity::unspecified;
    }
    case Kind::letter: {
      parsed.severity = severity_from_word(scan.rest().substr(0, 1), true);
      scan.go_to(scan.position() + 1);
      return parsed.severity != Severity::unspecified;
    }
    case Kind::pid: {
      const std::string_view number = scan.take_number();
      parsed.add("process.pid", number);
      return !number.empty() && number.size() <= 10;
    }
    case Kind::text: {
      std::string_view text;
      if (step.stop == ' ') {
        text = scan.take_word();
      } else if (step.balanced) {  // what it opened with has been taken as a literal
        scan.go_to(scan.position() - 1);
        if (!scan.take_group('[', ']', text)) return false;
        scan.go_to(scan.position() - 1);
      } else {
        if (!scan.take_until(step.stop, text)) return false;
        scan.go_to(scan.position() - 1);
      }
      return set_text(step, text, parsed);
    }
    case Kind::message: {
      parsed.message = trim_blanks(scan.rest());
      if (logger_at_end_) split_logger_at_end(parsed);
      return true;
    }
  }
  return false;
}

bool Layout::read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const {
  LineScanner scan{line};
  for (const Step& step : steps_) {
    if (!read_step(step, scan, context, parsed)) return false;
  }
  return true;
}

LayoutFormat::LayoutFormat(std::string_view name, std::initializer_list<std::string_view> patterns) : FixedFormat(name) {
  for (const std::string_view pattern : patterns) layouts_.emplace_back(pattern);
}

bool LayoutFormat::read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const {
  for (const Layout& layout : layouts_) {
    if (layout.read(line, context, parsed)) return true;
    parsed.reset();
  }
  return false;
}

}  // namespace loglode

// Logs of Java application servers and message brokers of the enterprise kind.
// Sources: IBM WebSphere "Message and trace format" (basic format) and Liberty messages.log, Oracle WebLogic "Message attributes" and
// "Server log message format", IBM MQ "Error logs (AMQERR01.LOG)".
#include <array>
#include <cstring>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

/// WebSphere writes its locale's short date, which has two digits for the year and never has it first: 11/10/26 is given its century, so
/// that it is read as every other date of this kind is.
std::size_t read_short_date(std::string_view text, const TimeContext& context, Timestamp& time) {
  StampScanner scan{text};
  unsigned first = 0, second = 0;
  const bool dated = scan.take_number(1, 2, first) && (scan.take('/') || scan.take('.') || scan.take('-')) &&
                     scan.take_number(1, 2, second) && (scan.take('/') || scan.take('.') || scan.take('-'));
  std::array<char, 64> spelled{};
  if (!dated || scan.digits_ahead(3) != 2 || text.size() + 2 > spelled.size()) return read_timestamp(text, context, time);
  std::memcpy(spelled.data(), text.data(), scan.position());
  std::memcpy(spelled.data() + scan.position(), "20", 2);
  std::memcpy(spelled.data() + scan.position() + 2, text.data() + scan.position(), text.size() - scan.position());
  const std::size_t length = read_timestamp({spelled.data(), text.size() + 2}, context, time);
  return length == 0 ? 0 : length - 2;
}

/// [11/10/26 10:12:13:123 UTC] 00000024 FeatureManager A CWWKF0011I: message
class WebsphereFormat final : public FixedFormat {
 public:
  WebsphereFormat() : FixedFormat("websphere") {}

 private:
  static Severity severity_of_event(char type) noexcept {
    switch (type) {
      case 'F':
        return Severity::fatal;
      case 'E':
      case 'R':  // SystemErr
        return Severity::error;
      case 'W':
        return Severity::warn;
      case 'A':
      case 'I':
      case 'O':  // SystemOut
        return Severity::info;
      case 'C':
      case 'D':
      case '1':
        return Severity::debug;
      case '2':
      case '3':
      case '>':
      case '<':
        return Severity::trace;
      default:
        return Severity::unspecified;
    }
  }

  static bool is_thread(std::string_view word) noexcept {
    return word.size() == 8 && word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    std::string_view stamp;
    if (!is_digit(scan.peek(1)) || !scan.take_group('[', ']', stamp) || scan.take_blanks() == 0) return false;
    if (read_short_date(stamp, context.time, parsed.time) != stamp.size()) return false;
    const std::string_view thread = scan.take_word();
    if (!is_thread(thread) || scan.take_blanks() == 0) return false;
    const std::string_view logger = scan.take_word();
    scan.take_blanks();
    const std::string_view type = scan.take_word();
    if (logger.empty() || type.size() != 1) return false;
    parsed.severity = severity_of_event(type[0]);
    parsed.add("process.thread.name", thread);
    parsed.add("log.logger", logger);
    parsed.message = trim_blanks(scan.rest());
    return parsed.severity != Severity::unspecified || type == "Z";
  }
};

/// ####<time> <severity> <subsystem> <machine> <server> <thread> <user> <transaction> <context> <epoch> [<properties>] <BEA-123456>
/// <message>
class WeblogicFormat final : public FixedFormat {
 public:
  WeblogicFormat() : FixedFormat("weblogic") {}
  [[nodiscard]] bool begins_record(std::string_view line) const override { return line.substr(0, 5) == "####<"; }

 private:
  enum Field : std::size_t { stamp, severity, subsystem, machine, server, thread, user, transaction, execution, epoch, kFields };

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    std::array<std::string_view, kFields> fields;
    if (!scan.take(std::string_view{"####"})) return false;
    for (std::string_view& field : fields) {
      if (!scan.take_group('<', '>', field)) return false;
      scan.take_blanks();
    }
    if (read_timestamp(fields[stamp], context.time, parsed.time) == 0 && !read_timestamp_field(fields[epoch], context.time, parsed.time))
      return false;
    parsed.severity = severity_from_word(fields[severity]);
    if (parsed.severity == Severity::unspecified) return false;
    parsed.host = fields[machine];
    parsed.service = fields[server];
    parsed.add("log.logger", fields[subsystem]);
    parsed.add("process.thread.name", fields[thread]);
    parsed.add("user.name", fields[user]);
    std::string_view properties, code;
    if (scan.rest().substr(0, 2) == "<[" && scan.take_group('<', '>', properties)) scan.take_blanks();
    if (scan.take_group('<', '>', code)) parsed.add("event.code", code);
    scan.take_blanks();
    if (!scan.take('<')) return false;
    parsed.message = trim_blanks(scan.rest());
    if (!parsed.message.empty() && parsed.message.back() == '>') parsed.message.remove_suffix(1);
    return true;
  }
};

/// 11/10/2018 10:46:25 - Process(16776.1) User(ann) Program(amqzxma0.exe)
///                       Host(WIN-HOST) Installation(Installation1)
///                       Time(2018-10-11T08:46:25.924Z)
///
/// AMQ7125I: message
/// EXPLANATION: …
class MqErrorFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "ibm-mq"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    Timestamp time = kNoTime;
    const std::size_t length = is_digit(line.empty() ? '\0' : line[0]) ? read_timestamp(line, TimeContext{Timestamp{}, nullptr}, time) : 0;
    return length != 0 && line.substr(length, 11) == " - Process(";
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    const std::string_view head = first_line(text);
    if (!begins_record(head)) return false;
    ParsedLine parsed;
    const std::size_t length = read_timestamp(head, context.time, parsed.time);
    if (length == 0) return false;
    set_inserts(head.substr(length), context, parsed);
    for (std::size_t begin = head.size() + 1; begin < text.size();) {
      const std::string_view line = first_line(text.substr(begin));
      begin += line.size() + 1;
      if (is_message(line)) {
        set_message(text.substr(begin - line.size() - 1), parsed);
        break;
      }
      if (!line.empty() && !is_blank(line.front())) break;
      set_inserts(line, context, parsed);
    }
    if (parsed.message.empty()) parsed.message = trim_blanks(head.substr(length));
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  /// AMQ7125I: and, before version 9.1, AMQ7125:
  static bool is_message(std::string_view line) noexcept {
    const std::size_t colon = line.find(':');
    return line.substr(0, 3) == "AMQ" && colon >= 7 && colon <= 9 && all_digits(line.substr(3, 4));
  }

  static void set_message(std::string_view text, ParsedLine& parsed) noexcept {
    switch (text[7]) {
      case 'I':
        parsed.severity = Severity::info;
        break;
      case 'W':
        parsed.severity = Severity::warn;
        break;
      case 'E':
        parsed.severity = Severity::error;
        break;
      case 'S':
      case 'T':
        parsed.severity = Severity::fatal;
        break;
      default:
        break;
    }
    parsed.add("event.code", text.substr(0, text.find(':')));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    parsed.message = trim_blanks(text.substr(0, text.find("\n\n")));
    if (parsed.message.size() > kMessageBytesMax) parsed.message = trim_blanks(first_line(text));
  }

  /// Process(16776.1) User(ann) Host(WIN-HOST): the UTC time among them is the exact one.
  static void set_inserts(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
    LineScanner scan{line};
    for (int insert = 0; insert < 8; ++insert) {
      while (!scan.at_end() && !is_letter(scan.peek())) scan.go_to(scan.position() + 1);
      const std::string_view key = scan.take_letters();
      std::string_view value;
      if (!scan.take_group('(', ')', value)) return;
      if (key == "Process") parsed.add("process.pid", value.substr(0, value.find('.')));
      if (key == "User") parsed.add("user.name", value);
      if (key == "Program") parsed.add("process.name", value);
      if (key == "Host") parsed.host = value;
      if (key == "QMgr") parsed.service = value;
      if (key == "Time") static_cast<void>(read_timestamp(value, context.time, parsed.time));
    }
  }

  static constexpr std::size_t kMessageBytesMax = 1024;
};

}  // namespace

void add_java_server_formats(FormatList& formats) {
  formats.push_back(std::make_unique<WebsphereFormat>());
  formats.push_back(std::make_unique<WeblogicFormat>());
  formats.push_back(std::make_unique<MqErrorFormat>());
}

}  // namespace loglode

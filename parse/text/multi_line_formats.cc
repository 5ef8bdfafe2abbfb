// Formats whose header does not lie within one line.
// Sources: java.util.logging.SimpleFormatter (samples/formats/java_jul.log), RabbitMQ 3.6's SASL reports, OTP "SASL Error Logging".
#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

std::string_view behind_first_line(std::string_view text) noexcept {
  const std::size_t length = first_line(text).size();
  return text.substr(length < text.size() ? length + 1 : length);
}

/// Nov 24, 2026 12:00:55 AM shop.Orders load
/// SEVERE: request failed
class JavaUtilLoggingFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "java-util-logging"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    Timestamp time = kNoTime;
    return read_origin(line, kAnyYear, time) != 0;
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    ParsedLine parsed;
    const std::size_t length = read_origin(first_line(text), context, parsed.time);
    if (length == 0) return false;
    parsed.add("log.logger", trim_blanks(first_line(text).substr(length)));
    const std::string_view second = first_line(behind_first_line(text));
    const LevelToken level = level_at(second, false);
    if (level.length == 0) return false;
    parsed.severity = level.severity;
    parsed.message = trim_blanks(second.substr(level.length));
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  /// Length of the stamp; 0 unless AM or PM ends it and a class follows.
  static std::size_t read_origin(std::string_view line, const ParseContext& context, Timestamp& time) {
    if (line.size() < 24 || !is_letter(line[0])) return 0;
    const std::size_t length = read_timestamp(line, context.time, time);
    return length != 0 && line[length - 1] == 'M' && length + 1 < line.size() && line[length] == ' ' ? length : 0;
  }
};

/// =INFO REPORT==== 23-Nov-2023::10:11:12 ===
/// accepting AMQP connection <0.1.0>
class ErlangReportFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "erlang-report"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    ParsedLine parsed;
    return read_title(line, kAnyYear, parsed);
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    ParsedLine parsed;
    if (!read_title(first_line(text), context, parsed)) return false;
    parsed.message = trim_blanks(first_line(behind_first_line(text)));
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  /// SASL has kinds of its own: a process that crashed, a child that a supervisor lost, an application that came up.
  static Severity severity_of_report(std::string_view kind) {
    if (kind == "CRASH" || kind == "SUPERVISOR") return Severity::error;
    return kind == "PROGRESS" ? Severity::info : severity_from_word(kind);
  }

  static bool read_title(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
    LineScanner scan{line};
    if (!scan.take('=')) return false;
    parsed.severity = severity_of_report(scan.take_letters());
    if (parsed.severity == Severity::unspecified || !scan.take(std::string_view{" REPORT==== "})) return false;
    return read_timestamp(scan.rest(), context.time, parsed.time) != 0;
  }
};

}  // namespace

void add_multi_line_formats(FormatList& formats) {
  formats.push_back(std::make_unique<JavaUtilLoggingFormat>());
  formats.push_back(std::make_unique<ErlangReportFormat>());
}

}  // namespace loglode

// Further database servers, each with a header of its own.
// Sources: SQL Server "View the error log" and "Database Engine error severities", Oracle "Monitoring the alert log", CockroachDB "Log
// formats" (crdb-v1, crdb-v2), PgBouncer "config: Log settings" and its log lines.
#include <algorithm>
#include <string>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

/// 2026-11-24 15:59:12.60 spid52      Error: 9002, Severity: 17, State: 2.
class SqlServerFormat final : public FixedFormat {
 public:
  SqlServerFormat() : FixedFormat("sqlserver") {}

 private:
  static bool is_source(std::string_view word) noexcept {
    if (word == "Server" || word == "Logon" || word == "Backup") return true;
    if (word.substr(0, 4) != "spid") return false;
    word.remove_prefix(4);
    if (!word.empty() && word.back() == 's') word.remove_suffix(1);
    return all_digits(word);
  }

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    scan.go_to(read_timestamp(line, context.time, parsed.time));
    if (scan.take_blanks() == 0) return false;
    const std::string_view source = scan.take_word();
    if (!is_source(source) || scan.take_blanks() == 0) return false;
    parsed.add("process.thread.name", source);
    parsed.message = trim_blanks(scan.rest());
    parsed.severity = severity_of(parsed.message);
    return true;
  }

  /// Severities up to 10 are information, those from 20 end the connection.
  static Severity severity_of(std::string_view message) noexcept {
    constexpr std::string_view kSeverity = ", Severity: ";
    const std::size_t at = message.substr(0, 64).find(kSeverity);
    if (message.substr(0, 7) != "Error: " || at == std::string_view::npos) return Severity::unspecified;
    LineScanner scan{message.substr(at + kSeverity.size())};
    const std::string_view number = scan.take_number();
    if (number.size() < 2) return Severity::info;
    return number == "10" ? Severity::info : number[0] == '1' ? Severity::error : Severity::fatal;
  }
};

/// The alert log: a stamp on a line of its own, what happened on the lines below it.
class OracleAlertFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "oracle-alert"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    Timestamp time = kNoTime;
    line = trim_blanks(line);
    return line.size() >= 19 && line.size() <= 40 && read_timestamp(line, kAnyYear.time, time) == line.size();
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    const std::string_view stamp = first_line(text);
    if (!begins_record(stamp)) return false;
    // Alone on its line an ISO stamp is Oracle's when it has microseconds and an offset; others write theirs shorter.
    constexpr std::size_t kIsoStampBytes = 32;
    if (stamp.size() == text.size() && is_digit(stamp[0]) && stamp.size() < kIsoStampBytes) return false;
    ParsedLine parsed;
    if (read_timestamp(trim_blanks(stamp), context.time, parsed.time) == 0) return false;
    const std::string_view body = stamp.size() == text.size() ? stamp : text.substr(stamp.size() + 1);  // the stamp alone is a record too
    parsed.message = trim_blanks(first_line(body));
    if (const std::size_t code = find_error_code(body); code != std::string_view::npos) {
      parsed.severity = Severity::error;
      parsed.add("error.code", body.substr(code, 9));
      // `Errors in file …:` says nothing without the error on the next line.
      const std::size_t end = code + first_line(body.substr(code)).size();
      if (end <= kMessageBytesMax) parsed.message = trim_blanks(body.substr(0, end));
    }
    if (parsed.message.empty()) return false;
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  static constexpr std::size_t kMessageBytesMax = 512;

  /// ORA-00600, at the beginning of one of the first lines.
  static std::size_t find_error_code(std::string_view body) noexcept {
    std::size_t begin = 0;
    for (int lines = 0; lines < 8 && begin < body.size(); ++lines) {
      const std::string_view line = first_line(body.substr(begin));
      if (line.substr(0, 4) == "ORA-" && all_digits(line.substr(4, 5)) && line.substr(4, 5).size() == 5) return begin;
      begin += line.size() + 1;
    }
    return std::string_view::npos;
  }
};

/// I261124 10:12:13.123456 20 server/server.go:12 ⋮ [T1,n1] 100  message; entries of several lines repeat the header, with a sign behind
/// the counter that says so.
class CockroachFormat final : public FixedFormat {
 public:
  CockroachFormat() : FixedFormat("cockroachdb") {}
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    ParsedLine parsed;
    char sign = '\0';
    return read_entry(line, kAnyYear, parsed, sign) && sign != '+' && sign != '|';
  }

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    char sign = '\0';
    return read_entry(line, context, parsed, sign);
  }

  static bool read_entry(std::string_view line, const ParseContext& context, ParsedLine& parsed, char& sign) {
    constexpr std::string_view kRedactable = "\xE2\x8B\xAE";  // ⋮
    LineScanner scan{line};
    if (std::string_view{"IWEF"}.find(scan.peek()) == std::string_view::npos || !is_digit(scan.peek(6))) return false;
    parsed.severity = severity_from_word(line.substr(0, 1), true);
    scan.go_to(1);
    const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
    scan.go_to(1 + length);
    if (length == 0 || scan.take_blanks() == 0) return false;
    parsed.add("process.thread.id", scan.take_number());
    if (scan.take_blanks() == 0) return false;
    std::string_view code = scan.take_word();
    if (const std::size_t channel = code.find('@'); channel != std::string_view::npos) code.remove_prefix(channel + 1);
    if (!is_code_position(code)) return false;
    parsed.add("log.origin", code);
    scan.take_blanks();
    if (scan.take(kRedactable)) scan.take_blanks();
    std::string_view tags;
    if (scan.take_group('[', ']', tags)) parsed.add("cockroachdb.tags", tags), scan.take_blanks();
    take_counter(scan, sign);
    parsed.message = trim_blanks(scan.rest());
    return true;
  }

  /// The entry's number, and the sign before its text: blank, `=` (structured), `!` (a report), `+` and `|` (the text goes on).
  static void take_counter(LineScanner& scan, char& sign) noexcept {
    const std::size_t begin = scan.position();
    const bool counted = !scan.take_number().empty() && scan.take(' ');
    if (!counted || std::string_view{" =!+|"}.find(scan.peek()) == std::string_view::npos) {
      scan.go_to(begin);
      return;
    }
    sign = scan.peek();
    scan.go_to(scan.position() + 1);
  }
};

/// 2026-11-24 10:12:13.123 UTC [1] LOG C-0x55: shop/app@10.0.0.5:4242 login attempt: …; before 1.12 without zone and brackets.
class PgbouncerFormat final : public FixedFormat {
 public:
  PgbouncerFormat() : FixedFormat("pgbouncer") {}

 private:
  static constexpr struct {
    std::string_view word;
    Severity severity;
  } kLevels[] = {{"FATAL", Severity::fatal}, {"ERROR", Severity::error}, {"WARNING", Severity::warn},
                 {"LOG", Severity::info},    {"DEBUG", Severity::debug}, {"NOISE", Severity::trace}};

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    scan.go_to(read_timestamp(line, context.time, parsed.time));
    if (scan.take_blanks() == 0) return false;
    const bool bracketed = scan.take('[');
    const std::string_view pid = scan.take_number();
    if (pid.empty() || bracketed != scan.take(']') || scan.take_blanks() == 0) return false;
    const std::string_view word = scan.take_letters();
    for (const auto& known : kLevels)
      if (known.word == word) parsed.severity = known.severity;
    if (parsed.severity == Severity::unspecified || !scan.take(' ')) return false;
    parsed.add("process.pid", pid);
    parsed.message = trim_blanks(scan.rest());
    return !parsed.message.empty();
  }
};

}  // namespace

void add_database_server_formats(FormatList& formats) {
  formats.push_back(std::make_unique<SqlServerFormat>());
  formats.push_back(std::make_unique<OracleAlertFormat>());
  formats.push_back(std::make_unique<CockroachFormat>());
  formats.push_back(std::make_unique<PgbouncerFormat>());
}

}  // namespace loglode

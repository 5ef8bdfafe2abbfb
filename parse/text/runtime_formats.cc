// What language runtimes, frameworks and hosting platforms write that no pattern describes.
// Sources: PHP manual error_log and php-fpm.conf, Monolog LineFormatter ("[%datetime%] %channel%.%level_name%: %message% %context%
// %extra%"), Airflow's default log_format and what its LoggingMixin hands on, Sidekiq's Logger::Formatters::Pretty, go-ethereum's and
// log15's terminal format.
#include <array>
#include <cstring>

#include "parse/text/format_families.h"
#include "parse/text/layout.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/stated_severity.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

bool take_bracketed_time(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
  if (!scan.take('[')) return false;
  const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
  scan.go_to(scan.position() + length);
  return length != 0 && scan.take(']');
}

/// [2026-11-24 10:12:13] production.ERROR: message {context} [extra]
class MonologFormat final : public FixedFormat {
 public:
  MonologFormat() : FixedFormat("monolog") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!take_bracketed_time(scan, context, parsed) || scan.take_blanks() == 0) return false;
    std::string_view name = scan.take_word();
    if (name.size() < 5 || name.back() != ':') return false;
    name.remove_suffix(1);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    const std::string_view level = name.substr(dot + 1);
    if (level.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) return false;
    parsed.severity = severity_from_word(level);
    parsed.add("log.logger", name.substr(0, dot));
    parsed.message = trim_blanks(scan.rest());
    return parsed.severity != Severity::unspecified;
  }
};

/// [2026-11-24 10:12:13 UTC] PHP Warning:  message in FILE on line 3, and php-fpm's [24-Nov-2026 10:12:13] NOTICE: fpm is running
class PhpFormat final : public FixedFormat {
 public:
  PhpFormat() : FixedFormat("php") {}

 private:
  static constexpr struct {
    std::string_view kind;
    Severity severity;
  } kKinds[] = {{"Fatal error", Severity::fatal},  {"Parse error", Severity::fatal},   {"Recoverable fatal error", Severity::error},
                {"Core error", Severity::fatal},   {"Compile error", Severity::fatal}, {"Catchable fatal error", Severity::error},
                {"Warning", Severity::warn},       {"Core warning", Severity::warn},   {"Compile warning", Severity::warn},
                {"Notice", Severity::info2},       {"Deprecated", Severity::info},     {"Strict Standards", Severity::info},
                {"Unknown error", Severity::error}};

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!take_stamp(scan, context, parsed) || scan.take_blanks() == 0) return false;
    parsed.message = trim_blanks(scan.rest());
    if (scan.take(std::string_view{"PHP "})) {
      std::string_view kind;
      if (!scan.take_until(':', kind)) return false;
      for (const auto& known : kKinds)
        if (known.kind == kind) parsed.severity = known.severity;
      return true;
    }
    const std::string_view word = scan.take_letters();
    if (!scan.take(std::string_view{": "}) || word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) return false;
    parsed.severity = severity_from_word(word);
    parsed.message = trim_blanks(scan.rest());
    return parsed.severity != Severity::unspecified;
  }

  /// [24-Nov-2026 10:12:14 Europe/Berlin]: the only runtime that names its zone in full.
  static bool take_stamp(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
    std::string_view stamp;
    if (scan.peek(3) != '-' || !is_letter(scan.peek(4)) || !scan.take_group('[', ']', stamp)) return false;
    const std::size_t length = read_timestamp(stamp, context.time, parsed.time);
    if (length == 0) return false;
    const std::string_view zone = trim_blanks(stamp.substr(length));
    if (zone.empty()) return true;
    if (zone.find('/') == std::string_view::npos || zone.size() > 40) return false;
    const Result<const ZoneRules*> rules = find_zone(std::string{zone});
    TimeContext local = context.time;
    if (rules) local.zone = *rules;
    return read_timestamp(stamp.substr(0, length), local, parsed.time) != 0;
  }
};

/// [2026-11-24 10:12:13,123] {file.py:12} INFO - message; older configurations doubled the braces. A task's own lines come through a
/// process that logs them again with its own header in front: the inner one tells what happened.
class AirflowFormat final : public FixedFormat {
 public:
  AirflowFormat() : FixedFormat("airflow") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    std::string_view code;
    if (!read_header(line, context, parsed, code)) return false;
    for (const std::string_view handing_on : {"logging_mixin.py:", "base_task_runner.py:", "standard_task_runner.py:", "subprocess.py:"}) {
      if (code.substr(0, handing_on.size()) != handing_on) continue;
      const std::size_t inner = parsed.message.substr(0, kInnerHeaderWithin).find('[');
      ParsedLine of_task = parsed;
      if (inner != std::string_view::npos && read_header(parsed.message.substr(inner), context, of_task, code)) parsed = of_task;
      break;
    }
    return true;
  }

  static bool read_header(std::string_view line, const ParseContext& context, ParsedLine& parsed, std::string_view& code) {
    LineScanner scan{line};
    if (!take_bracketed_time(scan, context, parsed) || scan.take_blanks() == 0) return false;
    const bool doubled = scan.peek(1) == '{';
    if (!scan.take(std::string_view{doubled ? "{{" : "{"}) || !scan.take_until('}', code) || (doubled && !scan.take('}'))) return false;
    if (!is_code_position(code) || scan.take_blanks() == 0) return false;
    parsed.severity = severity_from_word(scan.take_letters());
    if (parsed.severity == Severity::unspecified || !scan.take(std::string_view{" - "})) return false;
    parsed.add("log.origin", code);
    parsed.message = trim_blanks(scan.rest());
    return true;
  }

  static constexpr std::size_t kInnerHeaderWithin = 128;  // behind `Job 8: Subtask NAME `
};

/// 2026-11-24T10:12:13.123Z pid=1 tid=0ab class=HardJob jid=0a1b elapsed=0.01 INFO: done, and before Sidekiq 6
/// 2014-01-01T00:00:00.000Z 411 TID-abc HardJob JID-0a1b INFO: done
class SidekiqFormat final : public FixedFormat {
 public:
  SidekiqFormat() : FixedFormat("sidekiq") {}

 private:
  static constexpr std::size_t kWordsMax = 16;

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    const std::size_t length = read_timestamp(line, context.time, parsed.time);
    scan.go_to(length);
    if (length == 0 || scan.take_blanks() == 0) return false;
    bool has_thread = false;
    for (std::size_t words = 0; words < kWordsMax && !scan.at_end(); ++words, scan.take_blanks()) {
      const std::string_view word = scan.take_word();
      if (has_thread && word.size() > 4 && word.back() == ':') {
        parsed.severity = severity_from_word(word.substr(0, word.size() - 1));
        parsed.message = trim_blanks(scan.rest());
        return parsed.severity != Severity::unspecified;
      }
      if (words == 0 && word.substr(0, 4) != "pid=" && !all_digits(word)) return false;
      has_thread = has_thread || word.substr(0, 4) == "tid=" || word.substr(0, 4) == "TID-";
      if (words >= 1 && !has_thread) return false;
      set_word(word, parsed);
    }
    return false;
  }

  static void set_word(std::string_view word, ParsedLine& parsed) noexcept {
    const std::size_t sign = word.find_first_of("=-");
    if (sign == std::string_view::npos) {
      parsed.add(all_digits(word) ? "process.pid" : "log.logger", word);
      return;
    }
    const std::string_view key = word.substr(0, sign), value = word.substr(sign + 1);
    if (key == "pid") parsed.add("process.pid", value);
    if (key == "tid" || key == "TID") parsed.add("process.thread.name", value);
    if (key == "class") parsed.add("log.logger", value);
    if (key == "jid" || key == "JID") parsed.trace_id = value;
    if (key == "elapsed") parsed.add("sidekiq.elapsed_s", value);
  }
};

/// INFO [11-24|10:12:13.123] message key=value, and log15's INFO[11-24|10:12:13] message
class GethFormat final : public FixedFormat {
 public:
  GethFormat() : FixedFormat("geth") {}

 private:
  static constexpr struct {
    std::string_view word;
    Severity severity;
  } kLevels[] = {{"INFO", Severity::info},   {"WARN", Severity::warn},  {"EROR", Severity::error},
                 {"ERROR", Severity::error}, {"CRIT", Severity::fatal}, {"DBUG", Severity::debug},
                 {"DEBUG", Severity::debug}, {"TRCE", Severity::trace}, {"TRACE", Severity::trace}};

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    const std::string_view word = scan.take_letters();
    for (const auto& known : kLevels)
      if (known.word == word) parsed.severity = known.severity;
    scan.take_blanks();
    std::string_view stamp;
    if (parsed.severity == Severity::unspecified || scan.peek(6) != '|' || !scan.take_group('[', ']', stamp)) return false;
    std::array<char, 32> spelled{};
    if (stamp.size() >= spelled.size()) return false;
    std::memcpy(spelled.data(), stamp.data(), stamp.size());
    spelled[5] = ' ';
    const std::string_view text{spelled.data(), stamp.size()};
    parsed.message = trim_blanks(scan.rest());
    return read_timestamp(text, context.time, parsed.time) == text.size();
  }
};

}  // namespace

void add_runtime_formats(FormatList& formats) {
  formats.push_back(std::make_unique<MonologFormat>());
  formats.push_back(std::make_unique<PhpFormat>());
  formats.push_back(std::make_unique<AirflowFormat>());
  formats.push_back(std::make_unique<SidekiqFormat>());
  formats.push_back(std::make_unique<GethFormat>());
}

}  // namespace loglode

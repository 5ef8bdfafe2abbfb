// Sources: the output of Go's slog.TextHandler, logrus and go-kit (samples/formats/go_slog_text.log), Fortinet "FortiOS Log Message
// Reference" (date, time and tz are pairs of their own, a priority may stand before them).
#include <string>

#include "base/severity_words.h"
#include "parse/text/access_severity.h"
#include "parse/text/code_point.h"
#include "parse/text/error_field.h"
#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/took_field.h"

namespace loglode {
namespace {

enum class Meaning { attribute, time, severity, message, service, host, trace, span };

Meaning meaning_of(std::string_view key) noexcept {
  static constexpr struct {
    std::string_view key;
    Meaning meaning;
  } kKeys[] = {{"msg", Meaning::message},     {"level", Meaning::severity},       {"time", Meaning::time},
               {"ts", Meaning::time},         {"message", Meaning::message},      {"lvl", Meaning::severity},
               {"t", Meaning::time},          {"timestamp", Meaning::time},       {"severity", Meaning::severity},
               {"service", Meaning::service}, {"service.name", Meaning::service}, {"app", Meaning::service},
               {"host", Meaning::host},       {"hostname", Meaning::host},        {"instance", Meaning::host},
               {"pod", Meaning::host},        {"trace_id", Meaning::trace},       {"traceID", Meaning::trace},
               {"traceId", Meaning::trace},   {"trace.id", Meaning::trace},       {"traceid", Meaning::trace},
               {"trace", Meaning::trace},     {"span_id", Meaning::span},         {"spanID", Meaning::span},
               {"spanId", Meaning::span},     {"span.id", Meaning::span},         {"@timestamp", Meaning::time},
               {"request_id", Meaning::trace}};
  for (const auto& known : kKeys) {
    if (known.key == key) return known.meaning;
  }
  return Meaning::attribute;
}

bool is_key_byte(char c) noexcept { return is_letter(c) || is_digit(c) || std::string_view{"_-.@/"}.find(c) != std::string_view::npos; }

struct Pair {
  std::string_view key, value;
  bool escaped = false;
};

/// One key=value; false at what is none.
bool take_pair(LineScanner& scan, Pair& pair) noexcept {
  const std::string_view rest = scan.rest();
  std::size_t length = 0;
  while (length < rest.size() && is_key_byte(rest[length])) ++length;
  if (length == 0 || length >= rest.size() || rest[length] != '=') return false;
  pair.key = rest.substr(0, length);
  scan.go_to(scan.position() + length + 1);
  if (scan.peek() == '"') {
    if (!scan.take_quoted(pair.value)) return false;
    pair.escaped = pair.value.find('\\') != std::string_view::npos;
    return scan.at_end() || is_blank(scan.peek());
  }
  pair.value = scan.take_word();
  pair.escaped = false;
  return true;
}

/// `\u00f1`, or the two halves of a character beyond the first 65,536; `at` is on the `u`. Characters taken; 0: it is none.
std::size_t take_code_point(std::string_view text, std::size_t at, std::string& out) {
  if (text[at] != 'u') return 0;
  const char* const begin = text.data() + at;
  const char* behind = begin + 1;
  std::uint32_t code = 0;
  if (!take_escaped_code_point(behind, text.data() + text.size(), code) || code == 0) return 0;
  append_utf8(out, code);
  return static_cast<std::size_t>(behind - begin);
}

std::string_view unescape(std::string_view text, Batch& batch) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result.push_back(text[i]);
      continue;
    }
    ++i;
    if (const std::size_t taken = take_code_point(text, i, result); taken != 0) {
      i += taken - 1;
      continue;
    }
    result.push_back(text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i] == 'r' ? '\r' : text[i]);
  }
  return batch.keep(result);
}

/// `<185>` before the first pair, as devices send it.
void take_priority(LineScanner& scan, ParsedLine& parsed) {
  if (scan.peek() != '<') return;
  const std::size_t end = scan.rest().substr(0, 5).find('>');
  if (end == std::string_view::npos) return;
  parsed.severity = severity_from_word(scan.rest().substr(0, end + 1));
  scan.go_to(end + 1);
}

/// What only several pairs together say.
struct JointPairs {
  std::string_view date, clock, zone, status;
  bool is_request = false;

  void see(const Pair& pair) {
    if (pair.key == "date") date = pair.value;
    if (pair.key == "time") clock = pair.value;
    if (pair.key == "tz" || pair.key == "timezone") zone = pair.value;
    if (pair.key == "status" || pair.key == "status_code" || pair.key == "http_status") status = pair.value;
    is_request = is_request || pair.key == "method" || pair.key == "path" || pair.key == "uri" || pair.key == "url";
  }
  void set(const ParseContext& context, ParsedLine& parsed) const {
    if (parsed.time == kNoTime && !date.empty() && !clock.empty()) {
      const std::string stamp = std::string{date}.append(" ").append(clock);
      const bool offset = !zone.empty() && (zone[0] == '+' || zone[0] == '-');
      if (!offset || !read_timestamp_field(stamp + std::string{zone}, context.time, parsed.time))
        static_cast<void>(read_timestamp_field(stamp, context.time, parsed.time));
    }
    const bool failed = parsed.severity == Severity::unspecified && is_request && severity_of_status(status) == Severity::error;
    if (failed) parsed.severity = Severity::error;
  }
};

class LogfmtFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "logfmt"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    LineScanner scan{line};
    ParsedLine parsed;
    Pair first, second;
    take_priority(scan, parsed);
    return take_pair(scan, first) && scan.take_blanks() > 0 && take_pair(scan, second);
  }

  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    const std::string_view line = trim_blanks(first_line(text));
    LineScanner scan{line};
    ParsedLine parsed;
    JointPairs joint;
    Pair message, error;
    std::uint32_t took = kUntold;
    take_priority(scan, parsed);
    const std::string_view pairs = scan.rest();
    bool has_message = false, has_time_or_level = false;
    while (!scan.at_end()) {
      Pair pair;
      if (!take_pair(scan, pair)) return false;
      scan.take_blanks();
      const Meaning meaning = meaning_of(pair.key);
      joint.see(pair);
      if (took == kUntold) took = took_of_pair(pair.key, pair.value);
      if (error.key.empty() && (pair.key == "err" || pair.key == "error" || pair.key == "exception") && tells_error(pair.value))
        error = pair;
      has_time_or_level = has_time_or_level || meaning == Meaning::time || meaning == Meaning::severity;
      if (meaning == Meaning::message && !has_message)
        message = pair, has_message = true;
      else
        set(meaning, pair, context, parsed);
    }
    if (!has_message && !has_time_or_level) return false;
    joint.set(context, parsed);
    parsed.message = !has_message ? pairs : message.escaped ? unescape(message.value, batch) : message.value;
    commit(parsed, record, batch, context);
    record.took_us = took;
    if (has_message && !error.key.empty())
      add_error(error.escaped ? first_line(unescape(error.value, batch)) : error.value, record, batch);
    else if (!error.key.empty() && record.severity == Severity::unspecified)
      record.severity = Severity::error;
    return true;
  }

 private:
  static void set(Meaning meaning, const Pair& pair, const ParseContext& context, ParsedLine& parsed) {
    switch (meaning) {
      case Meaning::time:
        if (parsed.time != kNoTime || !read_timestamp_field(pair.value, context.time, parsed.time)) parsed.add(pair.key, pair.value);
        break;
      case Meaning::severity:
        // `severity=high` is how bad an attack is, beside the level that the device gave the line.
        if (const Severity severity = severity_from_word(pair.value, true); severity != Severity::unspecified) parsed.severity = severity;
        break;
      case Meaning::service:
        parsed.service = pair.value;
        break;
      case Meaning::host:
        parsed.host = pair.value;
        break;
      case Meaning::trace:
        parsed.trace_id = pair.value;
        break;
      case Meaning::span:
        parsed.span_id = pair.value;
        break;
      case Meaning::message:
      case Meaning::attribute:
        parsed.add(pair.key, pair.value);
        break;
    }
  }
};

}  // namespace

void add_logfmt_format(FormatList& formats) { formats.push_back(std::make_unique<LogfmtFormat>()); }

}  // namespace loglode

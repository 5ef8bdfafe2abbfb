// What network and security devices, and the watchers of hosts, write.
// Sources: Cisco "System Message Guide" (IOS, IOS XR, NX-OS), "Cisco Secure Firewall ASA Syslog Messages", ArcSight "Common Event Format",
// Nagios Core "Log file" (main log and archives), Linux audit "auditd.conf" (RAW) and "Understanding Audit log files".
#include <algorithm>
#include <array>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/stated_severity.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

constexpr std::size_t kHeaderBytesMax = 256;

void take_priority(LineScanner& scan, ParsedLine& parsed) {
  const std::size_t end = scan.peek() == '<' ? scan.rest().substr(0, 5).find('>') : std::string_view::npos;
  if (end == std::string_view::npos) return;
  parsed.severity = severity_from_word(scan.rest().substr(0, end + 1));
  scan.go_to(scan.position() + end + 1);
}

/// %FACILITY-SUBFACILITY-SEVERITY-MNEMONIC: the one thing that every message of Cisco's has.
struct CiscoCode {
  std::size_t at = std::string_view::npos;
  Severity severity = Severity::unspecified;
  std::string_view code;
};

bool is_severity_part(std::string_view part) noexcept {
  return part.size() == 1 && (is_digit(part[0]) || std::string_view{"AECWNID"}.find(part[0]) != std::string_view::npos);
}

CiscoCode code_at(std::string_view line, std::size_t at) {
  const auto in_code = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; };
  std::size_t end = at + 1;
  while (end < line.size() && end - at < 80 && in_code(line[end])) ++end;
  const std::string_view code = line.substr(at + 1, end - at - 1);
  const std::size_t mnemonic = code.rfind('-');
  if (mnemonic == std::string_view::npos || mnemonic < 3 || mnemonic + 1 == code.size()) return {};
  if (end < line.size() && line[end] == ' ') ++end;  // IOS XR writes a blank before the colon
  const std::string_view level = code.substr(code.rfind('-', mnemonic - 1) + 1, mnemonic - code.rfind('-', mnemonic - 1) - 1);
  if (end >= line.size() || line[end] != ':' || !is_severity_part(level) || !is_letter(code[0])) return {};
  const Severity severity = is_digit(level[0]) ? severity_from_syslog(static_cast<unsigned>(level[0] - '0'))
                            : level == "C"     ? Severity::error2
                                               : severity_from_word(level, true);
  return {at, severity, code};
}

CiscoCode find_code(std::string_view line) {
  line = line.substr(0, kHeaderBytesMax + 80);
  for (std::size_t at = line.find('%'); at != std::string_view::npos && at <= kHeaderBytesMax; at = line.find('%', at + 1)) {
    if (at > 0 && !is_blank(line[at - 1]) && line[at - 1] != '>' && line[at - 1] != ':') continue;
    const CiscoCode found = code_at(line, at);
    if (found.at != std::string_view::npos) return found;
  }
  return {};
}

/// [<PRI>] [sequence:] [relay's time and names] [sequence:] [*time:] %CODE: message, each part there or not.
class CiscoFormat final : public FixedFormat {
 public:
  CiscoFormat() : FixedFormat("cisco") {}

 private:
  static constexpr std::size_t kPartsMax = 16;

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    const CiscoCode code = find_code(line);
    if (code.at == std::string_view::npos) return false;
    LineScanner scan{line.substr(0, code.at)};
    take_priority(scan, parsed);
    for (std::size_t part = 0; part < kPartsMax; ++part) {
      while (is_blank(scan.peek()) || scan.peek() == ':') scan.go_to(scan.position() + 1);
      if (scan.at_end()) break;
      if (!take_time(scan, context, parsed)) take_name(scan, parsed);
    }
    if (!scan.at_end()) return false;
    if (code.severity != Severity::unspecified) parsed.severity = code.severity;
    parsed.add("event.code", code.code);
    parsed.message = trim_blanks(line.substr(code.at));
    return true;
  }

  /// The device's own time stands last, and wins over a relay's. `*` and `.`: its clock is not synchronised.
  static bool take_time(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
    const std::size_t begin = scan.position();
    if (scan.peek() == '*' || scan.peek() == '.') scan.go_to(begin + 1);
    const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
    scan.go_to(length == 0 ? begin : scan.position() + length);
    return length != 0;
  }

  static void take_name(LineScanner& scan, ParsedLine& parsed) {
    std::string_view word = scan.take_word();
    const std::size_t colon = word.find(':');
    if (colon != std::string_view::npos && colon > 0 && colon + 1 < word.size() && is_letter(word[colon + 1]) &&
        word.find('/') < colon) {  // IOS XR: RP/0/RSP0/CPU0:Jul 14 08:23:43.398 UTC: ifmgr[253]:
      scan.go_to(scan.position() - (word.size() - colon - 1));
      return parsed.add("cisco.node", word.substr(0, colon));
    }
    std::string_view program, pid;
    if (split_program_tag(word, program, pid) && !pid.empty()) {
      parsed.service = program;
      return parsed.add("process.pid", pid);
    }
    while (!word.empty() && word.back() == ':') word.remove_suffix(1);
    if (all_digits(word) || word.empty() || word == "-") return;  // a sequence number
    // A name says more than the address that a relay puts before it.
    const bool named = std::any_of(word.begin(), word.end(), is_letter) && word.find(':') == std::string_view::npos;
    if (named || parsed.host.empty()) parsed.host = word;
  }
};

/// [header] CEF:0|vendor|product|version|class|name|severity|key=value …
class CefFormat final : public FixedFormat {
 public:
  CefFormat() : FixedFormat("cef") {}

 private:
  enum Field : std::size_t { version, vendor, product, product_version, event_class, event_name, event_severity, kFields };

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    const std::size_t at = line.substr(0, kHeaderBytesMax).find("CEF:");
    if (at == std::string_view::npos || at + 5 >= line.size() || !is_digit(line[at + 4])) return false;
    std::array<std::string_view, kFields> fields;
    std::string_view rest = line.substr(at + 4);
    for (std::string_view& field : fields)
      if (!take_field(rest, field)) return false;
    read_header(line.substr(0, at), context, parsed);
    if (parsed.time == kNoTime) read_receipt_time(rest, context, parsed);
    parsed.severity = severity_of(fields[event_severity]);
    parsed.message = fields[event_name].empty() ? trim_blanks(line.substr(at)) : fields[event_name];
    parsed.add("observer.vendor", fields[vendor]);
    parsed.add("observer.product", fields[product]);
    parsed.add("event.code", fields[event_class]);
    parsed.add("cef.extensions", trim_blanks(rest));
    return true;
  }

  /// Up to a bar that no backslash stands before.
  static bool take_field(std::string_view& rest, std::string_view& field) noexcept {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '|') {
        field = rest.substr(0, i);
        rest.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  static void read_header(std::string_view header, const ParseContext& context, ParsedLine& parsed) {
    LineScanner scan{header};
    take_priority(scan, parsed);
    scan.go_to(scan.position() + read_timestamp(scan.rest(), context.time, parsed.time));
    scan.take_blanks();
    parsed.host = scan.take_word();
  }

  static void read_receipt_time(std::string_view extensions, const ParseContext& context, ParsedLine& parsed) {
    for (const std::string_view key : {"rt=", "end=", "start="}) {
      const std::size_t at = extensions.find(key);
      if (at == std::string_view::npos || (at > 0 && extensions[at - 1] != ' ')) continue;
      const std::string_view value = extensions.substr(at + key.size());
      if (read_timestamp(value, context.time, parsed.time) != 0) return;
      if (read_timestamp_field(value.substr(0, value.find(' ')), context.time, parsed.time)) return;
    }
  }

  /// How bad the event is: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high; some devices write a level instead.
  static Severity severity_of(std::string_view text) {
    if (all_digits(text) && text.size() <= 2) {
      const int value = text.size() == 1 ? text[0] - '0' : (text[0] - '0') * 10 + (text[1] - '0');
      return value <= 3 ? Severity::info : value <= 6 ? Severity::warn : value <= 10 ? Severity::error : Severity::unspecified;
    }
    if (text == "Low") return Severity::info;
    if (text == "Medium") return Severity::warn;
    return text == "High" || text == "Very-High" ? Severity::error : severity_from_word(text);
  }
};

/// [1795515133] SERVICE ALERT: web1;HTTP;CRITICAL;SOFT;1;text
class NagiosFormat final : public FixedFormat {
 public:
  NagiosFormat() : FixedFormat("nagios") {}

 private:
  static constexpr struct {
    std::string_view word;
    Severity severity;
  } kStates[] = {{"OK", Severity::info},      {"UP", Severity::info},    {"RECOVERY", Severity::info},     {"WARNING", Severity::warn},
                 {"UNKNOWN", Severity::warn}, {"DOWN", Severity::error}, {"UNREACHABLE", Severity::error}, {"CRITICAL", Severity::error}};

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!scan.take('[')) return false;
    const std::string_view seconds = scan.take_number();
    if (seconds.size() != 10 || !scan.take(std::string_view{"] "}) || !read_timestamp_field(seconds, context.time, parsed.time))
      return false;
    parsed.message = trim_blanks(scan.rest());
    std::string_view kind;
    if (!scan.take_until(':', kind) || kind.size() > 40 || !is_kind(kind)) {
      parsed.severity = leading_severity(parsed.message);
      return !parsed.message.empty();
    }
    scan.take_blanks();
    std::string_view field;
    const bool notification = kind.find("NOTIFICATION") != std::string_view::npos;  // the person who was told comes first
    for (int i = 0; i < 5 && scan.take_until(';', field); ++i) {
      if (i == (notification ? 1 : 0)) parsed.host = field;
      for (const auto& state : kStates)
        if (i > 0 && state.word == field && parsed.severity == Severity::unspecified) parsed.severity = state.severity;
    }
    return true;
  }

  static bool is_kind(std::string_view kind) noexcept {
    return std::all_of(kind.begin(), kind.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
  }
};

/// [node=HOST] type=SYSCALL msg=audit(1609519900.161:44607): key=value …
class AuditFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "auditd"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    ParsedLine parsed;
    std::string_view type;
    return read_header(line, parsed, type);
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    ParsedLine parsed;
    std::string_view type;
    if (!read_header(first_line(text), parsed, type)) return false;
    parsed.message = batch.keep(std::string{type}.append(" ").append(parsed.message));
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  static bool read_header(std::string_view line, ParsedLine& parsed, std::string_view& type) {
    LineScanner scan{line};
    std::string_view stamp;
    if (scan.take(std::string_view{"node="})) parsed.host = scan.take_word(), scan.take_blanks();
    if (!scan.take(std::string_view{"type="})) return false;
    type = scan.take_word();
    if (!scan.take(std::string_view{" msg=audit("}) || !scan.take_until(')', stamp) || !scan.take(':')) return false;
    const std::size_t colon = stamp.find(':');
    if (colon == std::string_view::npos || !read_timestamp_field(stamp.substr(0, colon), {}, parsed.time)) return false;
    parsed.add("auditd.type", type);
    parsed.add("event.sequence", stamp.substr(colon + 1));
    parsed.message = trim_blanks(scan.rest());
    return true;
  }
};

}  // namespace

void add_device_formats(FormatList& formats) {
  formats.push_back(std::make_unique<CiscoFormat>());
  formats.push_back(std::make_unique<CefFormat>());
  formats.push_back(std::make_unique<NagiosFormat>());
  formats.push_back(std::make_unique<AuditFormat>());
}

}  // namespace loglode

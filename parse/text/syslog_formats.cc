// Sources: RFC 5424 section 6, RFC 3164 section 4, rsyslog's templates (samples/formats/rsyslog_*), Cisco IOS "System Message Guide".
#include <algorithm>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/stated_severity.h"
#include "parse/text/syslog_header.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

constexpr std::size_t kProgramBytesMax = 64;

bool take_priority(LineScanner& scan, Severity& severity) noexcept {
  const std::size_t begin = scan.position();
  if (scan.take('<')) {
    const std::string_view number = scan.take_number();
    unsigned value = 0;
    for (const char c : number) value = value * 10 + static_cast<unsigned>(c - '0');
    if (!number.empty() && number.size() <= 3 && value <= 191 && scan.take('>')) {
      severity = severity_from_syslog(value % 8);
      return true;
    }
  }
  scan.go_to(begin);
  return false;
}

/// `[id name="` or `[id]`, as RFC 5424 has it: the `[INFO]` and `[Mon Nov 23 …]` of a message look alike.
bool begins_structured_data(std::string_view text) noexcept {
  const std::size_t end = text.find_first_of(" ]=\"");
  if (end == std::string_view::npos || end < 2) return false;
  if (text[end] == ']') return text.substr(0, end).find('@') != std::string_view::npos;
  const std::size_t sign = text.find_first_of("=]\" ", end + 1);
  return text[end] == ' ' && sign != std::string_view::npos && text.substr(sign, 2) == "=\"";
}

bool take_structured_data(LineScanner& scan, ParsedLine& parsed) {
  if (scan.peek() == '-' && (scan.peek(1) == ' ' || scan.peek(1) == '\0')) return scan.take('-');
  if (!begins_structured_data(scan.rest())) return false;
  const std::size_t begin = scan.position();
  while (scan.take('[')) {
    bool quoted = false;
    for (; !scan.at_end() && (quoted || scan.peek() != ']'); scan.go_to(scan.position() + 1)) {
      if (quoted && scan.peek() == '\\')
        scan.go_to(scan.position() + 1);
      else if (scan.peek() == '"')
        quoted = !quoted;
    }
    if (!scan.take(']')) return false;
  }
  const std::size_t end = scan.position();
  scan.go_to(begin);
  parsed.add("log.syslog.structured_data", scan.rest().substr(0, end - begin));
  scan.go_to(end);
  return end != begin;
}

std::string_view or_empty(std::string_view word) noexcept { return word == "-" ? std::string_view{} : word; }

class Rfc5424Format final : public FixedFormat {
 public:
  Rfc5424Format() : FixedFormat("syslog-5424") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    if (!read_syslog_5424(line, context, parsed)) return false;
    parsed.message = trim_blanks(parsed.message);
    return true;
  }
};

/// `83 ` before `<40>1 …`: how long the message is.
void take_octet_count(LineScanner& scan) noexcept {
  const std::size_t begin = scan.position();
  const std::string_view count = scan.take_number();
  if (count.empty() || count.size() > 7 || !scan.take(' ') || scan.peek() != '<') scan.go_to(begin);
}

/// `syslogd 1.4.1: restart.`
bool take_versioned_program(LineScanner& scan, ParsedLine& parsed) noexcept {
  const std::size_t begin = scan.position();
  const std::string_view program = scan.take_letters();
  const bool blank = scan.take(' ');
  const std::string_view version = scan.take_word();
  const bool good = blank && !program.empty() && version.size() > 3 && is_digit(version[0]) && version.back() == ':' &&
                    version.find_first_not_of("0123456789.:") == std::string_view::npos && version.find('.') != std::string_view::npos &&
                    version.find(':') == version.size() - 1;
  if (good)
    parsed.service = program;
  else
    scan.go_to(begin);
  return good;
}

/// `app[web.1]:`, `heroku[router]:`: the process has a name where others have a pid.
bool split_dyno_tag(std::string_view word, std::string_view& program, std::string_view& process) noexcept {
  if (word.size() < 5 || word.back() != ':' || word[word.size() - 2] != ']') return false;
  const std::size_t open = word.find('[');
  if (open == std::string_view::npos || open == 0) return false;
  program = word.substr(0, open), process = word.substr(open + 1, word.size() - open - 3);
  const auto lower = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_'; };
  return !process.empty() && is_letter(process[0]) && std::all_of(program.begin(), program.end(), lower) &&
         std::all_of(process.begin(), process.end(), lower) && severity_from_word(process) == Severity::unspecified;
}

/// sshd[2915]:, kernel:, and names with blanks when a pid follows them (`Google Chrome[35628]:`, `com.apple.xpc.launchd[1] (job):`).
bool take_program(LineScanner& scan, ParsedLine& parsed) {
  scan.take(std::string_view{"-- "});  // login(1) puts it before its name
  const std::size_t begin = scan.position();
  std::string_view program, pid;
  const std::string_view tag = scan.take_word();
  if (!split_program_tag(tag, program, pid) && !split_dyno_tag(tag, program, pid)) {
    scan.go_to(begin);
    if (take_versioned_program(scan, parsed)) return true;
    const std::string_view text = scan.rest().substr(0, kProgramBytesMax);
    const std::size_t open = text.find('[');
    const std::size_t close = open == std::string_view::npos ? open : text.find(']', open);
    if (open == std::string_view::npos || open == 0 || close == std::string_view::npos || text[open - 1] == ' ') return false;
    program = text.substr(0, open), pid = text.substr(open + 1, close - open - 1);
    if (!all_digits(pid) || program.find(": ") != std::string_view::npos) return false;
    scan.go_to(begin + close + 1);
    std::string_view job;
    if (scan.peek() == ' ' && scan.peek(1) == '(') {  // launchd names the job that the line is about
      const std::size_t behind = scan.position();
      scan.take(' ');
      if (!scan.take_group('(', ')', job) || scan.peek() != ':') scan.go_to(behind);
    }
    scan.take(':');
  } else if (scan.peek(1) == '(' && !pid.empty()) {
    const std::size_t behind = scan.position();
    std::string_view job;
    scan.take_blanks();
    if (!scan.take_group('(', ')', job) || !scan.take(':')) scan.go_to(behind);
  }
  parsed.service = program;
  parsed.add("process.pid", pid);
  return true;
}

bool is_host(std::string_view word) noexcept {
  if (word.empty() || word.size() > 255 || !(is_letter(word[0]) || is_digit(word[0]) || word[0] == '[' || word[0] == ':')) return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || std::string_view{"-_.:/@[]%"}.find(c) != std::string_view::npos; });
}

/// A word that begins a sentence has a capital, a host's name has none (without a tag behind it nothing else tells them apart).
bool is_lower_case_host(std::string_view word) noexcept {
  return is_host(word) && word.back() != ':' && std::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// rsyslog writes +00:00 and journald +0000, never Z.
bool ends_in_numeric_offset(std::string_view stamp) noexcept {
  const std::size_t sign = stamp.find_last_of("+-");
  return sign != std::string_view::npos && sign >= 19;
}

/// `Jun 14 15:16:01 ` or an ISO stamp with a numeric offset, with the blanks behind it.
bool take_stamp(LineScanner& scan, CivilTime& civil) {
  const bool named_month = is_letter(scan.peek()) && scan.peek(3) == ' ';  // `Sun, 02 Jan …` and `June 14` are not syslog's
  const bool iso = is_digit(scan.peek()) && scan.peek(10) == 'T';
  if (!named_month && !iso) return false;
  const std::string_view stamp = scan.rest();
  const std::size_t length = read_stamp(stamp, civil);
  if (length == 0 || scan.peek(length) != ' ' || (iso && !ends_in_numeric_offset(stamp.substr(0, length)))) return false;
  scan.go_to(scan.position() + length);
  scan.take_blanks();
  return true;
}

class Rfc3164Format final : public FixedFormat {
 public:
  Rfc3164Format() : FixedFormat("syslog") {}
  /// Everything that begins with a stamp of syslog's; what follows need not have the form that a whole stream must have.
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    SyslogBeginning beginning;
    Timestamp time = kNoTime;
    return read_syslog_beginning(line, beginning) && resolve(beginning.civil, TimeContext{Timestamp{}, nullptr}, time);
  }

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    if (!read_syslog_header(line, context, parsed)) return false;
    parsed.message = trim_blanks(parsed.message);
    if (parsed.severity == Severity::unspecified) parsed.severity = leading_severity(parsed.message);
    return true;
  }
};

}  // namespace

bool read_syslog_5424(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
  LineScanner scan{line};
  take_octet_count(scan);
  if (!take_priority(scan, parsed.severity) || !scan.take('1') || !scan.take(' ')) return false;
  const std::string_view stamp = scan.take_word();
  if (stamp != "-" && read_timestamp(stamp, context.time, parsed.time) != stamp.size()) return false;
  scan.take_blanks();
  parsed.host = or_empty(scan.take_word());
  scan.take_blanks();
  parsed.service = or_empty(scan.take_word());
  scan.take_blanks();
  parsed.add("process.pid", scan.take_word());
  scan.take_blanks();
  parsed.add("log.syslog.msgid", scan.take_word());
  scan.take(' ');
  const std::size_t behind_msgid = scan.position();
  const bool structured = take_structured_data(scan, parsed) && (scan.at_end() || scan.take(' '));
  if (!structured) scan.go_to(behind_msgid);  // left out by Heroku's drains: the message stands here
  scan.take(std::string_view{"\xEF\xBB\xBF"});
  parsed.message = scan.rest();
  return true;
}

Severity severity_of_code(std::string_view message) noexcept {
  const std::size_t at = message.substr(0, 64).find('%');
  if (at == std::string_view::npos) return Severity::unspecified;
  LineScanner scan{message.substr(at + 1)};
  std::string_view facility;
  if (!scan.take_until('-', facility) || facility.empty() || !is_digit(scan.peek()) || scan.peek(1) != '-') return Severity::unspecified;
  if (!std::all_of(facility.begin(), facility.end(), [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }))
    return Severity::unspecified;
  return severity_from_syslog(static_cast<unsigned>(scan.peek() - '0'));
}

bool read_syslog_beginning(std::string_view line, SyslogBeginning& out) {
  LineScanner scan{line};
  take_priority(scan, out.severity);
  if (!take_stamp(scan, out.civil)) return false;
  out.end = scan.position();
  return true;
}

bool read_syslog_header(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
  LineScanner scan{line};
  const bool has_priority = take_priority(scan, parsed.severity);
  const bool iso = is_digit(scan.peek());
  CivilTime civil;
  if (!take_stamp(scan, civil) || !resolve(civil, context.time, parsed.time)) return false;

  const std::size_t begin = scan.position();
  if (level_at(scan.rest(), LevelWords::any).length != 0) return false;  // somebody's own header: Jun 14 15:16:01 [WARN] text
  std::string_view host = scan.take_word();
  std::string_view program, pid;
  if (split_program_tag(host, program, pid) ||
      split_dyno_tag(host, program, pid)) {  // dnsmasq and others write no host to a file of their own
    host = {};
    scan.go_to(begin);
  } else if (!is_host(host) || host.back() == ':') {
    return false;
  }
  scan.take_blanks();
  const bool has_program = take_program(scan, parsed);
  if (!has_program && iso && !has_priority && !is_lower_case_host(host)) return false;
  if (!has_program && !has_priority && !is_host(host)) return false;
  parsed.host = host;
  scan.take(' ');
  parsed.message = scan.rest();
  const Severity by_code = severity_of_code(parsed.message);
  if (parsed.severity == Severity::unspecified) parsed.severity = by_code;
  if (by_code != Severity::unspecified && parsed.host.empty() && pid.empty())
    std::swap(parsed.host, parsed.service);  // `fw1: %ASA-6-…`: a device
  return true;
}

void add_syslog_formats(FormatList& formats) {
  formats.push_back(std::make_unique<Rfc5424Format>());
  formats.push_back(std::make_unique<Rfc3164Format>());
}

}  // namespace loglode

#include "parse/text/stated_severity.h"

#include "parse/text/access_severity.h"
#include "parse/text/kernel_faults.h"
#include "parse/text/level_marks.h"
#include "parse/text/line_scanner.h"
#include "parse/text/tokens.h"
#include "parse/text/tool_lines.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

constexpr std::size_t kPairBytesMax = 256;

bool is_key_byte(char c) noexcept { return is_letter(c) || c == '_' || c == '.' || c == '-'; }
bool is_open(char c) noexcept { return is_blank(c) || std::string_view{"\"'{,[("}.find(c) != std::string_view::npos; }

/// Whether the key that ends before `end` is one of a level; `at` is a word of every text, so only Heroku's `at=` counts.
bool is_level_key(std::string_view message, std::size_t end) noexcept {
  const char sign = message[end];
  if (end > 0 && (message[end - 1] == '"' || message[end - 1] == '\'')) --end;
  if (end < 2) return false;
  if (const char last = message[end - 1]; last != 'l' && last != 'y' && last != 'e' && last != 't') return false;
  std::size_t begin = end;
  while (begin > 0 && is_key_byte(message[begin - 1])) --begin;
  if (begin > 0 && !is_open(message[begin - 1])) return false;
  const std::string_view key = message.substr(begin, end - begin);
  for (const std::string_view known : {"level", "severity", "lvl", "log.level", "loglevel", "log_level", "levelname"})
    if (key == known) return true;
  return key == "at" && sign == '=';
}

/// Of the pair whose sign stands at `sign`.
Severity severity_of_pair(std::string_view message, std::size_t sign) {
  if (!is_level_key(message, sign)) return Severity::unspecified;
  const std::size_t begin = message.find_first_not_of("\"' ", sign + 1);
  if (begin == std::string_view::npos) return Severity::unspecified;
  const std::size_t end = message.find_first_of("\"' ,;})]", begin);
  return severity_from_word(message.substr(begin, end == std::string_view::npos ? end : end - begin));
}

Severity paired_severity(std::string_view message) {
  message = message.substr(0, kPairBytesMax);
  const bool may_name_level = message.find('v') != std::string_view::npos;  // as all keys do but Heroku's
  for (const char sign : {'=', ':'}) {
    if (sign == ':' && !may_name_level) break;
    for (std::size_t at = message.find(sign); at != std::string_view::npos; at = message.find(sign, at + 1)) {
      const Severity severity = severity_of_pair(message, at);
      if (severity != Severity::unspecified) return severity;
    }
  }
  return Severity::unspecified;
}

}  // namespace

Severity leading_severity(std::string_view message) {
  if (const LevelToken level = level_at(message, false); level.length != 0) return level.severity;
  // A word that merely begins a sentence ("Error reading …", "info about") does not count; one with a dash behind it does.
  LineScanner scan{message};
  const std::size_t length = scan.take_letters().size();
  if (length < 3 || scan.at_end()) return Severity::unspecified;
  const bool set_off = scan.peek() == ':' || (scan.peek(1) == '-' && is_blank(scan.peek()) && scan.peek(2) == ' ');
  return set_off ? severity_from_word(message.substr(0, length)) : Severity::unspecified;
}

Severity severity_within(std::string_view message) {
  if (const Severity fault = kernel_fault_severity(message); fault != Severity::unspecified) return fault;
  if (const Severity paired = paired_severity(message); paired != Severity::unspecified) return paired;
  if (const Severity told = tool_severity(message); told != Severity::unspecified) return told;
  return access_severity(message);
}

Severity stated_severity(std::string_view message) {
  if (begins_as_prose(message)) return severity_within(message);
  if (const Severity leading = leading_severity(message); leading != Severity::unspecified) return leading;
  if (const LevelMark mark = header_mark(message, 0, false); mark.found()) return mark.severity;
  return severity_within(message);
}

}  // namespace loglode

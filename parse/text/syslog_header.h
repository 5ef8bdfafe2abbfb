// The header that syslog writes, which several programs' own formats stand behind.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/text/parsed_line.h"
#include "parse/time/civil_time.h"

namespace loglode {

/// RFC 3164 as it is found in files: [<PRI>] time [host] [program[pid]:] message, the time also as ISO 8601 (rsyslog's file format).
/// `parsed.message` is the text behind one blank, its own indentation kept.
bool read_syslog_header(std::string_view line, const ParseContext& context, ParsedLine& parsed);

/// RFC 5424, also with the octet count of RFC 6587 before it and without structured data (Heroku's drains).
bool read_syslog_5424(std::string_view line, const ParseContext& context, ParsedLine& parsed);

/// What RFC 3164 begins with, for who reads lines of the same hosts and programs again and again.
struct SyslogBeginning {
  Severity severity = Severity::unspecified;  // of the priority
  CivilTime civil;
  std::size_t end = 0;  // behind the blanks that follow the stamp
};
/// False where the stamp is none of syslog's. Whether it has a moment is not asked.
bool read_syslog_beginning(std::string_view line, SyslogBeginning& out);
/// What the message's own code says (Cisco's `%LINK-3-UPDOWN`): where there is one, the names before it mean something else.
[[nodiscard]] Severity severity_of_code(std::string_view message) noexcept;

}  // namespace loglode

// The header that syslog writes, which several programs' own formats stand behind.
#pragma once

#include <string_view>

#include "parse/text/parsed_line.h"

namespace loglode {

/// RFC 3164 as it is found in files: [<PRI>] time [host] [program[pid]:] message, the time also as ISO 8601 (rsyslog's file format).
/// `parsed.message` is the text behind one blank, its own indentation kept.
bool read_syslog_header(std::string_view line, const ParseContext& context, ParsedLine& parsed);

/// RFC 5424, also with the octet count of RFC 6587 before it and without structured data (Heroku's drains).
bool read_syslog_5424(std::string_view line, const ParseContext& context, ParsedLine& parsed);

}  // namespace loglode

// The families of fixed formats, each made once by the registry (text_formats.cc).
#pragma once

#include <memory>
#include <vector>

#include "parse/line_format.h"

namespace loglode {

using FormatList = std::vector<std::unique_ptr<const LineFormat>>;

void add_syslog_formats(FormatList& formats);        // syslog_formats.cc: RFC 5424, RFC 3164, with and without <PRI>
void add_access_formats(FormatList& formats);        // access_formats.cc: nginx and Apache access logs, HAProxy
void add_database_formats(FormatList& formats);      // database_formats.cc: PostgreSQL, MySQL, Redis
void add_layout_formats(FormatList& formats);        // layout_formats.cc: everything that a pattern describes
void add_multi_line_formats(FormatList& formats);    // multi_line_formats.cc: java.util.logging, Erlang reports
void add_logfmt_format(FormatList& formats);         // logfmt_format.cc
void add_loose_layout_formats(FormatList& formats);  // layout_formats.cc: those that fit much else as well; come last

}  // namespace loglode

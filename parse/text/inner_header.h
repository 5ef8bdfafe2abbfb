// The header that a message brings along inside an envelope, and that a line of unknown format may begin with.
#pragma once

#include <string_view>

#include "parse/text/parsed_line.h"

namespace loglode {

/// Reads time, severity, thread, logger and trace ids from the beginning of `line` as far as each is unmistakable by itself, and sets
/// `parsed.message` to what follows. True when nothing in front of that message states a severity, so that severity_within() is all that
/// is left to ask of it.
bool read_loose_header(std::string_view line, const ParseContext& context, ParsedLine& parsed);

}  // namespace loglode

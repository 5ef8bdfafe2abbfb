// The text formats that loglode reads without being told how, and two ways to read lines of no known format. All of these are immutable
// and shared by every thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "parse/text/line_format.h"

namespace loglode {

/// Every fixed format, the most specific first: of those that read (`parse`) nearly all of a stream's records, which begin where the
/// format says (`begins_record`), the first is the right one.
[[nodiscard]] const std::vector<const LineFormat*>& text_formats();

/// Reads anything: a time and a severity word at the line's beginning when they are there, else the line is the message.
[[nodiscard]] const LineFormat& fallback_format();
/// What its parse() does. True when severity_within() (stated_severity.h) is all that is left to ask of a message without a severity.
bool read_as_text(std::string_view text, Record& record, Batch& batch, const ParseContext& context);

/// Studies the first lines of a stream that no fixed format fits: which leading columns have the same type in nearly all of them
/// (times, severity, pid, host, program, logger, thread …) and where the message begins. Lines that continue a record are recognised
/// and left out. nullptr when no column is sure enough. Depends on `prefix_lines` alone.
[[nodiscard]] std::unique_ptr<LineFormat> detect_header(std::span<const std::string_view> prefix_lines);

/// The format of a file whose first line names its columns (csv, also with semicolons, tabs or bars); nullptr for every other stream.
[[nodiscard]] std::unique_ptr<LineFormat> detect_csv(std::span<const std::string_view> prefix_lines);

/// Reads a message that came out of an envelope (a JSON field, a column, a container runtime's line) and may have a header of its own:
/// sets record.message to what lies behind it, and time, severity, trace_id and span_id where they are still missing.
/// `text` lies in `batch` (or lives as long). Never fails: without a header the message is the first line of `text`.
void parse_inner(std::string_view text, Record& record, Batch& batch, const ParseContext& context);

}  // namespace loglode

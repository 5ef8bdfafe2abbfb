// One way to read a record's text. Plans: immutable after construction, shared by all workers.
#pragma once

#include <memory>
#include <string_view>

#include "core/batch.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

struct ParseContext {
  TimeContext time;              // zone and reference time for stamps that lack them
  bool keep_attributes = false;  // fill Batch::attributes with what Record has no member for (records sinks, explain); off for analyze
};

class LineFormat {
 public:
  virtual ~LineFormat() = default;
  /// As `--format` spells it: json, logfmt, syslog, klog, nginx, apache, postgresql, …
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// Reads `text` (one record, possibly of several lines; `text` lies in `batch`) into time, severity, message, service, host,
  /// trace_id, span_id and attributes of `record`. Returns false, leaving `record` and the batch's attributes as they were,
  /// when the text does not fit: the caller then tries another format. Views point into `text` or into `batch.keep(…)`.
  virtual bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const = 0;
  /// Whether parse() checks on its way that all of `text` is UTF-8: then what it has put into `record` is, and the flag is set if need be.
  [[nodiscard]] virtual bool checks_utf8() const noexcept { return false; }
  /// Whether parse() reads the first line alone, so that all further lines of a record belong to its message.
  [[nodiscard]] virtual bool reads_one_line() const noexcept { return false; }
  /// Whether a physical line looks like the beginning of a record of this format (cheap: used for every line while framing).
  /// Must not depend on anything but the line.
  [[nodiscard]] virtual bool begins_record(std::string_view line) const = 0;
  /// Whether lines of this format name the columns of those behind them; then column_header() gives them for such a line, and nullptr for
  /// every other. parse() reads a line by Batch::columns, and puts there what it finds.
  [[nodiscard]] virtual bool has_column_headers() const noexcept { return false; }
  [[nodiscard]] virtual std::shared_ptr<const ColumnHeader> column_header(std::string_view) const { return nullptr; }
};

}  // namespace loglode

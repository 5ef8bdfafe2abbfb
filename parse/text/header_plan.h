// A header as a sequence of typed columns: what the detector found, and how later lines of the stream are read by it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "parse/line_format.h"
#include "parse/text/line_scanner.h"

namespace loglode {

enum class ColumnKind : std::uint8_t {
  time,       // any spelling of date and time; in brackets when `open` is set
  epoch,      // seconds to nanoseconds since 1970; in brackets when `open` is set
  date,       // without a time
  clock,      // time of day without a date, on the nearest day; in brackets when `open` is set
  level,      // severity word, also [INFO] and INFO:
  letter,     // severity letter
  number,     // digits
  group,      // [thread name], (pid)
  tag,        // program[pid]: or Logger:
  logger,     // dotted name or place in the source, without a colon
  trace,      // TraceID: 4bf9…
  separator,  // a word of punctuation, the same in all lines
  titled,     // text up to ` - ` and the like, see `separator`
  field,      // text up to the delimiter
  word,       // anything up to a blank
};

enum class ColumnRole : std::uint8_t { none, service, host, logger, pid, thread };

struct Column {
  ColumnKind kind = ColumnKind::word;
  ColumnRole role = ColumnRole::none;
  char open = '\0';            // time, epoch, clock, group: the bracket
  char delimiter = '\0';       // stands behind the column (blanks aside); field: what ends it
  std::string_view separator;  // titled: one of kTitleSeparators; lives for ever
};

struct ColumnValue {
  std::string_view text, pid;  // text without brackets; pid of a tag
  Timestamp time = kNoTime;
  Severity severity = Severity::unspecified;
};

inline constexpr std::string_view kTitleSeparators[] = {" - ", " -- ", " : ", " | ", " --- "};

/// Reads `column` at the scanner's place, with its delimiter and the blanks behind it. False (and nothing taken) when it is not there.
bool take_column(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value);

/// Immutable. The first `required` columns must be there; where a later one is missing the message begins.
class HeaderPlan final : public LineFormat {
 public:
  HeaderPlan(std::vector<Column> columns, std::size_t required) : columns_(std::move(columns)), required_(required) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "columns"; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override;
  [[nodiscard]] bool reads_one_line() const noexcept override { return true; }
  [[nodiscard]] bool begins_record(std::string_view line) const override;

 private:
  [[nodiscard]] bool fits_required(std::string_view line) const;

  std::vector<Column> columns_;
  std::size_t required_;
};

}  // namespace loglode

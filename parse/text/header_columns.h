// The typed columns that headers are made of, and how one is read from a line. Pure functions of the text.
#pragma once

#include <cstdint>
#include <string_view>

#include "parse/text/line_scanner.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

enum class ColumnKind : std::uint8_t {
  time,       // any spelling of date and time; in brackets when `open` is set
  epoch,      // seconds to nanoseconds since 1970; in brackets when `open` is set
  date,       // without a time
  clock,      // time of day without a date, on the nearest day; in brackets when `open` is set
  moment,     // text up to the first time of the line, whatever its place
  level,      // severity word, also [INFO] and INFO:
  letter,     // severity letter; `glued`: a time touches it
  marked,     // text up to a severity word between `before` and `after`: app.orders[ERROR], staging.WARN:, [Server thread/INFO]
  number,     // digits
  group,      // [thread name], (pid)
  tag,        // program[pid]: or Logger:
  logger,     // dotted name or place in the source, without a colon
  trace,      // TraceID: 4bf9…
  separator,  // a word of punctuation, the same in all lines
  sign,       // one sign, `open`
  titled,     // text up to ` - ` and the like, see `separator`
  field,      // text up to the delimiter
  unit,       // a group, a pair, or anything up to a blank
  word,       // anything up to a blank
};

enum class ColumnRole : std::uint8_t { none, service, host, logger, pid, thread };

struct Column {
  ColumnKind kind = ColumnKind::word;
  ColumnRole role = ColumnRole::none;
  char open = '\0';                  // time, epoch, clock, level, group: the bracket
  char delimiter = '\0';             // stands behind the column (blanks aside); field: what ends it
  std::string_view separator;        // titled: one of kTitleSeparators; lives for ever
  bool half = false;                 // time, epoch, clock: what `open` opens is closed further on
  bool capitals = false;             // level, marked: the words are in capitals
  bool colon = false;                // level: a colon ends it
  bool far = false;                  // marked: behind any columns of a header, not within the unit that stands here
  char before = '\0', after = '\0';  // marked

  static Column of(ColumnKind kind, char open = '\0', char delimiter = '\0') {
    Column column;
    column.kind = kind, column.open = open, column.delimiter = delimiter;
    return column;
  }
};

struct ColumnValue {
  std::string_view text, pid;  // text without brackets; pid of a tag
  Timestamp time = kNoTime;
  Severity severity = Severity::unspecified;
  bool unknown = false;    // level, marked: a word stands there that is no known severity
  bool tentative = false;  // an unknown word that may as well begin the message: it is a column when another follows
};

inline constexpr std::string_view kTitleSeparators[] = {" - ", " -- ", " : ", " | ", " --- "};

/// Reads `column` at the scanner's place, with its delimiter and the blanks behind it. False (and nothing taken) when it is not there.
bool take_column(const Column& column, LineScanner& scan, const TimeContext& context, ColumnValue& value);

}  // namespace loglode

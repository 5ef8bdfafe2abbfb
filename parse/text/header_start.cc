#include "parse/text/header_start.h"

#include <algorithm>

#include "parse/text/level_marks.h"
#include "parse/text/tokens.h"
#include "parse/time/stamp_finder.h"

namespace loglode {
namespace {

constexpr std::size_t kUnitsMax = 7;  // before the first time

bool fits(const Column& column, LineScanner scan) {
  ColumnValue value;
  return take_column(column, scan, any_year(), value);
}

Column half_open(ColumnKind kind, char open) {
  Column column = Column::of(kind, open);
  column.half = true;
  return column;
}

/// `E20261124 10:12:13`, `I0614 15:16:01`: the column behind one capital that it touches.
std::optional<Column> behind_letter(LineScanner scan) {
  if (!is_digit(scan.peek(1)) || severity_from_word(scan.rest().substr(0, 1), true) == Severity::unspecified) return std::nullopt;
  if (scan.peek() > 'Z') return std::nullopt;
  scan.go_to(scan.position() + 1);
  const Column time = Column::of(ColumnKind::time);
  return fits(time, scan) ? std::optional{time} : std::nullopt;
}

void skip_unit(LineScanner& scan) noexcept {
  scan.go_to(scan.position() + unit_length(scan.rest()));
  scan.take_blanks();
  if (scan.take('|')) scan.take_blanks();
}

/// `enter`: the first bracket that no time fills is looked into.
std::optional<HeaderStart> find_time(std::string_view line, bool enter) {
  LineScanner scan{line};
  HeaderStart start;
  for (; start.units < kUnitsMax && !scan.at_end(); ++start.units) {
    if (const auto column = time_column_at(scan)) {
      start.column = *column;
      return start;
    }
    if (const auto column = behind_letter(scan)) {
      start.letter = true;
      start.column = *column;
      return start;
    }
    if (enter && start.entered == HeaderStart::kNotEntered && closing_bracket(scan.peek()) != '\0') {
      start.entered = start.units;
      scan.go_to(scan.position() + 1);
    } else {
      skip_unit(scan);
    }
  }
  return std::nullopt;
}

std::optional<HeaderStart> find_anywhere(std::string_view line) {
  Timestamp time = kNoTime;
  const FoundStamp found = find_timestamp(line, any_year(), time);
  if (found.length == 0 || !found.in_header) return std::nullopt;
  HeaderStart start;
  start.column = Column::of(ColumnKind::moment);
  return start;
}

}  // namespace

const TimeContext& any_year() noexcept {
  static const TimeContext context = [] {
    TimeContext any;
    any.reference = Timestamp{std::chrono::hours{24 * 365 * 200}};  // 2170
    return any;
  }();
  return context;
}

std::optional<Column> time_column_at(const LineScanner& scan) {
  for (const ColumnKind kind : {ColumnKind::time, ColumnKind::epoch}) {
    for (const char open : {'\0', '[', '(', '<'}) {
      if (open != '\0' && scan.peek() != open) continue;
      const Column whole = Column::of(kind, open);
      if (fits(whole, scan)) return whole;
    }
  }
  if (closing_bracket(scan.peek()) == '\0') return std::nullopt;
  const Column half = half_open(ColumnKind::time, scan.peek());
  return fits(half, scan) ? std::optional{half} : std::nullopt;
}

std::optional<HeaderStart> find_time(std::string_view line) {
  if (std::none_of(line.begin(), line.end(), is_digit)) return std::nullopt;
  if (const auto found = find_time(line, false)) return found;
  const bool may_enter = std::any_of(line.begin(), line.end(), [](char c) { return closing_bracket(c) != '\0'; });
  if (const auto found = may_enter ? find_time(line, true) : std::nullopt) return found;
  return find_anywhere(line);
}

std::optional<HeaderStart> find_untimed_start(std::string_view line) {
  const LineScanner scan{line};
  HeaderStart start;
  for (const char open : {'\0', '[', '('}) {
    start.column = Column::of(ColumnKind::clock, open);
    if (fits(start.column, scan)) return start;
  }
  if (closing_bracket(scan.peek()) != '\0') {
    start.column = half_open(ColumnKind::clock, scan.peek());
    if (fits(start.column, scan)) return start;
  }
  start.column = Column::of(ColumnKind::level);
  if (level_at(line, LevelWords::strong).length != 0) return start;
  const LevelMark mark = header_mark(line, 0, false);
  if (!mark.found()) return std::nullopt;
  LineScanner before{line};
  while (before.position() + unit_length(before.rest()) <= mark.begin && !before.at_end()) {
    ++start.units;
    skip_unit(before);
  }
  if (before.position() == mark.begin || mark.is_enclosed()) return start;  // the word itself begins a unit
  start.column = Column::of(ColumnKind::marked);
  start.column.before = mark.before, start.column.after = mark.after, start.column.capitals = mark.capitals;
  return start;
}

}  // namespace loglode

// Where the first sure column of a line's header stands: a time, or else a time of day or a severity. Pure functions of the line.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "parse/text/header_columns.h"

namespace loglode {

/// The same for two lines whose headers begin alike.
struct HeaderStart {
  static constexpr std::size_t kNotEntered = 255;

  std::size_t units = 0;              // groups, pairs and words before the column
  std::size_t entered = kNotEntered;  // of those, the one that only opens a bracket: [I 2026-11-24 10:12:13 app]
  bool letter = false;                // a severity letter touches the column: E20261124 10:12:13
  Column column;

  friend bool operator==(const HeaderStart& a, const HeaderStart& b) noexcept {
    const Column &x = a.column, &y = b.column;
    return a.units == b.units && a.entered == b.entered && a.letter == b.letter && x.kind == y.kind && x.open == y.open &&
           x.half == y.half && x.before == y.before && x.after == y.after && x.capitals == y.capitals;
  }
};

/// The first time of `line`.
[[nodiscard]] std::optional<HeaderStart> find_time(std::string_view line);
/// A time of day, or the severity of a header that has no time.
[[nodiscard]] std::optional<HeaderStart> find_untimed_start(std::string_view line);

/// The time column that fits at the scanner, whole brackets before half ones.
[[nodiscard]] std::optional<Column> time_column_at(const LineScanner& scan);

/// Stamps are studied with a reference that lies after all of them: any year will do.
[[nodiscard]] const TimeContext& any_year() noexcept;

}  // namespace loglode

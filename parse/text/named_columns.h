// Columns that the log itself names, in a line of its own: `#Fields` (W3C, Zeek), the header of a VPC flow log, the first line of a CSV
// file. Immutable, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "parse/text/parsed_line.h"

namespace loglode {

/// What a column's name says that it holds; names that say nothing are attributes.
enum class ColumnMeaning : std::uint8_t {
  attribute,
  time,
  date,
  clock,
  severity,
  message,
  service,
  logger,
  host,
  trace,
  span,
  thread,
  pid,
  status,
  method,
  target,
  query
};
[[nodiscard]] ColumnMeaning meaning_of_column(std::string_view name);

class NamedColumns final : public ColumnHeader {
 public:
  static constexpr std::size_t kColumnsMax = 128;
  using Values = std::array<std::string_view, kColumnsMax>;

  enum class Style : std::uint8_t { w3c, vpc_flow, csv };

  /// Names past kColumnsMax are left out. `delimiter`: a blank stands for several, or for a tab in rows that have any.
  NamedColumns(std::vector<std::string_view> names, Style style, char delimiter = ' ');

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] Style style() const noexcept { return style_; }
  [[nodiscard]] bool has(ColumnMeaning meaning) const noexcept;
  /// How many values `row` has; those past kColumnsMax are counted. Quotes around a value are left out.
  std::size_t split(std::string_view row, Values& values) const noexcept;
  /// Sets what the values of `row` mean: time, severity (a 5xx is an error), names, the message, attributes. False when there are too few
  /// values, or those that should tell the time do not.
  bool read(std::string_view row, const ParseContext& context, Batch& batch, ParsedLine& parsed) const;

 private:
  [[nodiscard]] bool read_time(const Values& values, const TimeContext& context, Timestamp& time) const;
  void set_value(std::size_t column, std::string_view value, ParsedLine& parsed) const;
  [[nodiscard]] std::string_view message_of(std::string_view row, const Values& values, Batch& batch) const;
  [[nodiscard]] std::string_view value_of(ColumnMeaning meaning, const Values& values) const noexcept;

  std::vector<std::string> names_;
  std::vector<ColumnMeaning> meanings_;
  Style style_;
  char delimiter_;
};

}  // namespace loglode

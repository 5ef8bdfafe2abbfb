// A header as a sequence of typed columns: what the detector found, and how later lines of the stream are read by it.
#pragma once

#include <vector>

#include "parse/text/header_columns.h"
#include "parse/text/line_format.h"

namespace loglode {

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
  bool take(std::size_t column, LineScanner& scan, const TimeContext& context, ColumnValue& value) const;

  std::vector<Column> columns_;
  std::size_t required_;
};

}  // namespace loglode

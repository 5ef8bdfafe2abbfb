// Files whose first line names the columns of all others, separated by commas, semicolons, tabs or bars (RFC 4180, and what exports of log
// stores and spreadsheets make of it).
#include <algorithm>
#include <string>

#include "parse/text/line_scanner.h"
#include "parse/text/named_columns.h"
#include "parse/text/text_formats.h"

namespace loglode {
namespace {

constexpr std::string_view kDelimiters = ",;\t|";
constexpr std::size_t kColumnsMin = 3;
constexpr std::size_t kRowsTried = 50;
constexpr double kSureShare = 0.8;

/// `"a ""b"" c"` without its quotes' doubling.
std::string_view with_single_quotes(std::string_view text, Batch& batch) {
  if (text.find("\"\"") == std::string_view::npos) return text;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result.push_back(text[i]);
    if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') ++i;
  }
  return batch.keep(result);
}

class CsvFormat final : public LineFormat {
 public:
  CsvFormat(std::string_view header, const std::vector<std::string_view>& names, char delimiter)
      : header_(trim_blanks(header)), columns_(names, NamedColumns::Style::csv, delimiter) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "csv"; }
  /// A line in the middle of a quoted field has neither as many columns nor a time where one is due.
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    NamedColumns::Values values;
    if (trim_blanks(line) == header_) return true;
    return !columns_.has(ColumnMeaning::message) || columns_.split(line, values) >= columns_.size() || starts_well(line);
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    ParsedLine parsed;
    if (trim_blanks(first_line(text)) == header_) {  // also where files were put together
      parsed.message = trim_blanks(first_line(text));
      commit(parsed, record, batch, context);
      return true;
    }
    if (!columns_.read(text, context, batch, parsed)) return false;
    parsed.message = with_single_quotes(trim_blanks(first_line(parsed.message)), batch);
    commit(parsed, record, batch, context);
    if (columns_.has(ColumnMeaning::message)) parse_inner(parsed.message, record, batch, context);
    return true;
  }

 private:
  /// A row whose last field goes on in the next line.
  [[nodiscard]] bool starts_well(std::string_view line) const {
    ParsedLine parsed;
    NamedColumns::Values values;
    Timestamp time = kNoTime;
    const std::size_t count = columns_.split(line, values);
    return count > 1 && read_timestamp_field(values[0], TimeContext{Timestamp{}, nullptr}, time);
  }

  std::string header_;
  NamedColumns columns_;
};

bool is_column_name(std::string_view cell) {
  cell = trim_blanks(cell);
  if (cell.empty() || cell.size() > 64 || !(is_letter(cell[0]) || cell[0] == '@' || cell[0] == '_')) return false;
  return std::all_of(cell.begin(), cell.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || std::string_view{" _-.@/()"}.find(c) != std::string_view::npos; });
}

/// Names, none of them twice, that say where the time is and something of what happened.
bool is_header(const std::vector<std::string_view>& names) {
  if (names.size() < kColumnsMin || !std::all_of(names.begin(), names.end(), is_column_name)) return false;
  bool time = false, event = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(names.begin(), names.end(), names[i]) > 1) return false;
    const ColumnMeaning meaning = meaning_of_column(names[i]);
    time = time || meaning == ColumnMeaning::time || meaning == ColumnMeaning::date;
    event = event || meaning == ColumnMeaning::message || meaning == ColumnMeaning::severity || meaning == ColumnMeaning::status ||
            meaning == ColumnMeaning::service || meaning == ColumnMeaning::target || meaning == ColumnMeaning::logger;
  }
  return time && event;
}

std::vector<std::string_view> cells_of(std::string_view line, char delimiter) {
  const NamedColumns splitter{{}, NamedColumns::Style::csv, delimiter};
  NamedColumns::Values values;
  const std::size_t count = std::min(splitter.split(line, values), values.size());
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::unique_ptr<LineFormat> detect_csv(std::span<const std::string_view> prefix_lines) {
  if (prefix_lines.size() < 2) return nullptr;
  std::string_view header = prefix_lines[0];
  if (header.substr(0, 3) == "\xEF\xBB\xBF") header.remove_prefix(3);
  for (const char delimiter : kDelimiters) {
    if (header.find(delimiter) == std::string_view::npos) continue;
    const std::vector<std::string_view> names = cells_of(header, delimiter);
    if (!is_header(names)) continue;
    auto format = std::make_unique<CsvFormat>(header, names, delimiter);
    // Lines that go on in a quoted field are no rows; that some rows are whole has to be seen.
    const auto rows = prefix_lines.subspan(1, std::min(prefix_lines.size() - 1, kRowsTried));
    std::size_t begin = 0, read = 0;
    Batch batch;
    for (const std::string_view row : rows) {
      Record record;
      if (!format->begins_record(row)) continue;
      ++begin;
      read += format->parse(row, record, batch, {}) ? 1 : 0;
    }
    if (read != 0 && static_cast<double>(read) >= kSureShare * static_cast<double>(begin)) return format;
  }
  return nullptr;
}

}  // namespace loglode

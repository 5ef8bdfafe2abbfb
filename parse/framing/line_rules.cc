#include "parse/framing/line_rules.h"

#include <algorithm>

namespace loglode {

namespace {

/// Lines that have no header: below how many records such stand that nothing explains, and how much the open records have taken.
class HeaderCensus {
 public:
  void see(const RecordBounds& bounds, bool continues) {
    if (bounds.reason() == RecordBounds::Reason::header) {
      close();
      ++records_;
    } else if (!continues && bounds.reason() == RecordBounds::Reason::nothing) {
      ++strays_;
    } else if (bounds.reason() == RecordBounds::Reason::open) {
      ++taken_;
    }
  }
  void finish() {
    if (records_ != 0 && (strays_ != 0 || taken_ != 0)) close();
  }

  /// Most lines that begin anything have a header. What an incident prints counts once, however long it is; a stream in which a dated line
  /// stands here and there is none of headers, since whatever that line opened would never end.
  [[nodiscard]] bool headed() const noexcept { return records_ != 0 && with_strays_ * 2 <= records_ && with_many_taken_ * 2 <= records_; }

  /// Headers that span lines: there are lines below each, and nothing tells that they are records of their own.
  [[nodiscard]] std::size_t header_lines() const noexcept { return closed_ < kRecordsMin || fewest_ > kLinesBelowMax ? 1 : 1 + fewest_; }
  /// Reports: there are several lines below each header, and about as many.
  [[nodiscard]] bool reports() const noexcept {
    return closed_ >= kRecordsMin && fewest_ > 0 && most_ <= kReportLinesMax && most_ <= 3 * fewest_ + 3;
  }

 private:
  static constexpr std::size_t kManyTaken = 20, kRecordsMin = 3, kLinesBelowMax = 3, kReportLinesMax = 30;

  /// What came since the latest header belongs to its record. What came before the first belongs to none.
  void close() {
    if (records_ != 0) {
      fewest_ = closed_ == 0 ? strays_ : std::min(fewest_, strays_);
      most_ = std::max(most_, strays_);
      ++closed_;
      with_strays_ += strays_ != 0 ? 1 : 0;
      with_many_taken_ += taken_ > kManyTaken ? 1 : 0;
    }
    strays_ = taken_ = 0;
  }

  std::size_t records_ = 0, closed_ = 0, with_strays_ = 0, with_many_taken_ = 0;
  std::size_t fewest_ = 0, most_ = 0;   // strays below a record
  std::size_t strays_ = 0, taken_ = 0;  // since the latest header
};

HeaderCensus count_headers(std::span<const std::string_view> lines, const LineRules& rules) {
  RecordBounds bounds(rules);
  HeaderCensus census;
  for (const std::string_view line : lines) {
    const bool continues = bounds.continues(line);
    if (!traces::is_blank_line(line)) census.see(bounds, continues);
  }
  census.finish();
  return census;
}

/// PostgreSQL, whatever its log_line_prefix: two blanks stand behind its levels.
bool has_statements(std::span<const std::string_view> lines) {
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.substr(0, 256).find("LOG:  ") != std::string_view::npos || find_statement_part(line) != std::string_view::npos;
  });
}

}  // namespace

BlockStyle find_block_style(std::span<const std::string_view> lines) {
  bool user = false, query = false, cursor = false, stamp = false;
  for (const std::string_view line : lines) {
    user = user || line.starts_with("# User@Host: ");
    query = query || line.starts_with("# Query_time: ");
    cursor = cursor || line.starts_with("__CURSOR=");
    stamp = stamp || line.starts_with("__REALTIME_TIMESTAMP=");
  }
  if (user && query) return BlockStyle::slow_query_log;
  return cursor && stamp ? BlockStyle::journald_export : BlockStyle::none;
}

LineRules learn_line_rules(std::span<const std::string_view> lines, std::vector<const LineFormat*> formats) {
  LineRules rules;
  rules.block = find_block_style(lines);
  rules.json = !formats.empty() && formats.front()->name() == "json";
  rules.statements = has_statements(lines);
  rules.formats = std::move(formats);
  if (rules.formats.empty()) return rules;
  rules.strict_lines = rules.headed = true;
  const HeaderCensus census = count_headers(lines, rules);
  rules.header_lines = census.header_lines();
  rules.reports = census.reports();
  // Where the log names the columns, the first of them may be anything: a row has no header that would tell it from a continuation.
  const bool named = rules.formats.front()->has_column_headers();
  rules.headed = !named && (rules.header_lines > 1 || rules.reports || census.headed());
  return rules;
}

}  // namespace loglode

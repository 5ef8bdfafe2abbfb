// Which leading columns do nearly all lines of a stream share? Columns are found from left to right: at each place every kind of column
// is tried on every line, and the most telling kind that fits nearly all of them is taken. A column is sure to be header only when its
// type proves it (a time, a severity, a program's tag …); plain words count when such a column follows them.
// One study lives on detect_header's stack.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parse/text/header_start.h"
#include "parse/text/level_marks.h"
#include "parse/text/line_format.h"

namespace loglode {

class HeaderStudy {
 public:
  explicit HeaderStudy(std::span<const std::string_view> lines) : all_lines_(lines) {}
  /// nullptr when no column is sure enough.
  std::unique_ptr<LineFormat> run();

 private:
  struct StudiedLine {
    LineScanner scan;
    ColumnValue value;  // of the column tried last
  };
  using FindStart = std::optional<HeaderStart> (*)(std::string_view line);

  bool choose_start(FindStart find, double share_min);
  void accept_unit(bool opens_bracket);
  void extend();
  bool add_next_column();
  bool try_sure_kinds();
  bool try_times();
  bool try_level();
  bool try_marked();
  bool try_far_level();
  bool try_bracket_end();
  bool try_glued_sign();
  bool try_after_header();
  bool try_separator();
  bool try_groups();
  bool try_tag();
  bool try_logger();
  bool try_title();
  bool try_words();
  bool try_padded_word();

  /// How many of the lines the column fits, as a share; what it found stays in the lines.
  double share(const Column& column);
  bool nearly_all(const Column& column) { return share(column) >= 0.95; }
  template <class Holds>
  double share_of_lines(Holds holds) const {
    return lines_.empty() ? 0
                          : static_cast<double>(std::count_if(lines_.begin(), lines_.end(), holds)) / static_cast<double>(lines_.size());
  }
  /// How many different texts the column tried last had, as a share of the lines.
  double distinct_share(bool with_digits_masked = false) const;
  bool recurs() const;
  void accept(Column column, bool sure);
  char common_delimiter(const Column& column) const;
  void return_to_header_end();
  bool after_header() const noexcept { return columns_.size() == header_end_; }
  bool has(ColumnKind kind) const noexcept;
  bool has_level() const noexcept { return has(ColumnKind::level) || has(ColumnKind::letter) || has(ColumnKind::marked); }
  bool has_time() const noexcept {
    return has(ColumnKind::time) || has(ColumnKind::clock) || has(ColumnKind::epoch) || has(ColumnKind::moment);
  }
  [[nodiscard]] bool is_sentence() const;

  std::span<const std::string_view> all_lines_;
  std::vector<StudiedLine> lines_;  // those that begin a record and fit all columns so far
  std::vector<Column> columns_;
  std::vector<std::vector<std::string_view>> texts_;  // of each column, line by line, for comparing columns
  std::size_t header_end_ = 0;                        // columns before this are header for sure
  std::size_t required_ = 0;
  char delimiter_ = '\0';  // `|` or tab when columns are separated by it
  char closing_ = '\0';    // of a bracket that a column opened
};

}  // namespace loglode

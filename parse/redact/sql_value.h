// Passwords in SQL. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// `word` ends at the blank `at`, the next word begins at `begin`: `IDENTIFIED BY x`, `IDENTIFIED WITH plugin AS 'x'`, `PASSWORD 'x'`,
/// `IDENTIFIED BY x REPLACE y`.
[[nodiscard]] Span find_sql_value(std::string_view text, std::string_view word, std::size_t at, std::size_t begin);

/// The rows of `INSERT INTO t (…, password) VALUES (…, 'x'), (…, 'y')`, and what is bound to `VALUES (…, ?) [a, x]`: remembers the columns
/// from one row to the next.
class RowReader {
 public:
  /// `at` is on a `(`. Appends what stands in a row under a column that holds secrets, in order.
  void find(std::string_view text, std::size_t at, std::vector<Span>& found);
  /// `at` is on a `=`: what is bound to `password = ?`, `password = $1` behind the statement.
  static void find_assigned(std::string_view text, std::size_t at, std::vector<Span>& found);

 private:
  static void take(std::string_view text, std::size_t begin, std::size_t end, std::vector<Span>& found);

  std::vector<std::size_t> columns_;  // positions
  std::size_t read_to_ = 0;           // rows are not looked for within rows
};

}  // namespace loglode::redaction

// Tables that notice damage: a row's last column is a sum over the others and the table's name, and `about` holds the sum of all rows of
// all tables, changed in the same transaction. A flipped byte, a lost or a doubled row do not agree with both. What is checked needs no
// knowledge of a table: rows of any version of the schema can be (its rule: key columns first, `sum` last).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "state/sqlite.h"

namespace loglode::state {

[[nodiscard]] std::uint64_t row_sum(std::string_view table, const std::vector<Value>& values);

class SummedTable {
 public:
  using Row = std::vector<Value>;  // of all columns but `sum`

  /// `columns`: all but `sum`, the first `keys` of them its primary key. `total` is kept; both must outlive it.
  SummedTable(Connection& connection, std::string name, std::size_t keys, const std::vector<std::string>& columns, std::uint64_t& total);

  /// Inserts the row or replaces the one of the same key. False when it was there as it is.
  bool put(const Row& row);
  /// False when there was none.
  bool remove(const std::vector<Value>& key);
  /// Of the rows whose first key column is `first`, leaves these.
  void replace_all_of(const Value& first, const std::vector<Row>& rows);

 private:
  std::string name_;
  std::size_t keys_;
  std::uint64_t* total_;
  Statement sum_of_, put_, remove_, keys_of_;
};

/// Reads every row of every table but `about`: a fault of damage when a row's sum, the order of keys or the total is wrong.
void verify_sums(Connection& connection, std::uint64_t total);
/// Writes every row's sum again, after a migration; gives the total.
std::uint64_t renew_sums(Connection& connection);

}  // namespace loglode::state

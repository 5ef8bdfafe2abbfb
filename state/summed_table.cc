#include "state/summed_table.h"

#include <xxhash.h>

#include <algorithm>
#include <compare>
#include <set>
#include <utility>

#include "core/assert.h"

namespace loglode::state {

namespace {

void append_little_endian(std::string& to, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) to += static_cast<char>(number >> shift);
}

void append(std::string& to, std::string_view bytes) {
  append_little_endian(to, bytes.size());
  to += bytes;
}

std::string list_of(const std::vector<std::string>& names, std::size_t count, std::string_view each, std::string_view between) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) list += between;
    list += names[i];
    list += each;
  }
  return list;
}

std::string where_key(const std::vector<std::string>& columns, std::size_t keys) {
  return " WHERE " + list_of(columns, keys, "=?", " AND ");
}

std::vector<std::string> tables_of(Connection& connection) {
  std::vector<std::string> names;
  Statement tables{connection, "SELECT CAST(name AS BLOB) FROM sqlite_schema WHERE type='table' AND name<>'about' ORDER BY name"};
  for (tables.start({}); tables.next();) names.emplace_back(tables.bytes(0));
  return names;
}

/// A name as SQL; a damaged one may hold anything.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string{"\"\""} : std::string{c};
  return text + "\"";
}

std::size_t keys_of(Connection& connection, const std::string& table) {
  Statement count{connection, "SELECT COUNT(*) FROM pragma_table_info(CAST(? AS TEXT)) WHERE pk>0"};
  count.start({table});
  const std::int64_t keys = count.next() ? count.integer(0) : 0;
  count.reset();
  return static_cast<std::size_t>(keys);
}

/// A key that outlives the row that it is of.
class OwnedKey {
 public:
  OwnedKey(const std::vector<Value>& row, std::size_t keys) {
    for (std::size_t i = 0; i < keys; ++i) parts_.push_back({row[i].is_bytes, row[i].integer, std::string{row[i].bytes}});
  }
  [[nodiscard]] std::vector<Value> values() const {
    std::vector<Value> values;
    for (const Part& part : parts_) values.push_back(part.is_bytes ? Value{std::string_view{part.bytes}} : Value{part.integer});
    return values;
  }
  friend auto operator<=>(const OwnedKey&, const OwnedKey&) = default;

 private:
  struct Part {
    bool is_bytes = false;
    std::int64_t integer = 0;
    std::string bytes;
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  std::vector<Part> parts_;
};

/// The order in which SQLite keeps keys, so that what a scan finds in order, a search finds too.
bool before(const std::vector<Value>& left, const std::vector<Value>& right, std::size_t keys) {
  for (std::size_t i = 0; i < keys; ++i) {
    if (left[i].is_bytes != right[i].is_bytes) return right[i].is_bytes;
    if (left[i].is_bytes ? left[i].bytes != right[i].bytes : left[i].integer != right[i].integer)
      return left[i].is_bytes ? left[i].bytes < right[i].bytes : left[i].integer < right[i].integer;
  }
  return false;
}

}  // namespace

std::uint64_t row_sum(std::string_view table, const std::vector<Value>& values) {
  std::string row;
  append(row, table);
  for (const Value& value : values) {
    row += value.is_bytes ? 'b' : 'i';
    if (value.is_bytes)
      append(row, value.bytes);
    else
      append_little_endian(row, static_cast<std::uint64_t>(value.integer));
  }
  return XXH3_64bits(row.data(), row.size());
}

SummedTable::SummedTable(Connection& connection, std::string name, std::size_t keys, const std::vector<std::string>& columns,
                         std::uint64_t& total)
    : name_(std::move(name)),
      keys_(keys),
      total_(&total),
      sum_of_(connection, "SELECT sum FROM " + name_ + where_key(columns, keys)),
      put_(connection, "INSERT OR REPLACE INTO " + name_ + "(" + list_of(columns, columns.size(), "", ",") + ",sum) VALUES(" +
                           list_of(std::vector<std::string>(columns.size(), "?"), columns.size(), "", ",") + ",?)"),
      remove_(connection, "DELETE FROM " + name_ + where_key(columns, keys)),
      keys_of_(connection, "SELECT " + list_of(columns, keys, "", ",") + " FROM " + name_ + where_key(columns, 1)) {}

bool SummedTable::put(const Row& row) {
  const std::uint64_t sum = row_sum(name_, row);
  sum_of_.start({row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys_)});
  if (sum_of_.next()) {
    const std::uint64_t old = sum_of_.bits(0);
    sum_of_.reset();
    if (old == sum) return false;
    *total_ -= old;
  }
  *total_ += sum;
  std::vector<Value> with_sum = row;
  with_sum.emplace_back(sum);
  put_.run(with_sum);
  return true;
}

bool SummedTable::remove(const std::vector<Value>& key) {
  LOGLODE_ASSERT(key.size() == keys_);
  sum_of_.start(key);
  if (!sum_of_.next()) return false;
  *total_ -= sum_of_.bits(0);
  sum_of_.reset();
  remove_.run(key);
  return true;
}

void SummedTable::replace_all_of(const Value& first, const std::vector<Row>& rows) {
  std::set<OwnedKey> gone;
  for (keys_of_.start({first}); keys_of_.next();) {
    std::vector<Value> key;
    for (std::size_t i = 0; i < keys_; ++i) key.push_back(keys_of_.value(static_cast<int>(i)));
    gone.insert(OwnedKey{key, keys_});
  }
  for (const Row& row : rows) gone.erase(OwnedKey{row, keys_});
  for (const OwnedKey& key : gone) remove(key.values());
  for (const Row& row : rows) put(row);
}

void verify_sums(Connection& connection, std::uint64_t total) {
  std::uint64_t found = 0;
  for (const std::string& table : tables_of(connection)) {
    const std::size_t keys = keys_of(connection, table);
    Statement rows{connection, "SELECT * FROM " + quoted(table)};
    std::vector<Value> row, previous;
    std::vector<std::string> previous_bytes;  // what `previous` views
    for (rows.start({}); rows.next();) {
      row.clear();
      for (int i = 0; i + 1 < rows.columns(); ++i) row.push_back(rows.value(i));
      const std::uint64_t sum = rows.columns() > 0 ? rows.bits(rows.columns() - 1) : 0;
      if (row.size() < keys || row_sum(table, row) != sum) return connection.damaged("a row of " + table + " does not match its checksum");
      if (!previous.empty() && !before(previous, row, keys)) return connection.damaged("rows of " + table + " are out of order");
      found += sum;
      previous.assign(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys));
      previous_bytes.clear();
      for (const Value& value : previous) previous_bytes.emplace_back(value.bytes);
      for (std::size_t i = 0; i < keys; ++i) previous[i].bytes = previous_bytes[i];
    }
  }
  if (connection.good() && found != total) connection.damaged("its rows do not add up to their checksum: some are missing or were added");
}

std::uint64_t renew_sums(Connection& connection) {
  std::uint64_t total = 0;
  for (const std::string& table : tables_of(connection)) {
    struct Renewed {
      OwnedKey key;
      std::uint64_t sum = 0;
    };
    std::vector<Renewed> renewed;  // first all of them: a table is not changed while it is scanned
    const std::size_t keys = keys_of(connection, table);
    Statement rows{connection, "SELECT * FROM " + quoted(table)};
    std::vector<std::string> columns;
    for (int i = 0; connection.good() && i < rows.columns(); ++i) columns.push_back(quoted(rows.name(i)));
    for (rows.start({}); rows.next();) {
      std::vector<Value> row;
      for (int i = 0; i + 1 < rows.columns(); ++i) row.push_back(rows.value(i));
      if (row.size() < keys) return connection.damaged("a row of " + table + " has no key"), 0;
      renewed.push_back({OwnedKey{row, keys}, row_sum(table, row)});
      total += renewed.back().sum;
    }
    if (!connection.good()) return 0;
    Statement update{connection, "UPDATE " + quoted(table) + " SET sum=?" + where_key(columns, keys)};
    for (const Renewed& one : renewed) {
      std::vector<Value> values = one.key.values();
      values.insert(values.begin(), Value{one.sum});
      update.run(values);
    }
  }
  return total;
}

}  // namespace loglode::state

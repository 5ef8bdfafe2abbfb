// What a column of a row means. What cannot be is damage. Used where rows are read, on the thread of their Connection.
#pragma once

#include <cstdint>
#include <string>

#include "state/sqlite.h"

namespace loglode::state {

/// An id in this column and the next.
template <class Id>
Id id_of(Statement& row, int column) {
  return {row.bits(column), row.bits(column + 1)};
}

inline std::string text_of(Statement& row, int column) { return std::string{row.bytes(column)}; }

/// An enumerator, `last` at most.
template <class Enum>
Enum one_of(Connection& connection, Statement& row, int column, Enum last) {
  const std::int64_t number = row.integer(column);
  if (number >= 0 && number <= static_cast<std::int64_t>(last)) return static_cast<Enum>(number);
  connection.damaged("a number is out of its range");
  return Enum{};
}

}  // namespace loglode::state

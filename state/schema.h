// The tables, as steps: step n makes version n of version n-1. A file made by any older version is brought up to this one's when it is
// opened for writing, in one transaction. A step that has been released is never changed.
// Rules for all versions: `about` has one row with schema_version and sum; every other table has key columns first, then others, then
// `sum`; all are integers or bytes, and STRICT. (So a column is added by creating the table again: ADD COLUMN would put it behind `sum`.)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "state/sqlite.h"
#include "state/state_store.h"

namespace loglode::state {

using MigrationStep = std::string_view;  // SQL

[[nodiscard]] std::span<const MigrationStep> migration_steps() noexcept;
[[nodiscard]] std::int64_t schema_version() noexcept;

struct About {
  std::int64_t version = 0;
  std::uint64_t sum = 0;
};
/// A fault of damage when it is not a file of ours, or when what it says of its version is not the same in both places.
[[nodiscard]] About read_about(Connection& connection);
/// From the version that it is (0: an empty file) to the last of `steps`, and its ids to today's where `renew` is given: in one
/// transaction.
void migrate(Connection& connection, std::span<const MigrationStep> steps = migration_steps(), const RenewIds& renew = {});

}  // namespace loglode::state

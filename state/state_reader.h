// Reads a whole state without changing anything in its folder, whoever writes at the time.
#pragma once

#include "core/result.h"
#include "state/schema.h"
#include "state/state_folder.h"
#include "state/state_store.h"

namespace loglode::state {

enum class Beside : std::uint8_t {
  nobody,  // the caller holds the WriterLock
  writer,  // another process may be writing, or come and go meanwhile
};

struct StateRead {
  std::int64_t version = 0;  // of the file; contents are brought up to this version's in memory, and ids to today's where that is asked for
  StateContents contents;
};

/// Every row is checked. Errors: StateErrc::absent, newer_schema, damaged; what the system refuses.
[[nodiscard]] Result<StateRead> read_state(const StatePaths& paths, Beside beside, const RenewIds& renew = {},
                                           std::span<const MigrationStep> steps = migration_steps());
/// Checks and reads all rows of a file of this version. A fault when they are not what was written.
[[nodiscard]] StateContents read_contents(Connection& connection);
/// Without checking their sums.
[[nodiscard]] StateContents read_rows(Connection& connection);

}  // namespace loglode::state

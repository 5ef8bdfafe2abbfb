// The rows of what announcers remember (core/announced.h), of events that may not have been written, and of what assessments go on from.
// An announcer's rows are always written all together; those that are stored as they are cost a look-up each, those that are not given any
// more go. Belongs to the thread of its Connection, which must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "state/sqlite.h"
#include "state/summed_table.h"

namespace loglode::state {

class AnnouncedTables {
 public:
  /// `total`: as SummedTable.
  AnnouncedTables(Connection& connection, std::uint64_t& total);

  void put(const StoredAnnounced& row);
  void put(const StoredPending& row);
  void put(const StoredBase& row);

 private:
  SummedTable announcers_, targets_, findings_, incidents_, subjects_, documents_, templates_, pending_, bases_;
};

[[nodiscard]] std::vector<StoredAnnounced> read_announced(Connection& connection);
[[nodiscard]] std::vector<StoredPending> read_pending(Connection& connection);
[[nodiscard]] std::vector<StoredBase> read_bases(Connection& connection);

}  // namespace loglode::state

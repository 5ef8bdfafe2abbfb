#include "state/id_renewal.h"

#include <string>
#include <utility>

#include "state/announced_tables.h"
#include "state/state_reader.h"

namespace loglode::state {

namespace {

/// All rows of the tables that hold ids go, all of `contents` comes. Sums are left 0.
void replace(Connection& connection, const StateContents& contents) {
  for (const char* const table : {"shapes", "windows", "totals", "notes", "templates", "events", "former_ids", "warm_ups"})
    connection.run("DELETE FROM " + std::string{table});
  connection.run("DELETE FROM told WHERE teller<>x''");
  Statement shape{connection, "INSERT INTO shapes VALUES(?,?,?,0)"};
  for (const StoredShape& row : contents.shapes) shape.run({row.id.high, row.id.low, row.bytes});
  Statement window{connection, "INSERT INTO windows VALUES(?,?,?,?,?,?,?,?,?,0)"};
  for (const WindowSummary& row : contents.windows)
    window.run({row.stream.high, row.stream.low, row.ordinal, row.width.count(), row.start, row.reaches, row.records, row.cells.size(),
                std::string_view{encode(row)}});
  Statement total{connection, "INSERT INTO totals VALUES(?,?,?,?,?,?,?,0)"};
  for (const StoredTotal& row : contents.totals)
    total.run({row.service, row.shape.high, row.shape.low, row.severity, row.count, row.first, row.last});
  Statement note{connection, "INSERT INTO notes VALUES(?,?,?,?,?,?,?,?,0)"};
  for (const TemplateNote& row : contents.notes)
    note.run({row.id.high, row.id.low, row.text, row.name, row.pinned, row.ignored, row.alias_of.high, row.alias_of.low});
  Statement one{connection, "INSERT INTO templates VALUES(?,?,?,?,0)"};
  for (const StoredTemplate& row : contents.templates) one.run({row.id.high, row.id.low, row.text, row.severity});
  Statement event{connection, "INSERT INTO events VALUES(?,?,?,?,?,?,?,?,0)"};
  std::int64_t number = static_cast<std::int64_t>(contents.events.size());
  for (const TemplateEvent& row : contents.events)  // the newest first
    event.run({number--, row.kind, row.from.high, row.from.low, row.into.high, row.into.low, row.text, row.at});
  Statement former{connection, "INSERT INTO former_ids VALUES(?,?,?,?,0)"};
  former.run({0, 0, 0, 0});
  for (const FormerId& row : contents.former_ids) former.run({row.id.high, row.id.low, row.now.high, row.now.low});
  Statement warm_up{connection, "INSERT INTO warm_ups VALUES(?,?,0)"};
  warm_up.run({std::string_view{}, 0});
  for (const ServiceWarmUp& row : contents.warm_ups) warm_up.run({row.service, row.since});
  Statement told{connection, "INSERT INTO told VALUES(?,?,0)"};
  for (const StoredTold& row : contents.told) told.run({row.teller, row.bytes});
  std::uint64_t ignored = 0;
  AnnouncedTables announced{connection, ignored};
  for (const StoredAnnounced& row : contents.announced) announced.put(row);
  for (const StoredPending& row : contents.pending) announced.put(row);
  for (const StoredBase& row : contents.bases) announced.put(row);
  connection.run("UPDATE id_versions SET version=" + std::to_string(kIdVersion));
}

}  // namespace

bool is_of_older_version(const StateContents& contents) { return contents.id_version < kIdVersion || !contents.told.empty(); }

bool needs_renewal(Connection& connection, const RenewIds& renew) {
  return renew && connection.good() &&
         (connection.number("SELECT version FROM id_versions") < static_cast<std::int64_t>(kIdVersion) ||
          connection.number("SELECT COUNT(*) FROM told WHERE teller<>x''") > 0);
}

void renew_ids(Connection& connection, const RenewIds& renew) {
  StateContents before = read_rows(connection);
  if (connection.good()) replace(connection, renew(std::move(before)));
}

}  // namespace loglode::state

#include "state/schema.h"

#include <array>
#include <string>

#include "state/summed_table.h"

namespace loglode::state {

namespace {

constexpr std::int64_t kApplicationId = 0x6c6f676c;  // "logl"

// 64 unsigned bits are stored as the signed ones; booleans are 0 and 1; times are nanoseconds since the epoch.
constexpr std::array<MigrationStep, 3> kSteps{{
    R"sql(
CREATE TABLE about(id INTEGER PRIMARY KEY CHECK(id=1), schema_version INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;
INSERT INTO about VALUES(1,0,0);
CREATE TABLE shapes(id INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID;
CREATE TABLE streams(high INTEGER NOT NULL, low INTEGER NOT NULL, path BLOB NOT NULL, reaches INTEGER NOT NULL, finished INTEGER NOT NULL,
  rolled_up INTEGER NOT NULL, learned_at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(high,low)) STRICT, WITHOUT ROWID;
CREATE TABLE windows(high INTEGER NOT NULL, low INTEGER NOT NULL, ordinal INTEGER NOT NULL, width INTEGER NOT NULL, start INTEGER NOT NULL,
  reaches INTEGER NOT NULL, records INTEGER NOT NULL, cells INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(high,low,ordinal,width,start)) STRICT, WITHOUT ROWID;
CREATE TABLE totals(service BLOB NOT NULL, shape INTEGER NOT NULL, severity INTEGER NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(service,shape)) STRICT, WITHOUT ROWID;
CREATE TABLE notes(id INTEGER NOT NULL, text BLOB NOT NULL, name BLOB NOT NULL, pinned INTEGER NOT NULL, ignored INTEGER NOT NULL,
  alias_of INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) STRICT, WITHOUT ROWID;
CREATE TABLE templates(id INTEGER NOT NULL, text BLOB NOT NULL, severity INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id))
  STRICT, WITHOUT ROWID;
CREATE TABLE events(number INTEGER NOT NULL, kind BLOB NOT NULL, from_id INTEGER NOT NULL, into_id INTEGER NOT NULL, text BLOB NOT NULL,
  at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(number)) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE bookmarks(high INTEGER NOT NULL, low INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(high,low)) STRICT, WITHOUT ROWID;
INSERT INTO bookmarks VALUES(0,0,0,x'',0); -- names no stream: a page with a row shows that its end was cut off, an empty one does not
)sql",
    R"sql(
CREATE TABLE told(teller BLOB NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(teller)) STRICT, WITHOUT ROWID;
INSERT INTO told VALUES(x'',x'',0); -- of nobody, as above
)sql",
}};

}  // namespace

std::span<const MigrationStep> migration_steps() noexcept { return kSteps; }
std::int64_t schema_version() noexcept { return static_cast<std::int64_t>(kSteps.size()); }

About read_about(Connection& connection) {
  About about;
  if (connection.number("PRAGMA application_id") != kApplicationId) connection.damaged("it is not a state file");
  const std::int64_t version = connection.number("PRAGMA user_version");
  Statement row{connection, "SELECT schema_version,sum FROM about"};
  row.start({});
  if (row.next()) {
    about = {row.integer(0), row.bits(1)};
  } else {
    connection.damaged("it does not say what it is");
  }
  row.reset();
  if (about.version != version || about.version < 1) connection.damaged("it does not agree with itself on its version");
  return about;
}

void migrate(Connection& connection, std::span<const MigrationStep> steps) {
  const auto version = static_cast<std::size_t>(connection.number("PRAGMA user_version"));
  if (version >= steps.size()) return;
  Transaction transaction{connection};
  for (const MigrationStep step : steps.subspan(version)) connection.run(std::string{step});
  const std::uint64_t sum = renew_sums(connection);
  Statement about{connection, "UPDATE about SET schema_version=?,sum=?"};
  about.run({steps.size(), sum});
  connection.run("PRAGMA application_id=" + std::to_string(kApplicationId));
  connection.run("PRAGMA user_version=" + std::to_string(steps.size()));
  transaction.commit();
}

}  // namespace loglode::state

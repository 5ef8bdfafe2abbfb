#include "state/schema.h"

#include <algorithm>
#include <array>
#include <string>

#include "state/id_renewal.h"
#include "state/summed_table.h"

namespace loglode::state {

namespace {

constexpr std::int64_t kApplicationId = 0x6c6f676c;  // "logl"

// 64 unsigned bits are stored as the signed ones; booleans are 0 and 1; times are nanoseconds since the epoch.
constexpr std::array<MigrationStep, 6> kSteps{{
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
    // Ids have 128 bits. Those that are here stay what they were, as version 1 of ids, until they are renewed (id_renewal.h).
    R"sql(
ALTER TABLE shapes RENAME TO shapes_3;
CREATE TABLE shapes(id INTEGER NOT NULL, id_low INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id,id_low))
  STRICT, WITHOUT ROWID;
INSERT INTO shapes SELECT id,0,bytes,0 FROM shapes_3;
DROP TABLE shapes_3;
ALTER TABLE totals RENAME TO totals_3;
CREATE TABLE totals(service BLOB NOT NULL, shape INTEGER NOT NULL, shape_low INTEGER NOT NULL, severity INTEGER NOT NULL,
  count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(service,shape,shape_low))
  STRICT, WITHOUT ROWID;
INSERT INTO totals SELECT service,shape,0,severity,count,first,last,0 FROM totals_3;
DROP TABLE totals_3;
ALTER TABLE notes RENAME TO notes_3;
CREATE TABLE notes(id INTEGER NOT NULL, id_low INTEGER NOT NULL, text BLOB NOT NULL, name BLOB NOT NULL, pinned INTEGER NOT NULL,
  ignored INTEGER NOT NULL, alias_of INTEGER NOT NULL, alias_of_low INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id,id_low))
  STRICT, WITHOUT ROWID;
INSERT INTO notes SELECT id,0,text,name,pinned,ignored,alias_of,0,0 FROM notes_3;
DROP TABLE notes_3;
ALTER TABLE templates RENAME TO templates_3;
CREATE TABLE templates(id INTEGER NOT NULL, id_low INTEGER NOT NULL, text BLOB NOT NULL, severity INTEGER NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(id,id_low)) STRICT, WITHOUT ROWID;
INSERT INTO templates SELECT id,0,text,severity,0 FROM templates_3;
DROP TABLE templates_3;
ALTER TABLE events RENAME TO events_3;
CREATE TABLE events(number INTEGER NOT NULL, kind BLOB NOT NULL, from_id INTEGER NOT NULL, from_low INTEGER NOT NULL,
  into_id INTEGER NOT NULL, into_low INTEGER NOT NULL, text BLOB NOT NULL, at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(number))
  STRICT, WITHOUT ROWID;
INSERT INTO events SELECT number,kind,from_id,0,into_id,0,text,at,0 FROM events_3;
DROP TABLE events_3;
CREATE TABLE former_ids(id INTEGER NOT NULL, id_low INTEGER NOT NULL, now INTEGER NOT NULL, now_low INTEGER NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(id,id_low)) STRICT, WITHOUT ROWID;
INSERT INTO former_ids VALUES(0,0,0,0,0); -- of nothing, as above
CREATE TABLE warm_ups(service BLOB NOT NULL, since INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(service)) STRICT, WITHOUT ROWID;
INSERT INTO warm_ups VALUES(x'',0,0); -- of nobody, as above
CREATE TABLE id_versions(version INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(version)) STRICT, WITHOUT ROWID;
INSERT INTO id_versions VALUES(1,0);
)sql",
    // What announcers remember becomes rows. Their bytes stay in `told` until somebody who can read them opens the file (id_renewal.h);
    // what assessments go on from is bytes here too. A row of announcer x'' is of nobody, as above.
    R"sql(
CREATE TABLE announcers(announcer BLOB NOT NULL, next_incident INTEGER NOT NULL, last_revision INTEGER NOT NULL, renewed INTEGER NOT NULL,
  has_targets INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer)) STRICT, WITHOUT ROWID;
INSERT INTO announcers VALUES(x'',0,0,0,0,0);
CREATE TABLE announcer_targets(announcer BLOB NOT NULL, target BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer,target))
  STRICT, WITHOUT ROWID;
INSERT INTO announcer_targets VALUES(x'',x'',0);
CREATE TABLE announced_findings(announcer BLOB NOT NULL, subject BLOB NOT NULL, muted INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, total INTEGER NOT NULL, announced INTEGER NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(announcer,subject,muted,ordinal)) STRICT, WITHOUT ROWID;
INSERT INTO announced_findings VALUES(x'',x'',0,0,0,0,0,0,0);
CREATE TABLE announced_incidents(announcer BLOB NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, opened INTEGER NOT NULL,
  last INTEGER NOT NULL, findings INTEGER NOT NULL, severity INTEGER NOT NULL, closed INTEGER NOT NULL, summary BLOB NOT NULL,
  sum INTEGER NOT NULL, PRIMARY KEY(announcer,number)) STRICT, WITHOUT ROWID;
INSERT INTO announced_incidents VALUES(x'',0,x'',0,0,0,0,0,x'',0);
CREATE TABLE incident_subjects(announcer BLOB NOT NULL, number INTEGER NOT NULL, subject BLOB NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(announcer,number,subject)) STRICT, WITHOUT ROWID;
INSERT INTO incident_subjects VALUES(x'',0,x'',0);
CREATE TABLE published_documents(announcer BLOB NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL, hash INTEGER NOT NULL,
  about INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, size INTEGER NOT NULL, open_text BLOB NOT NULL,
  lasting INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer,kind,id)) STRICT, WITHOUT ROWID;
INSERT INTO published_documents VALUES(x'',0,x'',0,0,0,0,0,x'',0,0);
CREATE TABLE announced_templates(announcer BLOB NOT NULL, id INTEGER NOT NULL, id_low INTEGER NOT NULL, count INTEGER NOT NULL,
  sum INTEGER NOT NULL, PRIMARY KEY(announcer,id,id_low)) STRICT, WITHOUT ROWID;
INSERT INTO announced_templates VALUES(x'',0,0,0,0);
CREATE TABLE pending_events(announcer BLOB NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL,
  change INTEGER NOT NULL, revision INTEGER NOT NULL, json BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer,number))
  STRICT, WITHOUT ROWID;
INSERT INTO pending_events VALUES(x'',0,0,x'',0,0,x'',0);
CREATE TABLE assessment_bases(announcer BLOB NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer))
  STRICT, WITHOUT ROWID;
INSERT INTO assessment_bases VALUES(x'',x'',0);
INSERT INTO assessment_bases SELECT substr(teller,1,length(teller)-9),bytes,0 FROM told
  WHERE length(teller)>9 AND substr(teller,-9)=CAST('/standing' AS BLOB);
DELETE FROM told WHERE length(teller)>9 AND substr(teller,-9)=CAST('/standing' AS BLOB);
)sql",
    // When an event opened, as it was first told: until here the beginning that was told last. What was pending has no such time.
    R"sql(
ALTER TABLE published_documents RENAME TO published_documents_5;
CREATE TABLE published_documents(announcer BLOB NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL, hash INTEGER NOT NULL,
  about INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, size INTEGER NOT NULL, open_text BLOB NOT NULL,
  lasting INTEGER NOT NULL, opened_at INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(announcer,kind,id)) STRICT, WITHOUT ROWID;
INSERT INTO published_documents SELECT announcer,kind,id,hash,about,first,last,size,open_text,lasting,first,0 FROM published_documents_5;
DROP TABLE published_documents_5;
ALTER TABLE pending_events RENAME TO pending_events_5;
CREATE TABLE pending_events(announcer BLOB NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL,
  change INTEGER NOT NULL, revision INTEGER NOT NULL, json BLOB NOT NULL, opened_at INTEGER NOT NULL, sum INTEGER NOT NULL,
  PRIMARY KEY(announcer,number)) STRICT, WITHOUT ROWID;
INSERT INTO pending_events SELECT announcer,number,kind,key,change,revision,json,-9223372036854775807-1,0 FROM pending_events_5;
DROP TABLE pending_events_5;
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
    connection.damaged("the row with its version is missing");
  }
  row.reset();
  if (about.version != version || about.version < 1) connection.damaged("its two version numbers differ");
  return about;
}

void migrate(Connection& connection, std::span<const MigrationStep> steps, const RenewIds& renew) {
  const auto version = static_cast<std::size_t>(connection.number("PRAGMA user_version"));
  if (version >= steps.size() && !needs_renewal(connection, renew)) return;
  Transaction transaction{connection};
  for (const MigrationStep step : steps.subspan(std::min(version, steps.size()))) connection.run(std::string{step});
  if (version == 0) connection.run("UPDATE id_versions SET version=" + std::to_string(kIdVersion));  // there are no ids yet
  if (needs_renewal(connection, renew)) renew_ids(connection, renew);
  const std::uint64_t sum = renew_sums(connection);
  Statement about{connection, "UPDATE about SET schema_version=?,sum=?"};
  about.run({steps.size(), sum});
  connection.run("PRAGMA application_id=" + std::to_string(kApplicationId));
  connection.run("PRAGMA user_version=" + std::to_string(steps.size()));
  transaction.commit();
}

}  // namespace loglode::state

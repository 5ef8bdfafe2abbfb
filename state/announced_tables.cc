#include "state/announced_tables.h"

#include <map>
#include <utility>

#include "state/row_values.h"

namespace loglode::state {

namespace {

/// Calls `read` with each row of the announcers that are stored: all but those that mark a table's end (schema.cc).
template <class Read>
void each_row(Connection& connection, const std::string& table, const std::string& columns, Read read) {
  Statement rows{connection, "SELECT " + columns + " FROM " + table + " WHERE announcer<>x''"};
  for (rows.start({}); rows.next();) read(rows);
}

}  // namespace

AnnouncedTables::AnnouncedTables(Connection& connection, std::uint64_t& total)
    : announcers_{connection, "announcers", 1, {"announcer", "next_incident", "last_revision", "renewed", "has_targets"}, total},
      targets_{connection, "announcer_targets", 2, {"announcer", "target"}, total},
      findings_{
          connection, "announced_findings", 4, {"announcer", "subject", "muted", "ordinal", "first", "last", "total", "announced"}, total},
      incidents_{connection,
                 "announced_incidents",
                 2,
                 {"announcer", "number", "id", "opened", "last", "findings", "severity", "closed", "summary"},
                 total},
      subjects_{connection, "incident_subjects", 3, {"announcer", "number", "subject"}, total},
      documents_{connection,
                 "published_documents",
                 3,
                 {"announcer", "kind", "id", "hash", "about", "first", "last", "size", "open_text", "lasting", "opened_at"},
                 total},
      templates_{connection, "announced_templates", 3, {"announcer", "id", "id_low", "count"}, total},
      pending_{connection, "pending_events", 2, {"announcer", "number", "kind", "key", "change", "revision", "json", "opened_at"}, total},
      bases_{connection, "assessment_bases", 1, {"announcer", "bytes"}, total} {}

void AnnouncedTables::put(const StoredAnnounced& row) {
  const auto& [announcer, all] = row;
  std::vector<SummedTable::Row> targets, findings, incidents, subjects, documents, templates;
  if (all.targets)
    for (const std::string& target : *all.targets) targets.push_back({announcer, target});
  std::map<std::pair<bool, std::string_view>, std::uint64_t> ordinals;  // of findings about the same subject, at other times
  for (const AnnouncedFinding& one : all.findings)
    findings.push_back(
        {announcer, one.subject, one.muted, ordinals[{one.muted, one.subject}]++, one.start, one.end, one.total, one.announced});
  for (const AnnouncedIncident& one : all.incidents) {
    incidents.push_back(
        {announcer, one.number, one.id, one.opened, one.last, one.findings, one.severity, one.closed, std::string_view{one.summary}});
    for (const std::string& subject : one.subjects) subjects.push_back({announcer, one.number, subject});
  }
  for (const PublishedDocument& one : all.documents)
    documents.push_back({announcer, one.kind, one.id, one.hash, one.about, one.start, one.end, one.size, std::string_view{one.open_text},
                         one.lasting, one.opened_at});
  for (const AnnouncedTemplate& one : all.templates) templates.push_back({announcer, one.id.high, one.id.low, one.count});
  announcers_.replace_all_of(announcer, {{announcer, all.next_incident, all.last_revision, all.renewed, all.targets.has_value()}});
  targets_.replace_all_of(announcer, targets);
  findings_.replace_all_of(announcer, findings);
  incidents_.replace_all_of(announcer, incidents);
  subjects_.replace_all_of(announcer, subjects);
  documents_.replace_all_of(announcer, documents);
  templates_.replace_all_of(announcer, templates);
}

void AnnouncedTables::put(const StoredPending& row) {
  std::vector<SummedTable::Row> rows;
  for (const Event& event : row.events)
    rows.push_back(
        {row.announcer, rows.size(), event.kind, event.key, event.change, event.revision, std::string_view{event.json}, event.opened_at});
  pending_.replace_all_of(row.announcer, rows);
}

void AnnouncedTables::put(const StoredBase& row) { bases_.replace_all_of(row.announcer, {{row.announcer, row.bytes}}); }

std::vector<StoredAnnounced> read_announced(Connection& connection) {
  std::map<std::string, Announced> all;
  each_row(connection, "announcers", "announcer,next_incident,last_revision,renewed,has_targets", [&](Statement& row) {
    Announced& one = all[text_of(row, 0)];
    one.next_incident = row.bits(1);
    one.last_revision = row.bits(2);
    one.renewed = row.flag(3);
    if (row.flag(4)) one.targets.emplace();
  });
  each_row(connection, "announcer_targets", "announcer,target", [&](Statement& row) {
    std::optional<std::vector<std::string>>& targets = all[text_of(row, 0)].targets;
    if (!targets) targets.emplace();
    targets->push_back(text_of(row, 1));
  });
  each_row(connection, "announced_findings", "announcer,subject,first,last,total,announced,muted", [&](Statement& row) {
    all[text_of(row, 0)].findings.push_back({text_of(row, 1), row.time(2), row.time(3), row.bits(4), row.bits(5), row.flag(6)});
  });
  std::map<std::pair<std::string, std::uint64_t>, std::vector<std::string>> subjects;
  each_row(connection, "incident_subjects", "announcer,number,subject", [&](Statement& row) {
    subjects[{text_of(row, 0), row.bits(1)}].push_back(text_of(row, 2));
  });
  each_row(connection, "announced_incidents", "announcer,number,id,opened,last,findings,severity,closed,summary", [&](Statement& row) {
    all[text_of(row, 0)].incidents.push_back({row.bits(1), text_of(row, 2), std::move(subjects[{text_of(row, 0), row.bits(1)}]),
                                              row.time(3), row.time(4), row.bits(5), one_of(connection, row, 6, IncidentSeverity::critical),
                                              row.flag(7), text_of(row, 8)});
  });
  each_row(
      connection, "published_documents", "announcer,kind,id,hash,about,first,last,size,open_text,lasting,opened_at", [&](Statement& row) {
        all[text_of(row, 0)].documents.push_back({one_of(connection, row, 1, Document::report), text_of(row, 2), row.bits(3), row.bits(4),
                                                  row.time(5), row.time(6), row.bits(7), text_of(row, 8), row.flag(9), row.time(10)});
      });
  each_row(connection, "announced_templates", "announcer,id,id_low,count", [&](Statement& row) {
    all[text_of(row, 0)].templates.push_back({id_of<TemplateId>(row, 1), row.bits(3)});
  });
  std::vector<StoredAnnounced> rows;
  for (auto& [announcer, one] : all) rows.push_back({announcer, std::move(one)});
  return rows;
}

std::vector<StoredPending> read_pending(Connection& connection) {
  std::map<std::string, std::vector<Event>> all;
  each_row(connection, "pending_events", "announcer,kind,key,json,change,revision,opened_at", [&](Statement& row) {
    all[text_of(row, 0)].push_back({one_of(connection, row, 1, Document::report), text_of(row, 2), text_of(row, 3),
                                    one_of(connection, row, 4, EventChange::withdrawn), row.bits(5), row.time(6)});
  });
  std::vector<StoredPending> rows;
  for (auto& [announcer, events] : all) rows.push_back({announcer, std::move(events)});
  return rows;
}

std::vector<StoredBase> read_bases(Connection& connection) {
  std::vector<StoredBase> rows;
  each_row(connection, "assessment_bases", "announcer,bytes", [&](Statement& row) { rows.push_back({text_of(row, 0), text_of(row, 1)}); });
  return rows;
}

}  // namespace loglode::state

// From rows to what they mean. What cannot be is damage.
#include <limits>

#include "state/announced_tables.h"
#include "state/row_values.h"
#include "state/state_reader.h"
#include "state/summed_table.h"

namespace loglode::state {

namespace {

template <class Row, class Read>
std::vector<Row> rows_of(Connection& connection, std::string_view sql, Read read) {
  std::vector<Row> rows;
  Statement statement{connection, sql};
  for (statement.start({}); statement.next();) rows.push_back(read(statement));
  return rows;
}

WindowSummary window_of(Connection& connection, Statement& row) {
  Result<WindowSummary> summary = decode(row.bytes(8));
  if (!summary) {
    connection.damaged(summary.error().message);
    return {};
  }
  const bool same = summary->stream == StreamIdentity{row.bits(0), row.bits(1)} && summary->ordinal == row.flag(2) &&
                    summary->width.count() == row.integer(3) && summary->start == row.time(4) && summary->reaches == row.bits(5) &&
                    summary->records == row.bits(6) && summary->cells.size() == row.bits(7);
  if (!same) connection.damaged("a row of windows holds the bytes of another window");
  return std::move(*summary);
}

}  // namespace

StateContents read_contents(Connection& connection) {
  const About about = read_about(connection);
  verify_sums(connection, about.sum);
  return connection.good() ? read_rows(connection) : StateContents{};
}

StateContents read_rows(Connection& connection) {
  StateContents contents;
  const auto versions = rows_of<std::uint64_t>(connection, "SELECT version FROM id_versions", [](Statement& row) { return row.bits(0); });
  if (versions.size() == 1 && versions.front() <= std::numeric_limits<std::uint32_t>::max())
    contents.id_version = static_cast<std::uint32_t>(versions.front());
  else
    connection.damaged("the row with the version of its ids is missing");
  contents.shapes = rows_of<StoredShape>(connection, "SELECT id,id_low,bytes FROM shapes ORDER BY id,id_low", [](Statement& row) {
    return StoredShape{id_of<ShapeId>(row, 0), text_of(row, 2)};
  });
  contents.streams = rows_of<StoredStream>(
      connection, "SELECT high,low,path,reaches,finished,rolled_up,learned_at FROM streams ORDER BY high,low", [](Statement& row) {
        return StoredStream{{row.bits(0), row.bits(1)}, text_of(row, 2), row.bits(3), row.flag(4), row.flag(5), row.time(6)};
      });
  contents.windows = rows_of<WindowSummary>(
      connection, "SELECT high,low,ordinal,width,start,reaches,records,cells,bytes FROM windows ORDER BY high,low,ordinal,width,start",
      [&](Statement& row) { return window_of(connection, row); });
  contents.totals = rows_of<StoredTotal>(
      connection, "SELECT service,shape,shape_low,severity,count,first,last FROM totals ORDER BY service,shape,shape_low",
      [&](Statement& row) {
        return StoredTotal{text_of(row, 0), id_of<ShapeId>(row, 1), one_of(connection, row, 3, Severity{24}), row.bits(4), row.time(5),
                           row.time(6)};
      });
  contents.notes = rows_of<TemplateNote>(
      connection, "SELECT id,id_low,text,name,pinned,ignored,alias_of,alias_of_low FROM notes ORDER BY id,id_low", [](Statement& row) {
        return TemplateNote{id_of<TemplateId>(row, 0), text_of(row, 2), text_of(row, 3), row.flag(4), row.flag(5),
                            id_of<TemplateId>(row, 6)};
      });
  contents.templates =
      rows_of<StoredTemplate>(connection, "SELECT id,id_low,text,severity FROM templates ORDER BY id,id_low", [&](Statement& row) {
        return StoredTemplate{id_of<TemplateId>(row, 0), text_of(row, 2), one_of(connection, row, 3, SeverityClass::error)};
      });
  contents.events = rows_of<TemplateEvent>(
      connection, "SELECT kind,from_id,from_low,into_id,into_low,text,at FROM events ORDER BY number DESC", [](Statement& row) {
        return TemplateEvent{text_of(row, 0), id_of<TemplateId>(row, 1), id_of<TemplateId>(row, 3), text_of(row, 5), row.time(6)};
      });
  contents.bookmarks =
      rows_of<StoredBookmark>(connection, "SELECT high,low,bytes FROM bookmarks WHERE number>0 ORDER BY number", [](Statement& row) {
        return StoredBookmark{{row.bits(0), row.bits(1)}, text_of(row, 2)};
      });
  contents.told = rows_of<StoredTold>(connection, "SELECT teller,bytes FROM told WHERE teller<>x'' ORDER BY teller", [](Statement& row) {
    return StoredTold{text_of(row, 0), text_of(row, 1)};
  });
  contents.announced = read_announced(connection);
  contents.pending = read_pending(connection);
  contents.bases = read_bases(connection);
  contents.former_ids = rows_of<FormerId>(
      connection, "SELECT id,id_low,now,now_low FROM former_ids WHERE id<>0 OR id_low<>0 ORDER BY id,id_low", [](Statement& row) {
        return FormerId{id_of<TemplateId>(row, 0), id_of<TemplateId>(row, 2)};
      });
  contents.warm_ups =
      rows_of<ServiceWarmUp>(connection, "SELECT service,since FROM warm_ups WHERE since<>0 ORDER BY service", [](Statement& row) {
        return ServiceWarmUp{text_of(row, 0), row.time(1)};
      });
  return contents;
}

}  // namespace loglode::state

// From rows to what they mean. What can not be is damage.
#include "state/state_reader.h"
#include "state/summed_table.h"

namespace loglode::state {

namespace {

template <class Id>
Id id_of(Statement& row, int column) {
  return static_cast<Id>(row.bits(column));
}

std::string text_of(Statement& row, int column) { return std::string{row.bytes(column)}; }

/// An enumerator up to `last`.
template <class Enum>
Enum one_of(Connection& connection, Statement& row, int column, std::int64_t last) {
  const std::int64_t number = row.integer(column);
  if (number < 0 || number > last) {
    connection.damaged("a number is out of its range");
    return Enum{};
  }
  return static_cast<Enum>(number);
}

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
    connection.damaged(summary.error().where);
    return {};
  }
  const bool same = summary->stream == StreamIdentity{row.bits(0), row.bits(1)} && summary->ordinal == row.flag(2) &&
                    summary->width.count() == row.integer(3) && summary->start == row.time(4) && summary->reaches == row.bits(5) &&
                    summary->records == row.bits(6) && summary->cells.size() == row.bits(7);
  if (!same) connection.damaged("a window is not the one that it says");
  return std::move(*summary);
}

}  // namespace

StateContents read_contents(Connection& connection) {
  StateContents contents;
  const About about = read_about(connection);
  verify_sums(connection, about.sum);
  if (!connection.good()) return contents;
  contents.shapes = rows_of<StoredShape>(connection, "SELECT id,bytes FROM shapes ORDER BY id", [](Statement& row) {
    return StoredShape{id_of<ShapeId>(row, 0), text_of(row, 1)};
  });
  contents.streams = rows_of<StoredStream>(
      connection, "SELECT high,low,path,reaches,finished,rolled_up,learned_at FROM streams ORDER BY high,low", [](Statement& row) {
        return StoredStream{{row.bits(0), row.bits(1)}, text_of(row, 2), row.bits(3), row.flag(4), row.flag(5), row.time(6)};
      });
  contents.windows = rows_of<WindowSummary>(
      connection, "SELECT high,low,ordinal,width,start,reaches,records,cells,bytes FROM windows ORDER BY high,low,ordinal,width,start",
      [&](Statement& row) { return window_of(connection, row); });
  contents.totals = rows_of<StoredTotal>(
      connection, "SELECT service,shape,severity,count,first,last FROM totals ORDER BY service,shape", [&](Statement& row) {
        return StoredTotal{text_of(row, 0), id_of<ShapeId>(row, 1), one_of<Severity>(connection, row, 2, 24), row.bits(3), row.time(4),
                           row.time(5)};
      });
  contents.notes =
      rows_of<TemplateNote>(connection, "SELECT id,text,name,pinned,ignored,alias_of FROM notes ORDER BY id", [](Statement& row) {
        return TemplateNote{id_of<TemplateId>(row, 0), text_of(row, 1), text_of(row, 2), row.flag(3), row.flag(4),
                            id_of<TemplateId>(row, 5)};
      });
  contents.templates = rows_of<StoredTemplate>(connection, "SELECT id,text,severity FROM templates ORDER BY id", [&](Statement& row) {
    return StoredTemplate{id_of<TemplateId>(row, 0), text_of(row, 1), one_of<SeverityClass>(connection, row, 2, 2)};
  });
  contents.events =
      rows_of<TemplateEvent>(connection, "SELECT kind,from_id,into_id,text,at FROM events ORDER BY number DESC", [](Statement& row) {
        return TemplateEvent{text_of(row, 0), id_of<TemplateId>(row, 1), id_of<TemplateId>(row, 2), text_of(row, 3), row.time(4)};
      });
  contents.bookmarks =
      rows_of<StoredBookmark>(connection, "SELECT high,low,bytes FROM bookmarks WHERE number>0 ORDER BY number", [](Statement& row) {
        return StoredBookmark{{row.bits(0), row.bits(1)}, text_of(row, 2)};
      });
  contents.told = rows_of<StoredTold>(connection, "SELECT teller,bytes FROM told WHERE teller<>x'' ORDER BY teller", [](Statement& row) {
    return StoredTold{text_of(row, 0), text_of(row, 1)};
  });
  return contents;
}

}  // namespace loglode::state

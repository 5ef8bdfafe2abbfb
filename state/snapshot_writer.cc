#include "state/snapshot_writer.h"

#include <algorithm>

#include "core/assert.h"
#include "state/schema.h"

namespace loglode::state {

SnapshotWriter::SnapshotWriter(Connection& connection, StateLimits limits)
    : connection_(connection),
      limits_(limits),
      total_(read_about(connection).sum),
      cells_(static_cast<std::uint64_t>(connection.number("SELECT IFNULL(SUM(cells),0) FROM windows"))),
      shapes_(connection, "shapes", 2, {"id", "id_low", "bytes"}, total_),
      streams_(connection, "streams", 2, {"high", "low", "path", "reaches", "finished", "rolled_up", "learned_at"}, total_),
      windows_(connection, "windows", 5, {"high", "low", "ordinal", "width", "start", "reaches", "records", "cells", "bytes"}, total_),
      totals_(connection, "totals", 3, {"service", "shape", "shape_low", "severity", "count", "first", "last"}, total_),
      notes_(connection, "notes", 2, {"id", "id_low", "text", "name", "pinned", "ignored", "alias_of", "alias_of_low"}, total_),
      templates_(connection, "templates", 2, {"id", "id_low", "text", "severity"}, total_),
      events_(connection, "events", 1, {"number", "kind", "from_id", "from_low", "into_id", "into_low", "text", "at"}, total_),
      bookmarks_(connection, "bookmarks", 2, {"high", "low", "number", "bytes"}, total_),
      announced_(connection, total_),
      about_(connection, "UPDATE about SET sum=?"),
      stream_(connection, "SELECT path,reaches,finished,rolled_up,learned_at FROM streams WHERE high=? AND low=?"),
      window_(connection, "SELECT reaches,records,cells FROM windows WHERE high=? AND low=? AND ordinal=? AND width=? AND start=?"),
      window_bytes_(connection, "SELECT bytes FROM windows WHERE high=? AND low=? AND ordinal=? AND width=? AND start=?"),
      windows_of_(connection, "SELECT ordinal,width,start,reaches,cells,bytes FROM windows WHERE high=? AND low=?"),
      total_of_(connection, "SELECT severity,count,first,last FROM totals WHERE service=? AND shape=? AND shape_low=?") {}

template <class Change>
void SnapshotWriter::in_transaction(Change change) {
  const std::uint64_t total_before = total_, cells_before = cells_;
  {
    Transaction transaction{connection_};
    change();
    about_.run({total_});
    if (transaction.commit()) return;
  }
  total_ = total_before;
  cells_ = cells_before;
}

StateWritten SnapshotWriter::write(const Checkpoint& snapshot) {
  StateWritten written;
  in_transaction([&] {
    for (const ShapeId shape : snapshot.shapes_gone) shapes_.remove({shape.high, shape.low});
    for (const StoredShape& shape : snapshot.shapes) shapes_.put({shape.id.high, shape.id.low, shape.bytes});
    put_streams(snapshot, written);
    put_windows(snapshot, written);
    remove_older(snapshot);
    if (snapshot.has_templates) put_templates(snapshot.templates);
    put_events(snapshot.events);
    put_bookmarks(snapshot.bookmarks);
    for (const StoredAnnounced& each : snapshot.announced) announced_.put(each);
    for (const StoredPending& each : snapshot.pending) announced_.put(each);
    for (const StoredBase& each : snapshot.bases) announced_.put(each);
    keep_limits(snapshot, written);
  });
  return written;
}

void SnapshotWriter::write_note(const TemplateNote& note, Timestamp at) {
  in_transaction([&] {
    const bool says_something = !note.name.empty() || note.pinned || note.ignored || note.alias_of != kNoTemplate;
    if (says_something)
      notes_.put({note.id.high, note.id.low, note.text, note.name, note.pinned, note.ignored, note.alias_of.high, note.alias_of.low});
    else
      notes_.remove({note.id.high, note.id.low});
    if (at != kNoTime) put_events({TemplateEvent{"noted", note.id, note.alias_of, note.text, at}});
  });
}

void SnapshotWriter::put(const StoredStream& stream) {
  streams_.put(
      {stream.identity.high, stream.identity.low, stream.path, stream.reaches, stream.finished, stream.rolled_up, stream.learned_at});
}

bool SnapshotWriter::is_rolled_up(const StreamIdentity& stream) {
  stream_.start({stream.high, stream.low});
  const bool rolled_up = stream_.next() && stream_.flag(3);
  stream_.reset();
  return rolled_up;
}

void SnapshotWriter::put_streams(const Checkpoint& snapshot, StateWritten& written) {
  for (StoredStream stream : snapshot.streams) {
    if (is_rolled_up(stream.identity)) {
      ++written.streams_ignored;
      continue;
    }
    stream.rolled_up = false;
    put(stream);
  }
}

void SnapshotWriter::put_windows(const Checkpoint& snapshot, StateWritten& written) {
  std::map<StreamKey, bool> rolled_up;
  for (const WindowSummary& window : snapshot.windows) {
    const auto [known, first] = rolled_up.try_emplace(key_of(window.stream), false);
    if (first) known->second = is_rolled_up(window.stream);
    if (known->second)
      ++written.windows_ignored;
    else if (!put_window(window))
      ++written.windows_older;
  }
}

/// False when the stored one reaches further. SummaryStore's rule: what reaches further stands, then what has more records, then the bytes.
bool SnapshotWriter::put_window(const WindowSummary& window) {
  const std::string bytes = encode(window);
  LOGLODE_ASSERT(decode(bytes).has_value());  // a row that cannot be read would cost the whole file
  const std::vector<Value> key{window.stream.high, window.stream.low, window.ordinal, window.width.count(), window.start};
  window_.start(key);
  if (window_.next()) {
    const std::pair stored{window_.bits(0), window_.bits(1)}, given{window.reaches, window.records};
    const std::uint64_t cells = window_.bits(2);
    window_.reset();
    if (stored > given) return false;
    if (stored == given) {
      window_bytes_.start(key);
      const bool stands = window_bytes_.next() && window_bytes_.bytes(0) >= bytes;
      window_bytes_.reset();
      if (stands) return true;  // nearly always the same
    }
    cells_ -= cells;
  }
  cells_ += window.cells.size();
  std::vector<Value> row = key;
  for (const Value& value : {Value{window.reaches}, Value{window.records}, Value{window.cells.size()}, Value{bytes}}) row.push_back(value);
  windows_.put(row);
  return true;
}

void SnapshotWriter::remove_window(const StreamKey& stream, const WindowKey& key, std::uint64_t cells) {
  if (windows_.remove({stream.first, stream.second, key.ordinal, key.width, key.start})) cells_ -= cells;
}

void SnapshotWriter::remove_older(const Checkpoint& snapshot) {
  struct Whole {
    std::set<WindowKey> windows;
    std::uint64_t reaches = 0;
  };
  std::map<StreamKey, Whole> whole;
  for (const StreamIdentity& identity : snapshot.whole_streams) whole.try_emplace(key_of(identity));
  for (const WindowSummary& window : snapshot.windows) {
    const auto found = whole.find(key_of(window.stream));
    if (found == whole.end()) continue;
    found->second.windows.insert(WindowKey{window.ordinal, window.width.count(), window.start});
    found->second.reaches = std::max(found->second.reaches, window.reaches);
  }
  for (const StoredStream& stream : snapshot.streams)
    if (const auto found = whole.find(key_of(stream.identity)); found != whole.end())
      found->second.reaches = std::max(found->second.reaches, stream.reaches);
  for (const auto& [stream, kept] : whole) {
    std::vector<std::pair<WindowKey, std::uint64_t>> older;
    for (windows_of_.start({stream.first, stream.second}); windows_of_.next();) {
      const WindowKey key{windows_of_.flag(0), windows_of_.integer(1), windows_of_.time(2)};
      if (windows_of_.bits(3) <= kept.reaches && !kept.windows.contains(key)) older.emplace_back(key, windows_of_.bits(4));
    }
    for (const auto& [key, cells] : older) remove_window(stream, key, cells);
  }
}

void SnapshotWriter::put_templates(const std::vector<StoredTemplate>& templates) {
  std::set<TemplateId> now;
  for (const StoredTemplate& one : templates) now.insert(one.id);
  std::vector<TemplateId> gone;
  Statement ids{connection_, "SELECT id,id_low FROM templates"};
  for (ids.start({}); ids.next();)
    if (const TemplateId id{ids.bits(0), ids.bits(1)}; !now.contains(id)) gone.push_back(id);
  for (const TemplateId id : gone) templates_.remove({id.high, id.low});
  for (const StoredTemplate& one : templates) templates_.put({one.id.high, one.id.low, one.text, one.severity});
}

void SnapshotWriter::put_bookmarks(const std::vector<StoredBookmark>& bookmarks) {
  if (bookmarks.empty()) return;
  std::int64_t number = connection_.number("SELECT IFNULL(MAX(number),0) FROM bookmarks");
  for (const StoredBookmark& one : bookmarks) bookmarks_.put({one.identity.high, one.identity.low, ++number, one.bytes});
  const std::int64_t kept = connection_.number("SELECT COUNT(*) FROM bookmarks WHERE number>0"),
                     most = static_cast<std::int64_t>(limits_.bookmarks_max);
  if (kept <= most) return;
  Statement oldest{connection_, "SELECT high,low FROM bookmarks WHERE number>0 ORDER BY number LIMIT ?"};
  std::vector<StreamIdentity> gone;
  for (oldest.start({kept - most}); oldest.next();) gone.push_back({oldest.bits(0), oldest.bits(1)});
  for (const StreamIdentity& one : gone) bookmarks_.remove({one.high, one.low});
}

void SnapshotWriter::put_events(const std::vector<TemplateEvent>& events) {
  if (events.empty()) return;
  std::int64_t number = connection_.number("SELECT IFNULL(MAX(number),0) FROM events");
  const std::size_t skipped = events.size() - std::min(events.size(), limits_.events_max);
  for (std::size_t i = skipped; i < events.size(); ++i) {
    const TemplateEvent& event = events[i];
    events_.put({++number, event.kind, event.from.high, event.from.low, event.into.high, event.into.low, event.text, event.at});
  }
  Statement oldest{connection_, "SELECT number FROM events WHERE number<=?"};
  std::vector<std::int64_t> gone;
  for (oldest.start({number - static_cast<std::int64_t>(limits_.events_max)}); oldest.next();) gone.push_back(oldest.integer(0));
  for (const std::int64_t one : gone) events_.remove({one});
}

}  // namespace loglode::state

// What is given up when there is too much: the windows of whole streams, those learned longest ago first. Their counts stay, as totals.
#include <algorithm>

#include "state/snapshot_writer.h"

namespace loglode::state {

namespace {

Timestamp earlier(Timestamp a, Timestamp b) {
  if (a == kNoTime || b == kNoTime) return std::max(a, b);  // kNoTime is before every time
  return std::min(a, b);
}

}  // namespace

void SnapshotWriter::keep_limits(const Checkpoint& snapshot, StateWritten& written) {
  if (cells_ <= limits_.cells_max) return;
  if (snapshot.given_up_before != kNoTime) roll_up_before(snapshot.given_up_before);
  if (cells_ <= limits_.cells_max) return;
  std::set<StreamKey> being_read;
  for (const StoredStream& stream : snapshot.streams) being_read.insert(key_of(stream.identity));
  for (const WindowSummary& window : snapshot.windows) being_read.insert(key_of(window.stream));
  // A stream that no row of `streams` is about was learned before all others.
  Statement longest_ago{
      connection_,
      "SELECT w.high,w.low FROM (SELECT high,low FROM windows GROUP BY high,low) w LEFT JOIN streams s ON s.high=w.high AND "
      "s.low=w.low ORDER BY s.learned_at NULLS FIRST,w.high,w.low"};
  std::vector<StreamKey> streams;
  for (longest_ago.start({}); longest_ago.next();) streams.emplace_back(longest_ago.bits(0), longest_ago.bits(1));
  for (const StreamKey& stream : streams) {
    if (cells_ <= limits_.cells_max) return;
    if (being_read.contains(stream)) continue;
    roll_up(stream);
    ++written.streams_rolled_up;
  }
}

void SnapshotWriter::roll_up(const StreamKey& key) {
  SummaryStore store;  // knows which of its windows count where some overlap
  std::vector<std::pair<WindowKey, std::uint64_t>> rows;
  StoredStream stream;
  for (windows_of_.start({key.first, key.second}); windows_of_.next();) {
    rows.emplace_back(WindowKey{windows_of_.flag(0), windows_of_.integer(1), windows_of_.time(2)}, windows_of_.bits(4));
    Result<WindowSummary> window = decode(windows_of_.bytes(5));
    if (!window) {
      connection_.damaged(window.error().message);
      windows_of_.reset();
      return;
    }
    stream.path = window->path;
    stream.reaches = std::max(stream.reaches, window->reaches);
    store.accept(std::move(*window));
  }
  add_to_totals(store.windows());
  for (const auto& [row, cells] : rows) remove_window(key, row, cells);
  stream.identity = {key.first, key.second};
  stream_.start({key.first, key.second});
  if (stream_.next()) {
    stream.path = stream_.bytes(0);
    stream.reaches = stream_.bits(1);
    stream.finished = stream_.flag(2);
    stream.learned_at = stream_.time(4);
  }
  stream_.reset();
  stream.rolled_up = true;
  put(stream);
}

/// Of a stream that does not end, what nobody needs any more. Some more than there has to be: it comes again.
void SnapshotWriter::roll_up_before(Timestamp time) {
  struct Row {
    StreamKey stream;
    WindowKey key;
    std::uint64_t cells = 0;
  };
  const std::uint64_t wanted = limits_.cells_max - limits_.cells_max / 4;
  std::vector<Row> rows;
  std::uint64_t left = cells_;
  Statement oldest{connection_,
                   "SELECT high,low,width,start,cells FROM windows WHERE ordinal=0 AND start+width<=? ORDER BY start,high,low,width"};
  for (oldest.start({time}); left > wanted && oldest.next();) {
    rows.push_back({{oldest.bits(0), oldest.bits(1)}, {false, oldest.integer(2), oldest.time(3)}, oldest.bits(4)});
    left -= std::min(left, rows.back().cells);
  }
  oldest.reset();
  SummaryStore store;  // knows which of them count where some overlap
  for (const Row& row : rows) {
    window_bytes_.start({row.stream.first, row.stream.second, row.key.ordinal, row.key.width, row.key.start});
    Result<WindowSummary> window = window_bytes_.next() ? decode(window_bytes_.bytes(0)) : WindowSummary{};
    window_bytes_.reset();
    if (!window) return connection_.damaged(window.error().message);
    store.accept(std::move(*window));
  }
  add_to_totals(store.take_windows());
  for (const Row& row : rows) remove_window(row.stream, row.key, row.cells);
}

void SnapshotWriter::add_to_totals(const std::vector<WindowSummary>& windows) {
  std::map<std::pair<std::string, ShapeId>, StoredTotal> totals;
  for (const WindowSummary& window : windows) {
    for (const Cell& cell : window.cells) {
      const std::string& service = window.services[cell.service];
      StoredTotal& total = totals.try_emplace({service, cell.shape}, StoredTotal{service, cell.shape}).first->second;
      total.severity = std::max(total.severity, cell.severity);
      total.count += cell.count;
      if (window.ordinal) continue;  // its times are numbers of lines
      total.first = earlier(total.first, cell.first);
      total.last = std::max(total.last, cell.last);
    }
  }
  for (auto& [key, total] : totals) {
    total_of_.start({total.service, total.shape.high, total.shape.low});
    if (total_of_.next()) {
      total.severity = std::max(total.severity, static_cast<Severity>(total_of_.integer(0)));
      total.count += total_of_.bits(1);
      total.first = earlier(total.first, total_of_.time(2));
      total.last = std::max(total.last, total_of_.time(3));
    }
    total_of_.reset();
    totals_.put({total.service, total.shape.high, total.shape.low, total.severity, total.count, total.first, total.last});
  }
}

}  // namespace loglode::state

// Applies snapshots to a file that is open for writing, each in one transaction. Belongs to the thread of its Connection, which must
// outlive it.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "state/announced_tables.h"
#include "state/sqlite.h"
#include "state/state_store.h"
#include "state/summed_table.h"

namespace loglode::state {

class SnapshotWriter {
 public:
  SnapshotWriter(Connection& connection, StateLimits limits);
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// What was written; when the connection has a fault afterwards, nothing was.
  StateWritten write(const Checkpoint& snapshot);
  void write_note(const TemplateNote& note, Timestamp at);

 private:
  using StreamKey = std::pair<std::uint64_t, std::uint64_t>;
  struct WindowKey {
    bool ordinal = false;
    std::int64_t width = 0;
    Timestamp start = kNoTime;
    friend auto operator<=>(const WindowKey&, const WindowKey&) = default;
  };
  static StreamKey key_of(const StreamIdentity& identity) { return {identity.high, identity.low}; }

  template <class Change>
  void in_transaction(Change change);
  void put(const StoredStream& stream);
  void put_streams(const Checkpoint& snapshot, StateWritten& written);
  void put_windows(const Checkpoint& snapshot, StateWritten& written);
  bool put_window(const WindowSummary& window);
  void remove_window(const StreamKey& stream, const WindowKey& key, std::uint64_t cells);
  void remove_older(const Checkpoint& snapshot);
  void put_templates(const std::vector<StoredTemplate>& templates);
  void put_events(const std::vector<TemplateEvent>& events);
  void put_bookmarks(const std::vector<StoredBookmark>& bookmarks);
  bool is_rolled_up(const StreamIdentity& stream);

  // retention.cc
  void keep_limits(const Checkpoint& snapshot, StateWritten& written);
  void roll_up(const StreamKey& stream);
  void roll_up_before(Timestamp time);
  void add_to_totals(const std::vector<WindowSummary>& windows);

  Connection& connection_;
  StateLimits limits_;
  std::uint64_t total_ = 0;  // sum of all rows
  std::uint64_t cells_ = 0;  // of all windows
  SummedTable shapes_, streams_, windows_, totals_, notes_, templates_, events_, bookmarks_;
  AnnouncedTables announced_;
  Statement about_, stream_, window_, window_bytes_, windows_of_, total_of_;
};

}  // namespace loglode::state

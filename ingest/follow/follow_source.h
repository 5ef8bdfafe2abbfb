// Follows files: what their patterns match now and later, from where they were left, through every kind of rotation.
// Owned by the pipeline; fill() by one thread, bookmark() by any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/framing.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"
#include "ingest/input_source.h"
#include "ingest/record_reader.h"

namespace loglode {

struct FollowConfig {
  std::string name;                    // of the source, StreamInfo::source
  std::vector<std::string> paths;      // files, folders (all logs in them) and glob patterns; need not exist yet
  std::vector<std::string> exclude;    // glob patterns against the path or its last part
  std::vector<std::string> rotated;    // patterns of where parts of the logs go that leave their folder
  std::vector<std::string> roots;      // folders below which links may lead, besides the fixed parts of `paths` (allowed_places.h)
  bool links_anywhere = false;         // they may lead wherever this user may read
  bool from_end = false;               // what is there at the very first start, when nothing is known of this source, is not read
  std::vector<std::string> bookmarks;  // of earlier runs, as bookmark() gave them
  bool has_state = false;              // bookmarks are kept: nothing is read of a file before the state holds its own (commit())
  bool again = false;                  // what `bookmarks` say was read is read once more, from its beginning and under the same identity
  std::function<StreamId()> next_stream;
  IngestConfig reading{};
  std::chrono::milliseconds poll{250};                                  // longest time until something is noticed that no event told
  std::chrono::milliseconds record_patience = ingest::kRecordPatience;  // a record is handed out after so long without a line of it
  std::chrono::milliseconds trace_patience = ingest::kTracePatience;    // the same amid a stack trace
  std::chrono::milliseconds line_patience{60'000};    // the same for a line that has no end yet, which is then marked as cut
  std::chrono::milliseconds rotated_patience{2'000};  // a file that was moved or deleted is done after so long without new bytes
  /// The same when its last line has no end yet.
  [[nodiscard]] std::chrono::milliseconds rotated_line_patience() const { return 5 * rotated_patience; }
};

/// What can be seen from outside of a source that follows files.
struct FollowStatus {
  std::vector<std::string> unmatched;  // patterns, as they were given, that match nothing now
  std::vector<std::string> refused;    // links that lead where they may not: a sentence each, with the key that allows it
  std::size_t files = 0;               // that are open
  std::uint64_t lost_bytes = 0;        // of files that were truncated or deleted before they were read, without a copy, so far
};

class FileSource : public Source {
 public:
  /// As of the latest look. Any thread, at any time.
  [[nodiscard]] virtual FollowStatus status() const = 0;
};

/// Every byte that a followed file ever held is read once, if it could be found at all:
/// - moved or deleted: read on through the open descriptor until it is quiet; its successor is read from its beginning
/// - truncated: the copy that was made of it (copytruncate) is read from where the original was left; then the original is read from its
/// beginning
/// - moved twice between two looks: parts of the same log (by name) that appeared since the start are read as well
/// - amid a line: what there is of it is a record when the file can hardly grow any more (see rotated_line_patience()), and at a stop when
/// no later run finds the file
/// - while nobody followed: a bookmark finds its file by device and inode, else by its content, compressed ones too
/// A copy of a file that is being followed, and an archive of one that was read, are not read again, whatever their names: content that is
/// equal for a KiB, or shows the same times, is a copy. In a copy that is put in a log's place (rsync) the log goes on.
/// A line never has two ids: the bookmark of a new file is in the state before anything of it is handed out.
/// Memory: a few KiB a file. Where there is no inotify, or it loses events, everything is noticed by polling.
[[nodiscard]] std::unique_ptr<FileSource> make_follow_source(FollowConfig config, const FramerFactory& framers, RunCounters& counters);

}  // namespace loglode

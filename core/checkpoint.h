// What a pipeline keeps so that another one can go on from there: what was learned, what was announced, and how far each stream was read,
// all as of one moment. Rows of plain values; state/ keeps them, and knows no meaning of what is bytes here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/announced.h"
#include "core/event.h"
#include "core/result.h"
#include "core/template_catalog.h"
#include "core/timestamp.h"
#include "core/window_summary.h"

namespace loglode {

struct StoredShape {
  ShapeId id = kNoShape;
  std::string bytes;
};

struct StoredStream {
  StreamIdentity identity;
  std::string path;
  std::uint64_t reaches = 0;       // bytes of the (decompressed) stream that are counted
  bool finished = false;           // read to its end
  bool rolled_up = false;          // its windows became totals: it is not counted again. Set by the store alone, never by a checkpoint
  Timestamp learned_at = kNoTime;  // wall clock, of the latest checkpoint that had it
};

/// Where a source goes on in a stream, in the source's own words.
struct StoredBookmark {
  StreamIdentity identity;
  std::string bytes;
};

/// What an announcer remembers (core/announced.h): all of it.
struct StoredAnnounced {
  std::string announcer;  // its name, not empty: a state may be used by `run` and `tail`, which announce apart
  Announced announced{};
};
/// Events that an announcer has announced and that may not have been written to all sinks: all of them, in order.
struct StoredPending {
  std::string announcer;
  std::vector<Event> events{};
};
/// What the assessments of an announcer's run go on from, in the analysis' words.
struct StoredBase {
  std::string announcer;
  std::string bytes;
};

struct StoredTemplate {  // the catalog as of the latest checkpoint, so that a later one can tell what merged
  TemplateId id = kNoTemplate;
  std::string text;
  SeverityClass severity = SeverityClass::quiet;
};

struct TemplateEvent {
  std::string kind;  // merged | evicted | noted
  TemplateId from = kNoTemplate, into = kNoTemplate;
  std::string text;        // of `from`
  Timestamp at = kNoTime;  // wall clock
};

/// All that changed up to one moment between two batches, and the positions that it reaches: kept whole or not at all. Of two rows of a key
/// the later one counts (of windows, as SummaryStore says).
struct Checkpoint {
  std::vector<StoredShape> shapes{};            // new or changed
  std::vector<ShapeId> shapes_gone{};           // evicted by the miner; one that is in `shapes` too stays
  std::vector<StoredStream> streams{};          // new or changed
  std::vector<StoredBookmark> bookmarks{};      // new or changed; the latest is the newest
  std::vector<WindowSummary> windows{};         // new or changed; a row is replaced unless it reaches further
  std::vector<StreamIdentity> whole_streams{};  // `windows` holds all windows of these: older rows of theirs that reach no
                                                // further than these, and than what `streams` says of it, go
  std::vector<StoredTemplate> templates{};      // all of them, when `has_templates`
  bool has_templates = false;
  std::vector<TemplateEvent> events{};
  std::vector<StoredAnnounced> announced{};  // new or changed; takes the place of all that is stored of its announcer
  std::vector<StoredPending> pending{};      // the same
  std::vector<StoredBase> bases{};           // the same
  Timestamp given_up_before = kNoTime;       // windows that ended by then may become totals, of streams that are being written too
};

/// `pending` becomes what has the effect of keeping it and then `newer`. At most `events_max` events are kept, the newest.
void join(Checkpoint& pending, Checkpoint newer, std::size_t events_max = 10'000);

/// Makes checkpoints durable.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  /// Durable when it returns. After an error the store keeps it, joined with the next, until a write goes well.
  [[nodiscard]] virtual Result<void> write(Checkpoint checkpoint) = 0;
};

}  // namespace loglode

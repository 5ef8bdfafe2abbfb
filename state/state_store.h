// What outlives the process: one SQLite file (WAL) in a state folder, with the miner's shapes, the window summaries that are the baseline,
// how far each stream was read, and what people said of templates. One snapshot is one transaction: after a crash at any point the file is
// at a snapshot. The store knows no meaning: shapes are bytes to it (patterns/mining encodes them), windows are core's summaries.
// One process writes (a lock with its owner's pid); any number read. A StateStore belongs to one thread; StateWriter moves it to its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "core/checkpoint.h"
#include "core/result.h"
#include "core/template_catalog.h"
#include "core/timestamp.h"
#include "core/window_summary.h"

namespace loglode {

enum class StateErrc {
  absent = 1,     // there is no state to read
  unsafe_folder,  // others may write in it
  in_use,         // another process writes
  newer_schema,   // made by a newer version
  damaged,        // and read_only, or noticed after it was opened
  disk_full,      // retryable, as refused is where something could not be written
  refused,        // whatever else the system or SQLite says
};
[[nodiscard]] std::error_code make_error_code(StateErrc code) noexcept;

enum class StateAccess : std::uint8_t { read_write, read_only };

struct StateLimits {
  /// Of all windows together; past it those that were given up become totals, the oldest first, then the windows of the streams learned
  /// longest ago. Streams of the snapshot that is being
  /// written are left: what one run holds is bounded by kCellsMax.
  std::size_t cells_max = 400'000;
  std::size_t events_max = 10'000;     // newest kept
  std::size_t bookmarks_max = 10'000;  // the same
};

/// Records of a service and shape whose windows were given up: exact, so that sums stay what they were. Times are kNoTime when no record of
/// it had one.
struct StoredTotal {
  std::string service;
  ShapeId shape = kNoShape;
  Severity severity = Severity::unspecified;
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
};

/// What a person said of a template. One row an id.
struct TemplateNote {
  TemplateId id = kNoTemplate;
  std::string text;                   // as it was when noted; what a pinned or seeded template keeps
  std::string name;                   // for people; may be empty
  bool pinned = false;                // keeps its text and id, is never evicted
  bool ignored = false;               // known: no finding is about it
  TemplateId alias_of = kNoTemplate;  // a person said it is that template
};

/// What an announcer remembered, in the words of a version that kept it as bytes.
struct StoredTold {
  std::string teller;  // its name, or its name and "/pending"
  std::string bytes;
};

/// An id that people and documents know, and what it is called since ids were renewed.
struct FormerId {
  TemplateId id = kNoTemplate, now = kNoTemplate;
};

/// Some of what this service said before could not be told when ids were renewed: what it says from then on may not be new.
struct ServiceWarmUp {
  std::string service;
  Timestamp since = kNoTime;  // of the records; never the epoch itself
};

/// What became of a snapshot that was written, where it is not what was asked for.
struct StateWritten {
  std::uint64_t windows_ignored = 0;    // of streams that were rolled up before: they are in the totals
  std::uint64_t streams_ignored = 0;    // rows of such streams
  std::uint64_t windows_older = 0;      // the stored one reaches further
  std::uint64_t streams_rolled_up = 0;  // by this write

  StateWritten& operator+=(const StateWritten& other) noexcept;
  friend bool operator==(const StateWritten&, const StateWritten&) = default;
};

struct StateContents {
  std::uint32_t id_version = kIdVersion;  // of all ids in it
  std::vector<StoredShape> shapes;
  std::vector<StoredStream> streams;
  std::vector<WindowSummary> windows;  // as SummaryStore accepts them
  std::vector<StoredTotal> totals;
  std::vector<TemplateNote> notes;
  std::vector<StoredTemplate> templates;
  std::vector<TemplateEvent> events;  // newest first
  std::vector<StoredBookmark> bookmarks;
  std::vector<StoredAnnounced> announced;
  std::vector<StoredPending> pending;
  std::vector<StoredBase> bases;
  std::vector<StoredTold> told;  // of schema 3 and 4: until somebody makes rows of it
  std::vector<FormerId> former_ids;
  std::vector<ServiceWarmUp> warm_ups;
  std::string set_aside;  // path of a damaged file that was set aside by open(); empty when there was none
};

/// All that a state of an older version holds, in today's ids, and what was told as rows. It cannot fail: what it cannot name it leaves
/// out.
using RenewIds = std::function<StateContents(StateContents)>;

class StateStore {
 public:
  /// Opens FOLDER/state.db, making folder (0700) and file (0600) for read_write. A damaged file (not SQLite, wrong checksum, rows that do
  /// not decode) is renamed to state.db.damaged-TIME beside it and a new one begun; its path is in StateContents::set_aside. A file of an
  /// older schema is brought up to date, and ids of an older version by `renew`, both in one transaction (without `renew` ids stay what
  /// they are). Reading alone changes nothing in the folder and keeps nothing open: what open() read is what the first load() gives.
  /// Errors: StateErrc (see there; newer_schema changes nothing), errno where the folder cannot be used.
  static Result<StateStore> open(const std::string& folder, StateAccess access, StateLimits limits = {}, const RenewIds& renew = {});
  StateStore(StateStore&&) noexcept;
  StateStore& operator=(StateStore&&) noexcept;
  ~StateStore();

  /// All of it, as of the latest snapshot. Every row is checked. Not const in what it costs: reads the file.
  [[nodiscard]] Result<StateContents> load() const;
  /// Durable when it returns. After an error the file is what it was before, and a later write may go well; but where it was deleted or
  /// replaced by another (refused), none will.
  [[nodiscard]] Result<StateWritten> write(const Checkpoint& snapshot);
  /// What a person said; replaces the row of the same id. A note that says nothing any more (no name, not pinned, not ignored, no alias) is
  /// removed. With `at`, an event `noted` is kept too. Written at once.
  [[nodiscard]] Result<void> write_note(const TemplateNote& note, Timestamp at = kNoTime);
  [[nodiscard]] const StateLimits& limits() const noexcept;

 private:
  struct Database;
  explicit StateStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace loglode

template <>
struct std::is_error_code_enum<loglode::StateErrc> : std::true_type {};

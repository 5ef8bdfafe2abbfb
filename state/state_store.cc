#include "state/state_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "core/assert.h"
#include "state/id_renewal.h"
#include "state/schema.h"
#include "state/snapshot_writer.h"
#include "state/sqlite.h"
#include "state/state_folder.h"
#include "state/state_reader.h"

namespace loglode {

namespace {

using state::Connection;
using state::StatePaths;

class StateErrorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "state"; }
  std::string message(int code) const override {
    switch (static_cast<StateErrc>(code)) {
      case StateErrc::absent:
        return "there is no state";
      case StateErrc::unsafe_folder:
        return "the state folder is not safe";
      case StateErrc::in_use:
        return "another process writes the state";
      case StateErrc::newer_schema:
        return "the state is of a newer version";
      case StateErrc::damaged:
        return "the state is damaged";
      case StateErrc::disk_full:
        return "the disk is full";
      case StateErrc::refused:
        return "the state cannot be used";
    }
    return "unknown";
  }
};

}  // namespace

std::error_code make_error_code(StateErrc code) noexcept {
  static const StateErrorCategory kCategory;
  return {static_cast<int>(code), kCategory};
}

StateWritten& StateWritten::operator+=(const StateWritten& other) noexcept {
  windows_ignored += other.windows_ignored;
  streams_ignored += other.streams_ignored;
  windows_older += other.windows_older;
  streams_rolled_up += other.streams_rolled_up;
  return *this;
}

/// In this order: the lock goes last.
struct StateStore::Database {
  StatePaths paths;
  StateLimits limits;
  RenewIds renew;
  std::optional<state::WriterLock> lock;
  std::unique_ptr<Connection> connection;  // none when it is only read
  std::unique_ptr<state::SnapshotWriter> writer;
  std::string set_aside;
  std::optional<StateContents> loaded;  // what open() read, until it is asked for or changed
  std::pair<dev_t, ino_t> opened{};     // the file that is written to

  Result<void> still_there() const;
  Result<void> begin();
  Result<void> create() const;
  Result<StateContents> read();
};

namespace {

std::string writing(const StatePaths& paths) { return "cannot write the state in " + paths.shown; }

std::unique_ptr<Connection> connect_to_write(const std::string& file) {
  auto connection = std::make_unique<Connection>(state::uri_of(file, "mode=rw"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
  connection->run("PRAGMA journal_mode=WAL");
  connection->run("PRAGMA synchronous=FULL");             // a transaction is on disk when COMMIT returns
  connection->run("PRAGMA journal_size_limit=67108864");  // what a long reader lets the -wal grow to is given back
  // The file can be written, but says of itself that it cannot: made by no version of ours.
  if (connection->good() && sqlite3_db_readonly(connection->handle(), "main") != 0 && ::access(file.c_str(), W_OK) == 0)
    connection->damaged("its header says that it may only be read");
  return connection;
}

}  // namespace

/// A new file under another name, complete before it gets its own: so an empty or half-made state.db is always a damaged one.
Result<void> StateStore::Database::create() const {
  const std::string file = paths.file() + ".new";
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
    if (::unlink((file + suffix).c_str()) != 0 && errno != ENOENT) return fail_errno("cannot write " + file + suffix);
  }
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) return fail_errno("cannot write " + file);
  ::close(made);
  {
    const std::unique_ptr<Connection> fresh = connect_to_write(file);
    state::migrate(*fresh);
    fresh->run("PRAGMA wal_checkpoint(TRUNCATE)");
    if (const auto fault = fresh->take_fault()) return state::fail_with(*fault, writing(paths));
  }
  state::about_to_change();
  if (::rename(file.c_str(), paths.file().c_str()) != 0) return fail_errno("cannot write " + paths.file());
  return state::sync_folder(paths);
}

/// SQLite goes on writing to a file that nobody will find again.
Result<void> StateStore::Database::still_there() const {
  struct stat now {};
  if (::stat(paths.file().c_str(), &now) == 0 && std::pair{now.st_dev, now.st_ino} == opened) return {};
  return fail(StateErrc::refused,
              "the state in " + paths.shown +
                  " was deleted or replaced while it was in use: nothing can be written to it any more; restart loglode");
}

/// Checks the file, making it when there is none, and opens it for writing. StateErrc::damaged when it should be set aside.
Result<void> StateStore::Database::begin() {
  if (!state::exists(paths.file())) {
    // What a lost state.db left: SQLite would read it into the new one.
    if (state::exists(paths.file() + "-wal") || state::exists(paths.file() + "-shm"))
      return fail(StateErrc::damaged, "the state in " + paths.shown + " lacks state.db, only its journal is left");
    if (auto created = create(); !created) return created;
  }
  Result<state::StateRead> read = state::read_state(paths, state::Beside::nobody);
  if (!read) return tl::unexpected(read.error());
  connection = connect_to_write(paths.file());
  if (read->version < state::schema_version() || (renew && state::is_of_older_version(read->contents))) {
    state::migrate(*connection, state::migration_steps(), renew);
    read->contents = state::read_contents(*connection);
  }
  writer = std::make_unique<state::SnapshotWriter>(*connection, limits);
  if (const auto fault = connection->take_fault()) {
    writer.reset();
    connection.reset();
    return state::fail_with(*fault, writing(paths));
  }
  struct stat status {};
  if (::stat(paths.file().c_str(), &status) != 0) return fail_errno("cannot use " + paths.file());
  opened = {status.st_dev, status.st_ino};
  loaded = std::move(read->contents);
  return {};
}

Result<StateStore> StateStore::open(const std::string& folder, StateAccess access, StateLimits limits, const RenewIds& renew) {
  const bool writes = access == StateAccess::read_write;
  auto paths = state::find_folder(folder, writes);
  if (!paths) return tl::unexpected(paths.error());
  auto database = std::make_unique<Database>();
  database->paths = std::move(*paths);
  database->limits = limits;
  database->renew = renew;
  if (!writes) {
    auto read = state::read_state(database->paths, state::Beside::writer, renew);
    if (!read) return tl::unexpected(read.error());
    database->loaded = std::move(read->contents);
    return StateStore{std::move(database)};
  }
  auto lock = state::WriterLock::take(database->paths);
  if (!lock) return tl::unexpected(lock.error());
  database->lock.emplace(std::move(*lock));
  Result<void> begun = database->begin();
  if (!begun && begun.error().code == StateErrc::damaged) {
    auto aside = state::set_aside(database->paths);
    if (!aside) return tl::unexpected(aside.error());
    database->set_aside = std::move(*aside);
    begun = database->begin();
  }
  if (!begun) return tl::unexpected(begun.error());
  return StateStore{std::move(database)};
}

StateStore::StateStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
StateStore::StateStore(StateStore&&) noexcept = default;
StateStore& StateStore::operator=(StateStore&&) noexcept = default;
StateStore::~StateStore() = default;

const StateLimits& StateStore::limits() const noexcept { return database_->limits; }

Result<StateContents> StateStore::Database::read() {
  if (loaded) return *std::exchange(loaded, std::nullopt);
  if (!connection) {
    auto now = state::read_state(paths, state::Beside::writer, renew);
    if (!now) return tl::unexpected(now.error());
    return std::move(now->contents);
  }
  StateContents contents = state::read_contents(*connection);
  if (const auto fault = connection->take_fault()) return state::fail_with(*fault, "cannot read the state in " + paths.shown);
  return contents;
}

Result<StateContents> StateStore::load() const {
  Result<StateContents> contents = database_->read();
  if (contents) contents->set_aside = database_->set_aside;
  return contents;
}

Result<StateWritten> StateStore::write(const Checkpoint& snapshot) {
  LOGLODE_ASSERT(database_->writer != nullptr);  // opened to read
  database_->loaded.reset();
  const StateWritten written = database_->writer->write(snapshot);
  if (const auto fault = database_->connection->take_fault()) return state::fail_with(*fault, writing(database_->paths));
  if (auto there = database_->still_there(); !there) return tl::unexpected(there.error());
  return written;
}

Result<void> StateStore::write_note(const TemplateNote& note, Timestamp at) {
  LOGLODE_ASSERT(database_->writer != nullptr);  // opened to read
  database_->loaded.reset();
  database_->writer->write_note(note, at);
  if (const auto fault = database_->connection->take_fault()) return state::fail_with(*fault, writing(database_->paths));
  return {};
}

}  // namespace loglode

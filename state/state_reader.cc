#include "state/state_reader.h"

#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <thread>
#include <tuple>
#include <utility>

#include "state/id_renewal.h"
#include "state/summed_table.h"

namespace loglode::state {

namespace {

/// What changes when a file is written or replaced. A file that is not there is as good as an empty one.
struct FileMark {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;
  friend bool operator==(const FileMark&, const FileMark&) = default;
};

FileMark mark_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

/// How SQLite is to open the file so that it writes nothing, not even beside it. An ordinary read-only connection makes -wal and -shm.
struct Opening {
  std::string_view options;
  bool exclusive = false;  // the index of the -wal is kept in memory
  bool unguarded = false;  // nothing keeps a writer from changing the file under us: it is to be looked at afterwards
};

Opening opening_of(const StatePaths& paths, Beside beside, bool shared_failed) {
  if (mark_of(paths.file() + "-wal").size == 0) return {.options = "immutable=1", .unguarded = true};
  // The -shm of a writer that was killed may be half made; SQLite then waits for it to be completed. So only beside a living one.
  const bool writer = beside == Beside::writer && !shared_failed && exists(paths.file() + "-shm") && WriterLock::held(paths).value_or(true);
  if (writer) return {.options = "mode=ro&readonly_shm=1"};
  return {.options = "mode=ro&vfs=unix-none", .exclusive = true, .unguarded = true};
}

void check_pages(Connection& connection) {
  // Not `FROM pragma_quick_check(1)`: newer SQLite (3.46 has it) takes that argument for the name of a table, 3.40 for a number.
  Statement check{connection, "PRAGMA quick_check(1)"};
  check.start({});
  if (check.next() && check.text(0) != "ok") connection.damaged(std::string{check.text(0)});
  check.reset();
}

/// A copy in memory, which may be changed.
std::unique_ptr<Connection> copy_of(Connection& original) {
  auto copy = std::make_unique<Connection>(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!copy->good()) return copy;
  sqlite3_backup* const backup = sqlite3_backup_init(copy->handle(), "main", original.handle(), "main");
  copy->check(backup == nullptr ? sqlite3_errcode(copy->handle()) : SQLITE_OK, "copying the state");
  if (backup == nullptr) return copy;
  static_cast<void>(sqlite3_backup_step(backup, -1));
  copy->check(sqlite3_backup_finish(backup), "copying the state");
  return copy;
}

Result<StateRead> read_once(const StatePaths& paths, const Opening& opening, const RenewIds& renew, std::span<const MigrationStep> steps) {
  const std::string doing = "cannot read the state in " + paths.shown;
  Connection connection{uri_of(paths.file(), opening.options), SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW};
  if (connection.good())
    connection.check(sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr), "configuring");
  if (opening.exclusive) connection.run("PRAGMA locking_mode=EXCLUSIVE");
  connection.run("BEGIN");
  StateRead read;
  const About about = read_about(connection);
  read.version = about.version;
  const auto newest = static_cast<std::int64_t>(steps.size());
  if (connection.good() && about.version > newest)
    return fail(StateErrc::newer_schema, "the state in " + paths.shown + " was made by a newer version of loglode (schema " +
                                             std::to_string(about.version) + ", this one knows " + std::to_string(newest) +
                                             "): use that version, or another folder; nothing was changed");
  check_pages(connection);
  if (about.version == newest) {
    read.contents = read_contents(connection);
  } else {
    verify_sums(connection, about.sum);
    if (connection.good()) {
      const std::unique_ptr<Connection> copy = copy_of(connection);
      migrate(*copy, steps);
      read.contents = read_contents(*copy);
      if (const auto fault = copy->take_fault()) return fail_with(*fault, doing);
    }
  }
  if (const auto fault = connection.take_fault()) return fail_with(*fault, doing);
  if (read.contents.id_version > kIdVersion)
    return fail(StateErrc::newer_schema, "the state in " + paths.shown + " was made by a newer version of loglode (ids " +
                                             std::to_string(read.contents.id_version) + ", this one knows " + std::to_string(kIdVersion) +
                                             "): use that version, or another folder; nothing was changed");
  if (!renew || !is_of_older_version(read.contents)) return read;
  read.contents = renew(std::move(read.contents));
  return read;
}

}  // namespace

Result<StateRead> read_state(const StatePaths& paths, Beside beside, const RenewIds& renew, std::span<const MigrationStep> steps) {
  constexpr int kTries = 50;  // a writer that begins or ends takes a few milliseconds; after half a second it is something else
  bool shared_failed = false;
  for (int attempt = 1;; ++attempt) {
    const auto marks = [&] { return std::pair{mark_of(paths.file()), mark_of(paths.file() + "-wal").size}; };
    const auto before = marks();
    const Opening opening = opening_of(paths, beside, shared_failed);
    if (!exists(paths.file())) return fail(StateErrc::absent, "there is no state in " + paths.shown);
    // SQLite takes an empty file for a new one, and would remove the -wal of it.
    Result<StateRead> read = before.first.size > 0 ? read_once(paths, opening, renew, steps)
                                                   : fail(StateErrc::damaged, "the state in " + paths.shown + " is empty");
    if (beside == Beside::nobody || attempt == kTries) return read;
    const bool moved = before != marks();
    const bool again = read ? opening.unguarded && moved : moved || read.error().retryable || read.error().code == StateErrc::refused;
    if (!again) return read;
    shared_failed = !read && !opening.unguarded && !shared_failed;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

}  // namespace loglode::state

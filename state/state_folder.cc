#include "state/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include "base/owned_file.h"
#include "state/sqlite.h"
#include "state/state_store.h"

namespace loglode::state {

namespace {

struct Free {
  void operator()(char* text) const noexcept { std::free(text); }
};

struct flock whole_file(short kind) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// ` 123 (loglode)`, as much of it as can be found out.
std::string owner_of(int lock) {
  char text[32] = {};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  const long pid = size > 0 ? std::strtol(text, nullptr, 10) : 0;
  if (pid <= 0) return {};
  std::string name;
  std::getline(std::ifstream{"/proc/" + std::to_string(pid) + "/comm"}, name);
  return " " + std::to_string(pid) + (name.empty() ? std::string{} : " (" + name + ")");
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

Result<StatePaths> find_folder(const std::string& folder, bool make) {
  if (make) {
    if (auto made = make_folders(folder, 0700); !made) return tl::unexpected(made.error());
  }
  const std::unique_ptr<char, Free> resolved{::realpath(folder.c_str(), nullptr)};
  if (!resolved) {
    if (errno == ENOENT) return fail(StateErrc::absent, "there is no state in " + folder + ": the folder does not exist");
    return fail_errno("cannot use the state folder " + folder);
  }
  StatePaths paths{resolved.get(), folder};
  struct stat status {};
  if (::stat(paths.folder.c_str(), &status) != 0) return fail_errno("cannot use the state folder " + folder);
  if (!S_ISDIR(status.st_mode)) {
    errno = ENOTDIR;
    return fail_errno("cannot use the state folder " + folder);
  }
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(
        StateErrc::unsafe_folder,
        "the state folder " + folder + " may be written by anybody, who could then change what is known: chmod o-w it, or use another");
  return paths;
}

/// False: another process has it. Where folders cannot be locked (some network file systems) the file alone counts.
bool WriterLock::take_folder(const StatePaths& paths) {
  constexpr int kTries = 5;  // a reader that asks whether it is locked holds it for an instant
  folder_ = ::open(paths.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) return true;
  for (int i = 0; ::flock(folder_, LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK && errno != EINTR) return true;
    if (i == kTries) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

Result<WriterLock> WriterLock::take(const StatePaths& paths) {
  WriterLock lock{::open(paths.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (lock.file_ < 0) return fail_errno("cannot lock the state folder " + paths.shown);
  // Of the open file, as flock's are, but a reader can ask for it without taking it.
  struct flock whole = whole_file(F_WRLCK);
  while (::fcntl(lock.file_, F_OFD_SETLK, &whole) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EACCES) return fail_errno("cannot lock the state folder " + paths.shown);
    return fail(StateErrc::in_use, "the state in " + paths.shown + " is being written by process" + owner_of(lock.file_) +
                                       ": one process at a time may write a state, any may read it");
  }
  if (!lock.take_folder(paths))
    return fail(StateErrc::in_use,
                "the state in " + paths.shown +
                    " is being written by another process, whose lock file was deleted: one process at a time may write a "
                    "state, any may read it");
  // Always the same size, so that a full disk cannot leave half a number; without it the lock holds all the same.
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%-20ld\n", static_cast<long>(::getpid()));
  static_cast<void>(::pwrite(lock.file_, text, static_cast<std::size_t>(size), 0) == size);
  return lock;
}

std::optional<bool> WriterLock::held(const StatePaths& paths) {
  WriterLock file{::open(paths.lock().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (file.file_ < 0) {
    if (errno != ENOENT) return std::nullopt;
    file.folder_ = ::open(paths.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file.folder_ >= 0 && ::flock(file.folder_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  }
  struct flock whole = whole_file(F_RDLCK);
  if (::fcntl(file.file_, F_OFD_GETLK, &whole) != 0) return std::nullopt;
  return whole.l_type != F_UNLCK;
}

WriterLock::WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)), folder_(std::exchange(other.folder_, -1)) {}
WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(folder_, other.folder_);
  return *this;
}
WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
  if (folder_ >= 0) ::close(folder_);
}

Result<void> sync_folder(const StatePaths& paths) {
  const int folder = ::open(paths.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return fail_errno("cannot use the state folder " + paths.shown);
  const bool synced = ::fsync(folder) == 0 || errno == EINVAL;  // EINVAL: a file system without it
  const auto failed = fail_errno("cannot write the state folder " + paths.shown);
  ::close(folder);
  if (!synced) return failed;
  return {};
}

Result<std::string> set_aside(const StatePaths& paths) {
  const std::string stem = paths.file() + ".damaged-" + utc_now();
  std::string to = stem;
  for (int i = 2; exists(to) || exists(to + "-wal") || exists(to + "-shm"); ++i) to = stem + "-" + std::to_string(i);
  // The file last: a new one is begun only when nothing of the old one is left that SQLite would read into it.
  for (const char* const suffix : {"-wal", "-shm", ""}) {
    about_to_change();
    if (::rename((paths.file() + suffix).c_str(), (to + suffix).c_str()) != 0 && errno != ENOENT)
      return fail_errno("cannot set the damaged state " + paths.file() + " aside");
  }
  if (auto synced = sync_folder(paths); !synced) return tl::unexpected(synced.error());
  return to;
}

}  // namespace loglode::state

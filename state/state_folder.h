// The folder that the state is in, and who may write there.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace loglode::state {

struct StatePaths {
  std::string folder;  // resolved: no symbolic links
  std::string shown;   // as a person gave it
  [[nodiscard]] std::string file() const { return folder + "/state.db"; }
  [[nodiscard]] std::string lock() const { return folder + "/state.lock"; }
};

/// Makes what is missing of `folder`, with mode 0700, when `make` is set.
/// Errors: StateErrc::absent, unsafe_folder (anybody may write there); errno.
[[nodiscard]] Result<StatePaths> find_folder(const std::string& folder, bool make);

/// Held by the one process that writes; the file says its pid and stays when the lock goes. The folder itself is locked too: who deletes
/// the file lets nobody else in.
class WriterLock {
 public:
  /// Errors: StateErrc::in_use, naming the process; errno.
  [[nodiscard]] static Result<WriterLock> take(const StatePaths& paths);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

  /// Whether somebody holds it, without taking it; nothing when it cannot be found out.
  [[nodiscard]] static std::optional<bool> held(const StatePaths& paths);

 private:
  explicit WriterLock(int file) : file_(file) {}
  [[nodiscard]] bool take_folder(const StatePaths& paths);
  int file_ = -1, folder_ = -1;
};

[[nodiscard]] bool exists(const std::string& path);
/// What is written to the folder itself (new names) is on disk when this returns.
[[nodiscard]] Result<void> sync_folder(const StatePaths& paths);
/// Renames state.db, its -wal and -shm to state.db.damaged-TIME…; the new path of state.db. Nothing is replaced. Under the WriterLock.
[[nodiscard]] Result<std::string> set_aside(const StatePaths& paths);

}  // namespace loglode::state

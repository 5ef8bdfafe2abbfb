// Files that are appended to and must survive a crash: an owned descriptor, writes that count as a whole or not at all, fsync of a file and
// of its folder, the lock of one writer. Functions without state; an OwnedFile belongs to whoever holds it.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace loglode {

class OwnedFile {
 public:
  OwnedFile() = default;
  explicit OwnedFile(int fd) noexcept : fd_{fd} {}
  OwnedFile(OwnedFile&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  OwnedFile& operator=(OwnedFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFile();
  [[nodiscard]] int fd() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Errors: errno, with the path; retryable where the machine is short of something (space, descriptors, an I/O error).
[[nodiscard]] Result<OwnedFile> open_file(const std::string& path, int flags, mode_t mode = 0);
/// The error of the last system call; retryable where another try can go well.
[[nodiscard]] tl::unexpected<Error> fail_on_file(std::string where);

/// Appends all of `bytes` to a file opened with O_APPEND, or nothing: what a short write left is cut off again.
/// Errors: as open_file. An error that is not retryable says that a part was written and could not be taken back.
[[nodiscard]] Result<void> append_whole(const OwnedFile& file, std::string_view bytes, const std::string& path);
/// Errors: what fsync says, never retryable: after a failed fsync nobody knows which bytes are on the disk (Linux marks the pages clean),
/// so only reading the records again from the last position helps.
[[nodiscard]] Result<void> sync_file(const OwnedFile& file, const std::string& path);
/// fsync of the folder that holds `path`: makes a creation or a rename durable. Errors: as sync_file.
[[nodiscard]] Result<void> sync_folder_of(const std::string& path);

/// One writer: the lock of the open file, free again when it is closed. Errors: somebody else holds it.
[[nodiscard]] Result<void> lock_writer(const OwnedFile& file, const std::string& path);
/// Whether somebody holds it; never takes it.
[[nodiscard]] bool has_writer(const OwnedFile& file) noexcept;

/// rename() that never overwrites. Errors: EEXIST and the others.
[[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to);

/// The folder and those above it that are not there, each with `mode` and no more, whatever the umask is. Errors: as open_file.
[[nodiscard]] Result<void> make_folders(const std::string& path, mode_t mode);

[[nodiscard]] std::string folder_of(const std::string& path);
[[nodiscard]] std::string name_in_folder(const std::string& path);

}  // namespace loglode

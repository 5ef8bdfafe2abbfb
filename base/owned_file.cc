#include "base/owned_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace loglode {

namespace {

bool may_pass(int code) noexcept {
  for (const int passing : {ENOSPC, EDQUOT, EIO, EFBIG, EMFILE, ENFILE, EINTR, EAGAIN, ENOMEM, ENOLCK})
    if (code == passing) return true;
  return false;
}

struct flock whole_file(short kind) noexcept {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// Takes back what a short write left. True when nothing of it stands in the file.
bool take_back(const OwnedFile& file, std::size_t written) noexcept {
  if (written == 0) return true;
  struct stat status {};
  // Of the file as it is: somebody may have emptied it since.
  if (::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return ::ftruncate(file.fd(), static_cast<off_t>(size > written ? size - written : 0)) == 0;
}

}  // namespace

OwnedFile::~OwnedFile() {
  if (fd_ >= 0) ::close(fd_);
}

tl::unexpected<Error> fail_on_file(std::string where) {
  const int code = errno;
  auto failed = fail_errno(std::move(where));
  failed.value().retryable = may_pass(code);
  return failed;
}

Result<OwnedFile> open_file(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
    if (fd >= 0) return OwnedFile{fd};
    if (errno != EINTR) return fail_on_file("cannot open " + path);
  }
}

Result<void> append_whole(const OwnedFile& file, std::string_view bytes, const std::string& path) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = ::write(file.fd(), bytes.data() + at, bytes.size() - at);
    if (written > 0) at += static_cast<std::size_t>(written);
    if (written > 0 || (written < 0 && errno == EINTR)) continue;
    if (written == 0) errno = EIO;
    auto failed = fail_on_file("cannot write to " + path);
    if (!take_back(file, at)) failed.value().retryable = false;
    return failed;
  }
  return {};
}

Result<void> sync_file(const OwnedFile& file, const std::string& path) {
  while (::fsync(file.fd()) != 0) {
    if (errno == EINTR) continue;
    if (errno == EINVAL || errno == EROFS) return {};  // a pipe, a terminal: nothing to be made durable
    auto failed = fail_errno("cannot make " + path + " durable");
    failed.value().retryable = false;
    return failed;
  }
  return {};
}

Result<void> sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  auto opened = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!opened) return tl::unexpected<Error>(opened.error());
  return sync_file(*opened, folder);
}

Result<void> lock_writer(const OwnedFile& file, const std::string& path) {
  struct flock whole = whole_file(F_WRLCK);
  if (::fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return {};
  if (errno != EAGAIN && errno != EACCES) return fail_on_file("cannot lock " + path);
  return fail(std::make_error_code(std::errc::device_or_resource_busy), path + " is being written by another process, or by another sink");
}

bool has_writer(const OwnedFile& file) noexcept {
  struct flock whole = whole_file(F_RDLCK);
  return ::fcntl(file.fd(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

Result<void> rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS) {  // a file system that cannot: look first, names hold a time and are ours alone
    struct stat status {};
    if (::lstat(to.c_str(), &status) == 0)
      errno = EEXIST;
    else if (::rename(from.c_str(), to.c_str()) == 0)
      return {};
  }
  return fail_on_file("cannot rename " + from + " to " + to);
}

Result<void> make_folders(const std::string& path, mode_t mode) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    struct stat status {};
    if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST && (errno != EROFS || ::stat(part.c_str(), &status) != 0))
      return fail_on_file("cannot make the folder " + part);
    if (end == std::string::npos) return {};
  }
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_in_folder(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace loglode

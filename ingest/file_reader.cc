#include "ingest/file_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace loglode::ingest {

namespace {

bool may_be_read(const struct stat& status, const InputFile& input, int descriptor) {
  if (S_ISREG(status.st_mode)) return true;
  if (input.in_folder) return false;
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) return true;
  if (!S_ISCHR(status.st_mode)) return false;
  return ::isatty(descriptor) == 1 || status.st_rdev == ::makedev(1, 3);  // 1, 3: /dev/null
}

}  // namespace

std::string_view kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

FileDescriptor::~FileDescriptor() {
  if (owned_ && number_ >= 0) ::close(number_);
}

std::string shown_name(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string why_not_opened(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return "no such file: " + path;
    case EACCES:
    case EPERM:
      return "no permission to read " + path + ": ask for membership of its group (often adm) or run as a user that may";
    case ENXIO:
      return path + " is a socket: name a file, a FIFO or - instead";
    case ELOOP:
      return path +
             " is a symbolic link that leads in a circle or was put there after the folder was listed: name the file that it should lead "
             "to";
    default:
      return "cannot open " + path + ": " + std::generic_category().message(error);
  }
}

Result<OpenedFile> open_input(const InputFile& input) {
  const bool standard_input = input.path == "-";
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang; it changes nothing for regular files.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (input.in_folder ? O_NOFOLLOW : 0);
  FileDescriptor descriptor{standard_input ? STDIN_FILENO : ::open(input.path.c_str(), flags), !standard_input};
  struct stat status {};
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) {
    const int error = errno;
    return fail({error, std::generic_category()}, standard_input ? "standard input is closed" : why_not_opened(input.path, error));
  }
  if (!may_be_read(status, input, descriptor.number())) {
    return fail(std::make_error_code(std::errc::invalid_argument),
                shown_name(input.path) + " is " + std::string{kind_of(status.st_mode)} +
                    ", not a log file: name a file, a folder, a FIFO or - for standard input instead");
  }
  static_cast<void>(::posix_fadvise(descriptor.number(), 0, 0, POSIX_FADV_SEQUENTIAL));
  return OpenedFile{std::move(descriptor), status};
}

FileReader::FileReader(OpenedFile file, ReadNotes& notes, std::atomic<std::uint64_t>& bytes_read)
    : file_{std::move(file)}, notes_{notes}, bytes_read_{bytes_read} {
  if (S_ISREG(file_.status.st_mode)) {
    const off_t begin = ::lseek(file_.descriptor.number(), 0, SEEK_CUR);  // standard input may have been read from before
    position_ = begin > 0 ? static_cast<std::uint64_t>(begin) : 0;
  }
}

bool FileReader::ready(Deadline until) const {
  if (S_ISREG(file_.status.st_mode) && !may_wait_) return true;
  while (true) {
    const auto now = Deadline::clock::now();
    const std::int64_t left_ms = until > now ? std::chrono::ceil<std::chrono::milliseconds>(until - now).count() : 0;
    pollfd poll_for{file_.descriptor.number(), POLLIN, 0};
    // A FIFO that nobody has opened for writing yet is not ready; one whose writers have left is (POLLHUP, then read gives 0).
    const int count = ::poll(&poll_for, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 3'600'000)));
    if (count > 0 || (count < 0 && errno != EINTR)) return true;
    if (left_ms == 0) return false;
  }
}

ReadResult FileReader::read(char* to, std::size_t room, Deadline until) {
  while (!ended_) {
    if (!ready(until)) return {ReadStatus::wait, 0};
    const ssize_t size = ::read(file_.descriptor.number(), to, room);
    if (size > 0) {
      position_ += static_cast<std::uint64_t>(size);
      bytes_read_ += static_cast<std::uint64_t>(size);
      return {ReadStatus::bytes, static_cast<std::size_t>(size)};
    }
    if (size == 0) return end();
    if (errno != EINTR && errno != EAGAIN) return failed(errno);
    // Some files under /proc and /sys call themselves regular and are streams (/proc/kmsg): they are waited for as a pipe is.
    if (errno == EAGAIN) may_wait_ = true;
    if (may_wait_ && Deadline::clock::now() >= until) return {ReadStatus::wait, 0};
  }
  return {ReadStatus::end, 0};
}

ReadResult FileReader::end() {
  ended_ = true;
  const auto size_when_opened = static_cast<std::uint64_t>(file_.status.st_size);
  if (S_ISREG(file_.status.st_mode) && position_ < size_when_opened) {
    notes_.push_back({"got shorter while it was read: " + std::to_string(position_) + " of " + std::to_string(size_when_opened) +
                          " bytes were there (was it rotated? then read its older parts as well)",
                      false});
  }
  return {ReadStatus::end, 0};
}

ReadResult FileReader::failed(int error) {
  ended_ = true;
  notes_.push_back({"could not be read beyond byte " + std::to_string(position_) + ": " + std::generic_category().message(error) +
                        "; what came before was read",
                    true});
  return {ReadStatus::end, 0};
}

}  // namespace loglode::ingest

// Loaded into a program under test (LD_PRELOAD): makes its disk slow or broken while it runs. LOGLODE_FAULTS names a file that is looked
// at before each call; as long as it is not there, nothing happens. A line of it is a rule:
//
//   CALL HOW PART        write EIO out/records      fsync EIO state.db      open EMFILE out      write 200ms records
//
// CALL: open, write, fsync (also fdatasync) or all. HOW: the name of an error, or how long the call waits before it is made. PART: a part
// of the path.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

namespace {

using std::string_view;

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

constexpr std::pair<string_view, int> kErrors[] = {{"EIO", EIO},     {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE},
                                                   {"EROFS", EROFS}, {"EACCES", EACCES}, {"EDQUOT", EDQUOT}};

string_view next_word(string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

void rest(long milliseconds) {
  const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  ::syscall(SYS_nanosleep, &time, nullptr);
}

/// The error that the rules have for this call on this path; 0: none.
int fault_of(string_view call, string_view path) {
  static const char* const rules = std::getenv("LOGLODE_FAULTS");
  if (rules == nullptr) return 0;
  const int before = errno;
  // No function of this file is called for the rules themselves.
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, rules, O_RDONLY | O_CLOEXEC));
  if (fd < 0) return errno = before, 0;
  std::array<char, 4096> text{};
  const ssize_t size = ::syscall(SYS_read, fd, text.data(), text.size());
  ::syscall(SYS_close, fd);
  errno = before;
  for (string_view left{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0}; !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const string_view wanted = next_word(line), how = next_word(line), part = next_word(line);
    if (part.empty() || (wanted != call && wanted != "all") || path.find(part) == string_view::npos) continue;
    if (how.size() > 2 && how.substr(how.size() - 2) == "ms") rest(std::strtol(how.data(), nullptr, 10));
    for (const auto& [name, code] : kErrors)
      if (name == how) return code;
  }
  return 0;
}

int fault_of(string_view call, int fd) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const int before = errno;
  const ssize_t size = ::syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size());
  errno = before;
  return size <= 0 || path[0] != '/' ? 0 : fault_of(call, string_view{path.data(), static_cast<std::size_t>(size)});
}

/// Whether the call is to fail, with errno set.
template <class Place>
bool fails(string_view call, Place place) {
  const int code = fault_of(call, place);
  if (code != 0) errno = code;
  return code != 0;
}

mode_t mode_of(int flags, va_list arguments) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0; }

int open_at(int folder, const char* path, int flags, mode_t mode) {
  if (fails("open", string_view{path})) return -1;
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

}  // namespace

#define LOGLODE_OPEN(name, large)                          \
  extern "C" int name(const char* path, int flags, ...) {  \
    va_list arguments;                                     \
    va_start(arguments, flags);                            \
    const mode_t mode = mode_of(flags, arguments);         \
    va_end(arguments);                                     \
    return open_at(AT_FDCWD, path, flags | (large), mode); \
  }
#define LOGLODE_OPENAT(name, large)                                   \
  extern "C" int name(int folder, const char* path, int flags, ...) { \
    va_list arguments;                                                \
    va_start(arguments, flags);                                       \
    const mode_t mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                                \
    return open_at(folder, path, flags | (large), mode);              \
  }
LOGLODE_OPEN(open, 0)
LOGLODE_OPEN(open64, O_LARGEFILE)
LOGLODE_OPENAT(openat, 0)
LOGLODE_OPENAT(openat64, O_LARGEFILE)

extern "C" ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
  return fails("write", fd) ? -1 : next(fd, bytes, size);
}

extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static auto* const next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return fails("write", fd) ? -1 : next(fd, bytes, size, offset);
}

extern "C" ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static auto* const next = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return fails("write", fd) ? -1 : next(fd, bytes, size, offset);
}

extern "C" int fsync(int fd) {
  static auto* const next = real<int(int)>("fsync");
  return fails("fsync", fd) ? -1 : next(fd);
}

extern "C" int fdatasync(int fd) {
  static auto* const next = real<int(int)>("fdatasync");
  return fails("fsync", fd) ? -1 : next(fd);
}

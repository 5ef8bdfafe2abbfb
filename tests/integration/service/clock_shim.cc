// Loaded into a program under test (LD_PRELOAD): its wall clock is off by as many seconds as the file LOGLODE_CLOCK says; without the file
// it is right. Waits until a moment of the wall clock follow it as the kernel's do: set back by a day, they last a day longer.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace {

constexpr long kNanoseconds = 1'000'000'000;
constexpr long kPollInterval = 20'000'000;  // a change of the clock is seen this fast by those who wait

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Seconds.
long offset() {
  static const char* const file = std::getenv("LOGLODE_CLOCK");
  if (file == nullptr) return 0;
  const int before = errno;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC));
  if (fd < 0) return errno = before, 0;
  std::array<char, 32> text{};
  const ssize_t size = ::syscall(SYS_read, fd, text.data(), text.size() - 1);
  ::syscall(SYS_close, fd);
  errno = before;
  return size > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
}

timespec now_of(clockid_t clock) {
  timespec now{};
  ::syscall(SYS_clock_gettime, clock, &now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now.tv_sec += offset();
  return now;
}

long nanoseconds_until(const timespec& then) {
  const timespec now = now_of(CLOCK_REALTIME);
  const long seconds = then.tv_sec - now.tv_sec;
  return seconds > 10'000'000 ? 10'000'000 * kNanoseconds : seconds * kNanoseconds + (then.tv_nsec - now.tv_nsec);
}

/// A moment of the monotonic clock.
timespec in(long nanoseconds) {
  timespec then = now_of(CLOCK_MONOTONIC);
  then.tv_nsec += nanoseconds;
  then.tv_sec += then.tv_nsec / kNanoseconds;
  then.tv_nsec %= kNanoseconds;
  return then;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    static auto* const next = real<int(clockid_t, timespec*)>("clock_gettime");
    return next(clock, now);
  }
  *now = now_of(clock);
  return 0;
}

extern "C" int gettimeofday(timeval* now, void*) noexcept {
  const timespec at = now_of(CLOCK_REALTIME);
  *now = {at.tv_sec, at.tv_nsec / 1000};
  return 0;
}

extern "C" time_t time(time_t* now) noexcept {
  const time_t seconds = now_of(CLOCK_REALTIME).tv_sec;
  if (now != nullptr) *now = seconds;
  return seconds;
}

extern "C" int timespec_get(timespec* now, int base) noexcept {
  *now = now_of(CLOCK_REALTIME);
  return base;
}

namespace {

/// In short waits of a clock that does not jump. One that is over is a spurious wake-up for the caller, who looks and waits again: to go on
/// here would lose a signal that came between two of them.
int wait_until(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec& until) {
  static auto* const wait = real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>("pthread_cond_clockwait");
  const long left = nanoseconds_until(until);
  if (left <= 0) return ETIMEDOUT;
  const timespec then = in(left < kPollInterval ? left : kPollInterval);
  const int done = wait(condition, mutex, CLOCK_MONOTONIC, &then);
  if (done != ETIMEDOUT) return done;
  return nanoseconds_until(until) <= 0 ? ETIMEDOUT : 0;
}

}  // namespace

extern "C" int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  return wait_until(condition, mutex, *until);
}

// What librdkafka waits with. In glibc both are the same underneath.
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t) && sizeof(mtx_t) == sizeof(pthread_mutex_t));
extern "C" int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  const int done = wait_until(reinterpret_cast<pthread_cond_t*>(condition), reinterpret_cast<pthread_mutex_t*>(mutex), *until);
  return done == 0 ? thrd_success : done == ETIMEDOUT ? thrd_timedout : thrd_error;
}

// A mutex, its lock and a condition whose rules a compiler checks: what a mutex guards is written on the member (LOGLODE_GUARDED_BY), what
// must be held on the function (LOGLODE_REQUIRES), and clang refuses code that forgets (-Wthread-safety, on in the clang and asan presets).
// libstdc++'s own mutex carries no such words. See clang's documentation, "Thread Safety Analysis".
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LOGLODE_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define LOGLODE_THREAD_ATTRIBUTE(attribute)
#endif
#define LOGLODE_GUARDED_BY(mutex) LOGLODE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define LOGLODE_REQUIRES(...) LOGLODE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define LOGLODE_EXCLUDES(...) LOGLODE_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
/// Not checked: where the compiler cannot see that two names are of one mutex.
#define LOGLODE_UNCHECKED_LOCKS LOGLODE_THREAD_ATTRIBUTE(no_thread_safety_analysis)
#define LOGLODE_ACQUIRED_BEFORE(...) LOGLODE_THREAD_ATTRIBUTE(acquired_before(__VA_ARGS__))

namespace loglode {

class LOGLODE_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() LOGLODE_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() LOGLODE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class LOGLODE_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LOGLODE_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_{mutex} { mutex_.lock(); }
  ~MutexLock() LOGLODE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waited for with the mutex held, which is free while it waits. May wake for nothing: look again in a loop.
class Condition {
 public:
  void wait(Mutex& mutex) LOGLODE_REQUIRES(mutex) {
    std::unique_lock lock{mutex.mutex_, std::adopt_lock};
    condition_.wait(lock);
    lock.release();
  }
  /// Until `deadline` at most.
  void wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) LOGLODE_REQUIRES(mutex) {
    std::unique_lock lock{mutex.mutex_, std::adopt_lock};
    condition_.wait_until(lock, deadline);
    lock.release();
  }
  void notify_all() noexcept { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace loglode

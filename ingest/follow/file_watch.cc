#include "ingest/follow/file_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <thread>

namespace loglode::ingest {

namespace {
constexpr std::size_t kUnseenMax = 1000;

/// By another machine, or a process behind FUSE: no event says so.
bool is_written_elsewhere(const std::string& folder) {
  constexpr std::uint32_t kKinds[] = {0x6969,     0xfe534d42, 0xff534d42, 0x517b,
                                      0x65735546, 0x01021997, 0x00c36400};  // NFS, SMB, FUSE, 9p, Ceph
  struct statfs kind {};
  if (::statfs(folder.c_str(), &kind) != 0) return true;
  return std::find(std::begin(kKinds), std::end(kKinds), static_cast<std::uint32_t>(kind.f_type)) != std::end(kKinds);
}

constexpr std::uint32_t kNames = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
}  // namespace

FileWatch::FileWatch() : events_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)} {}

void FileWatch::add_folder(const std::string& folder) {
  if (!has_events() || !folders_.insert(folder).second) return;
  const bool watched = ::inotify_add_watch(events_.number(), folder.c_str(), kNames | IN_MODIFY | IN_CLOSE_WRITE) >= 0;
  if (!watched) folders_.erase(folder);
  if (watched && !is_written_elsewhere(folder))
    unseen_.erase(folder);
  else if (unseen_.size() < kUnseenMax)
    unseen_.insert(folder);
}

FileWatch::News FileWatch::wait(Deadline until) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  const auto sleep = std::max(left, milliseconds{0});
  if (!has_events()) {
    std::this_thread::sleep_for(sleep);
    return News::none;
  }
  pollfd ready{events_.number(), POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(sleep.count(), 1'000))) > 0 ? drain() : News::none;
}

FileWatch::News FileWatch::drain() {
  News news = News::none;
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t size = ::read(events_.number(), buffer.data(), buffer.size());
    if (size <= 0) return news;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(size);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event + event.len;
      news = std::max(news, (event.mask & (kNames | IN_Q_OVERFLOW | IN_IGNORED)) != 0 ? News::names : News::content);
    }
  }
}

}  // namespace loglode::ingest

#include "sinks/open_writes.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::size_t kRoomMin = 1 * kMiB;

}  // namespace

std::unique_ptr<OpenWrite> open_write_of(std::shared_ptr<const Batch> batch, Verdicts& to) {
  auto write = std::make_unique<OpenWrite>();
  write->pinned = batch->capacity();
  write->batch = std::move(batch);
  write->to = &to;
  return write;
}

std::unique_ptr<OpenWrite> open_write_of(const Event& event, EventVerdicts& to) {
  auto write = std::make_unique<OpenWrite>();
  write->event = event;
  write->event_to = &to;
  return write;
}

OpenWrite& OpenWrites::open(std::unique_ptr<OpenWrite> write) {
  const std::scoped_lock lock{mutex_};
  OpenWrite& opened = *write;
  opened.ticket = next_ticket_++;
  opened.left = opened.marks.size();
  bytes_ += opened.pinned;
  for (const OpenWrite::Mark& mark : opened.marks) bytes_ += mark.bytes;
  open_.emplace(opened.ticket, std::move(write));
  return opened;
}

void OpenWrites::settle(const OpenWrite::Mark& mark, Verdict verdict, std::string_view reason) {
  OpenWrite& write = *mark.of;
  if (write.to != nullptr) write.to->settle(*write.batch, mark.record, verdict, reason);
  if (write.event_to != nullptr) write.event_to->settle(write.event, verdict, reason);
  std::unique_ptr<OpenWrite> done;  // freed behind the lock
  const std::scoped_lock lock{mutex_};
  bytes_ -= mark.bytes;
  ++settled_documents_;
  settled_.notify_all();  // who waits looks once the lock is free
  if (--write.left != 0) return;
  bytes_ -= write.pinned;
  const auto found = open_.find(write.ticket);
  done = std::move(found->second);
  open_.erase(found);
}

bool OpenWrites::wait_for_room(std::size_t bytes, std::chrono::milliseconds wait) {
  std::unique_lock lock{mutex_};
  return settled_.wait_for(lock, wait, [&] { return bytes_ == 0 || bytes_ + bytes <= room_; });
}

std::uint64_t OpenWrites::next_ticket() const {
  const std::scoped_lock lock{mutex_};
  return next_ticket_;
}

bool OpenWrites::wait_for_settled(std::uint64_t ticket, Deadline until) {
  std::unique_lock lock{mutex_};
  return settled_.wait_until(lock, until, [&] { return open_.empty() || open_.begin()->first >= ticket; });
}

void OpenWrites::note_flush(bool in_time) {
  const std::scoped_lock lock{mutex_};
  const bool moves = std::exchange(settled_at_flush_, settled_documents_) != settled_documents_;
  if (in_time)
    room_ = std::min(bytes_max_, room_ + room_ / 4);
  else if (moves)  // a server that is away says nothing of its speed
    room_ = std::max(std::min(kRoomMin, bytes_max_), room_ / 2);
}

std::size_t OpenWrites::size() const {
  const std::scoped_lock lock{mutex_};
  return open_.size();
}

}  // namespace loglode

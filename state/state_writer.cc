#include "state/state_writer.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/assert.h"

namespace loglode {

struct StateWriter::Work {
  explicit Work(StateStore to) : store(std::move(to)) {}

  void run();

  StateStore store;  // the thread's alone
  mutable std::mutex mutex;
  std::condition_variable changed;    // fresh, ending; durable, failed_up_to
  std::optional<Checkpoint> pending;  // by mutex, as all that follows
  bool fresh = false;                 // `pending` has something that was not tried
  bool ending = false;
  std::uint64_t submitted = 0, durable = 0, failed_up_to = 0;  // the last: of the latest write that failed
  StateWritten written;
  std::optional<Error> trouble;
  Error failure;  // of the write that failed_up_to speaks of
  std::thread thread;
};

void StateWriter::Work::run() {
  for (std::unique_lock lock{mutex};;) {
    changed.wait(lock, [&] { return fresh || ending; });
    if (!pending) return;  // ending, all is durable
    const bool last = ending;
    Checkpoint taken = *std::exchange(pending, std::nullopt);
    const std::uint64_t number = submitted;
    fresh = false;
    lock.unlock();
    const Result<StateWritten> result = store.write(taken);
    lock.lock();
    if (result) {
      durable = number;
      written += *result;
      trouble.reset();
      changed.notify_all();
      continue;
    }
    if (!trouble) trouble = result.error();
    failure = result.error();
    failed_up_to = number;
    changed.notify_all();
    if (pending) join(taken, *std::exchange(pending, std::nullopt), store.limits().events_max);
    pending = std::move(taken);
    if (last) return;
  }
}

StateWriter::StateWriter(StateStore store) : work_(std::make_unique<Work>(std::move(store))) {
  work_->thread = std::thread{[work = work_.get()] { work->run(); }};
}

StateWriter::~StateWriter() {
  if (work_->thread.joinable()) static_cast<void>(finish());
}

std::uint64_t StateWriter::submit(Checkpoint snapshot) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock{work_->mutex};
    LOGLODE_ASSERT(!work_->ending);
    if (work_->pending)
      join(*work_->pending, std::move(snapshot), work_->store.limits().events_max);
    else
      work_->pending = std::move(snapshot);
    work_->fresh = true;
    number = ++work_->submitted;
  }
  work_->changed.notify_all();
  return number;
}

std::uint64_t StateWriter::durable() const {
  const std::lock_guard lock{work_->mutex};
  return work_->durable;
}

Result<void> StateWriter::wait_for(std::uint64_t number) const {
  std::unique_lock lock{work_->mutex};
  work_->changed.wait(lock, [&] { return work_->durable >= number || work_->failed_up_to >= number; });
  if (work_->durable >= number) return {};
  return tl::unexpected<Error>(work_->failure);
}

std::optional<Error> StateWriter::trouble() const {
  const std::lock_guard lock{work_->mutex};
  return work_->trouble;
}

Result<StateWritten> StateWriter::finish() {
  {
    const std::lock_guard lock{work_->mutex};
    work_->ending = true;
  }
  work_->changed.notify_all();
  if (work_->thread.joinable()) work_->thread.join();
  if (work_->trouble) return tl::unexpected(*work_->trouble);
  return work_->written;
}

}  // namespace loglode

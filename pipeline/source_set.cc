#include "pipeline/source_set.h"

#include <chrono>
#include <utility>

namespace loglode {

namespace {
using Clock = std::chrono::steady_clock;
constexpr auto kTimeout = std::chrono::milliseconds{50};
constexpr auto kLongestWait = std::chrono::seconds{1};
}  // namespace

SourceSet::SourceSet(std::vector<Named> sources, std::size_t waiting_max)
    : sources_{std::move(sources)}, waiting_max_{waiting_max}, running_{sources_.size()} {
  for (const Named& each : sources_) {
    progress_.expect(each.source.get());
    keeps_pace_.push_back(each.source->keep_pace(progress_) ? 1 : 0);
  }
  for (std::size_t number = 0; number < sources_.size(); ++number) threads_.emplace_back([this, number] { pump(number); });
}

SourceSet::~SourceSet() {
  {
    const std::scoped_lock lock{mutex_};
    abandoned_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

/// Of a source that does not ask itself. It gets one after a second at the latest: who writes into a pipe must not stand still.
bool SourceSet::has_turn(const Source& source, const std::optional<StreamId>& unread, Clock::time_point waits_since) {
  if (!unread || Clock::now() >= waits_since + kLongestWait) return true;
  if (progress_.turns(&source, {&*unread, 1}).front().may_be_read) return true;
  progress_.wait_for_delivery(Clock::now() + kTimeout);
  return false;
}

void SourceSet::pump(std::size_t number) {
  Source& source = *sources_[number].source;
  const bool keeps_pace = keeps_pace_[number] != 0;
  std::optional<StreamId> unread;  // of a source that does not
  Clock::time_point waits_since = Clock::now();
  bool told = false;
  for (;;) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return waiting_.size() < waiting_max_ || abandoned_; });
    if (abandoned_) return;
    if (stopping_ && !std::exchange(told, true)) source.stop();
    if (!keeps_pace && !stopping_) {
      lock.unlock();
      if (!has_turn(source, unread, waits_since)) continue;
      lock.lock();
    }
    waits_since = Clock::now();
    Batch batch = take_spare();
    lock.unlock();
    auto filled = source.fill(batch, Clock::now() + kTimeout);
    lock.lock();
    if (!filled && !error_) error_ = filled.error();
    const bool something = batch.stream != nullptr;  // without records it says where its stream goes on, be it at 0
    if (filled && something) {
      owners_.emplace(batch.stream->info.id, number);
      progress_.handed_out(batch.stream->info.id, batch.records.size());
      unread = batch.stream->info.id;
      waiting_.push_back(std::move(batch));
    } else {
      batch.clear();
      spare_.push_back(std::move(batch));
      unread.reset();
    }
    const bool ended = !filled || *filled == Fill::end;
    running_ -= ended;
    lock.unlock();
    changed_.notify_all();
    if (!keeps_pace && (ended || !unread)) static_cast<void>(progress_.turns(&source, {}));
    if (ended) return;
  }
}

Batch SourceSet::take_spare() {
  if (spare_.empty()) return {};
  Batch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

Result<Fill> SourceSet::fill(Batch& out, Deadline until) {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, until, [&] { return !waiting_.empty() || running_ == 0 || error_; });
  if (!waiting_.empty()) {
    std::swap(out, waiting_.front());
    waiting_.front().clear();
    spare_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  } else if (error_) {
    return tl::unexpected<Error>(*error_);
  }
  const bool more = running_ > 0 || !waiting_.empty() || error_;
  lock.unlock();
  changed_.notify_all();
  return more ? Fill::more : Fill::end;
}

void SourceSet::stop() noexcept {
  progress_.stop();
  const std::scoped_lock lock{mutex_};
  stopping_ = true;
}

const SourceSet::Named* SourceSet::source_of(StreamId stream) const {
  const std::scoped_lock lock{mutex_};
  const auto owner = owners_.find(stream);
  return owner == owners_.end() ? nullptr : &sources_[owner->second];
}

Result<void> SourceSet::commit(std::span<const StreamPosition> positions) {
  std::map<const Named*, std::vector<StreamPosition>> by_source;
  for (const StreamPosition& position : positions)
    if (const Named* const owner = source_of(position.stream); owner != nullptr) by_source[owner].push_back(position);
  Result<void> all;
  for (const auto& [owner, theirs] : by_source)
    if (auto committed = owner->source->commit(theirs); !committed && all) all = std::move(committed);
  return all;
}

std::string SourceSet::bookmark(StreamId stream, std::uint64_t offset) const {
  const Named* const owner = source_of(stream);
  return owner == nullptr ? std::string{} : owner->source->bookmark(stream, offset);
}

bool SourceSet::wants_commit() const noexcept {
  for (const Named& each : sources_)
    if (each.source->wants_commit()) return true;
  return false;
}

const std::string* SourceSet::name_of(StreamId stream) const {
  const Named* const owner = source_of(stream);
  return owner == nullptr ? nullptr : &owner->name;
}

}  // namespace loglode

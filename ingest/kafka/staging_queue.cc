#include "ingest/kafka/staging_queue.h"

#include <algorithm>
#include <utility>

namespace loglode::kafka {

namespace {

constexpr auto kBetweenTurns = std::chrono::milliseconds{5};  // between looks whether a slower stream has caught up

Slice append(std::string& bytes, std::string_view text) {
  const Slice slice{static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(text.size())};
  bytes += text;
  return slice;
}

}  // namespace

bool StagingQueue::is_full(const Chunk& chunk) const {
  constexpr std::size_t kMessageBytesLeast = 32;  // tombstones have none, and are to be bounded all the same
  return chunk.bytes.size() >= config_.batch_bytes || chunk.messages.size() * kMessageBytesLeast >= config_.batch_bytes;
}

void StagingQueue::keep_pace(StreamProgress& progress, const Source& source) {
  const std::scoped_lock lock{mutex_};
  progress_ = &progress;
  source_ = &source;
}

void StagingQueue::open(std::shared_ptr<Partition> partition) {
  const std::scoped_lock lock{mutex_};
  any_opened_ = true;
  partition->since = Clock::now();
  const StreamId stream = partition->stream;
  open_[stream] = std::move(partition);
}

void StagingQueue::close(Partition& partition) {
  const std::scoped_lock lock{mutex_};
  partition.closed = true;
  for (const Chunk& chunk : partition.chunks) staged_ -= chunk.memory();
  partition.chunks.clear();
  if (progress_ != nullptr) progress_->forget(partition.stream);
  emptied_.notify_all();
}

void StagingQueue::forget(const Partition& partition) {
  constexpr std::size_t kGivenBackMax = 4096;
  const std::scoped_lock lock{mutex_};
  Partition& kept = given_back_[partition.stream];
  kept.cluster = partition.cluster;
  kept.topic = partition.topic;
  kept.number = partition.number;
  kept.generation = partition.generation;
  kept.from_beginning_once = partition.from_beginning_once;
  kept.marks = partition.marks;
  if (given_back_.size() > kGivenBackMax) given_back_.erase(given_back_.begin());
  open_.erase(partition.stream);
}

Chunk& StagingQueue::chunk_for(Partition& partition, std::size_t bytes) {
  std::deque<Chunk>& chunks = partition.chunks;
  const auto fits = [&](const Chunk& chunk) {
    return !is_full(chunk) && (chunk.bytes.empty() || chunk.bytes.size() + bytes <= config_.batch_bytes);
  };
  if (chunks.empty() || !fits(chunks.back())) { chunks.emplace_back().since = Clock::now(); }
  return chunks.back();
}

Added StagingQueue::add(Partition& partition, const Message& message) {
  const std::scoped_lock lock{mutex_};
  if (partition.closed || stopped_) return Added::refused;
  if (message.offset < partition.next) return Added::repeat;
  Chunk& chunk = chunk_for(partition, message.payload.size());
  const std::size_t before = chunk.memory();
  StagedMessage staged;
  staged.offset = static_cast<std::uint64_t>(message.offset);
  staged.timestamp_ms = message.timestamp_ms;
  staged.tombstone = message.payload.data() == nullptr;
  staged.payload = append(chunk.bytes, message.payload);
  staged.key = append(chunk.bytes, message.key);
  staged.service = append(chunk.bytes, message.service);
  staged.traceparent = append(chunk.bytes, message.traceparent);
  staged.headers_begin = static_cast<std::uint32_t>(chunk.headers.size());
  staged.headers_count = static_cast<std::uint32_t>(message.headers.size());
  for (const std::string_view header : message.headers) chunk.headers.push_back(append(chunk.bytes, header));
  chunk.messages.push_back(staged);
  chunk.end = partition.next = message.offset + 1;
  partition.at_end = false;
  staged_ += chunk.memory() - before;
  tell_ready(partition, chunk);
  return Added::staged;
}

void StagingQueue::move_past(Partition& partition, std::int64_t offset) {
  const std::scoped_lock lock{mutex_};
  if (partition.closed || stopped_ || offset <= partition.next) return;
  Chunk& chunk = chunk_for(partition, 0);
  chunk.end = partition.next = offset;
  tell_ready(partition, chunk);
}

void StagingQueue::note_end(Partition& partition, std::int64_t offset) {
  const std::scoped_lock lock{mutex_};
  partition.at_end = offset == partition.next;
}

void StagingQueue::tell_ready(const Partition& partition, const Chunk& chunk) {
  // Who waits knows when a chunk is due once it has seen its first message; in between only a full one is news.
  const bool full = is_full(chunk) || partition.chunks.size() > 1 || staged_ > config_.bytes_max;
  if (full || chunk.messages.size() <= 1) filled_.notify_one();
}

bool StagingQueue::full() const {
  const std::scoped_lock lock{mutex_};
  return staged_ > config_.bytes_max;
}

bool StagingQueue::wait_for_room(Deadline until) {
  std::unique_lock lock{mutex_};
  return emptied_.wait_until(lock, until, [this] { return stopped_ || staged_ <= config_.bytes_max; });
}

Clock::time_point StagingQueue::due(const Partition& partition) const {
  const Chunk& chunk = partition.chunks.front();
  const bool full = partition.chunks.size() > 1 || is_full(chunk) || staged_ > config_.bytes_max || stopped_;
  if (full) return {};
  if (partition.opened || chunk.messages.empty()) return chunk.since + config_.linger;
  const bool tells = chunk.messages.size() >= kPrefixLines || chunk.bytes.size() >= kPrefixBytes;
  return chunk.since + (tells ? config_.linger : config_.first_linger);
}

Partition* StagingQueue::most_due(Clock::time_point& when) const {
  Partition* found = nullptr;
  Clock::time_point since{};
  for (const auto& [stream, partition] : open_) {
    if (partition->closed || partition->chunks.empty() || partition->waits) continue;
    const Clock::time_point then = due(*partition);
    const Clock::time_point staged = partition->chunks.front().since;
    if (found != nullptr && std::pair{then, staged} >= std::pair{when, since}) continue;
    found = partition.get();
    when = then;
    since = staged;
  }
  return found;
}

/// One that will do though it is ahead.
Partition* StagingQueue::least_ahead() const {
  Partition* found = nullptr;
  for (const auto& [stream, partition] : open_)
    if (!partition->closed && !partition->chunks.empty() && (found == nullptr || partition->place < found->place)) found = partition.get();
  return found;
}

/// What was not at its end when it was taken from last has more, unless a broker keeps us waiting.
bool StagingQueue::has_unread(const Partition& partition, Clock::time_point now) const {
  if (partition.closed) return false;
  if (!partition.chunks.empty()) return true;
  if (partition.at_end || stopped_) return !partition.at_end;  // what is left when all stops is there all the same
  return staged_ > config_.bytes_max || now < std::max(partition.since, room_since_) + config_.patience;
}

/// Whether one waits.
bool StagingQueue::set_turns(Clock::time_point now) {
  if (progress_ == nullptr) return false;
  if (began_ == Clock::time_point{}) began_ = now;
  if (!any_opened_ && !stopped_ && now < began_ + config_.patience) return false;  // others wait for what will be assigned
  std::vector<Partition*> unread;
  std::vector<StreamId> streams;
  for (const auto& [stream, partition] : open_) {
    partition->waits = false;
    if (!has_unread(*partition, now)) continue;
    unread.push_back(partition.get());
    streams.push_back(stream);
  }
  const std::vector<StreamProgress::Turn> turns = progress_->turns(source_, streams);
  bool any = false;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    unread[i]->place = turns[i].place;
    unread[i]->waits = !turns[i].may_be_read;
    any = any || (unread[i]->waits && !unread[i]->chunks.empty());
  }
  return any;
}

Taken StagingQueue::take_from(Partition& partition) {
  Taken taken{open_.at(partition.stream), std::move(partition.chunks.front())};
  partition.chunks.pop_front();
  partition.handed_out = taken.chunk.end;
  if (!taken.chunk.messages.empty()) {
    const StagedMessage& last = taken.chunk.messages.back();
    const auto offset = static_cast<std::int64_t>(last.offset);
    partition.marks.emplace_back(taken.chunk.end, mark_of(offset, last.timestamp_ms, last.payload.of(taken.chunk.bytes)));
  }
  partition.opened = partition.opened || !taken.chunk.messages.empty();
  partition.since = Clock::now();
  if (staged_ > config_.bytes_max) room_since_ = partition.since;
  staged_ -= taken.chunk.memory();
  if (staged_ <= config_.bytes_max) emptied_.notify_all();
  return taken;
}

std::optional<Taken> StagingQueue::take(Deadline until) {
  std::unique_lock lock{mutex_};
  for (;;) {
    const Clock::time_point now = Clock::now();
    const bool one_waits = set_turns(now);
    Clock::time_point when{};
    Partition* const partition = most_due(when);
    if (partition != nullptr && when <= now) return take_from(*partition);
    if (one_waits && partition == nullptr && (staged_ > config_.bytes_max || stopped_)) return take_from(*least_ahead());
    if (now >= until || stopped_ || woken_) return std::nullopt;
    Clock::time_point next = partition != nullptr ? std::min(until, when) : until;
    if (one_waits) next = std::min<Clock::time_point>(next, now + kBetweenTurns);
    filled_.wait_until(lock, next);
  }
}

void StagingQueue::stop() {
  const std::scoped_lock lock{mutex_};
  stopped_ = true;
  filled_.notify_all();
  emptied_.notify_all();
}

bool StagingQueue::stopped() const {
  const std::scoped_lock lock{mutex_};
  return stopped_;
}

bool StagingQueue::drained() const {
  const std::scoped_lock lock{mutex_};
  return stopped_ && std::all_of(open_.begin(), open_.end(), [](const auto& entry) { return entry.second->chunks.empty(); });
}

void StagingQueue::wake() {
  const std::scoped_lock lock{mutex_};
  woken_ = true;
  filled_.notify_all();
}

void StagingQueue::acknowledge(std::span<const StreamPosition> positions) {
  const std::scoped_lock lock{mutex_};
  for (const StreamPosition& position : positions) {
    const auto found = open_.find(position.stream);
    if (found == open_.end()) continue;  // of an assignment that is over
    Partition& partition = *found->second;
    const auto offset = static_cast<std::int64_t>(position.offset >> kKafkaOffsetShift);
    partition.acknowledged = std::max(partition.acknowledged, std::min(offset, partition.handed_out));
    while (partition.marks.size() > 1 && partition.marks[1].first <= partition.acknowledged) partition.marks.pop_front();
  }
}

std::string StagingQueue::bookmark(StreamId stream, std::uint64_t offset) const {
  const std::scoped_lock lock{mutex_};
  const auto found = open_.find(stream);
  const auto before = found == open_.end() ? given_back_.find(stream) : given_back_.end();
  if (found == open_.end() && before == given_back_.end()) return {};
  const Partition& partition = found != open_.end() ? *found->second : before->second;
  const auto position = static_cast<std::int64_t>(offset >> kKafkaOffsetShift);
  return encode(PartitionBookmark{partition.cluster,
                                  partition.topic,
                                  partition.number,
                                  position,
                                  {{}, partition.mark_before(position), partition.generation, partition.from_beginning_once}});
}

std::size_t StagingQueue::staged_bytes() const {
  const std::scoped_lock lock{mutex_};
  return staged_;
}

std::vector<std::shared_ptr<Partition>> StagingQueue::partitions() const {
  const std::scoped_lock lock{mutex_};
  std::vector<std::shared_ptr<Partition>> all;
  for (const auto& [stream, partition] : open_) all.push_back(partition);
  return all;
}

}  // namespace loglode::kafka

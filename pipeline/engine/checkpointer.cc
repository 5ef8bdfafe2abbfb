#include "pipeline/engine/checkpointer.h"

#include <algorithm>
#include <utility>

#include "base/crash_point.h"

namespace loglode {

namespace {

constexpr auto kBetweenForgetting = std::chrono::minutes{10};  // by the records' times: a backlog passes faster than the clock

constexpr auto kFlushTimeout = std::chrono::seconds{5};  // of sinks that are about to be closed

Timestamp wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// Crash tests kill a run where something is about to be kept, not where nothing moves.
void reach(bool moves, std::string_view point) {
  if (moves) crash_point(point);
}

}  // namespace

void Checkpointer::begin(Source& source) {
  const MutexLock lock{mutex_};
  source_ = &source;
}

void Checkpointer::note_delivered(const Batch& batch) {
  const auto [at, first] = reached_.try_emplace(batch.stream->info.id);
  if (first) at->second.info = batch.stream->info;
  at->second.end = std::max(at->second.end, batch.end);  // 0 is a position too: that of an empty partition
}

Result<void> Checkpointer::replace_sinks(const std::function<Result<std::vector<EngineSink>>()>& make) {
  const MutexLock lock{mutex_};
  const MutexLock pipeline{parts_.pipeline_lock};
  if (auto flushed = sinks_did(flush(parts_.clock.now() + kFlushTimeout)); !flushed) return flushed;
  sinks_.clear();
  parts_.outbox.sinks_replaced();
  auto sinks = make ? make() : Result<std::vector<EngineSink>>{};
  if (!sinks) return tl::unexpected<Error>(sinks.error());
  sinks_ = std::move(*sinks);
  return {};
}

Result<void> Checkpointer::take(Kind kind, std::chrono::nanoseconds patience) {
  const MutexLock alone{mutex_};
  if (failed_) return tl::unexpected<Error>(*failed_);
  if (auto taken = take_once(kind, patience); !taken) return taken;
  return kind != Kind::during && parts_.outbox.names_pending() ? take_once(kind, patience) : Result<void>{};
}

Result<void> Checkpointer::take_once(Kind kind, std::chrono::nanoseconds patience) {
  if (auto taken = cut(kind == Kind::last); !taken) return taken;
  const bool moves = !uncommitted_.empty();
  reach(moves, "cut");
  if (auto flushed = sinks_did(flush(parts_.clock.now() + patience)); !flushed) return flushed;
  if (parts_.store != nullptr)
    if (auto stored = parts_.store->write(*std::exchange(unstored_, std::nullopt)); !stored) return stored;
  unstored_.reset();
  reach(moves, "state_durable");
  if (auto committed = commit(); !committed) return committed;
  reach(moves, "committed");
  ++taken_;
  taken_at_ = parts_.clock.now();
  return write_released();
}

/// What is final stays so however often it is tried: positions stay, and the next run reads again what came after them.
Result<void> Checkpointer::sinks_did(Result<void> done) {
  if (done || done.error().retryable) return done;
  failed_ = done.error();
  if (parts_.give_up) parts_.give_up(*failed_);
  return done;
}

/// With the pipeline lock: everything up to here, nothing of what comes after.
Result<void> Checkpointer::cut(bool last) {
  Checkpoint checkpoint;
  {
    const MutexLock pipeline{parts_.pipeline_lock};
    if (auto written = sinks_did(parts_.outbox.write(sinks_, *event_verdicts_)); !written) return written;
    add_positions(checkpoint);
    if (parts_.store != nullptr) parts_.analysis.add_changes(checkpoint, last);
    parts_.outbox.add_to(checkpoint);
    forget_windows();
  }
  if (parts_.store == nullptr) return {};
  checkpoint.given_up_before = parts_.outbox.needs_from();
  if (unstored_)
    join(*unstored_, std::move(checkpoint));
  else
    unstored_ = std::move(checkpoint);
  return {};
}

void Checkpointer::add_positions(Checkpoint& to) {
  for (const auto& [stream, reached] : reached_) {
    uncommitted_[stream] = reached.end;
    if (parts_.store == nullptr) continue;
    to.streams.push_back({reached.info.identity, reached.info.path, reached.end, false, false, wall_clock()});
    if (std::string bytes = source_->bookmark(stream, reached.end); !bytes.empty())
      to.bookmarks.push_back({reached.info.identity, std::move(bytes)});
  }
  reached_.clear();
}

/// Everything that changed is in the checkpoint.
void Checkpointer::forget_windows() {
  const Timestamp needed = parts_.outbox.needs_from(), forgotten = forgotten_to_;
  if (needed == Timestamp::min() || (forgotten != Timestamp::min() && needed < forgotten + kBetweenForgetting)) return;
  parts_.analysis.forget_windows_before(needed);
  forgotten_to_ = needed;
}

/// Everything that was written before is with the sinks, or a dead letter.
Result<void> Checkpointer::flush(Deadline until) {
  for (const EngineSink& each : sinks_)
    if (auto flushed = each.opened.sink->flush(until); !flushed) return flushed;
  reach(!uncommitted_.empty(), "flushed");
  if (parts_.secure)
    if (auto secured = parts_.secure(); !secured) return secured;
  reach(!uncommitted_.empty(), "letters_kept");
  return {};
}

Result<void> Checkpointer::commit() {
  std::vector<StreamPosition> positions;
  for (const auto& [stream, offset] : uncommitted_) positions.push_back({stream, offset});
  if (auto committed = source_->commit(positions); !committed) return committed;
  uncommitted_.clear();
  return {};
}

Result<void> Checkpointer::write_released() {
  if (!parts_.outbox.release_announced()) return {};
  const MutexLock pipeline{parts_.pipeline_lock};
  return sinks_did(parts_.outbox.write(sinks_, *event_verdicts_));
}

}  // namespace loglode

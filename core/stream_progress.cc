#include "core/stream_progress.h"

#include <algorithm>
#include <optional>

namespace loglode {

namespace {

constexpr unsigned kUntimedMax = 4;                            // batches: who has shown no time by then may never show one
constexpr auto kPaceMeasured = std::chrono::seconds{10};       // of reading
constexpr double kBacklogPace = 2;                             // times as fast as it happened
constexpr auto kFirstBatchWait = std::chrono::seconds{3};      // for a stream that has shown nothing yet
constexpr auto kCountedGap = std::chrono::milliseconds{1000};  // between two batches: what is longer is somebody else's pause

Timestamp plus(Timestamp time, double ns) {
  const double room = static_cast<double>((Timestamp::max() - std::max(time, Timestamp{})).count());
  return ns >= room ? Timestamp::max() : time + Duration{static_cast<std::int64_t>(ns)};
}

/// As a number that no two times overflow.
double ns_between(Timestamp from, Timestamp to) {
  return static_cast<double>(to.time_since_epoch().count()) - static_cast<double>(from.time_since_epoch().count());
}

}  // namespace

bool StreamProgress::is_waited_for(const State& state) const noexcept {
  if (!state.active() || state.live) return false;
  if (state.place != kNoTime) return state.place >= reached_;
  if (state.untimed >= kUntimedMax) return false;
  return reached_ == kNoTime || ((state.unread || state.batches_in_flight > 0) && Clock::now() < state.declared + kFirstBatchWait);
}

/// Where it will be: guessed by the latest batch.
Timestamp StreamProgress::expected_place(const State& state) noexcept {
  if (state.records_in_flight == 0 || state.place == kNoTime) return state.place;
  if (state.ns_per_record < 0) return Timestamp::max();
  return plus(state.place, state.ns_per_record * static_cast<double>(state.records_in_flight));
}

void StreamProgress::expect(const void* source) {
  const std::scoped_lock lock{mutex_};
  expected_.insert(source);
}

std::vector<StreamProgress::Turn> StreamProgress::turns(const void* source, std::span<const StreamId> unread,
                                                        std::span<const StreamId> held) {
  const std::scoped_lock lock{mutex_};
  expected_.erase(source);
  for (auto& [stream, state] : streams_)
    if (state.source == source) state.unread = state.held = false;
  const Clock::time_point now = Clock::now();
  for (const StreamId stream : held) {
    streams_[stream].source = source;
    streams_[stream].held = true;
  }
  for (const StreamId stream : unread) {
    State& state = streams_[stream];
    state.source = source;
    state.unread = true;
    if (state.declared == Clock::time_point{}) state.declared = now;
  }
  for (auto& [stream, state] : streams_)
    if (state.source == source && !state.active() && state.place != kNoTime) be_live(state);
  // Each is held against the slowest of the others.
  Timestamp slowest = Timestamp::max(), second = Timestamp::max();
  std::optional<StreamId> slowest_stream;
  for (const auto& [stream, state] : streams_) {
    if (!is_waited_for(state)) continue;
    if (!slowest_stream || state.place < slowest) {
      second = slowest;
      slowest = state.place;
      slowest_stream = stream;
    } else {
      second = std::min(second, state.place);
    }
  }
  const bool alone = slowest_stream && second == Timestamp::max();
  if (!expected_.empty()) slowest = second = kNoTime;
  std::vector<Turn> all;
  all.reserve(unread.size());
  for (const StreamId stream : unread) {
    const State& state = streams_[stream];
    if (!is_waited_for(state)) {
      all.push_back({slowest_stream ? slowest : kNoTime, true});
      continue;
    }
    const Timestamp others = stream == slowest_stream ? second : slowest;
    const Timestamp place = expected_place(state);
    const bool first = place == kNoTime && state.batches_in_flight == 0;
    const bool near = others != kNoTime && place != Timestamp::max() && place <= plus(others, static_cast<double>(ahead_max_.count()));
    all.push_back({place, stopped_ || first || (expected_.empty() && alone && stream == slowest_stream) || (near && place != kNoTime)});
  }
  return all;
}

void StreamProgress::handed_out(StreamId stream, std::size_t records) {
  const std::scoped_lock lock{mutex_};
  State& state = streams_[stream];
  ++state.batches_in_flight;
  state.records_in_flight += records;
}

void StreamProgress::forget(StreamId stream) {
  const std::scoped_lock lock{mutex_};
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  found->second.unread = found->second.held = false;
  found->second.gone = true;
  if (found->second.batches_in_flight == 0) streams_.erase(found);
  ++deliveries_;
  delivered_.notify_all();
}

void StreamProgress::stop() {
  const std::scoped_lock lock{mutex_};
  stopped_ = true;
  ++deliveries_;
  delivered_.notify_all();
}

void StreamProgress::wait_for_delivery(Clock::time_point until) {
  std::unique_lock lock{mutex_};
  const std::uint64_t before = deliveries_;
  delivered_.wait_until(lock, until, [&] { return deliveries_ != before; });
}

void StreamProgress::be_live(State& state) noexcept {
  state.live = true;
  state.read_from = kNoTime;
}

/// What is read hardly faster than it happens is no backlog, and one that was at its end has one again when it is. What waits in between is
/// not counted: a sink may stand still.
void StreamProgress::note_pace(State& state, Clock::time_point now) {
  if (state.read_from == kNoTime) {
    state.read_from = state.place;
    state.read_for = {};
  } else {
    state.read_for += std::clamp<Clock::duration>(now - state.seen, {}, kCountedGap);
  }
  state.seen = now;
  if (state.read_for < kPaceMeasured) return;
  state.live = ns_between(state.read_from, state.place) <= kBacklogPace * static_cast<double>(Duration{state.read_for}.count());
  state.read_from = state.place;
  state.read_for = {};
}

void StreamProgress::delivered(StreamId stream, std::size_t records, Timestamp newest, Clock::time_point now) {
  const std::scoped_lock lock{mutex_};
  State& state = streams_[stream];
  if (state.batches_in_flight > 0) --state.batches_in_flight;
  state.records_in_flight -= std::min(state.records_in_flight, records);
  if (newest != kNoTime) {
    if (state.place != kNoTime && records > 0)
      state.ns_per_record = std::max(ns_between(state.place, newest), 0.0) / static_cast<double>(records);
    state.place = std::max(state.place, newest);
    newest_ = std::max(newest_, newest);
  } else if (state.place == kNoTime && state.untimed < kUntimedMax) {
    ++state.untimed;
  }
  if (state.place != kNoTime) note_pace(state, now);
  if (state.gone && state.batches_in_flight == 0) streams_.erase(stream);
  ++deliveries_;
  delivered_.notify_all();
}

Timestamp StreamProgress::watermark() {
  const std::scoped_lock lock{mutex_};
  if (!expected_.empty()) return reached_;
  Timestamp slowest = Timestamp::max();
  for (const auto& [stream, state] : streams_)
    if (is_waited_for(state)) slowest = std::min(slowest, state.place);
  if (slowest == Timestamp::max()) {
    reached_ = std::max(reached_, newest_);
    return Timestamp::max();
  }
  if (slowest != kNoTime) reached_ = std::max(reached_, slowest);
  return reached_;
}

}  // namespace loglode

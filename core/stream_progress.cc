#include "core/stream_progress.h"

#include <algorithm>
#include <iterator>

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

bool StreamProgress::is_waited_for(const State& state, Clock::time_point now) const noexcept {
  if (!state.active() || state.live) return false;
  if (state.place != kNoTime) return state.place >= reached_;
  if (state.untimed >= kUntimedMax) return false;
  return reached_ == kNoTime || ((state.unread || state.batches_in_flight > 0) && now < state.declared + kFirstBatchWait);
}

std::optional<StreamProgress::Rank> StreamProgress::rank_of(StreamId stream, const State& state) {
  if (!state.active() || state.live) return std::nullopt;
  if (state.place != kNoTime) return Rank{state.place, false, {}, stream};
  if (state.untimed >= kUntimedMax) return std::nullopt;
  return Rank{kNoTime, !state.unread && state.batches_in_flight == 0, -state.declared.time_since_epoch(), stream};
}

StreamProgress::Ranks::const_iterator StreamProgress::waited_for(Ranks::const_iterator from, Clock::time_point now) const {
  if (from == ranks_.end() || from->place >= reached_) return from;
  const Clock::time_point declared{-from->before_declared};
  if (from->place == kNoTime && !from->only_held && now < declared + kFirstBatchWait) return from;
  return ranks_.lower_bound(Rank{reached_, false, Clock::duration::min(), StreamId{}});
}

template <class Change>
void StreamProgress::change(StreamId stream, State& state, Change make) {
  const std::optional<Rank> before = rank_of(stream, state);
  make();
  const std::optional<Rank> after = rank_of(stream, state);
  if (before == after) return;
  if (before) ranks_.erase(*before);
  if (after) ranks_.insert(*after);
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
  const Clock::time_point now = Clock::now();
  ++turns_;
  const auto declare = [&](StreamId stream) -> State& {
    State& state = streams_[stream];
    state.source = source;
    return state;
  };
  for (const StreamId stream : held) declare(stream).held_in = turns_;
  for (const StreamId stream : unread) declare(stream).unread_in = turns_;
  for (auto& each : streams_) {
    State& state = each.second;
    if (state.source != source) continue;
    change(each.first, state, [&] {
      state.held = state.held_in == turns_;
      state.unread = state.unread_in == turns_;
      if (state.unread && state.declared == Clock::time_point{}) state.declared = now;
      if (!state.active() && state.place != kNoTime) be_live(state);
    });
  }
  // Each is held against the slowest of the others.
  const auto first_waited = waited_for(ranks_.begin(), now);
  const auto next_waited = first_waited == ranks_.end() ? first_waited : waited_for(std::next(first_waited), now);
  const auto place_of = [&](Ranks::const_iterator rank) { return rank == ranks_.end() ? Timestamp::max() : rank->place; };
  Timestamp slowest = place_of(first_waited), second = place_of(next_waited);
  std::optional<StreamId> slowest_stream;
  if (first_waited != ranks_.end()) slowest_stream = first_waited->stream;
  const bool alone = slowest_stream && second == Timestamp::max();
  if (!expected_.empty()) slowest = second = kNoTime;
  std::vector<Turn> all;
  all.reserve(unread.size());
  for (const StreamId stream : unread) {
    const State& state = streams_[stream];
    if (!is_waited_for(state, now)) {
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
  change(stream, state, [&] {
    ++state.batches_in_flight;
    state.records_in_flight += records;
  });
}

void StreamProgress::forget(StreamId stream) {
  const std::scoped_lock lock{mutex_};
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  change(stream, found->second, [&] {
    found->second.unread = found->second.held = false;
    found->second.gone = true;
  });
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
  change(stream, state, [&] {
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
    if (state.gone) state.unread = state.held = false;
  });
  if (state.gone && state.batches_in_flight == 0) streams_.erase(stream);
  ++deliveries_;
  delivered_.notify_all();
}

Timestamp StreamProgress::watermark() {
  const std::scoped_lock lock{mutex_};
  if (!expected_.empty()) return reached_;
  const auto first = waited_for(ranks_.begin(), Clock::now());
  if (first == ranks_.end()) {
    reached_ = std::max(reached_, newest_);
    return Timestamp::max();
  }
  if (first->place != kNoTime) reached_ = std::max(reached_, first->place);
  return reached_;
}

}  // namespace loglode

// How far each stream has come in event time: so that streams which hold one backlog together (files of a folder, partitions of a topic,
// several sources) are read side by side, and judged up to where all of them are ("watermark alignment").
//
// A stream is active while something of it is unread, or on its way through the pipeline. Its watermark is the time of the newest record
// that was delivered. Of the active streams the slowest says up to where everything was read; one that is far ahead of it waits.
// A stream that holds up nobody:
// - one that is not active, however old its watermark
// - one that was at its end once: from then on it is read as it is written, whatever its clock says
// - one without times, after a few batches
// - one that comes in no faster than it happens, for some seconds: its clock is wrong, or it is more than can be read
// A new stream, of which nothing was delivered yet, may be the slowest: the others wait for its first batch, for three seconds at most.
// All of it only says in which order to read and how far to judge: nothing is ever left out.
// Owned by the pipeline's source, told by sources and by the end of the pipeline. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "core/batch.h"

namespace loglode {

class StreamProgress {
 public:
  using Clock = std::chrono::steady_clock;

  /// `ahead_max`: a stream that is so much ahead of the slowest one waits.
  explicit StreamProgress(Duration ahead_max = std::chrono::hours{1}) : ahead_max_{ahead_max} {}

  /// Whether a stream may be read now, and where it will be when what was read of it is delivered: who has several reads the one that is
  /// furthest behind.
  struct Turn {
    Timestamp place = kNoTime;
    bool may_be_read = true;
  };

  // Sources. `source` only tells them apart.
  /// This source has not looked yet what it has: everyone waits for its first turns().
  void expect(const void* source);
  /// Declares that something is unread of these streams of the source, and of no other one of its: those are at their end. `held`: nothing
  /// can be read of them now, but the last record that was read is still held back. Gives a turn for each of `unread`.
  [[nodiscard]] std::vector<Turn> turns(const void* source, std::span<const StreamId> unread, std::span<const StreamId> held = {});
  /// A batch is on its way. After it the stream is active until it is delivered. (SourceSet tells it for all sources.)
  void handed_out(StreamId stream, std::size_t records);
  /// Nothing more comes of it.
  void forget(StreamId stream);
  /// Nothing is taken in any more, and whoever has something may be read: what was taken is to be read to its end. The watermark stays what
  /// it is: a later run goes on from there.
  void stop();
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  /// Until a batch is delivered, no longer than `until`: another stream may have its turn then.
  void wait_for_delivery(Clock::time_point until);

  // The end of the pipeline, in order.
  /// `newest`: time of the newest record; kNoTime when none has one.
  void delivered(StreamId stream, std::size_t records, Timestamp newest, Clock::time_point now = Clock::now());
  /// Everything before it was delivered of every stream that anybody waits for; it never goes back. Timestamp::max(): nobody waits for
  /// any. kNoTime: that is not known yet.
  [[nodiscard]] Timestamp watermark();

 private:
  struct State {
    const void* source = nullptr;
    Timestamp place = kNoTime;  // the watermark
    bool unread = false, held = false;
    std::size_t batches_in_flight = 0, records_in_flight = 0;
    double ns_per_record = -1;                 // event time in the latest batch; less than 0: not known
    unsigned untimed = 0;                      // batches without any time, before the first with one
    bool gone = false;                         // to be forgotten when what is on its way is delivered
    std::uint64_t unread_in = 0, held_in = 0;  // call of turns() that was given it
    Clock::time_point declared{};              // when something was unread of it first
    // Is it a backlog? One is read faster than it happened, and was never at its end.
    Clock::time_point seen{};
    Clock::duration read_for{};
    Timestamp read_from = kNoTime;
    bool live = false;

    [[nodiscard]] bool active() const noexcept { return unread || held || batches_in_flight > 0; }
  };
  /// A stream that may be waited for, in the order in which they are: the watermark is asked for with each batch, and there may be
  /// thousands.
  struct Rank {
    Timestamp place;
    bool only_held = false;             // of those without a place; the latest declared is the first of them:
    Clock::duration before_declared{};  // when it is waited for no longer, none of them is
    StreamId stream{};
    friend auto operator<=>(const Rank&, const Rank&) = default;
  };
  using Ranks = std::set<Rank>;

  [[nodiscard]] bool is_waited_for(const State& state, Clock::time_point now) const noexcept;
  [[nodiscard]] static std::optional<Rank> rank_of(StreamId stream, const State& state);
  /// The first from there on that is waited for.
  [[nodiscard]] Ranks::const_iterator waited_for(Ranks::const_iterator from, Clock::time_point now) const;
  template <class Change>
  void change(StreamId stream, State& state, Change make);
  [[nodiscard]] static Timestamp expected_place(const State& state) noexcept;
  static void be_live(State& state) noexcept;
  static void note_pace(State& state, Clock::time_point now);

  const Duration ahead_max_;
  std::mutex mutex_;  // guards all below
  std::condition_variable delivered_;
  std::map<StreamId, State> streams_;
  Ranks ranks_;  // of streams_
  std::uint64_t turns_ = 0;
  std::set<const void*> expected_;
  std::uint64_t deliveries_ = 0;
  Timestamp reached_ = kNoTime, newest_ = kNoTime;
  std::atomic<bool> stopped_{false};  // written under mutex_
};

}  // namespace loglode

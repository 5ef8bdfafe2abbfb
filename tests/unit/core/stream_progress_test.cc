// Streams that hold one backlog together are read side by side, and nothing that one of them does stops the others.
#include "core/stream_progress.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace loglode {

namespace {

using namespace std::chrono_literals;

constexpr Timestamp kBegin{std::chrono::seconds{1'700'000'000}};
constexpr std::size_t kBatch = 100;  // records

Timestamp at(double hours) { return kBegin + Duration{static_cast<std::int64_t>(hours * 3.6e12)}; }

/// A pipeline that does what it is told.
class Hall {
 public:
  std::vector<StreamProgress::Turn> turns(const std::vector<StreamId>& unread, const std::vector<StreamId>& held = {}) {
    return progress.turns(this, unread, held);
  }
  bool may_read(StreamId stream, const std::vector<StreamId>& unread) {
    const auto all = turns(unread);
    return all[static_cast<std::size_t>(std::find(unread.begin(), unread.end(), stream) - unread.begin())].may_be_read;
  }
  void read(StreamId stream, Timestamp newest) {
    progress.handed_out(stream, kBatch);
    progress.delivered(stream, kBatch, newest, clock);
  }

  StreamProgress progress{1h};
  StreamProgress::Clock::time_point clock{};
};

constexpr StreamId kA{1}, kB{2}, kC{3};

/// A stream as a source has it: what is unread of it, in batches.
struct Tape {
  StreamId id{};
  std::vector<Timestamp> batches{};
  std::size_t next = 0;
  bool off = false;       // its times tell nothing
  std::size_t since = 0;  // the round in which it comes up
  [[nodiscard]] bool unread(std::size_t round) const { return round >= since && next < batches.size(); }
};

/// Sources with streams of all kinds, and a pipeline that is a few batches long.
class World {
 public:
  World(unsigned seed, bool only_sound) : dice_{seed} {
    const unsigned sources = 1 + below(3);
    std::uint32_t id = 0;
    for (unsigned i = 0; i < sources; ++i) {
      sources_.emplace_back();
      for (unsigned j = 0; j < 1 + below(6); ++j) sources_.back().push_back(tape(StreamId{id++}, only_sound));
    }
  }

  /// False when nobody could do anything although there was something to do.
  bool play() {
    for (std::size_t i = 0; i < sources_.size(); ++i) progress_.expect(&sources_[i]);
    for (std::size_t round = 0; round < 100'000; ++round) {
      const bool read = below(2) == 0 && in_flight_.size() < 5 && read_one(round);
      if (!read && !in_flight_.empty() && below(3) != 0) deliver_one();
      check_watermark();
      if (all_done(round)) return true;
      if (!in_flight_.empty() || round % 64 != 0) continue;
      // Nothing is on its way: when all have told what they have, somebody must have a turn.
      bool any = false;
      for (std::size_t i = 0; i < 2 * sources_.size() && !any; ++i) any = read_from(i % sources_.size(), round);
      if (!any && any_unread(round)) return false;
    }
    return false;
  }

  [[nodiscard]] bool any_unread(std::size_t round) const {
    return std::any_of(sources_.begin(), sources_.end(), [&](const auto& tapes) {
      return std::any_of(tapes.begin(), tapes.end(), [&](const Tape& one) { return one.unread(round); });
    });
  }
  std::uint64_t late = 0;       // batches that came behind the watermark
  bool went_back = false;       // the watermark
  double furthest_ahead_h = 0;  // of what was read, of the slowest that was unread

 private:
  struct Flying {
    Tape* tape;
    Timestamp newest;
  };

  unsigned below(unsigned bound) { return static_cast<unsigned>(dice_() % bound); }

  Tape tape(StreamId id, bool only_sound) {
    Tape made{id};
    const unsigned kind = only_sound ? 0 : below(8);
    const double offset = kind == 1 ? 24 * 365 : kind == 2 ? -24 * 365 : 0;
    double hour = below(4) == 0 ? below(48) : 0;
    const unsigned count = kind == 3 ? 0 : 1 + below(120);
    const double pace = 0.02 + 0.01 * below(60);
    for (unsigned i = 0; i < count; ++i, hour += pace) made.batches.push_back(kind == 4 ? kNoTime : kind == 5 ? at(7) : at(hour + offset));
    made.off = kind != 0;
    if (kind == 6) made.since = below(4000);  // a new file, a partition that comes with a rebalance
    if (kind == 7) made.batches.resize(std::min<std::size_t>(made.batches.size(), 1));
    return made;
  }

  bool read_one(std::size_t round) { return read_from(below(static_cast<unsigned>(sources_.size())), round); }

  bool read_from(std::size_t number, std::size_t round) {
    std::vector<StreamId> unread;
    std::vector<Tape*> tapes;
    for (Tape& one : sources_[number]) {
      if (!one.unread(round)) continue;
      unread.push_back(one.id);
      tapes.push_back(&one);
    }
    const auto turns = progress_.turns(&sources_[number], unread);
    std::size_t chosen = turns.size();
    for (std::size_t i = 0; i < turns.size(); ++i)
      if (turns[i].may_be_read && (chosen == turns.size() || turns[i].place < turns[chosen].place)) chosen = i;
    if (chosen == turns.size()) return false;
    Tape& tape = *tapes[chosen];
    const Timestamp newest = tape.batches[tape.next++];
    note_lead(tape, newest, round);
    progress_.handed_out(tape.id, kBatch);
    in_flight_.push_back({&tape, newest});
    return true;
  }

  void note_lead(const Tape& read, Timestamp newest, std::size_t round) {
    for (const auto& tapes : sources_)
      for (const Tape& other : tapes)
        if (&other != &read && other.unread(round) && other.next > 0 && newest != kNoTime && other.batches[other.next] != kNoTime)
          furthest_ahead_h = std::max(furthest_ahead_h, static_cast<double>((newest - other.batches[other.next]).count()) / 3.6e12);
  }

  void deliver_one() {
    const Flying first = in_flight_.front();
    in_flight_.pop_front();
    late += first.newest < watermark_ && watermark_ != Timestamp::max() ? 1 : 0;
    progress_.delivered(first.tape->id, kBatch, first.newest, {});
  }

  void check_watermark() {
    const Timestamp now = progress_.watermark();
    if (now == Timestamp::max()) return;
    went_back = went_back || now < watermark_;
    watermark_ = now;
  }

  [[nodiscard]] bool all_done(std::size_t round) const { return round > 4000 && in_flight_.empty() && !any_unread(round); }

  std::mt19937 dice_;
  StreamProgress progress_{1h};
  std::deque<std::vector<Tape>> sources_;
  std::deque<Flying> in_flight_;
  Timestamp watermark_ = kNoTime;
};

}  // namespace

TEST_CASE("progress: the watermark is that of the slowest stream that has more", "[core]") {
  Hall hall;
  CHECK(hall.progress.watermark() == Timestamp::max());
  hall.turns({kA, kB});
  CHECK(hall.progress.watermark() == kNoTime);
  hall.read(kA, at(5));
  CHECK(hall.progress.watermark() == kNoTime);  // B may be anywhere
  hall.read(kB, at(2));
  CHECK(hall.progress.watermark() == at(2));
  hall.turns({kA});
  CHECK(hall.progress.watermark() == at(5));
  hall.turns({});
  CHECK(hall.progress.watermark() == Timestamp::max());
}

TEST_CASE("progress: what is on its way, or held back, is waited for", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(5));
  hall.read(kB, at(2));
  hall.progress.handed_out(kB, kBatch);
  hall.turns({kA});
  CHECK(hall.progress.watermark() == at(2));
  hall.progress.delivered(kB, kBatch, at(3));
  hall.turns({kA}, {kB});
  CHECK(hall.progress.watermark() == at(3));
  hall.turns({kA});
  CHECK(hall.progress.watermark() == at(5));
}

TEST_CASE("progress: who is far ahead waits, who is furthest behind never does", "[core]") {
  Hall hall;
  hall.turns({kA, kB, kC});
  hall.read(kA, at(9.5));
  hall.read(kB, at(10));
  CHECK(hall.may_read(kC, {kA, kB, kC}));
  CHECK_FALSE(hall.may_read(kB, {kA, kB, kC}));
  hall.read(kC, at(9));
  const auto turns = hall.turns({kA, kB, kC});
  CHECK(turns[0].may_be_read);
  CHECK(turns[1].may_be_read);
  CHECK(turns[2].may_be_read);
  hall.read(kB, at(10.1));
  CHECK_FALSE(hall.may_read(kB, {kA, kB, kC}));
  CHECK(hall.may_read(kB, {kA, kB}));
  CHECK(hall.may_read(kB, {kB}));
}

TEST_CASE("progress: a batch on its way counts by how far the one before it went", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(1));
  hall.read(kB, at(1));
  hall.progress.handed_out(kA, kBatch);
  CHECK_FALSE(hall.may_read(kA, {kA, kB}));  // nobody knows where it goes
  hall.progress.delivered(kA, kBatch, at(1.4));
  hall.progress.handed_out(kA, kBatch);
  CHECK(hall.may_read(kA, {kA, kB}));
  hall.progress.handed_out(kA, kBatch);
  CHECK_FALSE(hall.may_read(kA, {kA, kB}));
  CHECK(hall.may_read(kA, {kA}));
}

TEST_CASE("progress: a source that has not looked yet is waited for", "[core]") {
  Hall hall;
  const int other = 0;
  hall.progress.expect(&other);
  CHECK(hall.may_read(kA, {kA}));
  hall.read(kA, at(1));
  CHECK_FALSE(hall.may_read(kA, {kA}));
  CHECK(hall.progress.watermark() == kNoTime);
  static_cast<void>(hall.progress.turns(&other, {}));
  CHECK(hall.may_read(kA, {kA}));
  CHECK(hall.progress.watermark() == at(1));
}

TEST_CASE("progress: who shows no times goes at its own pace, and holds up nobody", "[core]") {
  Hall hall;
  for (int i = 0; i < 4; ++i) {
    CHECK(hall.may_read(kA, {kA, kB}));
    hall.read(kA, kNoTime);
  }
  hall.read(kB, at(1));
  CHECK(hall.progress.watermark() == at(1));
  hall.turns({kA, kB});
  CHECK(hall.may_read(kB, {kA, kB}));
  CHECK(hall.may_read(kA, {kA, kB}));
  hall.read(kA, at(0.5));  // then one after all: it is late
  CHECK(hall.progress.watermark() == at(1));
}

TEST_CASE("progress: who was at its end is read as it is written, and not waited for", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(1));
  hall.read(kB, at(1));
  hall.turns({kA});
  hall.read(kA, at(9));
  CHECK(hall.progress.watermark() == at(9));
  hall.turns({kA, kB});
  CHECK(hall.progress.watermark() == at(9));
  CHECK(hall.may_read(kA, {kA, kB}));
  CHECK(hall.may_read(kB, {kA, kB}));
  hall.read(kB, at(8.9));
  CHECK(hall.may_read(kA, {kA, kB}));
  hall.read(kB, at(9.5));
  hall.read(kA, at(12));
  CHECK(hall.progress.watermark() == at(12));
  CHECK(hall.may_read(kB, {kA, kB}));
}

TEST_CASE("progress: a backlog is read faster than it happened, what is not is not waited for", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(0));
  hall.read(kB, at(24 * 365));
  const bool backlog = GENERATE(true, false);
  for (int second = 0; second < 100; ++second) {
    hall.clock += 900ms;
    hall.read(kA, at((backlog ? 10 : 0.9) * second / 3600));
  }
  CHECK(hall.may_read(kB, {kA, kB}) == !backlog);
  CHECK((hall.progress.watermark() > at(24)) == !backlog);
}

TEST_CASE("progress: a busy file that is hours ahead or behind of another stops neither", "[core]") {
  const double skew = GENERATE(-2.0, 2.0, 24.0);
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(10));
  hall.read(kB, at(10 + skew));
  for (int i = 0; i < 200; ++i) {
    hall.clock += 100ms;
    hall.turns({}, i < 10 ? std::vector{kA} : std::vector<StreamId>{});  // it holds a record, for a second
    hall.turns({kA, kB});
    hall.read(kA, at(10 + i * 0.1 / 3600));
  }
  CHECK(hall.may_read(kA, {kA, kB}));
  CHECK(hall.may_read(kB, {kA, kB}));
  CHECK(hall.progress.watermark() > at(10 + skew));
}

TEST_CASE("progress: a stream of which all records are left out holds up nobody for long", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(0));
  hall.read(kB, at(24));
  for (int second = 0; second < 15; ++second) {
    hall.clock += 900ms;
    hall.read(kA, kNoTime);
  }
  CHECK(hall.may_read(kB, {kA, kB}));
}

TEST_CASE("progress: after a stop nobody waits", "[core]") {
  Hall hall;
  const int never_looks = 0;
  hall.progress.expect(&never_looks);
  hall.turns({kA, kB});
  hall.read(kA, at(0));
  hall.read(kB, at(24));
  CHECK_FALSE(hall.may_read(kB, {kA, kB}));
  hall.progress.stop();
  CHECK(hall.may_read(kB, {kA, kB}));
}

TEST_CASE("progress: a pause of the whole pipeline is nobody's slowness", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(0));
  hall.read(kB, at(24));
  for (int i = 1; i < 50; ++i) {
    hall.clock += 1h;
    hall.read(kA, at(0.01 * i));
  }
  CHECK_FALSE(hall.may_read(kB, {kA, kB}));
}

TEST_CASE("progress: what is forgotten is waited for until it was delivered", "[core]") {
  Hall hall;
  hall.turns({kA, kB});
  hall.read(kA, at(5));
  hall.read(kB, at(2));
  hall.progress.handed_out(kB, kBatch);
  hall.progress.forget(kB);
  CHECK(hall.progress.watermark() == at(2));
  hall.progress.delivered(kB, kBatch, at(3));
  CHECK(hall.progress.watermark() == at(5));
}

TEST_CASE("progress: whatever streams there are, all is read, and the watermark never goes back", "[core]") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    World world{seed, false};
    CAPTURE(seed);
    CHECK(world.play());
    CHECK_FALSE(world.went_back);
  }
}

TEST_CASE("progress: nothing comes late of streams that were there from the start, and none runs far ahead", "[core]") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    World world{seed, true};
    CAPTURE(seed);
    CHECK(world.play());
    CHECK(world.late == 0);
    CHECK(world.furthest_ahead_h < 50);  // where a stream begins, and an hour and the batches on their way
  }
}

}  // namespace loglode

// A world for the engine, made from a seed: logs that stall and are read again, sinks that refuse, reject, lose what was not flushed, a
// store and a broker that keep what they were given, and an end of the process between any two steps. Time passes only when the world says
// so, and all of it runs on one thread: the same seed gives the same run.
//
// What is durable (Durable) outlives a crash; a Process does not. delivery.md's oracle is asked at each crash and at the end.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pipeline/engine/engine.h"

namespace loglode::simulation {

inline constexpr std::size_t kStreams = 3;
inline constexpr std::uint64_t kRecords = 230;  // of each stream
inline constexpr std::uint64_t kFindingEvery = 50;

/// The process ends here.
struct Crash {};

/// What a record says follows from the seed, its stream and its number.
[[nodiscard]] std::string payload_of(std::uint64_t seed, std::size_t stream, std::uint64_t number);

inline constexpr std::size_t kSinks = 2;
/// Whether a sink is to get a record: of three, each has one for itself.
[[nodiscard]] constexpr bool is_for(std::size_t sink, std::uint64_t number) noexcept { return number % 3 == 2 || number % 3 == sink; }

/// What a sink holds.
struct Kept {
  std::map<std::string, std::string> records;  // by id
  std::map<std::string, std::string> events;   // by key, as they were written last; withdrawn ones are gone
  friend bool operator==(const Kept&, const Kept&) = default;
};

struct Durable {
  Checkpoint state;  // all that the store was given, joined
  bool any_state = false;
  std::array<std::uint64_t, kStreams> committed{};  // positions that the broker keeps
  std::array<Kept, kSinks> sinks;
  std::set<std::string> dead_letters;  // of records that any sink rejected, by id
};

/// What is left to chance, and what may go wrong.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  [[nodiscard]] std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>{0, end - 1}(engine_); }
  [[nodiscard]] bool one_in(std::uint64_t n) { return faults_ && below(n) == 0; }
  /// From here on nothing goes wrong.
  void make_peace() noexcept { faults_ = false; }
  /// A step at which the process may end.
  void step() {
    if (faults_ && crashes_left_ > 0 && below(400) == 0) {
      --crashes_left_;
      throw Crash{};
    }
  }

 private:
  std::mt19937_64 engine_;
  bool faults_ = true;
  int crashes_left_ = 12;
};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void sleep_for(std::chrono::nanoseconds time) const override { now_ += time; }

 private:
  mutable TimePoint now_{std::chrono::hours{1}};
};

/// Runs processes one after the other until one has read everything and ended well. What went wrong, for people; nothing: all is as it
/// should be. `disturbed`: false for the twin that nothing happens to.
[[nodiscard]] std::vector<std::string> live_through(std::uint64_t seed, bool disturbed, Durable& durable);

}  // namespace loglode::simulation

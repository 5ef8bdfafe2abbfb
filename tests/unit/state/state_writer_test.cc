// Snapshots that wait are one snapshot with the effect of all; who hands them over never waits.
#include "state/state_writer.h"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "state/sqlite.h"
#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

std::atomic<bool> held{false};
std::atomic<int> waiting{0};
void hold() {
  ++waiting;
  while (held) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void limit_files_to(rlim_t size) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = size;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

Checkpoint large_snapshot() {
  Checkpoint large;
  for (std::uint64_t i = 1; i < 400; ++i) large.shapes.push_back({ShapeId{i}, std::string(500, 'x')});
  return large;
}

/// What `act` gives, called in a process of its own whose files may not grow past a few pages; 1: the state did not open.
template <class Act>
int with_small_files(const StateFolder& folder, const Act& act) {
  return in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = StateStore::open(folder.path(), StateAccess::read_write);
    if (!store) return 1;
    StateWriter writer{std::move(*store)};
    limit_files_to(20'000);
    return act(writer);
  });
}

}  // namespace

TEST_CASE("state: snapshots that were joined have the effect of one after the other", "[state][writer]") {
  for (std::uint64_t seed = 1; seed <= seeds(300); ++seed) {
    INFO("seed " << seed);
    StateSamples samples{seed};
    StateModel one_by_one{4}, at_once{4};
    Checkpoint pending;
    for (std::uint64_t i = samples.below(3); i > 0; --i) {
      const Checkpoint before = samples.next();
      one_by_one.apply(before);
      at_once.apply(before);
    }
    for (std::uint64_t i = 1 + samples.below(4); i > 0; --i) {
      const Checkpoint next = samples.next();
      one_by_one.apply(next);
      join(pending, next, 4);
    }
    at_once.apply(pending);
    CHECK(pending.events.size() <= 4);
    REQUIRE(at_once.text() == one_by_one.text());
  }
}

TEST_CASE("state: what was submitted is durable when finish returns", "[state][writer]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const StateFolder folder;
    StateModel model;
    {
      StateWriter writer{open_state(folder)};
      StateSamples samples{seed};
      std::uint64_t durable = 0;
      for (std::uint64_t i = 1; i <= 40; ++i) {
        const Checkpoint snapshot = samples.next();
        model.apply(snapshot);
        CHECK(writer.submit(snapshot) == i);
        const std::uint64_t now = writer.durable();
        CHECK((now >= durable && now <= i));
        durable = now;
      }
      REQUIRE(writer.finish().has_value());
      CHECK(writer.durable() == 40);
      CHECK_FALSE(writer.trouble().has_value());
    }
    CHECK(text_of(contents_of(folder)) == model.text());
  }
  const StateFolder folder;
  { StateWriter unused{open_state(folder)}; }
  {
    StateWriter left{open_state(folder)};
    left.submit({.shapes = {{ShapeId{1}, "x"}}});
  }
  CHECK(contents_of(folder).shapes.size() == 1);
}

TEST_CASE("state: submit does not wait for a write, and those that wait are written together", "[state][writer]") {
  const StateFolder folder;
  StateModel model;
  StateSamples samples{7};
  StateWriter writer{open_state(folder)};
  held = true;
  waiting = 0;
  state::before_each_change = &hold;
  const auto submit = [&] {
    const Checkpoint snapshot = samples.next();
    model.apply(snapshot);
    writer.submit(snapshot);
  };
  submit();
  while (waiting == 0) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) submit();  // would never end if it waited
  CHECK(writer.durable() == 0);
  held = false;
  REQUIRE(writer.finish().has_value());
  state::before_each_change = nullptr;
  CHECK(writer.durable() == 6);
  CHECK(text_of(contents_of(open_state(folder, {}, StateAccess::read_only))) == model.text());
}

TEST_CASE("state: what could not be written is written with the next, and when it cannot be, finish says why", "[state][writer]") {
  Checkpoint large = large_snapshot(), next;
  next.shapes = {{ShapeId{1}, "newer"}, {ShapeId{1000}, "other"}};
  StateModel model;
  model.apply(large);
  model.apply(next);
  for (const bool lifted : {true, false}) {
    const StateFolder folder;
    const int code = with_small_files(folder, [&](StateWriter& writer) {
      writer.submit(large);
      while (!writer.trouble()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
      if (!writer.trouble()->retryable || writer.durable() != 0) return 2;
      if (lifted) limit_files_to(RLIM_INFINITY);
      writer.submit(next);
      const auto finished = writer.finish();
      if (!lifted) return !finished && finished.error().retryable && writer.durable() == 0 ? 0 : 3;
      return finished && writer.durable() == 2 && !writer.trouble() ? 0 : 4;
    });
    CHECK(code == 0);
    CHECK(text_of(contents_of(folder)) == (lifted ? model.text() : std::string{}));
  }
}

TEST_CASE("state: a write that failed says nothing of a snapshot that was not tried yet", "[state][writer]") {
  const StateFolder folder;
  const int code = with_small_files(folder, [&](StateWriter& writer) {
    if (const auto first = writer.wait_for(writer.submit(large_snapshot())); first || !first.error().retryable) return 2;
    if (!writer.trouble()) return 3;
    limit_files_to(RLIM_INFINITY);
    if (const auto second = writer.wait_for(writer.submit({.shapes = {{ShapeId{1000}, "other"}}})); !second) return 4;
    if (const auto first = writer.wait_for(1); !first) return 5;  // it was written with the second
    return writer.finish().has_value() ? 0 : 6;
  });
  CHECK(code == 0);
  CHECK(contents_of(folder).shapes.size() == large_snapshot().shapes.size() + 1);
}

}  // namespace loglode::test

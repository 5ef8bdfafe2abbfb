#include "sinks/open_writes.h"

#include <catch2/catch.hpp>

#include "core/limits.h"

namespace loglode {
namespace {

using std::chrono::milliseconds;

/// A write of one event that takes `bytes`.
OpenWrite& opened(OpenWrites& writes, std::size_t bytes, EventVerdicts& to) {
  auto write = open_write_of(Event{}, to);
  write->marks.push_back({write.get(), 0, bytes});
  return writes.open(std::move(write));
}

TEST_CASE("a server that is too slow for a checkpoint gets less at once, until checkpoints end in time") {
  IgnoreEventVerdicts nobody;
  OpenWrites writes{64 * kMiB};
  const auto has_room = [&](std::size_t bytes) {  // beside one byte
    OpenWrite& held = opened(writes, 1, nobody);
    const bool room = writes.wait_for_room(bytes - 1, milliseconds{0});
    writes.settle(held.marks.front(), Verdict::delivered);
    return room;
  };
  CHECK(has_room(64 * kMiB));
  CHECK_FALSE(has_room(64 * kMiB + 1));
  writes.note_flush(false);
  CHECK(has_room(32 * kMiB));
  CHECK_FALSE(has_room(32 * kMiB + 1));
  for (int i = 0; i < 20; ++i) {
    CHECK(has_room(kMiB));
    writes.note_flush(false);
  }
  CHECK(has_room(kMiB));
  CHECK_FALSE(has_room(kMiB + 1));
  for (int i = 0; i < 30; ++i) writes.note_flush(true);
  CHECK(has_room(64 * kMiB));
}

TEST_CASE("a server that is away says nothing of its speed") {
  OpenWrites writes{64 * kMiB};
  IgnoreEventVerdicts nobody;
  OpenWrite& held = opened(writes, 1, nobody);
  for (int i = 0; i < 20; ++i) writes.note_flush(false);
  CHECK(writes.wait_for_room(64 * kMiB - 1, milliseconds{0}));
  writes.settle(held.marks.front(), Verdict::delivered);
}

TEST_CASE("what is larger than the room goes when nothing else is on its way") {
  OpenWrites writes{kMiB};
  IgnoreEventVerdicts nobody;
  CHECK(writes.wait_for_room(9 * kMiB, milliseconds{0}));
  OpenWrite& held = opened(writes, 1, nobody);
  CHECK_FALSE(writes.wait_for_room(9 * kMiB, milliseconds{0}));
  writes.settle(held.marks.front(), Verdict::delivered);
  CHECK(writes.wait_for_room(9 * kMiB, milliseconds{0}));
}

}  // namespace
}  // namespace loglode

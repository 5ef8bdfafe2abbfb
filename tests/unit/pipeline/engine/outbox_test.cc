// Events on their way to the sinks: what a checkpoint keeps of them, and a later run takes up.
#include "pipeline/engine/outbox.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace loglode;

TEST_CASE("outbox: what a checkpoint names is released when it is durable, and a later run takes up what was not written",
          "[pipeline][engine]") {
  Outbox outbox{{true, "run"}};
  const Event opened{Document::finding, "f1", "{}", EventChange::opened, 1},
      withdrawn{Document::finding, "f1", "{}", EventChange::withdrawn, 2};
  outbox.add({{opened}, {withdrawn}});
  Announced announced;
  announced.last_revision = 2;
  outbox.announce(announced, std::string{"base"}, kNoTime);
  Checkpoint checkpoint;
  outbox.add_to(checkpoint);
  REQUIRE(checkpoint.announced.size() == 1);
  CHECK(checkpoint.announced[0].announced == announced);
  REQUIRE(checkpoint.pending.size() == 1);
  CHECK(checkpoint.pending[0].events == std::vector<Event>{opened, withdrawn});
  REQUIRE(checkpoint.bases.size() == 1);

  Outbox later{{true, "run"}}, other{{true, "tail"}};
  for (Outbox* const each : {&later, &other}) {
    each->restore(checkpoint.announced[0]);
    each->restore(checkpoint.pending[0]);
    each->restore(checkpoint.bases[0]);
  }
  CHECK(later.announced_before() == announced);
  CHECK(later.base_before() == "base");
  CHECK(later.names_pending());
  CHECK_FALSE(other.announced_before());
  CHECK_FALSE(other.base_before());
  CHECK_FALSE(other.names_pending());
  Checkpoint next;
  later.add_to(next);
  REQUIRE(next.pending.size() == 1);
  CHECK(next.pending[0].events == checkpoint.pending[0].events);
  CHECK(next.announced.empty());
}

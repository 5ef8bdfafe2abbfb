#include "ops/health.h"

#include <catch2/catch.hpp>

namespace loglode {
namespace {

using std::chrono::seconds;

TEST_CASE("health: a pipeline is good while it moves or has nothing to do", "[app][ops]") {
  HealthWatch watch;
  std::chrono::steady_clock::time_point now{seconds{1000}};
  for (std::uint64_t i = 1; i < 100; ++i) CHECK(watch.judge({i, true, ""}, now += seconds{30}).good);
  for (int i = 0; i < 100; ++i) CHECK(watch.judge({99, false, ""}, now += seconds{30}).good);
  CHECK(watch.judge({99, true, ""}, now += seconds{3000}).good);  // work came just now
}

TEST_CASE("health: a trouble that passes is only mentioned", "[app][ops]") {
  HealthWatch watch;
  std::chrono::steady_clock::time_point now{seconds{1000}};
  for (int i = 0; i < 10; ++i) {
    const Health during = watch.judge({1, false, "disk full"}, now += seconds{50});
    CHECK(during.good);
    CHECK(during.reason == "disk full");
    CHECK(watch.judge({1, false, ""}, now += seconds{50}).reason.empty());
  }
}

// ---- not good ----

TEST_CASE("health: a pipeline that stands still with work waiting is not good until it moves", "[app][ops]") {
  HealthWatch watch;
  std::chrono::steady_clock::time_point now{seconds{1000}};
  CHECK(watch.judge({7, true, ""}, now).good);
  CHECK(watch.judge({7, true, ""}, now += seconds{1}).good);
  CHECK(watch.judge({7, true, ""}, now += seconds{60}).good);
  const Health stuck = watch.judge({7, true, ""}, now += seconds{1});
  CHECK_FALSE(stuck.good);
  CHECK(stuck.reason == "no batch was finished for 61 s although records wait to be read or delivered");
  CHECK(watch.judge({8, true, ""}, now += seconds{1}).good);
}

TEST_CASE("health: snapshots that keep failing are not good, with their reason", "[app][ops]") {
  HealthWatch watch;
  std::chrono::steady_clock::time_point now{seconds{1000}};
  CHECK(watch.judge({1, true, "disk full"}, now).good);
  const Health bad = watch.judge({2, true, "disk full"}, now += seconds{61});
  CHECK_FALSE(bad.good);
  CHECK(bad.reason == "no checkpoint was written for 61 s: disk full");
}

}  // namespace
}  // namespace loglode

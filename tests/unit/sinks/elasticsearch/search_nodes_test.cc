#include "sinks/elasticsearch/search_nodes.h"

#include <catch2/catch.hpp>

namespace loglode {
namespace {

using std::chrono::milliseconds;
using TimePoint = SearchNodes::TimePoint;

SearchNodes three_nodes() { return {{"a", "b", "c"}, BackOff{milliseconds{100}, milliseconds{1000}, 1}}; }

TEST_CASE("nodes are asked in turn") {
  SearchNodes nodes = three_nodes();
  const TimePoint now{};
  CHECK(nodes.choose(now) == 0U);
  CHECK(nodes.choose(now) == 1U);
  CHECK(nodes.choose(now) == 2U);
  CHECK(nodes.choose(now) == 0U);
}

TEST_CASE("a node that failed is left alone, then tried with one request, and is back when that is answered") {
  SearchNodes nodes = three_nodes();
  TimePoint now{};
  nodes.failed(1, now);
  nodes.failed(1, now);  // another request of the same failure
  for (int i = 0; i < 10; ++i) CHECK(nodes.choose(now) != 1U);
  now += milliseconds{100};
  int asked = 0;
  for (int i = 0; i < 10; ++i) asked += nodes.choose(now) == 1U ? 1 : 0;
  CHECK(asked == 1);
  nodes.answered(1);
  asked = 0;
  for (int i = 0; i < 9; ++i) asked += nodes.choose(now) == 1U ? 1 : 0;
  CHECK(asked == 3);
}

TEST_CASE("when all nodes failed there is none, until the first pause is over") {
  SearchNodes nodes = three_nodes();
  const TimePoint now{};
  for (std::size_t node = 0; node < 3; ++node) nodes.failed(node, now);
  CHECK_FALSE(nodes.choose(now));
  const TimePoint due = nodes.next_due();
  CHECK(due >= now + milliseconds{50});
  CHECK(due <= now + milliseconds{100});
  CHECK(nodes.choose(due));
}

TEST_CASE("pauses double up to the longest, and are never less than half of it") {
  BackOff back_off{milliseconds{100}, milliseconds{1000}, 7};
  const std::int64_t whole[] = {100, 200, 400, 800, 1000, 1000, 1000};
  for (unsigned attempts = 1; attempts <= 7; ++attempts)
    for (int i = 0; i < 50; ++i) {
      const std::int64_t pause = back_off.pause(attempts).count();
      CHECK(pause >= whole[attempts - 1] / 2);
      CHECK(pause <= whole[attempts - 1]);
    }
  CHECK(back_off.pause(1'000'000) <= milliseconds{1000});
}

TEST_CASE("the window grows by one for each of its lengths, halves, and stays between one and its maximum") {
  SendWindow window{8};
  CHECK(window.size() == 2);
  for (int i = 0; i < 3; ++i) window.answered(0);
  CHECK(window.size() == 3);
  for (int i = 0; i < 1000; ++i) window.answered(0);
  CHECK(window.size() == 8);
  window.answered(1);
  CHECK(window.size() == 4);
  for (int i = 0; i < 10; ++i) window.answered(1);
  CHECK(window.size() == 1);
  CHECK(SendWindow{1}.size() == 1);

  SendWindow parts{8};  // of each request one document of a hundred has to come again: that does not make it slow
  for (int i = 0; i < 1000; ++i) parts.answered(0.01);
  CHECK(parts.size() == 8);
  for (int i = 0; i < 1000; ++i) parts.answered(0.5);
  CHECK(parts.size() == 1);
}

}  // namespace
}  // namespace loglode

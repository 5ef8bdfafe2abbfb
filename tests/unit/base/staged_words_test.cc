#include "base/staged_words.h"

#include <catch2/catch.hpp>

namespace loglode {
namespace {

TEST_CASE("says_it_is_staged: what was expected, simulated, tested or not done", "[base]") {
  for (const char* text :
       {"expected: rejected login of user u1", "expected error: duplicate key", "Expected exception: closed",
        "simulated failure: node 3 down", "[simulation] no space left on device", "chaos: injected fault", "fault injection on node 3",
        "this is a drill: database down", "dry run: would fail with no space left", "--dry-run: would have logged 'FATAL'",
        "test_full expects no space left on device", "TestDiskFull: got expected error: full",
        "unit test test_oom: killed process expected, ok", "mock error: closed"}) {
    INFO(text);
    CHECK(says_it_is_staged(text));
  }
  for (const char* text : {"unexpected error: closed", "expected: <3> but was: <4>", "Expected: 200\tReceived: 500",
                           "AssertionError: expected error", "expected 3 rows, got 4", "test failed: full", "request failed", "",
                           "run 3 is dry", "order failed\nexpected: x", "simulation 12 failed: out of memory", "mock server failed"}) {
    INFO(text);
    CHECK_FALSE(says_it_is_staged(text));
  }
}

TEST_CASE("says_it_tries_again: a try that is not the last", "[base]") {
  for (const char* text :
       {"attempt 1/3 failed: refused", "attempt 2 of 3 failed", "Attempt #1 of 5 failed", "upload failed, retrying (1/5)",
        "refused, will retry", "refused; try again in 3 s", "try 1/2 failed", "will be retried"}) {
    INFO(text);
    CHECK(says_it_tries_again(text));
  }
  for (const char* text : {"attempt 3/3 failed: refused", "attempt 3 of 3 failed", "stopped retrying", "giving up after 3 retries",
                           "refused", "attempt failed", "retry limit reached", "", "refused\nwill retry"}) {
    INFO(text);
    CHECK_FALSE(says_it_tries_again(text));
  }
}

}  // namespace
}  // namespace loglode

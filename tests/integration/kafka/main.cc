// Exit status 77: no broker can run here, with the reason. With CI=true that is a failure.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "tests/integration/kafka/broker.h"
#include "tests/unit/threads_seen.h"

int main(int argc, char** argv) {
  if (!loglode::test::kKafkaCanRun) {
    std::cerr << "skipped: librdkafka does not run under this ThreadSanitizer\n";
    return 77;
  }
  if (const auto why = loglode::test::Broker::impossible()) {
    const char* const ci = std::getenv("CI");
    const bool must = ci != nullptr && std::string_view{ci} == "true";
    std::cerr << (must ? "FAILED: " : "skipped: ") << *why << '\n';
    return must ? 1 : 77;
  }
  return Catch::Session().run(argc, argv);
}

#include "parse/framing/wrapping.h"

#include <catch2/catch.hpp>

#include "framed.h"

using namespace loglode;

namespace {

void expect_inner(Wrapping wrapping, std::string_view line, std::string_view inner, std::string_view writer, bool partial = false) {
  INFO(line);
  std::string buffer;
  WrappedLine out;
  REQUIRE(unwrap(line, wrapping, nullptr, buffer, out));
  CHECK(out.inner == inner);
  CHECK(out.writer == writer);
  CHECK(out.partial == partial);
  CHECK(out.substream != 0);
}

void expect_none(Wrapping wrapping, std::string_view line) {
  INFO(line);
  std::string buffer;
  WrappedLine out;
  CHECK_FALSE(unwrap(line, wrapping, nullptr, buffer, out));
}

}  // namespace

TEST_CASE("wrapping: what runtimes, compose and kubectl write around a line comes off", "[framing]") {
  expect_inner(Wrapping::docker, R"({"log":"\tat A.f(A.java:2)\n","stream":"stderr","time":"2026-11-24T00:00:00Z"})", "\tat A.f(A.java:2)",
               "stderr");
  expect_inner(Wrapping::docker, R"({"log":"say \"hi\"","stream":"stdout","time":"2026-11-24T00:00:00Z"})", "say \"hi\"", "stdout", true);
  expect_inner(Wrapping::cri, "2026-11-24T00:00:00.000000000Z stdout F text", "text", "stdout");
  expect_inner(Wrapping::cri, "2026-11-24T00:00:00.000000000+01:00 stderr P part", "part", "stderr", true);
  expect_inner(Wrapping::compose, "checkout-1  |   File \"a.py\"", "  File \"a.py\"", "checkout-1");
  expect_inner(Wrapping::compose, "\x1b[36mdb  | \x1b[0mready", "ready", "db");
  expect_inner(Wrapping::kubectl, "[pod/checkout-7d9f8b6c5d-x2x4z/app] text", "text", "pod/checkout-7d9f8b6c5d-x2x4z/app");
  expect_none(Wrapping::docker, R"({"msg":"x"})");
  expect_none(Wrapping::cri, "2026-11-24T00:00:00.000000000Z INFO F text");
  expect_none(Wrapping::compose, "INFO  | text");
  expect_none(Wrapping::compose, "a|b");
  expect_none(Wrapping::kubectl, "[pod] text");
}

TEST_CASE("wrapping: workloads lose the hashes of pods and the numbers of containers", "[framing]") {
  const auto expect = [](std::string_view writer, Wrapping wrapping, std::string_view service) {
    INFO(writer);
    CHECK(workload_of(writer, wrapping).service == service);
  };
  expect("pod/checkout-7d9f8b6c5d-x2x4z/app", Wrapping::kubectl, "checkout");
  expect("pod/redis-0/redis", Wrapping::kubectl, "redis");
  expect("pod/agent-x2x4z/agent", Wrapping::kubectl, "agent");
  expect("pod/front-proxy/proxy", Wrapping::kubectl, "front-proxy");
  expect("shop-checkout-1", Wrapping::compose, "shop-checkout");
  expect("db", Wrapping::compose, "db");
}

TEST_CASE("wrapping: lines of several writers are kept apart, continuations find their own", "[framing]") {
  const auto compose = framed::records_of(
      "web-1  | Traceback (most recent call last):\n"
      "db-1   | ready\n"
      "web-1  |   File \"a.py\", line 1, in f\n"
      "db-1   | checkpoint\n"
      "web-1  | ValueError: x\n");
  CHECK(compose.size() == 3);
  CHECK(compose.front() == "web-1  | Traceback (most recent call last):\nweb-1  |   File \"a.py\", line 1, in f\nweb-1  | ValueError: x");

  const auto cri = framed::records_of(
      "2026-11-24T00:00:00.000000000Z stdout P {\"msg\":\n"
      "2026-11-24T00:00:00.000000001Z stderr F warn\n"
      "2026-11-24T00:00:00.000000002Z stdout F \"x\"}\n"
      "2026-11-24T00:00:00.000000003Z stderr F   at f\n");
  REQUIRE(cri.size() == 2);
  CHECK(framed::lines_of(cri[0]).size() == 2);
  CHECK(framed::lines_of(cri[1]).size() == 2);

  ParseConfig config;
  config.columns = {"service", "line"};
  const auto table = framed::records_of(
      "api\t2026-11-24 00:00:00.001 1 ERROR shop.api failed\n"
      "db\t2026-11-24 00:00:00.002 2 INFO shop.db fine\n"
      "api\tsecond line\n"
      "api\t2026-11-24 00:00:00.003 1 INFO shop.api up\n"
      "db\t2026-11-24 00:00:00.004 2 INFO shop.db fine\n"
      "api\t2026-11-24 00:00:00.005 1 INFO shop.api up\n"
      "db\t2026-11-24 00:00:00.006 2 INFO shop.db fine\n"
      "api\t2026-11-24 00:00:00.007 1 INFO shop.api up\n"
      "db\t2026-11-24 00:00:00.008 2 INFO shop.db fine\n"
      "api\t2026-11-24 00:00:00.009 1 INFO shop.api up\n"
      "db\t2026-11-24 00:00:00.010 2 INFO shop.db fine\n",
      config);
  REQUIRE(table.size() == 10);
  CHECK(table[0] == "api\t2026-11-24 00:00:00.001 1 ERROR shop.api failed\napi\tsecond line");
}

TEST_CASE("wrapping: only streams of several writers ask the source to hold records back", "[framing]") {
  const auto interleaved = [](std::string_view text, const ParseConfig& config = {}) {
    return framed::open(framed::lines_of(text), config).framer->interleaved();
  };
  CHECK(interleaved("web-1  | a\ndb-1   | b\n"));
  CHECK_FALSE(interleaved("{\"msg\":\"a\"}\n{\"msg\":\"b\"}\n"));
  CHECK_FALSE(interleaved("a\nb\n"));
  ParseConfig config;
  config.columns = {"time", "message"};
  CHECK_FALSE(interleaved("1\ta\n", config));
  config.columns = {"pod", "message"};
  CHECK(interleaved("p\ta\n", config));
}

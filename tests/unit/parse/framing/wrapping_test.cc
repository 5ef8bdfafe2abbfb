#include "parse/framing/wrapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "framed.h"
#include "parse/framing/workload.h"

using namespace loglode;

namespace {

void expect_inner(Wrapping wrapping, std::string_view line, std::string_view inner, bool partial = false) {
  INFO(line);
  const Layer layer{wrapping, true, nullptr};
  Unwrapper unwrapper;
  WrappedLine out;
  REQUIRE(unwrapper.unwrap(line, {&layer, 1}, out));
  CHECK(out.inner == inner);
  CHECK(out.partial == partial);
  CHECK(out.writer != 0);
}

void expect_none(Wrapping wrapping, std::string_view line) {
  INFO(line);
  const Layer layer{wrapping, true, nullptr};
  Unwrapper unwrapper;
  WrappedLine out;
  CHECK_FALSE(unwrapper.unwrap(line, {&layer, 1}, out));
}

}  // namespace

TEST_CASE("wrapping: what runtimes, compose, kubectl and syslog write around a line comes off", "[framing]") {
  expect_inner(Wrapping::docker, R"({"log":"\tat A.f(A.java:2)\n","stream":"stderr","time":"2026-11-24T00:00:00Z"})", "\tat A.f(A.java:2)");
  expect_inner(Wrapping::docker, R"({"log":"say \"hi\"","stream":"stdout","time":"2026-11-24T00:00:00Z"})", "say \"hi\"", true);
  expect_inner(Wrapping::cri, "2026-11-24T00:00:00.000000000Z stdout F text", "text");
  expect_inner(Wrapping::cri, "2026-11-24T00:00:00.000000000+01:00 stderr P part", "part", true);
  expect_inner(Wrapping::compose, "checkout-1  |   File \"a.py\"", "  File \"a.py\"");
  expect_inner(Wrapping::compose, "\x1b[36mdb  | \x1b[0mready", "ready");
  expect_inner(Wrapping::kubectl, "[pod/checkout-7d9f8b6c5d-x2x4z/app] text", "text");
  expect_inner(Wrapping::stern, "checkout-7d9f8b6c5d-x2x4z app   at f", "  at f");
  expect_inner(Wrapping::stern, "shop checkout-7d9f8b6c5d-x2x4z app text", "text");
  expect_inner(Wrapping::stern, "\x1b[31mredis-0\x1b[0m \x1b[32mredis\x1b[0m text", "text");
  expect_inner(Wrapping::stamped, "2026-11-24T00:00:00.123456789Z   indented", "  indented");
  expect_inner(Wrapping::stamped, "2026-11-24T00:00:00.123456789Z", "");
  expect_inner(Wrapping::syslog, "Nov 24 10:12:13 web1 shop[7]: #011at a.B.c(B.java:1)", "\tat a.B.c(B.java:1)");
  expect_inner(Wrapping::syslog, "2026-11-24T10:12:13.1+00:00 app[web.1]: text", "text");
  expect_inner(Wrapping::syslog, "83 <40>1 2026-11-24T10:12:13+00:00 host app web.3 - text", "text");
  expect_inner(Wrapping::syslog, "<134>1 2026-11-24T10:12:13Z h app 1 - [a b=\"]\"]   text", "  text");
  expect_inner(Wrapping::syslog, "Nov 24 10:12:13 db1 postgres[43]: [5-1] LOG:  x", "LOG:  x");
  expect_inner(Wrapping::json, R"({"PRIORITY":"6","MESSAGE":"a \"b\"","_HOSTNAME":"h"})", "a \"b\"");
  expect_none(Wrapping::docker, R"({"msg":"x"})");
  expect_none(Wrapping::cri, "2026-11-24T00:00:00.000000000Z INFO F text");
  expect_none(Wrapping::compose, "INFO  | text");
  expect_none(Wrapping::compose, "a|b");
  expect_none(Wrapping::kubectl, "[pod] text");
  expect_none(Wrapping::stern, "checkout app text");
  expect_none(Wrapping::stern, "checkout-7d9f8b6c5d-x2x4z ERROR text");
  expect_none(Wrapping::stamped, "2026-11-24T00:00:00.123456789Zx");
  expect_none(Wrapping::json, R"({"a":1})");
}

TEST_CASE("wrapping: workloads lose the hashes of pods and the numbers of containers", "[framing]") {
  const auto expect = [](Workload workload, std::string_view service, std::string_view instance) {
    CHECK(workload.service == service);
    CHECK(workload.instance == instance);
  };
  expect(workload_of_pod("pod/checkout-7d9f8b6c5d-x2x4z/app", '/'), "checkout", "checkout-7d9f8b6c5d-x2x4z");
  expect(workload_of_pod("pod/redis-0/redis", '/'), "redis", "redis-0");
  expect(workload_of_pod("pod/agent-x2x4z/agent", '/'), "agent", "agent-x2x4z");
  expect(workload_of_pod("pod/front-proxy/proxy", '/'), "front-proxy", "front-proxy");
  expect(workload_of_pod("checkout-7d9f8b6c5d-x2x4z app", ' '), "checkout", "checkout-7d9f8b6c5d-x2x4z");
  expect(workload_of_compose("shop-checkout-1"), "shop-checkout", "shop-checkout-1");
  expect(workload_of_compose("db"), "db", "db");
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
      "api\t  second line\n"
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
  CHECK(table[0] == "api\t2026-11-24 00:00:00.001 1 ERROR shop.api failed\napi\t  second line");
}

TEST_CASE("wrapping: only streams of several writers ask the source to hold records back", "[framing]") {
  const auto interleaved = [](std::string_view text, const ParseConfig& config = {}) {
    return framed::open(framed::lines_of(text), config).framer->interleaved();
  };
  CHECK(interleaved("web-1  | a\ndb-1   | b\n"));
  CHECK_FALSE(interleaved("{\"msg\":\"a\"}\n{\"msg\":\"b\"}\n"));
  CHECK_FALSE(interleaved("a\nb\n"));
  CHECK_FALSE(interleaved("Nov 24 10:12:13 web1 shop[7]: a\nNov 24 10:12:13 web1 cron[8]: b\n"));
  ParseConfig config;
  config.columns = {"time", "message"};
  CHECK_FALSE(interleaved("1\ta\n", config));
  config.columns = {"pod", "message"};
  CHECK(interleaved("p\ta\n", config));
}

TEST_CASE("wrapping: what a reader of syslog lines has seen before changes nothing about the next one", "[framing]") {
  const std::string headers[] = {"Nov 24 10:12:13 web1 shop[7]: ",
                                 "Nov  4 00:00:00 web1 shop[4711]: ",
                                 "Nov 24 10:12:13 web1 shop[7]:",
                                 "Nov 24 10:12:13 web1 shop[x]: ",
                                 "Nov 24 10:12:13 web1 shop[]: ",
                                 "Feb 30 10:12:13 web1 shop[7]: ",
                                 "Feb 29 10:12:13 web1 shop[7]: ",
                                 "Nov 24 10:12:13 web1 shop: ",
                                 "Nov 24 10:12:13 web1 shop:  ",
                                 "Nov 24 10:12:13 web2 shop[7]: ",
                                 "Nov 24 10:12:13 web1  shop[7]: ",
                                 "Nov 24 10:12:13 web1 shop(x)[7]: ",
                                 "Nov 24 10:12:13 web1 shop(12): ",
                                 "Nov 24 10:12:13 web1 Shop Floor[7]: ",
                                 "Nov 24 10:12:13 web1 web.app[dyno.1]: ",
                                 "Nov 24 10:12:13 web1 web.app[dyno.2]: ",
                                 "Nov 24 10:12:13 web1 -- login[7]: ",
                                 "Nov 24 10:12:13 web1 syslogd 1.4.1: ",
                                 "Nov 24 10:12:13 shop[7]: ",
                                 "Nov 24 10:12:13 shop: ",
                                 "Nov 24 10:12:13 info shop[7]: ",
                                 "<13>Nov 24 10:12:13 web1 shop[7]: ",
                                 "<11>Nov 24 10:12:13 web1 shop[7]: ",
                                 "2026-11-24T10:12:13.5+00:00 web1 shop[7]: ",
                                 "2026-11-24T10:12:13Z web1 shop[7]: ",
                                 "<13>1 2026-11-24T10:12:13Z web1 shop 7 - - ",
                                 "Nov 24 10:12:13 web1 postgres[7]: "};
  const std::string messages[] = {"ready", "", "(nightly) began", "%LINK-3-UPDOWN: down", "100 % done", "[5-2] text", "7]: x", "a#011b"};
  std::vector<std::string> lines;
  for (const std::string& header : headers)
    for (const std::string& message : messages) lines.push_back(header + message);

  const auto read = [](Unwrapper& unwrapper, const std::string& line) {
    const Layer layer{Wrapping::syslog, false, nullptr};
    const ParseContext context{TimeContext{Timestamp{std::chrono::seconds{1795521600}}, nullptr}, true};
    Batch batch;
    Record record;
    WrapperSays says;
    WrappedLine framed, described;
    const bool fits = unwrapper.unwrap(line, {&layer, 1}, framed);
    const std::string inner{framed.inner};
    const bool fits_described = unwrapper.describe(line, {&layer, 1}, described, {record, batch, context, says});
    if (!fits && !fits_described) return std::string{"none"};
    std::string text = fmt::format("{}{}|{}|{}|{}|{}|{}|{}|{}|{}", fits, fits_described, inner, described.inner, framed.writer,
                                   framed.program, framed.continues, to_rfc3339(record.time), record.host, record.service);
    text += fmt::format("|{}|{}", static_cast<int>(record.severity), described.writer == framed.writer);
    for (const Attribute& attribute : batch.attributes_of(record)) text += fmt::format("|{}={}", attribute.key, attribute.value);
    return text;
  };
  std::vector<std::string> alone;
  for (const std::string& line : lines) {
    Unwrapper fresh;
    alone.push_back(read(fresh, line));
  }
  CHECK(std::count(alone.begin(), alone.end(), "none") < static_cast<std::ptrdiff_t>(lines.size() / 3));
  std::size_t wrong = 0;
  for (const std::string& before : lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      Unwrapper used;
      static_cast<void>(read(used, before));
      if (const std::string now = read(used, lines[i]); now != alone[i] && ++wrong < 5) {
        INFO(before);
        CHECK(now == alone[i]);
      }
    }
  }
  CHECK(wrong == 0);
}

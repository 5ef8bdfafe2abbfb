#include "rca/known_errors/known_errors.h"

#include <catch2/catch.hpp>

#include "rca/known_errors/fixed_text.h"

namespace loglode::rca {
namespace {

KnownError entry(std::string id, std::vector<std::string> rules, std::vector<std::string> patterns,
                 std::vector<std::string> services = {}) {
  KnownError out;
  out.id = std::move(id);
  out.match = {std::move(rules), std::move(patterns), std::move(services)};
  return out;
}

std::string ids(const std::vector<KnownErrorHit>& hits) {
  std::string out;
  for (const KnownErrorHit& hit : hits) out += (out.empty() ? "" : " ") + hit.error->id;
  return out;
}

TEST_CASE("fixed text: what every match of a pattern must hold", "[rca]") {
  const auto expect = [](const char* pattern, const char* longest, std::size_t bytes) {
    INFO(pattern);
    CHECK(fixed_text_of(pattern).longest == longest);
    CHECK(fixed_text_of(pattern).bytes == bytes);
  };
  expect("Too many clients", "too many clients", 16);
  expect(R"(connect\(\) failed)", "connect() failed", 16);
  expect(R"(took \d+ ms)", "took ", 8);
  expect("colou?r red", "r red", 9);
  expect("ab+c", "ab", 3);
  expect("a|bcd", "", 0);
  expect("(a|b) cde [x(y]fg", " cde ", 7);
  expect(R"([]\]]x(\)|y)z)", "x", 2);
  expect("ab{2,3}cd", "cd", 3);
  expect("(", "", 0);
  expect("[", "", 0);
  expect("a\\", "a", 1);
  expect("{", "", 0);
}

TEST_CASE("a finding: the most specific entry comes first", "[rca]") {
  const KnownErrors known{{entry("refused", {"net-connection-refused"}, {"connection refused"}),
                           entry("upstream-refused", {}, {R"(connect\(\) failed \(111: connection refused\))"}),
                           entry("lb", {}, {"is down"}, {"lb*"}), entry("pg-shm", {}, {"out of memory"}, {"*postgres*"}),
                           entry("redis-oom", {}, {"out of memory"}, {"*redis*"})}};
  const auto expect = [&](std::vector<std::string> rules, const char* text, const char* service, const char* wanted) {
    INFO(text);
    CHECK(ids(known.match(rules, text, service)) == wanted);
  };
  expect({}, "connect() failed (111: Connection refused) while connecting", "", "upstream-refused refused");
  expect({}, "connect() failed (<*>: Connection refused) while <*>", "", "refused");
  expect({"net-connection-refused"}, "Verbindung abgelehnt", "", "refused");
  expect({}, "a is DOWN, connection refused", "", "lb refused");
  expect({}, "out of memory", "", "pg-shm redis-oom");
  expect({}, "out of memory", "cache-redis-0", "redis-oom pg-shm");
  expect({}, "", "", "");
  expect({"other"}, "all is well", "", "");
  const auto hits = known.match(std::vector<std::string>{"net-connection-refused"}, "", "x");
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].why == "rule net-connection-refused hit");
  CHECK(known.match({}, "Connection refused", "x")[0].why == "the message holds \"connection refused\"");
}

TEST_CASE("a template: its variables stand for what they may have been", "[rca]") {
  const KnownErrors known{{entry("a", {}, {R"(killed process \d+)"}), entry("b", {}, {R"(host "[^"]+" is down)"})}};
  CHECK(ids(known.match({}, "Killed process <*> (<*>)", "")) == "a");
  CHECK(ids(known.match({}, "host \"<*>\" is down", "")) == "b");
}

TEST_CASE("a pattern that needs too many steps gives up, and the others still fit", "[rca]") {
  const KnownErrors known{{entry("slow", {}, {"(a+)+b fail"}), entry("other", {}, {"fail"})}};
  CHECK(ids(known.match({}, std::string(8000, 'a') + " b fail", "")) == "other");
}

TEST_CASE("an entry of a later pack replaces the one with its id", "[rca]") {
  KnownError own = entry("a", {}, {"ours is other"});
  own.title = "own";
  const KnownErrors known{{entry("a", {}, {"ours"}), entry("b", {}, {"else"}), own}};
  REQUIRE(known.all().size() == 2);
  CHECK(known.find("a")->title == "own");
  CHECK(known.find("c") == nullptr);
  CHECK(known.match({}, "ours", "").empty());
}

TEST_CASE("owners: the first glob that fits a service holds", "[rca]") {
  const KnownErrors known{{}, {{"pay-*", {"payments", "https://runbooks.example/pay", "#pay"}}, {"*", {"platform", "", ""}}}};
  CHECK(known.owner_of("pay-api")->channel == "#pay");
  CHECK(known.owner_of("web")->owner == "platform");
  CHECK(KnownErrors{}.owner_of("web") == nullptr);
}

}  // namespace
}  // namespace loglode::rca

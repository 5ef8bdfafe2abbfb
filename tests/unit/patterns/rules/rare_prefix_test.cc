// Many patterns that end alike are scanned for by a rarer part of them, and hit what they hit all the same.
#include "patterns/rules/rare_prefix.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "rules_for_tests.h"

using namespace loglode;

namespace {

std::string word(std::mt19937& random) {
  std::string out;
  for (int i = 0; i < 9; ++i) out += static_cast<char>('a' + random() % 26);
  return out;
}

std::vector<Expression> many(const std::string& end) {
  std::mt19937 random{5};
  std::vector<Expression> out;
  for (std::size_t i = 0; i <= kManyExpressions; ++i) out.push_back({word(random) + end});
  return out;
}

std::string prefix_of(Expression one) {
  std::vector<Expression> all = many(" connection timeout");
  all.front() = std::move(one);
  scan_for_rare_prefixes(all, all.size());
  CHECK(all.front().prefilter == !all.front().prefix.empty());
  return all.front().prefix;
}

}  // namespace

TEST_CASE("rare prefixes: only of many patterns that end alike, and only of those that are soon confirmed", "[rules]") {
  CHECK(prefix_of({"zebra crossing connection timeout"}).substr(0, 8) == "zebra cr");
  CHECK(prefix_of({"zebra crossing: (no|connection timeout)"}).substr(0, 8) == "zebra cr");
  CHECK(prefix_of({"zebra crossing [^\\n]{0,40} connection timeout"}).empty());  // an escape inside
  CHECK(prefix_of({"zebra crossing [^x]{0,40} connection timeout"}).substr(0, 8) == "zebra cr");
  CHECK(prefix_of({"zebra crossing .{0,40} connection timeout"}).substr(0, 8) == "zebra cr");
  CHECK(prefix_of({"zebra crossing .{0,400} connection timeout"}).empty());
  CHECK(prefix_of({"zebra crossing .{1,20} and .{1,20} connection timeout"}).empty());
  CHECK(prefix_of({"zebra crossing .* connection timeout"}).empty());
  CHECK(prefix_of({"zebra crossing|connection timeout"}).empty());
  CHECK(prefix_of({"(zebra|crossing) connection timeout"}).empty());
  CHECK(prefix_of({"zebra connection timeouts of a kind"}).empty());  // it ends like no other
  CHECK(prefix_of({"ze connection timeout"}).empty() == false);
  std::vector<Expression> few = many(" connection timeout");
  few.resize(kManyExpressions);
  scan_for_rare_prefixes(few, few.size());
  for (const Expression& expression : few) CHECK_FALSE(expression.prefilter);
}

TEST_CASE("rare prefixes: more than a thousand rules hit their examples and nothing else", "[rules]") {
  std::mt19937 random{9};
  std::string pack = "pack: many\nversion: 1\nrules:\n";
  const std::vector<std::string> ends{"connection timeout", "request refused", "quota exceeded"};
  for (std::size_t i = 0; i < 1200; ++i) {
    const std::string own = word(random), end = ends[i % ends.size()];
    const std::string between = i % 4 == 3 ? ": .{0,30} " : i % 4 == 2 ? ": (node|peer) " : ": ";
    const std::string said = i % 4 == 3 ? ": after a while " : i % 4 == 2 ? ": peer " : ": ";
    pack += "  - {id: r-" + std::to_string(i) + ", name: r, category: error, severity: error, meaning: m, pattern: '" + own + between +
            end + "', examples: {match: 'x " + own + said + end + " y', no_match: '" + own + " then no " + end.substr(1) + "'}}\n";
  }
  const LoadedRules loaded = load_text(pack);
  for (const RuleProblem& problem : loaded.problems) FAIL(to_string(problem));
  REQUIRE(loaded.catalog->size() == 1200);
}

#include "rca/known_errors/pack_reader.h"

#include <catch2/catch.hpp>

#include "rca/known_errors/builtin_known_errors.h"

namespace loglode::rca {
namespace {

constexpr const char* kGood =
    "pack: shop\nversion: 1\nproduct: shop\nservices: ['shop*']\nentries:\n"
    "  - id: shop-stock\n    title: no stock\n    match: {patterns: ['stock \\d+ is gone']}\n    meaning: It is gone.\n    check: [df -h]\n"
    "    action: Look.\n    kind: observe\n    risk: 'low: only looks'\n    verify: It is back.\n    examples: ['stock 7 is gone']\n";

std::string problems_of(std::string yaml, const std::string& from = {}, const std::string& to = {}) {
  if (!from.empty()) {
    REQUIRE(yaml.find(from) != std::string::npos);
    yaml.replace(yaml.find(from), from.size(), to);
  }
  std::vector<config::ConfigProblem> problems;
  static_cast<void>(read_known_errors(yaml, "shop.yaml", problems));
  std::string out;
  for (const auto& problem : problems) out += config::to_string(problem) + "\n";
  return out;
}

TEST_CASE("a pack: each mistake is told with its line", "[rca]") {
  CHECK(problems_of(kGood) == "");
  const auto expect = [](const char* from, const char* to, const char* told) {
    INFO(to);
    const std::string problems = problems_of(kGood, from, to);
    INFO(problems);
    CHECK(problems.find(told) != std::string::npos);
  };
  expect("title: no stock", "titel: no stock", "shop.yaml:7: unknown key \"titel\"");
  expect("id: shop-stock", "id: Shop_Stock", "shop.yaml:6: bad id");
  expect("version: 1", "version: 2", "shop.yaml:2: bad version");
  expect("stock \\d+ is gone']}", "(stock|s) \\d+']}", "characters in a row");
  expect("stock \\d+ is gone']}", "stock \\d+ is gone('] }", "shop.yaml:8: bad pattern");
  expect("stock \\d+ is gone']}", "stock \\w was']}", "fits none of the entry's examples");
  expect("{patterns: ['stock \\d+ is gone']}", "{services: [a]}", "match needs \"rules\" or \"patterns\"");
  expect("df -h", "rm -rf x", "shop.yaml:10: check \"rm -rf x\"");
  expect("df -h", "'ping -c 3 {hots}'", "unknown placeholder \"hots\" (did you mean \"host\"?)");
  expect("kind: observe", "kind: kill", "shop.yaml:12: bad kind");
  expect("low: only looks", "harmless", "shop.yaml:13: bad risk");
  expect("    verify: It is back.\n", "", "lacks \"verify\"");
  expect("examples: ['stock 7 is gone']", "examples: ['stock 7 is gone', 'other']", "example \"other\" fits none");
  expect("entries:\n", "entries: 7\nx:\n", "unknown key \"x\"");
  CHECK(problems_of("a: [").find("not YAML") != std::string::npos);
  CHECK(problems_of("- a").find("mapping") != std::string::npos);
  CHECK(problems_of(std::string{kGood} + "---\na: b\n").find("a second YAML document") != std::string::npos);
}

TEST_CASE("owners: globs in the order of the file", "[rca]") {
  std::vector<config::ConfigProblem> problems;
  const auto owners =
      read_owners("'pay-*': {owner: payments, runbook: 'https://r.example/pay', channel: '#pay'}\n'*': {owner: platform}\n", "o", problems);
  CHECK(problems.empty());
  REQUIRE(owners.size() == 2);
  CHECK(KnownErrors({}, owners).owner_of("pay-api")->runbook == "https://r.example/pay");
  CHECK(KnownErrors({}, owners).owner_of("x")->owner == "platform");
  static_cast<void>(read_owners("a: {owner: x, runbook: 'javascript:x', page: y}\n'b': {}\n", "o", problems));
  CHECK(problems.size() == 3);
}

TEST_CASE("entries that were encoded are the same when they are decoded", "[rca]") {
  const std::string bytes{embedded_known_errors()};
  const auto decoded = decode_known_errors(bytes);
  REQUIRE(decoded);
  CHECK(decoded->size() >= 150);
  CHECK(encode_known_errors(*decoded) == bytes);
  CHECK_FALSE(decode_known_errors(bytes.substr(0, bytes.size() - 1)));
  CHECK_FALSE(decode_known_errors("9999:a"));
  CHECK_FALSE(decode_known_errors("x"));
}

}  // namespace
}  // namespace loglode::rca

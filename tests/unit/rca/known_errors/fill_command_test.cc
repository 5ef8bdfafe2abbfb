#include "rca/known_errors/known_errors.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/random_rounds.h"

namespace loglode::rca {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

TEST_CASE("a command: names that are safe get in, everything else stays a placeholder", "[rca]") {
  const auto expect = [](const char* command, const Values& values, const char* filled) {
    INFO(command);
    CHECK(fill_command(command, values) == filled);
  };
  expect("ss -tn dst {host}:{port}", {{"host", "db-1.example"}, {"port", "5432"}}, "ss -tn dst db-1.example:5432");
  expect("ping -c 3 {host}", {}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", "-f"}}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", "a b"}}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", ""}}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", "a;reboot"}}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", "{port}"}, {"port", "1"}}, "ping -c 3 <host>");
  expect("ping -c 3 {host}", {{"host", std::string(254, 'a')}}, "ping -c 3 <host>");
  expect("ls {file}", {{"file", "/etc/passwd"}}, "ls <file>");
  expect("docker ps --format '{{.Names}} {x} {host'", {{"x", "y"}}, "docker ps --format '{{.Names}} {x} {host'");
  expect("{{host}}", {{"host", "a"}}, "{a}");
}

TEST_CASE("a command: no hostile value ever gets in", "[rca]") {
  std::mt19937 random{7};
  const std::string_view pieces[] = {"$(",
                                     "`",
                                     ";",
                                     "|",
                                     "&",
                                     "\n",
                                     "'",
                                     "\"",
                                     "\\",
                                     "<",
                                     ">",
                                     "*",
                                     "?",
                                     "~",
                                     "/",
                                     " ",
                                     "\t",
                                     "{",
                                     "}",
                                     "=",
                                     "%",
                                     "@",
                                     "-",
                                     "--",
                                     std::string_view{"\0", 1},
                                     "\xff",
                                     "\xe2\x80\xae",
                                     "a",
                                     "db",
                                     "1",
                                     ".",
                                     ":",
                                     "_",
                                     "{host}",
                                     "reboot"};
  for (int round = 0; round < test::random_rounds(20'000); ++round) {
    std::string value;
    for (std::size_t i = random() % 6; i > 0; --i) value += pieces[random() % std::size(pieces)];
    const std::string filled = fill_command("x {host} y", {{"host", value}});
    const bool is_safe = !value.empty() && value.front() != '-' &&
                         value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-") == std::string::npos;
    INFO(value);
    REQUIRE(filled == (is_safe ? "x " + value + " y" : "x <host> y"));
  }
}

}  // namespace
}  // namespace loglode::rca

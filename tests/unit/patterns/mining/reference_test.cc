// The fast scanner against the slow one: same tokens for any bytes, and the texts that follow cover the lines they came from.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "patterns/mining/template_miner.h"
#include "reference_tokens.h"
#include "tests/unit/random_rounds.h"
#include "tests/unit/shared_data.h"

using namespace loglode;

namespace {

std::string describe(const std::vector<reference::Token>& tokens) {
  std::string out;
  for (const auto& token : tokens) out += (token.blank ? "_" : "") + std::to_string(static_cast<int>(token.kind)) + "[" + token.text + "] ";
  return out;
}

void check_same(MessageScanner& scanner, const std::string& line) {
  const auto slow = reference::tokens_of(line), fast = reference::scanned_tokens(scanner, line);
  if (slow == fast) return;  // one CHECK a line would cost more than the scan
  INFO(line);
  CHECK(describe(fast) == describe(slow));
}

/// Lines made of what the rules look at.
std::string random_line(std::mt19937& random) {
  static const std::vector<std::string> kPieces{"a",
                                                "Z",
                                                "word",
                                                "user",
                                                "for user ",
                                                "invalid user ",
                                                "root",
                                                "=",
                                                ":",
                                                "::",
                                                ",",
                                                ";",
                                                "(",
                                                ")",
                                                "[",
                                                "]",
                                                "{",
                                                "}",
                                                "\"",
                                                "'",
                                                "|",
                                                "<",
                                                ">",
                                                " ",
                                                "  ",
                                                "\t",
                                                "0",
                                                "1",
                                                "42",
                                                "123456",
                                                "0x1f",
                                                "deadbeef1",
                                                "f",
                                                ".",
                                                "..",
                                                "...",
                                                "/",
                                                "//",
                                                "\\",
                                                "@",
                                                "#",
                                                "##",
                                                "-",
                                                "--",
                                                "_",
                                                "+",
                                                "*",
                                                "%",
                                                "!",
                                                "?",
                                                "~",
                                                "10.0.0.1",
                                                ":80",
                                                "http://",
                                                "a.b.c",
                                                "x.com",
                                                "Foo.BAR",
                                                "Mon",
                                                "Jan",
                                                " 5 ",
                                                "12:30:45",
                                                "2024-01-02",
                                                "T10:11:12Z",
                                                "true",
                                                "null",
                                                "localhost",
                                                "host-1",
                                                "eth0",
                                                "blk_-5",
                                                "v1.2",
                                                "\xc3\xa9",
                                                "\xff",
                                                std::string(1, '\0'),
                                                "\x7f",
                                                "HTTP/1.1",
                                                "Agent/1 x",
                                                "3KB",
                                                "5ms",
                                                "several words",
                                                "'a b'",
                                                "\"a b\"",
                                                "\\\"",
                                                "\"\"",
                                                "`",
                                                "“",
                                                "”",
                                                "‘",
                                                "’",
                                                "「",
                                                "」",
                                                "«",
                                                "：",
                                                "用户",
                                                "map[",
                                                ")=(",
                                                "[masked",
                                                "[masked:key]",
                                                "<nil>",
                                                "</",
                                                "<b>",
                                                "{\"a\": ",
                                                "\"k\"=>",
                                                "'k':",
                                                "None",
                                                "nil",
                                                ", ?",
                                                "(%s",
                                                ":p1",
                                                "@p1",
                                                "$1",
                                                " PM",
                                                "aGVsbG8gd29ybGQ=",
                                                "UumTFYSKQjFlAos",
                                                "facadefade"};
  std::uniform_int_distribution<std::size_t> piece(0, kPieces.size() - 1), length(0, 24);
  std::string line;
  for (std::size_t n = length(random); n != 0; --n) line += kPieces[piece(random)];
  return line;
}

}  // namespace

TEST_CASE("scanner: random lines give the tokens of the slow reference", "[mining]") {
  std::mt19937 random{20240301};
  MessageScanner scanner;
  for (int i = 0; i < test::random_rounds(60'000); ++i) check_same(scanner, random_line(random));
}

TEST_CASE("scanner: random bytes give the tokens of the slow reference", "[mining]") {
  std::mt19937 random{7};
  MessageScanner scanner;
  std::uniform_int_distribution<int> byte(0, 255), length(0, 300);
  for (int i = 0; i < 5'000; ++i) {
    std::string line;
    for (int n = length(random); n != 0; --n) line += static_cast<char>(byte(random));
    check_same(scanner, line);
  }
}

TEST_CASE("scanner: every length around the block size and the limit gives the tokens of the slow reference", "[mining]") {
  MessageScanner scanner;
  for (const char* unit : {"a", "1", "a1 ", "ab=", "x.", "10.0.0.1 "}) {
    std::string line;
    while (line.size() < 200) check_same(scanner, line += unit);
    for (const std::size_t size : {4095U, 4096U, 4097U, 4160U, 10'000U}) {
      while (line.size() < size) line += unit;
      line.resize(size);
      check_same(scanner, line);
    }
  }
}

TEST_CASE("miner: every line matches the text of its template", "[mining]") {
  std::mt19937 random{99};
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::vector<std::pair<std::string, ShapeId>> learned;
  for (int i = 0; i < 5'000; ++i) {
    const std::string line = random_line(random);
    learned.emplace_back(line, miner.learn(line, Severity::info));
  }
  const TemplateCatalog catalog = miner.derive_templates();
  for (const auto& [line, shape] : learned) {
    const std::string& text = catalog.of(shape).text;
    if (reference::matches(text, reference::normalised(line))) continue;
    INFO(line);
    CHECK(text == reference::normalised(line));
  }
}

TEST_CASE("scanner: real logs give the tokens of the slow reference and match their templates", "[mining][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  MessageScanner scanner;
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::vector<std::pair<std::string, ShapeId>> learned;
  for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
    std::ifstream file{entry.path() / (entry.path().filename().string() + "_2k.raw.txt"), std::ios::binary};
    for (std::string line; std::getline(file, line);) {
      check_same(scanner, line);
      learned.emplace_back(line, miner.learn(line, Severity::unspecified));
    }
  }
  REQUIRE(learned.size() > 10'000);
  const TemplateCatalog catalog = miner.derive_templates();
  std::size_t unmatched = 0;
  for (const auto& [line, shape] : learned) unmatched += !reference::matches(catalog.of(shape).text, reference::normalised(line));
  CHECK(unmatched == 0);
}

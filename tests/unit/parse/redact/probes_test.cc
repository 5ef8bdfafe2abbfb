// The probes against the redactor: whatever it would mask, they hit; ordinary lines they leave alone.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "parse/redact/redactor.h"
#include "probe_scan.h"
#include "secret_samples.h"
#include "tests/unit/random_rounds.h"
#include "tests/unit/shared_data.h"

using namespace loglode;

TEST_CASE("probes: they hit every text that redact would change", "[redact]") {
  const samples::ProbeScan probes;
  std::mt19937 random{11};
  int masked = 0;
  const int rounds = test::random_rounds(60'000);
  for (int round = 0; round < rounds; ++round) {
    const std::string text = samples::random_text(random);
    if (redact(text) == text) continue;
    ++masked;
    INFO(text);
    REQUIRE(probes.hit(text));
  }
  CHECK(masked > rounds / 6);
}

TEST_CASE("probes: random base64 of every length", "[redact]") {
  const samples::ProbeScan probes;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937 random{5};
  std::size_t masked = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t size = 32 + random() % 60; text.size() < size;) text += kAlphabet[random() % kAlphabet.size()];
    if (redact(text) == text) continue;
    ++masked;
    INFO(text);
    REQUIRE(probes.hit(text));
  }
  CHECK(masked > 3600);  // nine in ten, whatever their maker
}

TEST_CASE("probes: ordinary logs are seldom looked at twice", "[redact][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  const samples::ProbeScan probes;
  std::size_t lines = 0, hits = 0, masked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".log") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line); ++lines) {
      const bool hit = probes.hit(line), change = redact(line) != line;
      hits += hit ? 1 : 0;
      masked += change ? 1 : 0;
      if (change) CHECK(hit);
    }
  }
  INFO(lines << " lines, " << hits << " hit, " << masked << " masked");
  CHECK(hits * 50 < lines);  // below 2 %
}

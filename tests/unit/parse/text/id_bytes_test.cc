// Eight bytes at once say what one after the other says.
#include "parse/text/id_bytes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace loglode {
namespace {

TEST_CASE("id bytes: as a look at each byte says", "[text]") {
  const auto small = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
  const auto capital = [](char c) { return c >= 'A' && c <= 'F'; };
  const auto hex = [&](char c) { return (small(c) && c != '-') || capital(c); };
  std::mt19937 random{5};
  const std::string_view alphabets[] = {"0123456789abcdef", "0123456789abcdef-", "0123456789ABCDEF", "09afAF"};
  for (std::size_t size = 0; size <= 40; ++size) {
    for (int round = 0; round < 200; ++round) {
      std::string text;
      const std::string_view alphabet = alphabets[random() % std::size(alphabets)];
      while (text.size() < size) text += alphabet[random() % alphabet.size()];
      if (size != 0 && round % 2 == 1) text[random() % size] = static_cast<char>(random());
      INFO(text);
      REQUIRE(is_small_hex_id(text) == std::all_of(text.begin(), text.end(), small));
      REQUIRE(is_hex_with_capitals(text) == (std::all_of(text.begin(), text.end(), hex) && std::any_of(text.begin(), text.end(), capital)));
    }
  }
}

}  // namespace
}  // namespace loglode

// The quick look at every message for what no literal announces: long runs, found by looking at one byte in a run's shortest length.
#include <algorithm>
#include <array>

#include "parse/redact/detectors.h"

namespace loglode {

namespace {

using namespace redaction;

constexpr std::size_t kRandomRun = 32;  // random_run.cc: kLengthMin
constexpr std::size_t kNumberRun = 11;  // of the shortest number that needs no name: `+` and ten digits
constexpr std::size_t kDigitsMin = 8;   // of them that are digits, at least
constexpr std::size_t kCardDigitsMin = 12;
constexpr std::size_t kAccountLetters = 12;  // of an account number, before the digits of it that are a run

using Table = std::array<bool, 256>;

constexpr Table make_table(bool letters, std::string_view others) {
  Table table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = is_digit(static_cast<char>(c)) || (letters && is_alpha(static_cast<char>(c)));
  for (const char c : others) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr Table kRandom = make_table(true, "+/_-"), kNumber = make_table(false, " -+().");

/// Calls `judge(begin, end)` for every maximal run of `table`'s characters of `length` or more until one says true.
template <class Judge>
bool any_run(std::string_view text, const Table& table, std::size_t length, Judge judge) {
  const auto in = [&](std::size_t at) { return table[static_cast<unsigned char>(text[at])]; };
  std::size_t begin = 0;  // no run of interest begins before it
  while (begin + length <= text.size()) {
    std::size_t back = begin + length;
    while (back > begin && in(back - 1)) --back;
    if (back != begin) {
      begin = back;
      continue;
    }
    std::size_t end = begin + length;
    while (end < text.size() && in(end)) ++end;
    if (judge(begin, end)) return true;
    begin = end;
  }
  return false;
}

bool begins_word(std::string_view text, std::size_t at) noexcept { return at == 0 || !is_word(text[at - 1]); }

/// The run that begins at `begin`, behind a letter: the country, or the bank, of an account number.
bool holds_account(std::string_view text, std::size_t begin) {
  if (begin == 0 || !is_alpha(text[begin - 1])) return false;
  for (std::size_t at = begin > kAccountLetters ? begin - kAccountLetters : 0; at < begin; ++at)
    if (is_alpha(text[at]) && begins_word(text, at) && !find_iban(text, at).empty()) return true;
  return false;
}

bool holds_number(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t digits = 0;
  bool phone = false;
  for (std::size_t at = begin; at < end; ++at) {
    digits += is_digit(text[at]) ? 1 : 0;
    phone = phone || text[at] == '+' || text[at] == '(';
  }
  if (digits < kDigitsMin) return false;
  if (digits >= kCardDigitsMin) {
    for (std::size_t at = begin; at < end; ++at)
      if (is_digit(text[at]) && begins_word(text, at) && !find_card(text, at).empty()) return true;
  }
  for (std::size_t at = begin; phone && at < end; ++at)
    if ((text[at] == '+' || text[at] == '(') && !find_phone(text, at).empty()) return true;
  return holds_account(text, begin);
}

}  // namespace

bool holds_nameless_secret(std::string_view text) {
  const auto random = [&](std::size_t begin, std::size_t end) { return !find_random_run(text, begin, end).empty(); };
  const auto number = [&](std::size_t begin, std::size_t end) { return holds_number(text, begin, end); };
  return any_run(text, kRandom, kRandomRun, random) || any_run(text, kNumber, kNumberRun, number);
}

}  // namespace loglode

// Payment cards: numbers, and the tracks of their magnetic stripes.
#include <algorithm>
#include <array>

#include "parse/redact/detectors.h"
#include "parse/redact/numbers.h"

namespace loglode::redaction {

namespace {

bool passes_luhn(std::string_view digits) noexcept {
  unsigned sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const unsigned digit = static_cast<unsigned>(digits[i] - '0') * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

struct Issuer {
  unsigned first, last;  // of the first four digits
  unsigned lengths;      // bit n: numbers of n digits are issued
};
constexpr unsigned lengths(std::initializer_list<unsigned> all) {
  unsigned bits = 0;
  for (const unsigned length : all) bits |= 1u << length;
  return bits;
}
constexpr Issuer kIssuers[] = {
    {4000, 4999, lengths({13, 16, 19})},          // Visa
    {5100, 5599, lengths({16})},                  // Mastercard
    {2221, 2720, lengths({16})},                  // Mastercard
    {2200, 2204, lengths({16, 17, 18, 19})},      // Mir
    {3400, 3499, lengths({15})},                  // American Express
    {3700, 3799, lengths({15})},                  // American Express
    {6011, 6011, lengths({16, 17, 18, 19})},      // Discover
    {6440, 6599, lengths({16, 17, 18, 19})},      // Discover
    {6200, 6299, lengths({16, 17, 18, 19})},      // UnionPay
    {3528, 3589, lengths({16, 17, 18, 19})},      // JCB
    {3000, 3059, lengths({14, 16, 17, 18, 19})},  // Diners Club
    {3600, 3699, lengths({14, 16, 17, 18, 19})},  // Diners Club
    {3800, 3999, lengths({14, 16, 17, 18, 19})},  // Diners Club
};

bool is_issued(std::string_view digits) noexcept {
  unsigned first_four = 0;
  for (const char c : digits.substr(0, 4)) first_four = first_four * 10 + static_cast<unsigned>(c - '0');
  return std::any_of(std::begin(kIssuers), std::end(kIssuers), [&](const Issuer& issuer) {
    return first_four >= issuer.first && first_four <= issuer.last && ((issuer.lengths >> digits.size()) & 1) != 0;
  });
}

struct Number {
  std::array<char, 20> digits{};
  std::size_t count = 0, end = 0;  // `count` past 19: too long
  std::array<std::size_t, 6> groups{};
  std::size_t group_count = 0;
  [[nodiscard]] std::string_view text() const noexcept { return {digits.data(), count}; }
};

/// Digits in groups that one and the same ` ` or `-` separates.
Number read_number(std::string_view text, std::size_t at) noexcept {
  Number number;
  char separator = 0;
  while (number.group_count < number.groups.size()) {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) {
      if (number.count >= 19) return {};
      number.digits[number.count++] = text[at++];
    }
    number.groups[number.group_count++] = at - begin;
    number.end = at;
    if (at + 1 >= text.size() || !is_digit(text[at + 1])) break;
    if (separator == 0 && (text[at] == ' ' || text[at] == '-')) separator = text[at];
    if (separator == 0 || text[at] != separator) break;
    ++at;
  }
  return number;
}

/// As cards are printed: 4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4.
bool is_printed_in_groups(const Number& number) noexcept {
  const auto& g = number.groups;
  if (number.group_count == 3) return g[0] == 4 && g[1] == 6 && (g[2] == 5 || g[2] == 4);
  const bool fours = g[0] == 4 && g[1] == 4 && g[2] == 4 && g[3] == 4;
  return fours && (number.group_count == 4 || (number.group_count == 5 && g[4] <= 3));
}

/// Debit cards of many banks, whose first digits other numbers have as well.
bool may_be_issued(std::string_view digits) noexcept {
  const char first = digits.front();
  return is_issued(digits) || first == '5' || first == '6' ||
         (digits.size() >= 16 && (digits.starts_with("81") || digits.starts_with("82") || digits.starts_with("9792")));
}

/// A card, and not `wildcard`, `discarded`, `cardinality`.
bool is_card_word(std::string_view text, std::size_t at) noexcept {
  const std::string_view before = text.substr(0, at), after = text.substr(at + 4);
  for (const std::string_view other : {"dis", "wild", "score", "post", "flash"})
    if (ends_ignoring_case(before, other)) return false;
  for (const std::string_view other : {"inal", "io", "iac", "board"})
    if (starts_ignoring_case(after.substr(0, other.size()), other)) return false;
  return true;
}

/// One in ten numbers passes Luhn by chance, and numeric ids of 13 and of 17 to 19 digits are common where such cards are not:
/// those count only after a word that says so. Right behind such a word no issuer is asked for.
bool names_card(std::string_view before) noexcept {
  for (std::size_t i = 0; i + 4 <= before.size(); ++i)
    if (starts_ignoring_case(before.substr(i), "card") && is_card_word(before, i)) return true;
  for (std::size_t i = 0; i + 3 <= before.size(); ++i)
    for (const std::string_view word :
         {"pan=", "pan:", "\"pan\"", "karte", "carte", "tarjeta", "visa", "amex", "maestro", "cc=", "cc:", "ccnum"})
      if (starts_ignoring_case(before.substr(i), word)) return true;
  return before.find("\xE5\x8D\xA1") != std::string_view::npos;
}

/// Behind the number of a stripe's track: `=25121010000?` (track 2; `D` instead of `=` in a chip's), `^DOE/JANE^2512101000?` (track 1).
std::size_t track_end(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kNameMax = 40, kDigitsMin = 7, kTrackMax = 80;
  if (at >= text.size() || !is_one_of(text[at], "=D^")) return at;
  std::size_t begin = at + 1;
  if (text[at] == '^') {
    const std::size_t name = text.substr(0, std::min(text.size(), at + kNameMax)).find('^', begin);
    if (name == std::string_view::npos) return at;
    begin = name + 1;
  }
  std::size_t end = begin;
  while (end < text.size() && end - begin < kTrackMax && (is_digit(text[end]) || (end - begin >= kDigitsMin && is_one_of(text[end], "F "))))
    ++end;
  if (end - begin < kDigitsMin) return at;
  while (end > begin && text[end - 1] == ' ') --end;
  return end < text.size() && text[end] == '?' ? end + 1 : end;
}

bool is_card(std::string_view text, std::size_t at, const Number& number) noexcept {
  if (number.end < text.size() && (is_word(text[number.end]) || text[number.end] == '-')) return false;
  if (number.end + 1 < text.size() && text[number.end] == '.' && is_digit(text[number.end + 1])) return false;
  if (number.group_count > 1 && !is_printed_in_groups(number)) return false;
  if (text[at] >= '2' && names_card(name_of_number(text, at))) return true;  // what begins with 1 is a time
  if (number.group_count == 1 && (is_numbered_thing(text, at) || is_counted(text, number.end))) return false;
  if (names_card(text_before(text, at))) return may_be_issued(number.text());
  return is_issued(number.text()) && (number.group_count > 1 || (number.count >= 14 && number.count <= 16));
}

}  // namespace

Span find_card(std::string_view text, std::size_t at) {
  const bool stripe = text[at] == '%';
  if (stripe && (text.substr(at + 1, 1) != "B" || at + 2 >= text.size() || !is_digit(text[at + 2]))) return {};
  const std::size_t begin = stripe ? at + 2 : at;
  if (at > 0 && is_one_of(text[at - 1], "-.+")) return {};
  const Number number = read_number(text, begin);
  if (number.count < 12 || !passes_luhn(number.text())) return {};
  const std::size_t track = number.group_count == 1 ? track_end(text, number.end) : number.end;
  if (track != number.end && number.count >= 13 && (is_issued(number.text()) || stripe)) return {at, track, SecretKind::card};
  return is_card(text, begin, number) ? Span{at, number.end, SecretKind::card} : Span{};
}

}  // namespace loglode::redaction

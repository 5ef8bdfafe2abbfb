// Bank accounts: International Bank Account Numbers, by their country's length and their checksum.
#include <algorithm>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

struct Country {
  std::string_view code;
  std::size_t length;
};
constexpr Country kCountries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29},
    {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29},
    {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28},
    {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28},
    {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25},
    {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27},
    {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

constexpr char upper(char c) noexcept { return is_lower(c) ? static_cast<char>(c - 32) : c; }

std::size_t length_in(std::string_view text, std::size_t at) noexcept {
  const char code[] = {upper(text[at]), upper(text[at + 1])};
  for (const Country& country : kCountries)
    if (country.code[0] == code[0] && country.code[1] == code[1]) return country.length;
  return 0;
}

/// ISO 7064 mod 97-10 of a number whose characters come in one by one; the first four belong to the end.
class Checksum {
 public:
  void add(char c) noexcept {
    if (is_digit(c))
      rest_ = (rest_ * 10 + static_cast<unsigned>(c - '0')) % 97;
    else
      rest_ = (rest_ * 100 + static_cast<unsigned>(c - 'A' + 10)) % 97;
  }
  [[nodiscard]] bool good() const noexcept { return rest_ == 1; }

 private:
  unsigned rest_ = 0;
};

}  // namespace

Span find_iban(std::string_view text, std::size_t at) {
  constexpr std::size_t kGroup = 4, kLongest = 34;
  if (at + 15 > text.size() || !is_alpha(text[at]) || !is_alpha(text[at + 1]) || !is_digit(text[at + 2]) || !is_digit(text[at + 3]))
    return {};
  const std::size_t length = length_in(text, at);
  if (length == 0) return {};
  char characters[kLongest];
  std::size_t count = 0, end = at;
  char separator = '\0';
  for (; count < length && end < text.size(); ++end) {
    const char c = text[end];
    if (is_alnum(c)) {
      characters[count++] = upper(c);
      continue;
    }
    if (count % kGroup != 0 || (c != ' ' && c != '-') || (separator != '\0' && c != separator) || (separator == '\0' && count != kGroup))
      return {};
    separator = c;
  }
  if (count != length || (end < text.size() && is_word(text[end]))) return {};
  Checksum sum;
  for (std::size_t i = 4; i < length; ++i) sum.add(characters[i]);
  for (std::size_t i = 0; i < 4; ++i) sum.add(characters[i]);
  return sum.good() ? Span{at, end, SecretKind::iban} : Span{};
}

}  // namespace loglode::redaction

// Personal data: e-mail addresses and payment card numbers.
#include <algorithm>
#include <array>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

bool is_user_part(char c) noexcept { return is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }
bool is_host_part(char c) noexcept { return is_alnum(c) || c == '.' || c == '-'; }

constexpr std::size_t kHostLengthMax = 255;

/// Things with an `@` and dots that are nobody's address: systemd units, picture sizes (`icon@2x.png`), nodes inside a cluster.
bool names_no_person(std::string_view host) noexcept {
  for (const std::string_view end :
       {".service", ".socket", ".mount",     ".target", ".timer", ".slice",         ".scope",    ".device",
        ".swap",    ".path",   ".automount", ".png",    ".jpg",   ".jpeg",          ".gif",      ".svg",
        ".webp",    ".css",    ".js",        ".ts",     ".tgz",   ".cluster.local", ".internal", ".localdomain"})
    if (ends_ignoring_case(host, end)) return true;
  return false;
}

bool is_host_name(std::string_view host) noexcept {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) return false;
  const std::string_view top = host.substr(dot + 1);
  return is_alnum(host.front()) && std::all_of(top.begin(), top.end(), is_alpha) && !names_no_person(host);
}

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

/// One in ten numbers passes Luhn by chance, and numeric ids of 13 and of 17 to 19 digits are common where such cards are not:
/// those count only after a word that says so.
bool names_card(std::string_view before) noexcept {
  const std::size_t begin = before.size() > kLookBack ? before.size() - kLookBack : 0;
  before = before.substr(begin);
  for (std::size_t i = 0; i + 3 <= before.size(); ++i)
    if (starts_ignoring_case(before.substr(i), "card") || starts_ignoring_case(before.substr(i), "pan=") ||
        starts_ignoring_case(before.substr(i), "pan:"))
      return true;
  return false;
}

/// `SpanID: 4111…`, `"order_id":4111…`: an id that happens to be all digits.
bool names_id(std::string_view before) noexcept {
  std::size_t end = before.size();
  while (end > 0 && before.size() - end < 6 && std::string_view{" \t:=\"'\\"}.find(before[end - 1]) != std::string_view::npos) --end;
  before = before.substr(0, end == before.size() ? 0 : end);
  if (!ends_ignoring_case(before, "id")) return false;
  const char second_last = before[before.size() - 2], ahead = before.size() > 2 ? before[before.size() - 3] : ' ';
  return !is_alpha(ahead) || (second_last == 'I' && is_lower(ahead));  // `id`, `order_id`, `SpanID`, not `paid`
}

bool joins_word(char c) noexcept { return is_alnum(c) || c == '_'; }

}  // namespace

Span find_email(std::string_view text, std::size_t at, std::size_t floor) {
  const std::size_t lowest = std::max(floor, at > kLookBack ? at - kLookBack : 0);
  std::size_t begin = at;
  while (begin > lowest && is_user_part(text[begin - 1])) --begin;
  while (begin < at && (text[begin] == '.' || text[begin] == '-')) ++begin;
  if (text.substr(0, begin).ends_with("//")) return {};  // ssh://git@host: who logs in, not whom to write to
  std::size_t end = at + 1;
  while (end < text.size() && end - at <= kHostLengthMax && is_host_part(text[end])) ++end;
  while (end > at + 1 && !is_alnum(text[end - 1])) --end;  // the dot that ends a sentence
  if (begin == at || !is_host_name(text.substr(at + 1, end - at - 1))) return {};
  return {begin, end, SecretKind::email};
}

Span find_card(std::string_view text, std::size_t at) {
  if (at > 0 && (text[at - 1] == '-' || text[at - 1] == '.' || text[at - 1] == '+')) return {};
  const Number number = read_number(text, at);
  if (number.count < 13 || !is_issued(number.text()) || !passes_luhn(number.text())) return {};
  if (number.end < text.size() && (joins_word(text[number.end]) || text[number.end] == '-')) return {};
  if (number.end + 1 < text.size() && text[number.end] == '.' && is_digit(text[number.end + 1])) return {};
  if (number.group_count == 1 && names_id(text.substr(0, at))) return {};
  if (number.group_count > 1 && !is_printed_in_groups(number)) return {};
  const bool common_length = number.group_count > 1 || (number.count >= 14 && number.count <= 16);
  if (!common_length && !names_card(text.substr(0, at))) return {};
  return {at, number.end, SecretKind::card};
}

}  // namespace loglode::redaction

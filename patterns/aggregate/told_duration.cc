#include "patterns/aggregate/told_duration.h"

#include <algorithm>
#include <limits>

#include "base/ascii.h"

namespace loglode {

namespace {

constexpr std::size_t kLookedAtMax = 512;
constexpr std::size_t kDigitsMax = 9;  // of the whole part, and of the fraction

struct Unit {
  std::string_view name;
  double microseconds;
};
constexpr Unit kUnits[] = {
    {"ms", 1e3},          {"s", 1e6},          {"sec", 1e6}, {"secs", 1e6}, {"seconds", 1e6}, {"second", 1e6},  {"us", 1},
    {"\xC2\xB5s", 1},     {"\xCE\xBCs", 1},    {"ns", 1e-3}, {"msec", 1e3}, {"msecs", 1e3},   {"millis", 1e3},  {"milliseconds", 1e3},
    {"millisecond", 1e3}, {"microseconds", 1}, {"usec", 1},  {"min", 6e7},  {"mins", 6e7},    {"minutes", 6e7},
};

/// What is said of a duration that was set, not taken.
constexpr std::string_view kSettings[] = {"timeout", "every", "within",   "interval", "limit",    "last", "delay",
                                          "backoff", "retry", "retrying", "sleep",    "sleeping", "wait", "waiting",
                                          "ttl",     "max",   "next",     "expires",  "keepalive"};

bool is_word_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

/// Takes the last word off the end of `text`.
std::string_view take_last_word(std::string_view& text) noexcept {
  while (!text.empty() && !is_letter(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  const std::string_view word = text.substr(begin);
  text = text.substr(0, begin);
  return word;
}

bool is_setting(std::string_view before) noexcept {
  for (int words = 0; words < 2; ++words) {
    const std::string_view word = take_last_word(before);
    const auto same = [&](std::string_view known) {
      return word.size() == known.size() &&
             std::equal(word.begin(), word.end(), known.begin(), [](char a, char b) { return to_lower(a) == b; });
    };
    if (std::any_of(std::begin(kSettings), std::end(kSettings), same)) return true;
  }
  return false;
}

/// Microseconds in the unit that `text` begins with; 0 for none.
double unit_at(std::string_view text) noexcept {
  if (text.starts_with(' ')) text.remove_prefix(1);
  constexpr std::string_view kFirst = "msun\xC2\xCE";  // letters of all units
  if (text.empty() || kFirst.find(text.front()) == std::string_view::npos) return 0;
  std::size_t size = 0;
  while (size < text.size() && is_word_byte(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  for (const Unit& unit : kUnits)
    if (name == unit.name) return unit.microseconds;
  return 0;
}

struct Number {
  double value = 0;
  std::size_t size = 0;
  bool readable = false;
};

/// Digits, and a point with digits behind it.
Number number_at(std::string_view text) noexcept {
  Number number;
  double place = 1;
  bool point = false;
  std::size_t digits = 0;
  for (; number.size < text.size(); ++number.size) {
    const char c = text[number.size];
    if (c == '.' && !point && number.size + 1 < text.size() && is_digit(text[number.size + 1])) {
      point = true;
      continue;
    }
    if (!is_digit(c)) break;
    ++digits;
    if (!point)
      number.value = number.value * 10 + (c - '0');
    else
      number.value += (c - '0') * (place /= 10);
  }
  number.readable = digits <= 2 * kDigitsMax;
  return number;
}

}  // namespace

std::optional<std::uint32_t> told_duration(std::string_view message) noexcept {
  message = message.substr(0, kLookedAtMax);
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (!is_digit(message[at])) continue;
    const Number number = number_at(message.substr(at));
    const char before = at == 0 ? ' ' : message[at - 1];
    const std::size_t begin = at;
    at += number.size;
    if (is_word_byte(before) || before == '-' || before == '.' || before == ':' || !number.readable) continue;
    const double unit = unit_at(message.substr(at));
    if (unit <= 0 || is_setting(message.substr(0, begin))) continue;
    const double microseconds = number.value * unit + 0.5;
    return microseconds < static_cast<double>(std::numeric_limits<std::uint32_t>::max()) ? static_cast<std::uint32_t>(microseconds)
                                                                                         : std::numeric_limits<std::uint32_t>::max();
  }
  return std::nullopt;
}

}  // namespace loglode

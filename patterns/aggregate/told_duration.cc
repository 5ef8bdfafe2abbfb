#include "patterns/aggregate/told_duration.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
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
constexpr std::string_view kSettings[] = {"timeout", "every",    "within",    "interval", "limit", "last",    "delay",     "backoff",
                                          "retry",   "retrying", "sleep",     "sleeping", "wait",  "waiting", "ttl",       "max",
                                          "next",    "expires",  "keepalive", "uptime",   "age",   "ts",      "timestamp", "epoch"};

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

/// Whether a unit may begin with this byte.
constexpr bool begins_unit(char c) noexcept { return c == 'm' || c == 's' || c == 'u' || c == 'n' || c == '\xC2' || c == '\xCE'; }

/// Microseconds in the unit that `text` begins with; 0 for none.
double unit_at(std::string_view text) noexcept {
  if (text.starts_with(' ')) text.remove_prefix(1);
  std::size_t size = 0;
  while (size < text.size() && is_word_byte(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  for (const Unit& unit : kUnits)
    if (name == unit.name) return unit.microseconds;
  return 0;
}

/// The same in the unit that a key names before its value: `duration_ms=5000`, `"elapsedMs": 5000`. `before`: the text up to the value.
double unit_of_key(std::string_view before) noexcept {
  if (before.ends_with(' ')) before.remove_suffix(1);
  if (!before.ends_with('=') && !before.ends_with(':')) return 0;
  before.remove_suffix(1);
  if (before.ends_with('"')) before.remove_suffix(1);
  constexpr Unit kEnds[] = {{"_ms", 1e3}, {"Ms", 1e3}, {"_millis", 1e3}, {"Millis", 1e3}, {"_us", 1}, {"_ns", 1e-3}, {"_seconds", 1e6}};
  for (const Unit& unit : kEnds)
    if (before.size() > unit.name.size() && before.ends_with(unit.name)) return unit.microseconds;
  return 0;
}

struct Number {
  double value = 0;
  bool readable = false;
};

/// The first digit from `at` on, or the end: eight bytes at a time, as most of a message are letters.
const char* find_digit(const char* at, const char* end) noexcept {
  for (; end - at >= 8; at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    const std::uint64_t flipped = bytes ^ 0x3030303030303030;  // digits become 0 to 9
    // Of each byte the highest bit: set where it is more than 9. Without a carry from one byte to the next.
    const std::uint64_t others = (((flipped & 0x7F7F7F7F7F7F7F7F) + 0x7676767676767676) | flipped) & 0x8080808080808080;
    if (others != 0x8080808080808080) break;
  }
  while (at != end && !is_digit(*at)) ++at;
  return at;
}

/// Digits from `at` on, and a point with digits behind it.
const char* end_of_number(const char* at, const char* end) noexcept {
  bool point = false;
  for (; at != end; ++at) {
    if (is_digit(*at)) continue;
    if (*at != '.' || point || at + 1 == end || !is_digit(at[1])) break;
    point = true;
  }
  return at;
}

/// `text`: a whole end_of_number().
Number number_in(std::string_view text) noexcept {
  Number number;
  double place = 1;
  bool point = false;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.') {
      point = true;
      continue;
    }
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
  const char* const begin = message.data();
  const char* const end = begin + message.size();
  for (const char* at = find_digit(begin, end); at != end; at = find_digit(at + 1, end)) {
    const char* const first = at;
    at = end_of_number(at, end);
    // Nearly all numbers are followed by something that begins no unit, and preceded by no key: told before anything else is looked at.
    const char next = at == end ? ' ' : *at == ' ' && at + 1 != end ? at[1] : *at;
    const char before = first == begin ? ' ' : first[-1];
    const std::string_view text{begin, static_cast<std::size_t>(first - begin)};
    double unit = 0;
    if (begins_unit(next) && !is_word_byte(before) && before != '-' && before != '.' && before != ':')
      unit = unit_at({at, static_cast<std::size_t>(end - at)});
    if (unit <= 0 && (before == '=' || before == ':' || (before == ' ' && text.ends_with(": ")))) unit = unit_of_key(text);
    if (unit <= 0) {
      if (at == end) break;
      continue;
    }
    const Number number = number_in({first, static_cast<std::size_t>(at - first)});
    if (!number.readable || is_setting(text)) {
      if (at == end) break;
      continue;
    }
    const double microseconds = number.value * unit + 0.5;
    return microseconds < static_cast<double>(std::numeric_limits<std::uint32_t>::max()) ? static_cast<std::uint32_t>(microseconds)
                                                                                         : std::numeric_limits<std::uint32_t>::max();
  }
  return std::nullopt;
}

}  // namespace loglode

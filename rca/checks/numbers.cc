#include "rca/checks/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace loglode::rca {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

struct UnitWord {
  std::string_view word;
  ProseNumber::Unit unit;
  double scale;
};
constexpr double kKi = 1024;
constexpr auto kSeconds = ProseNumber::Unit::seconds;
constexpr auto kBytes = ProseNumber::Unit::bytes;
constexpr std::array kUnits{UnitWord{"k", ProseNumber::Unit::none, 1e3},
                            UnitWord{"x", ProseNumber::Unit::none, 1},
                            UnitWord{"nanoseconds", kSeconds, 1e-9},
                            UnitWord{"microseconds", kSeconds, 1e-6},
                            UnitWord{"milliseconds", kSeconds, 1e-3},
                            UnitWord{"seconds", kSeconds, 1},
                            UnitWord{"second", kSeconds, 1},
                            UnitWord{"minutes", kSeconds, 60},
                            UnitWord{"minute", kSeconds, 60},
                            UnitWord{"hours", kSeconds, 3600},
                            UnitWord{"hour", kSeconds, 3600},
                            UnitWord{"days", kSeconds, 86400},
                            UnitWord{"day", kSeconds, 86400},
                            UnitWord{"percent", ProseNumber::Unit::percent, 1},
                            UnitWord{"millisecond", kSeconds, 1e-3},
                            UnitWord{"ms", kSeconds, 1e-3},
                            UnitWord{"µs", kSeconds, 1e-6},
                            UnitWord{"us", kSeconds, 1e-6},
                            UnitWord{"ns", kSeconds, 1e-9},
                            UnitWord{"sec", kSeconds, 1},
                            UnitWord{"min", kSeconds, 60},
                            UnitWord{"s", kSeconds, 1},
                            UnitWord{"m", kSeconds, 60},
                            UnitWord{"h", kSeconds, 3600},
                            UnitWord{"d", kSeconds, 86400},
                            UnitWord{"%", ProseNumber::Unit::percent, 1},
                            UnitWord{"bytes", kBytes, 1},
                            UnitWord{"kB", kBytes, 1e3},
                            UnitWord{"KB", kBytes, 1e3},
                            UnitWord{"MB", kBytes, 1e6},
                            UnitWord{"GB", kBytes, 1e9},
                            UnitWord{"KiB", kBytes, kKi},
                            UnitWord{"MiB", kBytes, kKi* kKi},
                            UnitWord{"GiB", kBytes, kKi* kKi* kKi},
                            UnitWord{"B", kBytes, 1}};

/// The unit behind text[at], over one blank; its end, or `at` where there is none.
std::pair<const UnitWord*, std::size_t> unit_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at < text.size() && text[at] == ' ' ? at + 1 : at;
  for (const UnitWord& unit : kUnits) {
    const std::size_t end = begin + unit.word.size();
    const bool short_word = unit.word == "k" || unit.word == "x" || unit.word == "s" || unit.word == "m" || unit.word == "h" ||
                            unit.word == "d" || unit.word == "B";
    if (text.substr(begin, unit.word.size()) != unit.word || (end < text.size() && (is_letter(text[end]) || is_digit(text[end])))) continue;
    if (short_word && unit.word != "s" && begin != at) continue;  // `5 m` may be anything
    return {&unit, end};
  }
  return {nullptr, at};
}

bool is_hedged(std::string_view text, std::size_t begin) {
  static constexpr std::array<std::string_view, 9> kHedges{"about ",         "around ", "roughly ",   "nearly ", "almost ",
                                                           "approximately ", "over ",   "more than ", "~"};
  const std::string_view before = text.substr(0, begin);
  return std::any_of(kHedges.begin(), kHedges.end(), [&](std::string_view hedge) { return before.ends_with(hedge); });
}

/// Two digits at `at`, at most `most`; else -1.
int two_digits(std::string_view text, std::size_t at, int most) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
  return value <= most ? value : -1;
}

bool is_date_at(std::string_view text, std::size_t at) {  // 2026-11-24
  for (std::size_t i = 0; i < 10; ++i)
    if (at + i >= text.size() || (i == 4 || i == 7 ? text[at + i] != '-' : !is_digit(text[at + i]))) return false;
  return true;
}

}  // namespace

std::vector<ClockTime> clock_times_in(std::string_view text) {
  std::vector<ClockTime> out;
  for (std::size_t at = 0; at + 5 <= text.size(); ++at) {
    if (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == ':')) continue;
    const int hour = two_digits(text, at, 23), minute = text[at + 2] == ':' ? two_digits(text, at + 3, 59) : -1;
    if (hour < 0 || minute < 0) continue;
    std::size_t end = at + 5;
    int second = end < text.size() && text[end] == ':' ? two_digits(text, end + 1, 60) : -1;
    if (second >= 0) end += 3;
    if (second >= 0 && end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && is_digit(text[end + 1]))
      for (++end; end < text.size() && is_digit(text[end]);) ++end;
    if (end < text.size() && (is_digit(text[end]) || text[end] == ':')) continue;
    out.push_back({static_cast<std::uint32_t>(hour * 3600 + minute * 60 + std::max(second, 0)), second >= 0, at, end});
    at = end - 1;
  }
  return out;
}

std::vector<ProseNumber> numbers_in(std::string_view text) {
  std::vector<ProseNumber> out;
  const std::vector<ClockTime> clocks = clock_times_in(text);
  for (std::size_t at = 0; at < text.size();) {
    const auto clock = std::find_if(clocks.begin(), clocks.end(), [&](const ClockTime& one) { return one.begin == at; });
    if (clock != clocks.end()) {
      at = clock->end;
      continue;
    }
    if (is_date_at(text, at)) {
      at += 10;
      continue;
    }
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    std::string digits;
    std::size_t decimals = 0;
    while (end < text.size()) {
      const char c = text[end];
      const bool digit_behind = end + 1 < text.size() && is_digit(text[end + 1]);
      if (is_digit(c)) {
        digits += c;
        decimals += decimals > 0 ? 1 : 0;
      } else if (c == '.' && digit_behind && decimals == 0) {
        digits += c;
        decimals = 1;  // one more than there are
      } else if (c == ',' && end + 3 < text.size() && digit_behind && is_digit(text[end + 2]) && is_digit(text[end + 3]) && decimals == 0 &&
                 (end + 4 >= text.size() || !is_digit(text[end + 4]))) {
        // 1,144
      } else {
        break;
      }
      ++end;
    }
    const bool named = at > 0 && (is_letter(text[at - 1]) || ((text[at - 1] == '-' || text[at - 1] == '.' || text[at - 1] == '/') &&
                                                              at > 1 && (is_letter(text[at - 2]) || is_digit(text[at - 2]))));
    const auto [unit, unit_end] = unit_at(text, end);
    const bool goes_on = unit == nullptr && end < text.size() &&
                         (is_letter(text[end]) || ((text[end] == '.' || text[end] == '-' || text[end] == ':' || text[end] == '/') &&
                                                   end + 1 < text.size() && (is_digit(text[end + 1]) || is_letter(text[end + 1]))));
    if (named || goes_on) {  // part of a name, an address, a version
      while (end < text.size() && (is_digit(text[end]) || is_letter(text[end]) ||
                                   ((text[end] == '.' || text[end] == '-' || text[end] == ':' || text[end] == '/') &&
                                    end + 1 < text.size() && (is_digit(text[end + 1]) || is_letter(text[end + 1])))))
        ++end;
      at = end;
      continue;
    }
    ProseNumber number;
    const double scale = unit == nullptr ? 1 : unit->scale;
    number.value = std::strtod(digits.c_str(), nullptr) * scale;
    number.tolerance = 0.5 * std::pow(10.0, -static_cast<double>(decimals > 0 ? decimals - 1 : 0)) * scale;
    if (unit != nullptr) number.unit = unit->unit;
    if (number.unit == ProseNumber::Unit::none && decimals == 0 && scale == 1) number.tolerance = 0;  // a count is exact
    if (is_hedged(text, at)) number.tolerance = std::max(number.tolerance, 0.1 * number.value);
    number.begin = at;
    number.end = unit == nullptr ? end : unit_end;
    number.text = std::string{text.substr(at, number.end - at)};
    out.push_back(std::move(number));
    at = out.back().end;
  }
  return out;
}

}  // namespace loglode::rca

#include "parse/text/took_field.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/ascii.h"
#include "core/batch.h"

namespace loglode {

namespace {

/// Whether `text` ends with `end`, which is in small letters, in whatever case.
bool ends_like(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && std::equal(end.begin(), end.end(), text.end() - static_cast<std::ptrdiff_t>(end.size()),
                                                 [](char a, char b) { return a == to_lower(b); });
}

bool names_duration(std::string_view key) noexcept {
  constexpr std::string_view kNames[] = {
      "duration",    "latency",         "elapsed",        "took",       "response_time", "responsetime", "request_time",
      "requesttime", "processing_time", "execution_time", "query_time", "total_time",    "elapsed_time"};
  for (const std::string_view name : kNames)
    if (ends_like(key, name) &&
        (key.size() == name.size() || std::string_view{"_.-"}.find(key[key.size() - name.size() - 1]) != std::string_view::npos))
      return true;
  return false;
}

}  // namespace

std::uint32_t took_microseconds(std::string_view value, std::string_view unit) noexcept {
  double number = 0;
  const auto [rest, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc{} || !(number >= 0)) return kUntold;
  std::string_view own{rest, static_cast<std::size_t>(value.data() + value.size() - rest)};
  if (own.starts_with(' ')) own.remove_prefix(1);
  if (!own.empty()) unit = own;
  const double factor = unit == "ms"                                                 ? 1e3
                        : unit == "s"                                                ? 1e6
                        : unit == "us" || unit == "\xC2\xB5s" || unit == "\xCE\xBCs" ? 1
                        : unit == "ns"                                               ? 1e-3
                                                                                     : -1;
  if (factor < 0) return kUntold;
  const double microseconds = number * factor;
  return microseconds < kUntold ? static_cast<std::uint32_t>(microseconds) : kUntold - 1;
}

std::uint32_t took_of_pair(std::string_view key, std::string_view value) noexcept {
  struct Ending {
    std::string_view end, unit;
  };
  constexpr Ending kEndings[] = {{"_ms", "ms"}, {"_millis", "ms"}, {"_us", "us"},    {"_ns", "ns"},
                                 {"_s", "s"},   {"_sec", "s"},     {"_seconds", "s"}};
  if (key.size() < 4 || value.empty() || !is_digit(value[0])) return kUntold;
  for (const Ending& ending : kEndings)
    if (ends_like(key, ending.end) && names_duration(key.substr(0, key.size() - ending.end.size())))
      return took_microseconds(value, ending.unit);
  return names_duration(key) ? took_microseconds(value, {}) : kUntold;
}

}  // namespace loglode

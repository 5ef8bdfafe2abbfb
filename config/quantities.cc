#include "config/quantities.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <span>

namespace loglode::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr Unit kTimes[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"", 1}, {"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}};

std::optional<std::uint64_t> read_with_unit(std::string_view text, std::span<const Unit> units, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  if (unit.size() > 1 && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : units)
    if (unit == known.name) return number > max / known.factor ? std::nullopt : std::optional{number * known.factor};
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  constexpr std::uint64_t kMax = 10ull * 365 * 86'400'000;  // ten years: more is a slip, and nanoseconds of it still fit
  const auto count = read_with_unit(text, kTimes, kMax);
  if (!count) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*count)};
}

std::optional<std::uint64_t> read_size(std::string_view text) {
  return read_with_unit(text, kSizes, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

std::optional<std::uint64_t> read_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string spelled(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count % 86'400'000 == 0 && count > 0) return fmt::format("{}d", count / 86'400'000);
  if (count % 3'600'000 == 0 && count > 0) return fmt::format("{}h", count / 3'600'000);
  if (count % 60'000 == 0 && count > 0) return fmt::format("{}m", count / 60'000);
  return count % 1000 == 0 ? fmt::format("{}s", count / 1000) : fmt::format("{}ms", count);
}

}  // namespace loglode::config

#include "parse/time/timestamp_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "parse/time/civil_time.h"
#include "parse/time/date_spellings.h"
#include "parse/time/stamp_scanner.h"
#include "parse/time/zone_rules.h"

namespace loglode {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kEpochSecondsMin = 631152000;   // 1990-01-01
constexpr std::int64_t kEpochSecondsMax = 4102444800;  // 2100-01-01
// Seconds, ms, µs and ns of those years do not overlap, so the magnitude tells the unit.
static_assert(kEpochSecondsMax < kEpochSecondsMin * 1000);

bool in_range(const CivilTime& civil, int year) noexcept {
  if (civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > days_in_month(year, civil.month)) return false;
  if (civil.hour == 24) return civil.minute == 0 && civil.second == 0 && civil.nanoseconds == 0;
  return civil.hour < 24 && civil.minute < 60 && civil.second <= 60;
}

std::optional<Timestamp> moment_in_year(const CivilTime& civil, int year, const TimeContext& context) {
  if (year < kYearMin || year > kYearMax || !in_range(civil, year)) return std::nullopt;
  std::int64_t seconds =
      days_since_epoch(year, civil.month, civil.day) * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
  if (civil.offset_seconds != kNoOffset)
    seconds -= civil.offset_seconds;
  else if (context.zone != nullptr)
    seconds -= context.zone->offset_seconds(seconds);
  return Timestamp{Duration{seconds * kNanosecondsPerSecond + civil.nanoseconds}};
}

int year_of(Timestamp time) { return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(time)}.year()); }

Timestamp now() {  // read once: the whole run must agree on it
  static const Timestamp start = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  return start;
}

/// The year that brings the stamp nearest to the reference; without one, the latest that is at most a day in the future.
std::optional<Timestamp> moment_in_nearest_year(const CivilTime& civil, const TimeContext& context) {
  const bool has_reference = context.reference != kNoTime;
  const Timestamp reference = has_reference ? context.reference : now();
  const int year = year_of(reference);
  const auto moment = moment_in_year(civil, year, context);
  if (!moment && !(civil.month == 2 && civil.day == 29)) return std::nullopt;
  constexpr auto kHalfYear = std::chrono::days{182};
  if (moment && has_reference && std::chrono::abs(*moment - reference) < kHalfYear) return moment;  // no other year can be nearer
  const int reach = moment ? 1 : 8;  // leap years are up to eight years apart
  std::optional<Timestamp> best;
  for (int candidate = year - reach; candidate <= year + reach; ++candidate) {
    const auto other = moment_in_year(civil, candidate, context);
    if (!other || (!has_reference && *other > reference + std::chrono::days{1})) continue;
    if (!best || std::chrono::abs(*other - reference) < std::chrono::abs(*best - reference)) best = other;
  }
  return best;
}

/// A stamp that runs straight on into digits or letters was something else.
bool ends_well(std::string_view text, std::size_t end) noexcept {
  return end >= text.size() || !(is_digit(text[end]) || is_letter(text[end]));
}

/// .123456789 and Z or +hh:mm behind a stamp's seconds, which end at `at`; the usual cases first.
std::size_t read_tail(std::string_view text, std::size_t at, CivilTime& civil) {
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    std::uint32_t value = 0, digits = 0;
    while (digits < 10 && at + 1 + digits < text.size() && is_digit(text[at + 1 + digits])) {
      if (digits < 9) value = value * 10 + static_cast<std::uint32_t>(text[at + 1 + digits] - '0');
      ++digits;
    }
    constexpr std::uint32_t kScale[] = {0, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    const char next = at + 1 + digits < text.size() ? text[at + 1 + digits] : '\0';
    if (digits > 9 || (text[at] == ',' && next == ',')) return 0;  // rare: left to the general reader
    if (digits > 0) {
      civil.nanoseconds = value * kScale[digits];
      at += 1 + digits;
    }
  } else if (at < text.size() && text[at] == ':') {
    return 0;
  }
  if (at >= text.size()) return at;
  const char next = text[at];
  if (next == 'Z' && (at + 1 >= text.size() || text[at + 1] == ' ' || text[at + 1] == '\t' || text[at + 1] == '"')) {
    civil.offset_seconds = 0;
    return at + 1;
  }
  if (next == '\t' || next == '"') return at;
  StampScanner scan{text};
  scan.go_to(at);
  if (next == ' ' && (scan.peek(1) == 'A' || scan.peek(1) == 'P' || scan.peek(1) == 'a' || scan.peek(1) == 'p') &&
      to_lower(scan.peek(2)) == 'm')
    return 0;
  scan.take_offset(civil);
  return scan.position();
}

std::size_t read_any_spelling(std::string_view text, CivilTime& civil) {
  if (text.size() < 11) return 0;  // the shortest is longer: `1-2 3:4:5`-like stamps do not occur without padding
  if (is_digit(text[0])) return read_digits_first(text, civil);
  return is_letter(text[0]) ? read_name_first(text, civil) : 0;
}

/// Digits with an optional fraction; all of `text`.
bool read_epoch_text(std::string_view text, Timestamp& out) {
  std::int64_t whole = 0;
  const auto [point, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc{} || whole < 0) return false;
  if (!read_epoch(whole, out)) return false;
  std::string_view fraction = text.substr(static_cast<std::size_t>(point - text.data()));
  if (fraction.empty()) return true;
  if ((fraction[0] != '.' && fraction[0] != ',') || !std::all_of(fraction.begin() + 1, fraction.end(), is_digit)) return false;
  // Nine decimals of the unit that the magnitude told.
  std::int64_t value = 0;
  for (std::size_t i = 1; i <= 9; ++i) value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  const std::int64_t unit = out.time_since_epoch().count() / std::max<std::int64_t>(whole, 1);
  out += Duration{unit > 1 ? value / (kNanosecondsPerSecond / unit) : 0};
  return true;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool resolve(const CivilTime& civil, const TimeContext& context, Timestamp& out) {
  const auto moment = civil.year == kNoYear ? moment_in_nearest_year(civil, context) : moment_in_year(civil, civil.year, context);
  if (moment) out = *moment;
  return moment.has_value();
}

std::size_t read_timestamp(std::string_view text, const TimeContext& context, Timestamp& out) {
  CivilTime civil;
  std::size_t taken = read_iso_seconds(text, civil);
  if (taken == 0) taken = read_clf_seconds(text, civil);
  if (taken != 0)
    taken = read_tail(text, taken, civil);
  else
    taken = read_syslog_seconds(text, civil);
  if (taken == 0) {
    civil = CivilTime{};
    taken = read_any_spelling(text, civil);
  }
  if (taken == 0 || !ends_well(text, taken)) return 0;
  return resolve(civil, context, out) ? taken : 0;
}

bool read_timestamp_field(std::string_view text, const TimeContext& context, Timestamp& out) {
  text = trim(text);
  if (text.empty()) return false;
  Timestamp read = kNoTime;
  if (read_timestamp(text, context, read) == text.size() || read_epoch_text(text, read)) {
    out = read;
    return true;
  }
  return false;
}

bool read_epoch(std::int64_t value, Timestamp& out) {
  for (std::int64_t per_second : {std::int64_t{1}, std::int64_t{1000}, std::int64_t{1'000'000}, kNanosecondsPerSecond}) {
    if (value < kEpochSecondsMin * per_second) return false;
    if (value >= kEpochSecondsMax * per_second) continue;
    out = Timestamp{Duration{value * (kNanosecondsPerSecond / per_second)}};
    return true;
  }
  return false;
}

bool read_epoch(double value, Timestamp& out) {
  if (!(value >= 0 && value < 9e18)) return false;
  const double whole = std::floor(value);
  if (!read_epoch(static_cast<std::int64_t>(whole), out)) return false;
  // A double of this size holds about microseconds of a second; what lies below is noise of the representation.
  const std::int64_t unit = out.time_since_epoch().count() / static_cast<std::int64_t>(whole);
  const double microseconds = (value - whole) * static_cast<double>(unit) / 1000.0;
  out += Duration{std::llround(microseconds) * 1000};
  return true;
}

}  // namespace loglode

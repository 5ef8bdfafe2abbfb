#include "parse/time/timestamp_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "parse/time/civil_time.h"
#include "parse/time/date_spellings.h"
#include "parse/time/stamp_scanner.h"
#include "parse/time/stamp_sight.h"
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

int year_of(Timestamp time) { return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(time)}.year()); }

Timestamp or_now(Timestamp reference) { return reference != kNoTime ? reference : program_start(); }

/// Of all that a stamp may mean, what is nearest to a moment.
class Nearest {
 public:
  explicit Nearest(Timestamp moment) : moment_(moment) {}
  void offer(const std::optional<Timestamp>& candidate) {
    if (!candidate) return;
    const Duration distance = std::chrono::abs(*candidate - moment_);
    if (best_ && distance >= distance_) return;
    best_ = candidate, distance_ = distance;
  }
  [[nodiscard]] const std::optional<Timestamp>& best() const noexcept { return best_; }

 private:
  Timestamp moment_;
  std::optional<Timestamp> best_;
  Duration distance_{};
};

void offer_years(const CivilTime& civil, const TimeContext& context, Nearest& nearest) {
  const int near_year = year_of(context.near);
  const bool leap_day = civil.month == 2 && civil.day == 29;  // leap years are up to eight years apart
  const int reach = civil.year != kNoYear ? 0 : leap_day ? 8 : 1;
  const int middle = civil.year != kNoYear ? civil.year : near_year;
  for (int year = middle - reach; year <= middle + reach; ++year) {
    nearest.offer(moment_in_year(civil, year, context.zone));
    nearest.offer(moment_in_year(civil, year, context.zone, true));
  }
}

std::optional<Timestamp> nearest_moment(const CivilTime& civil, const TimeContext& context) {
  if (!civil.has_date) return moment_on_nearest_day(civil, context.near, context.zone);
  Nearest nearest{context.near};
  if (civil.numbers.orders == 0) {
    // The framer mostly knows the very moment, and nothing is nearer than that.
    const auto same = moment_in_year(civil, civil.year != kNoYear ? civil.year : year_of(context.near), context.zone);
    if (same == context.near) return same;
    offer_years(civil, context, nearest);
    return nearest.best();
  }
  for (const DateOrder order : kDateOrders) {
    if (!civil.numbers.may_be(order)) continue;
    CivilTime ordered = civil;
    set_date(ordered, order);
    offer_years(ordered, context, nearest);
  }
  return nearest.best();
}

bool leaves_something_open(const CivilTime& civil, const TimeContext& context) noexcept {
  if (civil.year == kNoYear || civil.numbers.orders != 0 || civil.zone_assumed || !civil.has_date) return true;
  return civil.offset_seconds == kNoOffset && context.zone != nullptr && !context.zone->is_utc();
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
  const char half = next == ' ' ? to_lower(scan.peek(1)) : '\0';
  if ((half == 'a' || half == 'p') && (to_lower(scan.peek(2)) == 'm' || scan.peek(2) == '.')) return 0;
  scan.take_offset(civil);
  return scan.position();
}

std::size_t read_any_spelling(std::string_view text, CivilTime& civil) {
  if (text.size() < 11) return 0;  // the shortest is longer: `1-2 3:4:5`-like stamps do not occur without padding
  if (is_digit(text[0])) return read_digits_first(text, civil);
  return is_letter(text[0]) ? read_name_first(text, civil) : 0;
}

/// `1.7000001e+09`, as zap writes seconds; all of `text`.
bool read_scientific_epoch(std::string_view text, Timestamp& out) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent == std::string_view::npos || exponent < 3 || text[1] != '.' || text.size() - exponent < 3 || text.size() > 40) return false;
  if (!std::all_of(text.begin() + 2, text.begin() + static_cast<std::ptrdiff_t>(exponent), is_digit)) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && read_epoch(value, out);
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

Timestamp program_start() {
  static const Timestamp start = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  return start;
}

CivilTime ordered_by_weekday(const CivilTime& civil) {
  if (civil.weekday == 0 || civil.numbers.orders == 0 || civil.year == kNoYear) return civil;
  for (const DateOrder order : kDateOrders) {
    CivilTime ordered = civil;
    if (!civil.numbers.may_be(order)) continue;
    set_date(ordered, order);
    if (!weekday_agrees(ordered, ordered.year)) continue;
    ordered.numbers = {};
    return ordered;
  }
  return civil;
}

bool weekday_agrees(const CivilTime& civil, int year) noexcept {
  return civil.weekday == 0 || weekday_of(days_since_epoch(year, civil.month, civil.day)) == civil.weekday;
}

std::optional<Timestamp> moment_in_year(const CivilTime& civil, int year, const ZoneRules* zone, bool later) {
  if (year < kYearMin || year > kYearMax || !in_range(civil, year)) return std::nullopt;
  std::int64_t seconds =
      days_since_epoch(year, civil.month, civil.day) * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
  if (civil.zone != nullptr) zone = civil.zone;
  if (civil.offset_seconds != kNoOffset)
    seconds -= civil.offset_seconds;
  else if (zone != nullptr)
    seconds -= zone->offset_seconds(seconds, later);
  return Timestamp{Duration{seconds * kNanosecondsPerSecond + civil.nanoseconds}};
}

std::optional<Timestamp> latest_moment(const CivilTime& civil, Timestamp reference, const ZoneRules* zone) {
  if (!civil.has_date) return moment_on_nearest_day(civil, reference, zone);
  if (civil.year != kNoYear) return moment_in_year(civil, civil.year, zone);
  const Timestamp bound = or_now(reference) + std::chrono::days{1};
  const int year = year_of(bound);
  std::optional<Timestamp> latest;
  // The same weekday comes back within 11 years, on a leap day within 40; leap days alone are up to 8 years apart.
  const bool leap_day = civil.month == 2 && civil.day == 29;
  const int reach = civil.weekday != 0 ? (leap_day ? 40 : 12) : leap_day ? 8 : 1;
  for (int candidate = year; candidate >= year - reach; --candidate) {
    const auto moment = moment_in_year(civil, candidate, zone);
    if (!moment || *moment > bound) continue;
    if (weekday_agrees(civil, candidate)) return moment;
    if (!latest) latest = moment;
  }
  return latest;
}

std::optional<Timestamp> moment_on_nearest_day(const CivilTime& civil, Timestamp reference, const ZoneRules* zone) {
  Nearest nearest{or_now(reference)};
  const auto today = std::chrono::floor<std::chrono::days>(or_now(reference));
  for (const int day : {-1, 0, 1}) {
    const std::chrono::year_month_day date{today + std::chrono::days{day}};
    CivilTime dated = civil;
    dated.month = static_cast<unsigned>(date.month()), dated.day = static_cast<unsigned>(date.day());
    nearest.offer(moment_in_year(dated, static_cast<int>(date.year()), zone));
    nearest.offer(moment_in_year(dated, static_cast<int>(date.year()), zone, true));
  }
  return nearest.best();
}

namespace {

/// How far the clock that `civil` shows was from UTC at `moment`.
std::int32_t offset_read(const CivilTime& civil, const TimeContext& context, Timestamp moment) noexcept {
  if (civil.zone == nullptr && context.zone == nullptr) return 0;
  constexpr std::int64_t kWestMost = 12 * 3600;
  const std::int64_t shown = civil.hour * 3600 + civil.minute * 60 + civil.second;
  const std::int64_t of_day = std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count() % kSecondsPerDay;
  const std::int64_t apart = ((shown - of_day + kWestMost) % kSecondsPerDay + kSecondsPerDay) % kSecondsPerDay - kWestMost;
  return static_cast<std::int32_t>(apart);
}

}  // namespace

bool resolve(const CivilTime& civil, const TimeContext& context, Timestamp& out) {
  const bool open = leaves_something_open(civil, context);
  std::optional<Timestamp> moment;
  if (!open) {
    moment = moment_in_year(civil, civil.year, context.zone);
  } else {
    const CivilTime ordered = ordered_by_weekday(civil);
    moment = context.near != kNoTime ? nearest_moment(ordered, context) : latest_moment(ordered, context.reference, context.zone);
  }
  if (!moment) return false;
  out = *moment;
  if (context.sight == nullptr) return true;
  if (open) context.sight->note(civil, out);
  context.sight->note_offset(civil.offset_seconds != kNoOffset ? civil.offset_seconds : offset_read(civil, context, out), out);
  return true;
}

std::size_t read_stamp(std::string_view text, CivilTime& civil) {
  if (text.empty()) return 0;
  std::size_t taken = 0;
  if (is_digit(text[0])) {
    taken = read_iso_seconds(text, civil);
    if (taken == 0) taken = read_clf_seconds(text, civil);
    if (taken != 0) taken = read_tail(text, taken, civil);
  } else {
    taken = read_syslog_seconds(text, civil);
  }
  if (taken == 0) {
    civil = CivilTime{};
    taken = read_any_spelling(text, civil);
  }
  return taken != 0 && ends_well(text, taken) ? taken : 0;
}

bool is_of_any_year(const CivilTime& civil) noexcept {
  constexpr int kCommonYear = 2001;
  return civil.year == kNoYear && civil.has_date && civil.numbers.orders == 0 && in_range(civil, kCommonYear);
}

std::size_t read_timestamp(std::string_view text, const TimeContext& context, Timestamp& out) {
  CivilTime civil;
  const std::size_t taken = read_stamp(text, civil);
  return taken != 0 && resolve(civil, context, out) ? taken : 0;
}

std::size_t read_time_of_day(std::string_view text, const TimeContext& context, Timestamp& out) {
  StampScanner scan{text};
  CivilTime civil;
  if (!scan.take_number(1, 2, civil.hour) || !scan.take(':') || !scan.take_number(2, 2, civil.minute) || !scan.take(':') ||
      !scan.take_number(2, 2, civil.second) || civil.hour > 24 || civil.minute > 59 || civil.second > 60)
    return 0;
  if (const char point = scan.peek(); point == '.' || point == ',' || point == ':') scan.take_fraction(civil, point);
  civil.has_date = false;
  if (!ends_well(text, scan.position())) return 0;
  if (civil.hour == 24) civil.hour = 0;
  if (context.near != kNoTime && !resolve(civil, context, out)) return 0;
  return scan.position();
}

bool read_timestamp_field(std::string_view text, const TimeContext& context, Timestamp& out) {
  text = trim(text);
  if (text.empty()) return false;
  Timestamp read = kNoTime;
  if (read_timestamp(text, context, read) == text.size() || read_epoch_text(text, read) || read_scientific_epoch(text, read)) {
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

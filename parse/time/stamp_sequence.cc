#include "parse/time/stamp_sequence.h"

#include <algorithm>
#include <vector>

namespace loglode {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr auto kNewYearStep = days{30};      // a step back over more begins a new year
constexpr auto kQuietMax = days{120};        // how long a writer may have said nothing when it goes on after the reference
constexpr auto kClockJitter = hours{2};      // a time of day that goes back over more is of the next day
constexpr auto kOutOfOrder = minutes{1};     // lines of one writer overtake each other by less
constexpr auto kSetBackMax = hours{3};       // clocks are set back by less
constexpr auto kRecent = days{400};          // before the reference: what a two-digit year should be within
constexpr auto kCloseToReference = days{2};  // a file's time is that of its last line

int year_of(Timestamp time) { return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<days>(time)}.year()); }

Timestamp or_now(Timestamp reference) { return reference != kNoTime ? reference : program_start(); }

bool same_stamp(const CivilTime& a, const CivilTime& b) noexcept {
  return a.month == b.month && a.day == b.day && a.hour == b.hour && a.minute == b.minute && a.second == b.second &&
         a.nanoseconds == b.nanoseconds && a.has_date == b.has_date && a.year == b.year;
}

/// How well one order fits a stream's stamps.
struct OrderFit {
  DateOrder order{};
  std::size_t dates = 0;  // stamps that are a date in it
  Timestamp latest = kNoTime;
  Duration travelled{};  // from stamp to stamp, back and forth
};

OrderFit fit(DateOrder order, std::span<const CivilTime> stamps, Timestamp reference) {
  OrderFit fit{order};
  Timestamp before = kNoTime;
  for (const CivilTime& stamp : stamps) {
    if (!stamp.numbers.may_be(order)) continue;
    CivilTime ordered = stamp;
    set_date(ordered, order);
    const auto moment = latest_moment(ordered, reference, nullptr);
    if (!moment) continue;
    ++fit.dates;
    if (before != kNoTime) fit.travelled += std::chrono::abs(*moment - before);
    before = *moment;
    fit.latest = fit.latest == kNoTime ? before : std::max(fit.latest, before);
  }
  return fit;
}

/// Whether `a` is the better order; `usual` is what stands when nothing tells them apart.
bool is_better(const OrderFit& a, const OrderFit& b, DateOrder usual, Timestamp reference) {
  if (a.dates != b.dates) return a.dates > b.dates;
  const auto rank = [&](auto property) { return static_cast<int>(property(a)) - static_cast<int>(property(b)); };
  const int in_time = rank([&](const OrderFit& fit) { return fit.latest <= reference + days{1}; });
  if (in_time != 0) return in_time > 0;
  if (std::chrono::abs(a.travelled - b.travelled) > hours{12}) return a.travelled < b.travelled;
  const int close = rank([&](const OrderFit& fit) { return fit.latest >= reference - kCloseToReference; });
  if (close != 0) return close > 0;
  const int recent = rank([&](const OrderFit& fit) { return fit.latest >= reference - kRecent; });
  if (recent != 0) return recent > 0;
  return a.order == usual && b.order != usual;
}

std::optional<DateOrder> best_order(std::span<const CivilTime> stamps, Timestamp reference) {
  std::optional<OrderFit> best;
  for (const DateOrder order : kDateOrders) {
    const OrderFit candidate = fit(order, stamps, reference);
    if (candidate.dates == 0) continue;
    if (!best || is_better(candidate, *best, stamps.front().numbers.usual, reference)) best = candidate;
  }
  return best ? std::optional{best->order} : std::nullopt;
}

}  // namespace

std::size_t DateOrders::kind_of(const CivilTime& civil) noexcept { return civil.numbers.third < 0 ? 2 : civil.numbers.third < 100 ? 1 : 0; }

void DateOrders::study(std::span<const CivilTime> stamps, Timestamp reference) {
  for (std::size_t kind = 0; kind < chosen_.size(); ++kind) {
    std::vector<CivilTime> of_kind;
    for (const CivilTime& stamp : stamps) {
      const CivilTime proven = ordered_by_weekday(stamp);
      if (stamp.numbers.orders == 0 || kind_of(stamp) != kind) continue;
      of_kind.push_back(stamp);
      if (proven.numbers.orders != 0) continue;
      for (const DateOrder order : kDateOrders) {
        CivilTime ordered = stamp;
        set_date(ordered, order);
        const bool is_it = ordered.month == proven.month && ordered.day == proven.day && ordered.year == proven.year;
        if (is_it && stamp.numbers.may_be(order))
          of_kind.back().numbers.orders = static_cast<std::uint8_t>(1U << static_cast<unsigned>(order));
      }
    }
    if (!of_kind.empty()) chosen_[kind] = best_order(of_kind, or_now(reference));
  }
}

bool DateOrders::apply(CivilTime& civil) {
  if (civil.numbers.orders == 0) return false;
  civil = ordered_by_weekday(civil);
  if (civil.numbers.orders == 0) return false;
  std::optional<DateOrder>& chosen = chosen_[kind_of(civil)];
  const bool contradicts = chosen && !civil.numbers.may_be(*chosen);
  if (!chosen || contradicts) chosen = civil.numbers.usual;
  set_date(civil, *chosen);
  return contradicts;
}

std::array<std::uint8_t, 3> DateOrders::memory() const noexcept {
  std::array<std::uint8_t, 3> memory{};
  for (std::size_t kind = 0; kind < chosen_.size(); ++kind)
    if (chosen_[kind]) memory[kind] = static_cast<std::uint8_t>(static_cast<unsigned>(*chosen_[kind]) + 1);
  return memory;
}

void DateOrders::recall(const std::array<std::uint8_t, 3>& memory) noexcept {
  for (std::size_t kind = 0; kind < chosen_.size(); ++kind)
    if (memory[kind] >= 1 && memory[kind] <= 3) chosen_[kind] = static_cast<DateOrder>(memory[kind] - 1);
}

void StampSequence::study(std::span<const CivilTime> first) {
  if (first.empty()) return;
  const Timestamp bound = or_now(reference_) + days{1};
  const auto begin = latest_moment(first.front(), reference_, zone_);
  if (!begin) return;
  // As often as the stamps that follow would lie after the reference, it began a year, or a day, earlier.
  CivilTime start = first.front();
  Timestamp moment = *begin;
  for (int earlier = 0; earlier < 64; ++earlier) {
    StampSequence trial{reference_, zone_};
    trial.latest_ = moment;
    Timestamp latest = moment;
    for (const CivilTime& civil : first) {
      const bool free = civil.has_date && civil.year == kNoYear && civil.weekday == 0;
      const auto placed = free ? trial.place_year(civil, false) : trial.place(civil);
      if (!placed) continue;
      trial.see(*placed);
      latest = std::max(latest, *placed);
    }
    const bool by_days = !start.has_date;
    if (start.year != kNoYear || latest <= (by_days ? or_now(reference_) + hours{12} : bound)) break;
    if (by_days) {
      moment -= days{1};
    } else {
      CivilTime dated = start;
      dated.year = year_of(moment) - 1;
      const auto before = moment_in_year(dated, dated.year, zone_);
      if (!before) break;
      moment = *before;
    }
  }
  first_.emplace(start, moment);
}

std::optional<Timestamp> StampSequence::moment(const CivilTime& civil, int year) const {
  const auto first = moment_in_year(civil, year, zone_);
  if (!first || latest_ == kNoTime || *first >= latest_ - kOutOfOrder || *first < latest_ - kSetBackMax) return first;
  return moment_in_year(civil, year, zone_, true);
}

/// The first year in which the stamp is no new year's step before the latest. `bounded`: what would then lie after the reference is of the
/// year before instead, unless the file has gone on since the reference was taken.
std::optional<Timestamp> StampSequence::place_year(const CivilTime& civil, bool bounded) const {
  const int year = year_of(latest_);
  const int reach = civil.month == 2 && civil.day == 29 ? 8 : 1;
  std::optional<Timestamp> before;
  for (int candidate = year - reach; candidate <= year + reach; ++candidate) {
    const auto placed = moment(civil, candidate);
    if (!placed) continue;
    if (*placed >= latest_ - kNewYearStep) {
      const bool late = bounded && *placed > or_now(reference_) + days{1};
      return late && before && *placed - latest_ > kQuietMax ? before : placed;
    }
    before = placed;
  }
  return before;
}

bool StampSequence::weekday_agrees_at(const CivilTime& civil, Timestamp placed) const {
  if (civil.weekday == 0) return true;
  for (const int year : {year_of(placed) - 1, year_of(placed), year_of(placed) + 1})  // its own calendar may be in another year than UTC's
    if (moment(civil, year) == placed) return weekday_agrees(civil, year);
  return true;
}

std::optional<Timestamp> StampSequence::place(const CivilTime& civil) const {
  if (latest_ == kNoTime) {
    if (first_ && same_stamp(first_->first, civil)) return first_->second;
    return latest_moment(civil, reference_, zone_);
  }
  // A clock goes on: a time of day before the latest is of the next day, but for lines that overtook each other.
  if (!civil.has_date) return moment_on_nearest_day(civil, latest_ + hours{12} - kClockJitter, zone_);
  if (civil.year != kNoYear) return moment(civil, civil.year);
  const auto placed = place_year(civil, true);
  return placed && !weekday_agrees_at(civil, *placed) ? latest_moment(civil, reference_, zone_) : placed;
}

/// Most stamps are of the same day as the one before.
std::optional<Timestamp> StampSequence::on_same_day(const CivilTime& civil) const {
  const CivilTime& before = before_.civil;
  if (before_.moment == kNoTime || !civil.has_date || !before.has_date || civil.day != before.day || civil.month != before.month ||
      civil.year != before.year || civil.weekday != before.weekday || civil.offset_seconds != before.offset_seconds)
    return std::nullopt;
  const bool moves = civil.offset_seconds == kNoOffset && (civil.zone != nullptr || zone_ != nullptr);
  if (moves || civil.hour >= 24 || civil.minute >= 60 || civil.second > 60) return std::nullopt;
  const auto seconds = [](const CivilTime& of) { return std::int64_t{of.hour} * 3600 + of.minute * 60 + of.second; };
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t step = (seconds(civil) - seconds(before)) * kSecond + civil.nanoseconds - std::int64_t{before.nanoseconds};
  return before_.moment + Duration{step};
}

std::optional<Timestamp> StampSequence::next(const CivilTime& civil) {
  std::optional<Timestamp> placed = on_same_day(civil);
  if (!placed) placed = place(civil);
  if (!placed) return placed;
  before_ = {civil, *placed};
  see(*placed);
  return placed;
}

}  // namespace loglode

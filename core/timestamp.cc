#include "core/timestamp.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace loglode {

std::string to_rfc3339(Timestamp time) {
  using namespace std::chrono;
  if (time == kNoTime) return {};
  // In integers: the beginning of the day of the first instant there is does not fit a Duration.
  constexpr std::int64_t kSecond = 1'000'000'000, kDay = 86'400;
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t nanoseconds = ((count % kSecond) + kSecond) % kSecond;
  const std::int64_t seconds = count / kSecond - (count % kSecond < 0 ? 1 : 0);
  const std::int64_t into_day = ((seconds % kDay) + kDay) % kDay;
  const year_month_day date{sys_days{days{(seconds - into_day) / kDay}}};
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09lldZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(into_day / 3600),
                    static_cast<int>(into_day / 60 % 60), static_cast<int>(into_day % 60), static_cast<long long>(nanoseconds));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace loglode

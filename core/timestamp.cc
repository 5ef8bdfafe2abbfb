#include "core/timestamp.h"

#include <cstdint>

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
  std::string text = "0000-00-00T00:00:00.000000000Z";  // the years of a Timestamp have four digits
  const auto put = [&text](std::size_t at, std::size_t digits, std::int64_t number) {
    for (; digits-- > 0; number /= 10) text[at + digits] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, into_day / 3600);
  put(14, 2, into_day / 60 % 60);
  put(17, 2, into_day % 60);
  put(20, 9, nanoseconds);
  return text;
}

}  // namespace loglode

// Any bytes: a stamp never reaches past its text, reading is a pure function, and the straight-line ISO reader agrees with a slow twin.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "parse/time/timestamp_reader.h"

using namespace loglode;

namespace {

bool is_number(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

/// yyyy-mm-ddThh:mm:ssZ, and nothing but that, with a calendar that counts day by day.
bool read_plain_iso(std::string_view text, std::int64_t& seconds) {
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
    return false;
  int parts[6];
  const int begins[] = {0, 5, 8, 11, 14, 17};
  for (int i = 0; i < 6; ++i) {
    const std::string part{text.substr(static_cast<std::size_t>(begins[i]), i == 0 ? 4 : 2)};
    if (!is_number(part)) return false;
    parts[i] = std::atoi(part.c_str());
  }
  const auto [year, month, day, hour, minute, second] = parts;
  const auto leap = [](int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; };
  const int days_of[] = {31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > days_of[month - 1]) return false;
  if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute != 0 || second != 0))) return false;
  std::int64_t days = 0;
  for (int y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int y = year; y < 1970; ++y) days -= leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += days_of[m - 1];
  seconds = (days + day - 1) * 86400 + hour * 3600 + minute * 60 + second;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static const ZoneRules* const berlin = *find_zone("Europe/Berlin");
  for (const ZoneRules* zone : {static_cast<const ZoneRules*>(nullptr), berlin}) {
    const TimeContext context{Timestamp{std::chrono::seconds{1120176000}}, zone};
    Timestamp first = kNoTime, again = kNoTime, field = kNoTime;
    const std::size_t taken = read_timestamp(text, context, first);
    LOGLODE_ASSERT(taken <= size);
    LOGLODE_ASSERT(taken == 0 ? first == kNoTime : first != kNoTime);
    LOGLODE_ASSERT(read_timestamp(text, context, again) == taken && again == first);
    static_cast<void>(read_timestamp_field(text, context, field));
    std::int64_t seconds = 0;
    const bool plain = read_plain_iso(text.substr(0, 20), seconds);
    if (plain && size == 20) {
      LOGLODE_ASSERT(taken == 20);
      LOGLODE_ASSERT(first == Timestamp{std::chrono::seconds{seconds}});
    }
    if (size == 20 && taken == 20 && text[19] == 'Z' && text[10] == 'T' && text[4] == '-' && text[7] == '-' && text[13] == ':' &&
        text[16] == ':')
      LOGLODE_ASSERT(plain);
  }
  static_cast<void>(severity_from_word(text, true));
  return 0;
}

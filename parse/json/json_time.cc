#include "parse/json/json_time.h"

#include <charconv>
#include <cstdint>
#include <cstring>

#include "parse/json/json_text.h"

namespace loglode {
namespace {

template <class Number>
bool read_all(std::string_view text, Number& out) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_number(std::string_view number, const TimeContext& context, Timestamp& out) {
  std::int64_t whole = 0;
  if (read_all(number, whole)) return read_epoch(whole, out);
  // Decimals are read as text: a double has no room for nanoseconds since 1970.
  if (number.find_first_of("eE") == std::string_view::npos) return read_timestamp_field(number, context, out);
  double value = 0;
  return read_all(number, value) && read_epoch(value, out);
}

/// Most records are of the same minute as the one before: of `2023-11-14T22:13:20.001Z` only the seconds are read again.
/// A pure function of the text all the same: what is remembered is the reading of the first 16 characters.
class RecentMinute {
 public:
  /// False when `text` is not of that form; then the full reader must see it.
  bool read(std::string_view text, Timestamp& out) noexcept {
    if (text.size() < 20 || text.size() > 30 || text.back() != 'Z' || text[16] != ':' || text[10] != 'T') return false;
    const auto tens = static_cast<unsigned>(text[17] - '0'), ones = static_cast<unsigned>(text[18] - '0');
    std::int64_t nanos = 0;
    if (tens > 5 || ones > 9 || !fraction(text.substr(19, text.size() - 20), nanos)) return false;
    if (std::memcmp(text.data(), prefix_, kPrefix) != 0 && !remember(text)) return false;
    out = minute_ + Duration{(tens * 10 + ones) * std::int64_t{1'000'000'000} + nanos};
    return true;
  }

 private:
  static constexpr std::size_t kPrefix = 16;  // 2023-11-14T22:13

  static bool fraction(std::string_view text, std::int64_t& nanos) noexcept {
    if (text.empty()) return true;
    if (text[0] != '.' || text.size() < 2) return false;
    constexpr std::int64_t kScale[] = {0, 0, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    for (const char c : text.substr(1)) {
      if (c < '0' || c > '9') return false;
      nanos = nanos * 10 + (c - '0');
    }
    nanos *= kScale[text.size()];
    return true;
  }

  bool remember(std::string_view text) {
    char start[] = "0000-00-00T00:00:00Z";
    std::memcpy(start, text.data(), kPrefix);
    Timestamp minute = kNoTime;
    if (!read_timestamp_field({start, sizeof start - 1}, {}, minute)) return false;
    minute_ = minute;
    std::memcpy(prefix_, text.data(), kPrefix);
    return true;
  }

  char prefix_[kPrefix] = {};
  Timestamp minute_ = kNoTime;
};

bool read_text(std::string_view text, const TimeContext& context, Timestamp& out) {
  thread_local constinit RecentMinute recent;
  return recent.read(text, out) || read_timestamp_field(text, context, out);
}

}  // namespace

bool read_json_time(JsonValue value, const TimeContext& context, Batch& batch, Timestamp& out) {
  switch (value.kind) {
    case JsonKind::number:
      return read_number(value.text(), context, out);
    case JsonKind::string:
    case JsonKind::plain:
      return read_text(text_of(value, batch), context, out);
    default:
      return false;
  }
}

bool read_epoch_parts(JsonValue seconds, JsonValue nanos, Timestamp& out) {
  std::int64_t whole = 0, part = 0;
  if (!read_all(seconds.text(), whole) || !read_epoch(whole, out)) return false;
  if (read_all(nanos.text(), part) && part > 0 && part < 1'000'000'000) out += Duration{part};
  return true;
}

}  // namespace loglode
